/* operation_host.h - runs operations of Lua plugins: operation_request in, operation_result out. */
#ifndef CLOUDIFY_LUA_OPERATION_HOST_H
#define CLOUDIFY_LUA_OPERATION_HOST_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/* What the function of an operation is declared to be. */
struct operation_marks {
    bool resumable; /* may be run again after an interruption */
    bool async;     /* waits through cloudify.aio only, and so may share its process */
};

/*
 * The way back to the engine of one operation. All calls come from the thread that runs it; none
 * may raise a Lua error or long-jump.
 */
struct operation_channel {
    void *data; /* first argument of each function */
    /** Say that the function is found and about to be called. Called once an operation, never for
     *  one that fails before its function is called. */
    void (*started)(void *data, const struct operation_marks *marks);
    /**
     * Ask the engine and wait for the answer. Methods and arguments:
     *   get_instance {id}                        -> instance document with "node_id"
     *   get_node {id}                            -> node document
     *   update_instance {id, version, runtime_properties} -> {version}; ERROR_CONFLICT
     *   get_secret {key}                         -> the value
     *   get_provider_context {}                  -> an object
     *   get_execution {id}                       -> the record of the execution
     *   get_operation {}                         -> the record of the operation that asks
     *   get_node_instances {node}                -> [{id, index, state}]
     *
     * @param arguments borrowed
     * @return a new reference, or NULL with `err` set to what the engine answered
     */
    json_t *(*call)(void *data, const char *method, const json_t *arguments, struct error *err);
    /** Send a log line. `level` is one of debug, info, warning, error, critical. */
    void (*log)(void *data, const char *level, const char *logger, const char *text);
    /** Send an event of the plugin: `type` is "plugin_event". */
    void (*event)(void *data, const char *type, const char *text);
    /** Code of the plugin is about to run for the operation, or has stopped to; may be NULL. */
    void (*enter)(void *data);
    void (*leave)(void *data);
    /** The operation has ended with this operation_result, a new reference; NULL: out of memory.
     *  Called once, and the channel is not used any more. */
    void (*ended)(void *data, json_t *result);
};

struct operation_host;
struct operation_run;
struct uv_loop_s;

/**
 * Create a host; it keeps one Lua state for each plugin and version it has met.
 *
 * @param loop on which async operations wait; borrowed: must outlive the host. NULL: they wait
 *        like others
 * @return new (operation_host_free() it), or NULL with `err` set: ERROR_NOMEM
 */
struct operation_host *operation_host_new(struct uv_loop_s *loop, struct error *err);

/**
 * Run the operation that `request` describes (docs/protocol.md, operation_request) in its
 * plugin's Lua state and save the runtime properties that it changed, whatever its outcome
 * (runtime.md 3.2, 2.5). Errors of the plugin are mapped as in runtime.md 3.7.
 *
 * @param channel borrowed until channel->ended() is called, which happens before this returns,
 *        unless the operation is async and waits
 * @param request a reference is kept as long
 * @return the operation if it waits, borrowed until it has ended; else NULL
 */
struct operation_run *operation_host_start(struct operation_host *host,
                                           const struct operation_channel *channel,
                                           json_t *request);
/** End an operation that waits: its coroutine is closed, and the result says "cancelled". */
void operation_host_cancel(struct operation_run *run);
/** The operation goes on waiting, whatever comes, until it is cancelled. */
void operation_host_hold(struct operation_run *run);

/** Close the Lua states; no operation is under way. NULL is allowed. */
void operation_host_free(struct operation_host *host);

#endif
