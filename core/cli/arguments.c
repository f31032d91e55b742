/* arguments.c - reads the command line of one command; see command.h. */
#include "cli/command.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a worker needs before it has run anything, and something to run it with. */
static const uint64_t LEAST_WORKER_MEMORY = 4 << 20, LEAST_ADDRESS_SPACE = 64 << 20;

struct option {
    const char *name, *letter; /* "--json", and "-j" or NULL */
    const char *value;         /* what its value is called, or NULL: it takes none */
    unsigned bit;
    const char *help;
    bool (*set)(struct arguments *arguments, const char *value);
};

static bool parse_number(const char *text, double least, double *number)
{
    char *end;
    errno = 0;
    *number = strtod(text, &end);
    return end != text && !*end && !errno && isfinite(*number) && *number >= least;
}

static bool parse_count(const char *text, int least, int *count)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (end == text || *end || errno || number < least || number > 1000000)
        return false;
    *count = (int)number;
    return true;
}

static bool set_store(struct arguments *arguments, const char *value)
{
    arguments->store = value;
    return *value;
}

static bool set_secret_key(struct arguments *arguments, const char *value)
{
    arguments->secret_key = value;
    return *value;
}

static bool set_secret_value(struct arguments *arguments, const char *value)
{
    arguments->secret_value = value;
    return *value;
}

static bool set_secret_file(struct arguments *arguments, const char *value)
{
    arguments->secret_file = value;
    return *value;
}

static bool set_update_if_exists(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->update_if_exists = true;
}

static bool set_json(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->json = true;
}

static bool set_deployment(struct arguments *arguments, const char *value)
{
    arguments->deployment = value;
    return *value;
}

static bool set_input(struct arguments *arguments, const char *value)
{
    if (arguments->input_count == MAX_INPUTS)
        return false;
    arguments->inputs[arguments->input_count++] = value;
    return *value;
}

static bool set_provider_context(struct arguments *arguments, const char *value)
{
    arguments->provider_context = value;
    return *value;
}

static bool set_plugins(struct arguments *arguments, const char *value)
{
    if (arguments->plugin_directory_count == MAX_INPUTS)
        return false;
    arguments->plugin_directories[arguments->plugin_directory_count++] = value;
    return *value;
}

static bool set_import_rule(struct arguments *arguments, const char *value)
{
    if (arguments->import_rule_count == MAX_INPUTS)
        return false;
    arguments->import_rules[arguments->import_rule_count++] = value;
    return strchr(value, '=') && *value != '=';
}

static bool set_rules_only(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->import_rules_only = true;
}

static bool set_blueprint_file(struct arguments *arguments, const char *value)
{
    arguments->blueprint_file = value;
    return *value;
}

static bool set_workers(struct arguments *arguments, const char *value)
{
    return parse_count(value, 1, &arguments->execution.workers);
}

static bool set_retries(struct arguments *arguments, const char *value)
{
    arguments->execution.retries_given = true;
    return parse_count(value, -1, &arguments->execution.task_retries);
}

static bool set_interval(struct arguments *arguments, const char *value)
{
    arguments->execution.retries_given = true;
    return parse_number(value, 0, &arguments->execution.task_retry_interval);
}

static bool set_subgraph_retries(struct arguments *arguments, const char *value)
{
    return parse_count(value, -1, &arguments->execution.subgraph_retries);
}

static bool set_wait(struct arguments *arguments, const char *value)
{
    arguments->execution.wait_given = true;
    return parse_number(value, 0, &arguments->execution.wait_after_fail);
}

/* Bytes, or with K, M or G behind the number so many KiB, MiB, GiB. */
static bool parse_size(const char *text, uint64_t least, uint64_t *size)
{
    static const char units[] = "KMG";
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    const char *unit = *end ? strchr(units, *end) : NULL;
    int shift = unit ? 10 * (int)(unit - units + 1) : 0;
    if (end == text || *text == '-' || errno || (*end && (!unit || end[1])) ||
        number > (unsigned long long)INT64_MAX >> shift)
        return false;
    *size = number << shift;
    return *size >= least;
}

