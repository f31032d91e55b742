/* cancel.h - how an engine hears that its execution is to be cancelled: by signals, and from other
 * processes (runtime.md 6.10, 11.9).
 *
 * A request travels through a named pipe in the deployment's work directory, which lives as long as
 * the engine listens. Both ways can be read at any time, also while a workflow keeps the loop busy.
 */
#ifndef CLOUDIFY_ENGINE_CANCEL_H
#define CLOUDIFY_ENGINE_CANCEL_H

#include <stdbool.h>

#include "base/error.h"

/* Each does all that the ones before it do. */
enum cancel_level {
    CANCEL_NONE,
    CANCEL_GRACEFUL, /* nothing new starts; what runs ends; the workflow is told */
    CANCEL_FORCE,    /* the workflow is abandoned */
    CANCEL_KILL,     /* operations that run are killed */
};

struct cancel_listener;

/**
 * Listen for requests.
 *
 * @param directory work directory of the deployment: the pipe is made there
 * @param execution id; requests for others are not heard
 * @param signals   SIGINT and SIGTERM count, too: the first as CANCEL_GRACEFUL, the second as
 *                  CANCEL_KILL, for each listener of the process
 * @return new (cancel_listener_free() it), or NULL with `err` set: ERROR_IO, ERROR_NOMEM,
 *         ERROR_LIMIT (256 of the process listen for signals)
 */
struct cancel_listener *cancel_listen(const char *directory, const char *execution, bool signals,
                                      struct error *err);
/** Stop listening; after the last, signals mean what they meant before. NULL is allowed. */
void cancel_listener_free(struct cancel_listener *listener);
/** Take it that `level` has been asked for. */
void cancel_raise(struct cancel_listener *listener, enum cancel_level level);
/** What has been asked for so far, the most of it. Never waits. */
enum cancel_level cancel_level(struct cancel_listener *listener);
/**
 * Descriptors that become readable when cancel_level() may have changed: of the pipe, and of the
 * signals (-1: none). Borrowed.
 */
void cancel_descriptors(const struct cancel_listener *listener, int descriptors[2]);

/**
 * Ask the engine that runs `execution` to cancel it.
 *
 * @return whether an engine listens; false with `err` set if that cannot be known: ERROR_IO
 */
bool cancel_request(const char *directory, const char *execution, enum cancel_level level,
                    struct error *err);

#endif
