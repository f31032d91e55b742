/* command.h - what a command of cfy is, and the arguments it was called with. */
#ifndef CLOUDIFY_CLI_COMMAND_H
#define CLOUDIFY_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "include/cloudify.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };
enum { MAX_INPUTS = 256, MAX_POSITIONALS = 4 };

/* The options that commands choose from; each command names those it takes as a bit set. */
enum option_bit {
    OPTION_STORE = 1 << 0,
    OPTION_JSON = 1 << 1,
    OPTION_DEPLOYMENT = 1 << 2,
    OPTION_INPUT = 1 << 3,
    OPTION_PARAMETER = 1 << 4,
    OPTION_WORKERS = 1 << 5,
    OPTION_RETRIES = 1 << 6, /* what is done about failures */
    OPTION_EVENTS = 1 << 7,  /* which events, and whether new ones too */
    OPTION_FORCE = 1 << 8,
    OPTION_VERBOSE = 1 << 9,
    OPTION_PLUGINS = 1 << 10,
    OPTION_CUSTOM_PARAMETERS = 1 << 11,
    OPTION_VALIDATION = 1 << 12, /* --max-errors, --strict and --excerpts */
    OPTION_DOT = 1 << 13,
    OPTION_IMPORT_RULES = 1 << 14,
    OPTION_CANCEL = 1 << 15, /* --force and --kill */
    OPTION_DRY_RUN = 1 << 16,
    OPTION_IGNORE_FAILURE = 1 << 17,
    OPTION_RESET = 1 << 20,
    OPTION_QUEUE = 1 << 21, /* --queue and --force */
    OPTION_PROVIDER_CONTEXT = 1 << 22,
    OPTION_OUTPUT = 1 << 24,
    OPTION_PLUGIN_FORCE = 1 << 25,
    OPTION_BLUEPRINT_FILE = 1 << 18,
    OPTION_SECRET_KEY = 1 << 27,
    OPTION_SECRET_VALUE = 1 << 28, /* --value and --file */
    OPTION_SECRET_UPDATE = 1 << 29,
    OPTION_PASSED_ON = 1 << 30, /* what follows the command is for another program */
    OPTIONS_COMMON = OPTION_STORE | OPTION_JSON,
    OPTIONS_BLUEPRINT = OPTIONS_COMMON | OPTION_INPUT | OPTION_PLUGINS | OPTION_IMPORT_RULES |
                        OPTION_BLUEPRINT_FILE,
    OPTIONS_EXECUTION = OPTIONS_COMMON | OPTION_WORKERS | OPTION_RETRIES | OPTION_VERBOSE |
                        OPTION_PLUGINS | OPTION_SECRET_KEY,
    OPTIONS_SECRET = OPTIONS_COMMON | OPTION_SECRET_KEY,
};

struct arguments {
    const char *positionals[MAX_POSITIONALS];
    size_t positional_count;
    const char *store;
    const char *secret_key;
    const char *secret_value, *secret_file; /* of --value and --file, or NULL */
    bool update_if_exists;
    const char *deployment;
    const char *provider_context;
    const char *output;             /* of -o, or NULL */
    const char *inputs[MAX_INPUTS]; /* of -i or -p, in order */
    size_t input_count;
    const char *plugin_directories[MAX_INPUTS + 1];
    size_t plugin_directory_count;
    const char *import_rules[MAX_INPUTS + 1];
    size_t import_rule_count;
    char **passed_on;                   /* of OPTION_PASSED_ON: all words, NULL-terminated */
    const char *passed[MAX_INPUTS + 1]; /* --pass-env */
    size_t passed_count;
    char event_times[2][32]; /* what events.from and events.to point to */
    bool import_rules_only;
    const char *blueprint_file;
    struct cloudify_execution_options execution;
    int max_errors;
    enum cloudify_cancel_level cancel;
    struct cloudify_events_options events;
    bool json, force, verbose, help, reset_operations, strict, excerpts, dot;
};

struct command {
    const char *name;     /* "executions list" */
    const char *operands; /* "BLUEPRINT", as the usage line shows them */
    const char *summary;  /* a line of the overview */
    size_t min_operands, max_operands;
    unsigned options;
    int (*run)(const struct arguments *arguments);
    const char *details; /* more lines of --help, or NULL */
};

extern const struct command commands[]; /* ends with a NULL name */

/**
 * Read the options and operands that follow the name of `command`.
 *
 * @return false after a message on standard error says what is wrong
 */
bool arguments_parse(struct arguments *arguments, const struct command *command, int argc,
                     char **argv);
/** How many of the `argc` words in front of a command's name are options and their values. */
int arguments_leading(int argc, char **argv);
/** Print what `command` does, with its options. */
void command_help(const struct command *command);
/** Print a usage error and where to find help. @return EXIT_USAGE */
int usage_error(const struct command *command, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The commands, by the file that they stand in. */
int command_install(const struct arguments *arguments);
int command_uninstall(const struct arguments *arguments);
int command_plan(const struct arguments *arguments);
int command_validate(const struct arguments *arguments);
int command_graph(const struct arguments *arguments);
int command_diff(const struct arguments *arguments);
int command_schema(const struct arguments *arguments);
int command_executions_start(const struct arguments *arguments);
int command_executions_cancel(const struct arguments *arguments);
int command_executions_resume(const struct arguments *arguments);
int command_executions_list(const struct arguments *arguments);
int command_executions_graph(const struct arguments *arguments);
int command_executions_get(const struct arguments *arguments);
int command_shell(const struct arguments *arguments);
int command_operations_run(const struct arguments *arguments);
int command_deployments_create(const struct arguments *arguments);
int command_deployments_list(const struct arguments *arguments);
int command_deployments_get(const struct arguments *arguments);
int command_deployments_delete(const struct arguments *arguments);
int command_plugins_install(const struct arguments *arguments);
int command_plugins_list(const struct arguments *arguments);
int command_plugins_get(const struct arguments *arguments);
int command_plugins_uninstall(const struct arguments *arguments);
int command_plugins_pack(const struct arguments *arguments);
int command_plugins_new(const struct arguments *arguments);
int command_plugins_test(const struct arguments *arguments);
int command_plugins_check(const struct arguments *arguments);
int command_events(const struct arguments *arguments);
int command_node_instances(const struct arguments *arguments);
int command_outputs(const struct arguments *arguments);
int command_secrets_create(const struct arguments *arguments);
int command_secrets_update(const struct arguments *arguments);
int command_secrets_get(const struct arguments *arguments);
int command_secrets_list(const struct arguments *arguments);
int command_secrets_delete(const struct arguments *arguments);
int command_secrets_rotate_key(const struct arguments *arguments);
int command_capabilities(const struct arguments *arguments);

#endif