static bool set_memory(struct arguments *arguments, const char *value)
{
    return parse_size(value, LEAST_WORKER_MEMORY, &arguments->execution.worker_memory);
}

static bool set_address_space(struct arguments *arguments, const char *value)
{
    return parse_size(value, LEAST_ADDRESS_SPACE, &arguments->execution.worker_address_space);
}

static bool set_clean_env(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->execution.clean_env = true;
}

static bool set_pass_env(struct arguments *arguments, const char *value)
{
    if (arguments->passed_count == MAX_INPUTS)
        return false;
    arguments->passed[arguments->passed_count++] = value;
    arguments->execution.pass_env = arguments->passed;
    return *value && !strchr(value, '=');
}

static bool set_keep_workdir(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->execution.keep_workdir = true;
}

static bool set_dry_run(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->execution.dry_run = true;
}

static bool set_custom(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->execution.allow_custom_parameters = true;
}

static bool set_follow(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->events.follow = true;
}

static bool set_tail(struct arguments *arguments, const char *value)
{
    return parse_count(value, 1, &arguments->events.tail);
}

static bool set_event_type(struct arguments *arguments, const char *value)
{
    arguments->events.type = value;
    return *value;
}

static bool set_event_node(struct arguments *arguments, const char *value)
{
    arguments->events.node = value;
    return *value;
}

static bool set_event_operation(struct arguments *arguments, const char *value)
{
    arguments->events.operation = value;
    return *value;
}

/* A time as it is stored, or the beginning of one: `T` between date and time, which a reader sees
 * as a space, and no letter behind a fraction that is not there. */
static bool parse_time(const char *text, char *time, size_t size)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd.ddd";
    size_t length = strlen(text);
    if (length && text[length - 1] == 'Z')
        length--;
    if (length < 4 || length >= sizeof form || length >= size)
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i] == ' ' && form[i] == 'T' ? 'T' : text[i];
        if (form[i] == 'd' ? c < '0' || c > '9' : c != form[i])
            return false;
        time[i] = c;
    }
    time[length] = '\0';
    return true;
}

static bool set_from(struct arguments *arguments, const char *value)
{
    arguments->events.from = arguments->event_times[0];
    return parse_time(value, arguments->event_times[0], sizeof arguments->event_times[0]);
}

static bool set_to(struct arguments *arguments, const char *value)
{
    arguments->events.to = arguments->event_times[1];
    return parse_time(value, arguments->event_times[1], sizeof arguments->event_times[1]);
}

static bool set_force(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->force = true;
}

static bool set_output(struct arguments *arguments, const char *value)
{
    arguments->output = value;
    return *value;
}

static bool set_queue(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->execution.queue = true;
}

static bool set_queue_force(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->execution.force = true;
}

/* The more urgent one counts, in whatever order they stand. */
static bool set_cancel(struct arguments *arguments, enum cloudify_cancel_level level)
{
    if (level > arguments->cancel)
        arguments->cancel = level;
    return true;
}

static bool set_cancel_force(struct arguments *arguments, const char *value)
{
    (void)value;
    return set_cancel(arguments, CLOUDIFY_CANCEL_FORCE);
}

static bool set_cancel_kill(struct arguments *arguments, const char *value)
{
    (void)value;
    return set_cancel(arguments, CLOUDIFY_CANCEL_KILL);
}

static bool set_reset(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->reset_operations = true;
}

static bool set_verbose(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->verbose = true;
}

static bool set_max_errors(struct arguments *arguments, const char *value)
{
    return parse_count(value, 1, &arguments->max_errors);
}

static bool set_strict(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->strict = true;
}

static bool set_excerpts(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->excerpts = true;
}

