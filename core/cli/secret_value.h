/* secret_value.h - gets the value of a secret from the user without showing it. */
#ifndef CLOUDIFY_CLI_SECRET_VALUE_H
#define CLOUDIFY_CLI_SECRET_VALUE_H

#include "cli/command.h"

/**
 * The value that the command line says: of --value, of --file, of standard input with the operand
 * `-`, or, on a terminal, asked for.
 *
 * @return new (secret_value_free() it), or NULL after a message, with the exit code in `*code`
 */
char *secret_value(const struct command *command, const struct arguments *arguments, int *code);
/** Wipe it from memory and free it. NULL is allowed. */
void secret_value_free(char *value);

#endif
