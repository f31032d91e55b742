/* options.h - the options of all commands, and what each does to the arguments. */
#ifndef CLOUDIFY_CLI_OPTIONS_H
#define CLOUDIFY_CLI_OPTIONS_H

#include "cli/command.h"

struct option {
    const char *name, *letter; /* "--json", and "-j" or NULL */
    const char *value;         /* what its value is called, or NULL: it takes none */
    unsigned bit;              /* of the commands that take it; ~0u: all do */
    const char *help;
    size_t place; /* in struct arguments: of the text that is the value; without one, of a bool */
    bool (*set)(struct arguments *arguments, const char *value); /* or NULL: `place` is all */
};

/* Ends with a NULL name. Several may have one name, for different commands. */
extern const struct option options[];

/**
 * Note in the arguments that the option was given.
 *
 * @param value NULL for an option that takes none; borrowed as long as `arguments`
 * @return false: it is no value for that option
 */
bool option_apply(const struct option *option, struct arguments *arguments, const char *value);
/** Whether the command takes the option. */
bool option_belongs(const struct option *option, const struct command *command);

#endif