static bool set_dot(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->dot = true;
}

static bool set_help(struct arguments *arguments, const char *value)
{
    (void)value;
    return arguments->help = true;
}

static const struct option options[] = {
    {"--deployment-id", "-d", "ID", OPTION_DEPLOYMENT,
     "id of the deployment (of a new one: else the name of the blueprint's folder)",
     set_deployment},
    {"--inputs", "-i", "INPUT", OPTION_INPUT,
     "key=value, or a YAML or JSON file; may be repeated, later ones win", set_input},
    {"--parameters", "-p", "PARAMETER", OPTION_PARAMETER,
     "key=value, or a YAML or JSON file; may be repeated, later ones win", set_input},
    {"--allow-custom-parameters", NULL, NULL, OPTION_CUSTOM_PARAMETERS,
     "accept parameters that the workflow does not declare", set_custom},
    {"--dry-run", NULL, NULL, OPTION_DRY_RUN, "only show what would be done", set_dry_run},
    {"--workers", "-j", "N", OPTION_WORKERS,
     "run at most N operations at a time, async ones not counted (default: 16)", set_workers},
    {"--task-retries", NULL, "N", OPTION_RETRIES,
     "retry a failed operation N times, -1 without limit (default: 5)", set_retries},
    {"--task-retry-interval", NULL, "SECONDS", OPTION_RETRIES,
     "wait between two tries, fractions allowed (default: 1)", set_interval},
    {"--subgraph-retries", NULL, "N", OPTION_RETRIES,
     "reinstall a node instance that fails N times, -1 without limit (default: 0)",
     set_subgraph_retries},
    {"--wait-after-fail", NULL, "SECONDS", OPTION_RETRIES,
     "let what runs go on so long after a failure (default: 600)", set_wait},
    {"--worker-memory", NULL, "SIZE", OPTION_WORKERS,
     "let plugins use so much memory in a worker, at least 4M (default: any)", set_memory},
    {"--worker-address-space", NULL, "SIZE", OPTION_WORKERS,
     "the same for all that a worker maps, at least 64M (default: any)", set_address_space},
    {"--clean-env", NULL, NULL, OPTION_WORKERS,
     "run operations without the caller's environment, but for PATH, HOME and the like",
     set_clean_env},
    {"--pass-env", NULL, "NAME", OPTION_WORKERS,
     "let operations have this variable in any case; may be repeated", set_pass_env},
    {"--keep-workdir", NULL, NULL, OPTION_WORKERS,
     "leave the files of operations and downloads in the deployment's work directory",
     set_keep_workdir},
    {"--plugins", NULL, "DIRECTORY", OPTION_PLUGINS, "look for plugins there too; may be repeated",
     set_plugins},
    {"--provider-context", NULL, "FILE", OPTION_PROVIDER_CONTEXT,
     "YAML or JSON that operations find as ctx.provider_context", set_provider_context},
    {"--import-rule", NULL, "PREFIX=URL", OPTION_IMPORT_RULES,
     "fetch imports whose URL begins with PREFIX from there first; may be repeated",
     set_import_rule},
    {"--import-rules-only", NULL, NULL, OPTION_IMPORT_RULES,
     "where a rule applies, do not try the URL itself", set_rules_only},
    {"--blueprint-file", NULL, "NAME", OPTION_BLUEPRINT_FILE,
     "the blueprint in an archive (default: blueprint.yaml, or the only YAML file)",
     set_blueprint_file},
    {"--max-errors", NULL, "N", OPTION_VALIDATION, "show the first N errors (default: 20)",
     set_max_errors},
    {"--strict", NULL, NULL, OPTION_VALIDATION, "warn of what is allowed but probably not meant",
     set_strict},
    {"--excerpts", NULL, NULL, OPTION_VALIDATION, "show the lines that are meant, as on a terminal",
     set_excerpts},
    {"--dot", NULL, NULL, OPTION_DOT, "print it for Graphviz: cfy graph --dot X | dot -Tsvg",
     set_dot},
    {"--follow", "-f", NULL, OPTION_EVENTS, "go on until the running execution ends", set_follow},
    {"--tail", NULL, "N", OPTION_EVENTS, "begin with the newest N", set_tail},
    {"--type", NULL, "TYPE", OPTION_EVENTS,
     "only events of this type, as task_failed; 'log' for what is logged", set_event_type},
    {"--node", NULL, "NODE", OPTION_EVENTS, "only of this node or node instance", set_event_node},
    {"--operation", NULL, "OPERATION", OPTION_EVENTS,
     "only of this operation, with or without its interface", set_event_operation},
    {"--from", NULL, "TIME", OPTION_EVENTS, "only from this time on", set_from},
    {"--to", NULL, "TIME", OPTION_EVENTS, "only up to this time", set_to},
    {"--force", NULL, NULL, OPTION_FORCE, "do it whatever the deployment's state", set_force},
    {"--force", NULL, NULL, OPTION_PLUGIN_FORCE, "do it even while deployments use it", set_force},
    {"--output", "-o", "FILE", OPTION_OUTPUT, "write it there (default: NAME-VERSION.tar.gz)",
     set_output},
    {"--queue", NULL, NULL, OPTION_QUEUE,
     "while another execution of the deployment runs or waits, wait too", set_queue},
    {"--force", NULL, NULL, OPTION_QUEUE, "go before those that wait; what runs is not overtaken",
     set_queue_force},
    {"--force", NULL, NULL, OPTION_CANCEL, "do not wait for the workflow, only for operations",
     set_cancel_force},
    {"--kill", NULL, NULL, OPTION_CANCEL, "kill the operations that run", set_cancel_kill},
    {"--reset-operations", NULL, NULL, OPTION_RESET,
     "begin anew what was under way, also what is not declared resumable", set_reset},
    {"--value", "-s", "VALUE", OPTION_SECRET_VALUE,
     "the value; others can see it in the list of processes", set_secret_value},
    {"--file", "-f", "FILE", OPTION_SECRET_VALUE, "read the value from a file", set_secret_file},
    {"--update-if-exists", "-u", NULL, OPTION_SECRET_UPDATE,
     "change the secret if there is one already", set_update_if_exists},
    {"--secret-key", NULL, "FILE", OPTION_SECRET_KEY,
     "the key of the secrets (default: $CFY_SECRET_KEY, else ~/.config/cloudify/secret.key)",
     set_secret_key},
    {"--verbose", "-v", NULL, OPTION_VERBOSE, "show debug messages too", set_verbose},
    {"--store", NULL, "DIRECTORY", OPTION_STORE,
     "where all is kept (default: $CFY_STORE, else ~/.cloudify)", set_store},
    {"--json", NULL, NULL, OPTION_JSON, "print JSON: one object a line for events", set_json},
    {"--help", "-h", NULL, ~0u, "print this", set_help},
};
enum { OPTION_COUNT = sizeof options / sizeof *options };

