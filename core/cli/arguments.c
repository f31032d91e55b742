/* arguments.c - reads the command line of one command; see command.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"

enum { MAX_OPTIONS = 100 /* that are considered for a suggestion */ };

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
    for (const struct option *option = options; option->name; option++) {
        char name[64];
        if (!option_belongs(option, command))
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
    for (const struct option *option = options; option->name; option++) {
        size_t length = strlen(option->name);
        if (!option_belongs(option, command))
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
    const char *names[MAX_OPTIONS + 1] = {0};
    size_t count = 0;
    for (const struct option *option = options; option->name && count < MAX_OPTIONS; option++)
        if (option_belongs(option, command))
            names[count++] = option->name;
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
        return option_apply(option, arguments, value) || bad_value(command, option, value);
    else
        return value ? unknown_option(command, argument) : option_apply(option, arguments, NULL);
    if (!value) {
        usage_error(command, "option '%s' needs a value: %s", option->name, option->help);
        return false;
    }
    (*next)++;
    return option_apply(option, arguments, value) || bad_value(command, option, value);
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
