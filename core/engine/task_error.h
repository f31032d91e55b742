/* task_error.h - what a task ended with, in words: {type, message, traceback?, causes?, ...}, the
 * error of an operation_result (docs/protocol.md). */
#ifndef CLOUDIFY_ENGINE_TASK_ERROR_H
#define CLOUDIFY_ENGINE_TASK_ERROR_H

#include <jansson.h>

#include "base/strbuf.h"

/**
 * The causes of `error`, oldest first, and at last the error itself with all that it has but its
 * causes (runtime.md 3.6).
 *
 * @return a new list of {message, type, traceback, ...}, or NULL when out of memory
 */
json_t *task_error_causes(const json_t *error);

/** Append a line TYPE `MESSAGE` for each of these, without a newline at the end (runtime.md 6.7).
 */
void task_error_add_summary(struct strbuf *out, const json_t *error);

/** Append the traceback of `error`, which is that of `whose`, and those of its causes; each after a
 *  newline and a line that says whose it is. */
void task_error_add_tracebacks(struct strbuf *out, const json_t *error, const char *whose);

#endif