int usage_error(const struct command *command, const char *fmt, ...)
{
    va_list args;
    fputs("cfy: ", stderr);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fprintf(stderr, "\ntry 'cfy %s%s--help'\n", command ? command->name : "", command ? " " : "");
    return EXIT_USAGE;
}

void command_help(const struct command *command)
{
    printf("usage: cfy %s %s%s[options]\n\n%s\n", command->name, command->operands,
           *command->operands ? " " : "", command->summary);
    if (command->details)
        printf("\n%s\n", command->details);
    printf("\noptions:\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &options[i];
        char name[64];
        if (!(option->bit & command->options) && option->bit != ~0u)
            continue;
        snprintf(name, sizeof name, "%s%s%s%s%s", option->letter ? option->letter : "    ",
                 option->letter ? ", " : "", option->name, option->value ? " " : "",
                 option->value ? option->value : "");
        printf("  %-33s %s\n", name, option->help);
    }
}

/* The option that `argument` is; `*value` gets what follows its '=' or its letter, or NULL. */
static const struct option *find_option(const struct command *command, const char *argument,
                                        const char **value)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option *option = &options[i];
        size_t length = strlen(option->name);
        if (!(option->bit & command->options) && option->bit != ~0u)
            continue;
        *value = NULL;
        if (!strncmp(argument, option->name, length) && strchr("=", argument[length])) {
            *value = argument[length] ? argument + length + 1 : NULL;
            return option;
        }
        if (option->letter && !strncmp(argument, option->letter, 2)) {
            *value = argument[2] ? argument + 2 : NULL;
            return option;
        }
    }
    return NULL;
}

