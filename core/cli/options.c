/* options.c - see options.h. */
#include "cli/options.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a worker needs before it has run anything, and something to run it with. */
static const uint64_t LEAST_WORKER_MEMORY = 4 << 20, LEAST_ADDRESS_SPACE = 64 << 20;

/* ---- what values are ---- */

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

/* ---- options that do more than to set one member ---- */

static bool set_input(struct arguments *arguments, const char *value)
{
    if (arguments->input_count == MAX_INPUTS)
        return false;
    arguments->inputs[arguments->input_count++] = value;
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

static bool set_memory(struct arguments *arguments, const char *value)
{
    return parse_size(value, LEAST_WORKER_MEMORY, &arguments->execution.worker_memory);
}

static bool set_address_space(struct arguments *arguments, const char *value)
{
    return parse_size(value, LEAST_ADDRESS_SPACE, &arguments->execution.worker_address_space);
}

static bool set_pass_env(struct arguments *arguments, const char *value)
{
    if (arguments->passed_count == MAX_INPUTS)
        return false;
    arguments->passed[arguments->passed_count++] = value;
    arguments->execution.pass_env = arguments->passed;
    return *value && !strchr(value, '=');
}

static bool set_tail(struct arguments *arguments, const char *value)
{
    return parse_count(value, 1, &arguments->events.tail);
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

static bool set_ignore_failure(struct arguments *arguments, const char *value)
{
    (void)value;
    return set_input(arguments, "ignore_failure=true");
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

static bool set_max_errors(struct arguments *arguments, const char *value)
{
    return parse_count(value, 1, &arguments->max_errors);
}

/* ---- all of them ---- */

/* Where an option goes; it would not compile with a member of another type. */
#define PLACE(type, member)                                                                        \
    _Generic(((struct arguments *)0)->member, type : offsetof(struct arguments, member))
#define TEXT(member) PLACE(const char *, member), NULL
#define FLAG(member) PLACE(bool, member), NULL
#define BY(function) 0, function

const struct option options[] = {
    {"--deployment-id", "-d", "ID", OPTION_DEPLOYMENT,
     "id of the deployment (of a new one: else the name of the blueprint's folder)",
     TEXT(deployment)},
    {"--inputs", "-i", "INPUT", OPTION_INPUT,
     "key=value, or a YAML or JSON file; may be repeated, later ones win", BY(set_input)},
    {"--parameters", "-p", "PARAMETER", OPTION_PARAMETER,
     "key=value, or a YAML or JSON file; may be repeated, later ones win", BY(set_input)},
    {"--ignore-failure", NULL, NULL, OPTION_IGNORE_FAILURE,
     "go on past operations that fail: -p ignore_failure=true", BY(set_ignore_failure)},
    {"--allow-custom-parameters", NULL, NULL, OPTION_CUSTOM_PARAMETERS,
     "accept parameters that the workflow does not declare",
     FLAG(execution.allow_custom_parameters)},
    {"--dry-run", NULL, NULL, OPTION_DRY_RUN, "only show what would be done",
     FLAG(execution.dry_run)},
    {"--workers", "-j", "N", OPTION_WORKERS,
     "run at most N operations at a time, async ones not counted (default: 16)", BY(set_workers)},
    {"--task-retries", NULL, "N", OPTION_RETRIES,
     "retry a failed operation N times, -1 without limit (default: 5)", BY(set_retries)},
    {"--task-retry-interval", NULL, "SECONDS", OPTION_RETRIES,
     "wait between two tries, fractions allowed (default: 1)", BY(set_interval)},
    {"--subgraph-retries", NULL, "N", OPTION_RETRIES,
     "reinstall a node instance that fails N times, -1 without limit (default: 0)",
     BY(set_subgraph_retries)},
    {"--wait-after-fail", NULL, "SECONDS", OPTION_RETRIES,
     "let what runs go on so long after a failure (default: 600)", BY(set_wait)},
    {"--worker-memory", NULL, "SIZE", OPTION_WORKERS,
     "let plugins use so much memory in a worker, at least 4M (default: any)", BY(set_memory)},
    {"--worker-address-space", NULL, "SIZE", OPTION_WORKERS,
     "the same for all that a worker maps, at least 64M (default: any)", BY(set_address_space)},
    {"--clean-env", NULL, NULL, OPTION_WORKERS,
     "run operations without the caller's environment, but for PATH, HOME and the like",
     FLAG(execution.clean_env)},
    {"--pass-env", NULL, "NAME", OPTION_WORKERS,
     "let operations have this variable in any case; may be repeated", BY(set_pass_env)},
    {"--keep-workdir", NULL, NULL, OPTION_WORKERS,
     "leave the files of operations and downloads in the deployment's work directory",
     FLAG(execution.keep_workdir)},
    {"--plugins", NULL, "DIRECTORY", OPTION_PLUGINS, "look for plugins there too; may be repeated",
     BY(set_plugins)},
    {"--provider-context", NULL, "FILE", OPTION_PROVIDER_CONTEXT,
     "YAML or JSON that operations find as ctx.provider_context", TEXT(provider_context)},
    {"--import-rule", NULL, "PREFIX=URL", OPTION_IMPORT_RULES,
     "fetch imports whose URL begins with PREFIX from there first; may be repeated",
     BY(set_import_rule)},
    {"--import-rules-only", NULL, NULL, OPTION_IMPORT_RULES,
     "where a rule applies, do not try the URL itself", FLAG(import_rules_only)},
    {"--blueprint-file", NULL, "NAME", OPTION_BLUEPRINT_FILE,
     "the blueprint in an archive (default: blueprint.yaml, or the only YAML file)",
     TEXT(blueprint_file)},
    {"--max-errors", NULL, "N", OPTION_VALIDATION, "show the first N errors (default: 20)",
     BY(set_max_errors)},
    {"--strict", NULL, NULL, OPTION_VALIDATION, "warn of what is allowed but probably not meant",
     FLAG(strict)},
    {"--excerpts", NULL, NULL, OPTION_VALIDATION, "show the lines that are meant, as on a terminal",
     FLAG(excerpts)},
    {"--dot", NULL, NULL, OPTION_DOT, "print it for Graphviz: cfy graph --dot X | dot -Tsvg",
     FLAG(dot)},
    {"--follow", "-f", NULL, OPTION_EVENTS, "go on until the running execution ends",
     FLAG(events.follow)},
    {"--tail", NULL, "N", OPTION_EVENTS, "begin with the newest N", BY(set_tail)},
    {"--type", NULL, "TYPE", OPTION_EVENTS,
     "only events of this type, as task_failed; 'log' for what is logged", TEXT(events.type)},
    {"--node", NULL, "NODE", OPTION_EVENTS, "only of this node or node instance",
     TEXT(events.node)},
    {"--operation", NULL, "OPERATION", OPTION_EVENTS,
     "only of this operation, with or without its interface", TEXT(events.operation)},
    {"--from", NULL, "TIME", OPTION_EVENTS, "only from this time on", BY(set_from)},
    {"--to", NULL, "TIME", OPTION_EVENTS, "only up to this time", BY(set_to)},
    {"--force", NULL, NULL, OPTION_FORCE, "do it whatever the deployment's state", FLAG(force)},
    {"--force", NULL, NULL, OPTION_PLUGIN_FORCE, "do it even while deployments use it",
     FLAG(force)},
    {"--output", "-o", "FILE", OPTION_OUTPUT, "write it there (default: NAME-VERSION.tar.gz)",
     TEXT(output)},
    {"--queue", NULL, NULL, OPTION_QUEUE,
     "while another execution of the deployment runs or waits, wait too", FLAG(execution.queue)},
    {"--force", NULL, NULL, OPTION_QUEUE, "go before those that wait; what runs is not overtaken",
     FLAG(execution.force)},
    {"--force", NULL, NULL, OPTION_CANCEL, "do not wait for the workflow, only for operations",
     BY(set_cancel_force)},
    {"--kill", NULL, NULL, OPTION_CANCEL, "kill the operations that run", BY(set_cancel_kill)},
    {"--reset-operations", NULL, NULL, OPTION_RESET,
     "begin anew what was under way, also what is not declared resumable", FLAG(reset_operations)},
    {"--value", "-s", "VALUE", OPTION_SECRET_VALUE,
     "the value; others can see it in the list of processes", TEXT(secret_value)},
    {"--file", "-f", "FILE", OPTION_SECRET_VALUE, "read the value from a file", TEXT(secret_file)},
    {"--update-if-exists", "-u", NULL, OPTION_SECRET_UPDATE,
     "change the secret if there is one already", FLAG(update_if_exists)},
    {"--secret-key", NULL, "FILE", OPTION_SECRET_KEY,
     "the key of the secrets (default: $CFY_SECRET_KEY, else ~/.config/cloudify/secret.key)",
     TEXT(secret_key)},
    {"--verbose", "-v", NULL, OPTION_VERBOSE, "show debug messages too", FLAG(verbose)},
    {"--store", NULL, "DIRECTORY", OPTION_STORE,
     "where all is kept (default: $CFY_STORE, else ~/.cloudify)", TEXT(store)},
    {"--json", NULL, NULL, OPTION_JSON, "print JSON: one object a line for events", FLAG(json)},
    {"--help", "-h", NULL, ~0u, "print this", FLAG(help)},
    {NULL, NULL, NULL, 0, NULL, 0, NULL},
};

#undef PLACE
#undef TEXT
#undef FLAG
#undef BY

bool option_apply(const struct option *option, struct arguments *arguments, const char *value)
{
    if (option->set)
        return option->set(arguments, value);
    char *member = (char *)arguments + option->place;
    if (!option->value)
        return *(bool *)member = true;
    *(const char **)member = value;
    return *value;
}

bool option_belongs(const struct option *option, const struct command *command)
{
    return option->bit == ~0u || (option->bit & command->options);
}
