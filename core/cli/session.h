/* session.h - what most commands do first and last: open the runtime, read JSON, say errors. */
#ifndef CLOUDIFY_CLI_SESSION_H
#define CLOUDIFY_CLI_SESSION_H

#include <jansson.h>

#include "cli/command.h"

struct session {
    struct cloudify *cloudify;
    struct cloudify_error err;
    char *provider_context; /* of the command line, as JSON, or NULL */
    const struct arguments *arguments;
};

/** Open the runtime that `arguments` name. @return false after the error is printed */
bool session_open(struct session *session, const struct arguments *arguments);
void session_close(struct session *session);
/** Print the session's error, as JSON with --json. @return EXIT_FAILED */
int session_failed(struct session *session);
/** A result of the library as JSON, freed; new, or NULL if `text` is NULL. */
json_t *session_parse(char *text);
/**
 * Print a result of the library, freed: with --json as it is, else by `show`; an error if NULL.
 *
 * @return the exit code
 */
int session_print(struct session *session, char *text, void (*show)(const json_t *value));
/**
 * Open a session, ask the library about the first positional argument, NULL if there is none, print
 * the answer as session_print() does, close.
 *
 * @return the exit code
 */
int session_ask(const struct arguments *arguments,
                char *(*ask)(struct cloudify *c, const char *what, struct cloudify_error *err),
                void (*show)(const json_t *answer));
/** Print an event or log record. `data` is not used. @return false: nobody reads */
bool session_show(void *data, const char *record);
/**
 * The merged inputs or parameters of the command line as the text of a JSON object; new, free()
 * it. @return false after the error is printed
 */
bool session_inputs(struct session *session, char **inputs);

#endif
