/* connection.h - the worker's end of the stream of documents (docs/protocol.md). */
#ifndef CLOUDIFY_WORKER_CONNECTION_H
#define CLOUDIFY_WORKER_CONNECTION_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/*
 * One for the process. Without its engine a worker is of no use, nor may its operations go on
 * (invariant 2): where the engine is gone or talks nonsense, the process ends with all children.
 */

/** Say why the process ends, kill all children and exit. */
_Noreturn void connection_give_up(const struct error *err);
/** Send `message`, a reference that is taken; NULL means that memory ran out. From any thread. */
void connection_send(json_t *message);
/** Send `message`, taken. @return false with `err` set, and nothing sent: ERROR_LIMIT */
bool connection_try_send(json_t *message, struct error *err);
/**
 * Send a call for the operation `operation` and wait for its reply; what else arrives meanwhile
 * is kept for connection_next().
 *
 * @param arguments borrowed
 * @return the result, a new reference, or NULL with `err` set to what the engine answered
 */
json_t *connection_call(const char *operation, const char *method, const json_t *arguments,
                        struct error *err);
/** Read what has arrived, without waiting. @return false at the end of the stream */
bool connection_receive(void);
/** The next request or cancel that has arrived, a new reference, or NULL. */
json_t *connection_next(void);
/** Free what it holds. */
void connection_release(void);

#endif