static bool unknown_option(const struct command *command, const char *argument)
{
    const char *names[OPTION_COUNT + 1] = {0};
    size_t count = 0;
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if ((options[i].bit & command->options) || options[i].bit == ~0u)
            names[count++] = options[i].name;
    const char *near = cloudify_suggest(argument, names);
    if (near)
        usage_error(command, "unknown option '%s', did you mean '%s'?", argument, near);
    else
        usage_error(command, "unknown option '%s'", argument);
    return false;
}

static bool bad_value(const struct command *command, const struct option *option, const char *value)
{
    usage_error(command, "option '%s': '%s' is not what it takes: %s", option->name, value,
                option->help);
    return false;
}

static bool add_positional(struct arguments *arguments, const struct command *command,
                           const char *text)
{
    if (arguments->positional_count == command->max_operands) {
        usage_error(command, "'%s' is one argument too many", text);
        return false;
    }
    arguments->positionals[arguments->positional_count++] = text;
    return true;
}

static bool parse_option(struct arguments *arguments, const struct command *command, char ***next)
{
    const char *value, *argument = *(*next)++;
    const struct option *option = find_option(command, argument, &value);
    if (!option)
        return unknown_option(command, argument);
    if (option->value && !value)
        value = *(*next);
    else if (option->value)
        return option->set(arguments, value) || bad_value(command, option, value);
    else
        return value ? unknown_option(command, argument) : option->set(arguments, NULL);
    if (!value) {
        usage_error(command, "option '%s' needs a value: %s", option->name, option->help);
        return false;
    }
    (*next)++;
    return option->set(arguments, value) || bad_value(command, option, value);
}

int arguments_leading(int argc, char **argv)
{
    static const struct command any = {.options = ~0u};
    int count = 0;
    while (count < argc && argv[count][0] == '-') {
        const char *value;
        const struct option *option = find_option(&any, argv[count++], &value);
        if (option && option->value && !value && count < argc)
            count++;
    }
    return count;
}

bool arguments_parse(struct arguments *arguments, const struct command *command, int argc,
                     char **argv)
{
    *arguments = (struct arguments){.execution = {.task_retries = 5, .task_retry_interval = 1},
                                    .cancel = CLOUDIFY_CANCEL_GRACEFUL};
    bool operands_only = false;
    if (command->options & OPTION_PASSED_ON) {
        arguments->passed_on = argv;
        arguments->help = argc && (!strcmp(argv[0], "--help") || !strcmp(argv[0], "-h"));
        return true;
    }
    for (char **next = argv; next < argv + argc;) {
        if (!operands_only && !strcmp(*next, "--")) {
            operands_only = true;
            next++;
        } else if (!operands_only && (*next)[0] == '-' && (*next)[1]) {
            if (!parse_option(arguments, command, &next))
                return false;
        } else if (!add_positional(arguments, command, *next++)) {
            return false;
        }
    }
    if (arguments->help || arguments->positional_count >= command->min_operands)
        return true;
    usage_error(command, "%s is missing", command->operands);
    return false;
}
