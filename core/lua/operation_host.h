/* operation_host.h - runs operations of Lua plugins: operation_request in, operation_result out. */
#ifndef CLOUDIFY_LUA_OPERATION_HOST_H
#define CLOUDIFY_LUA_OPERATION_HOST_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/*
 * The way back to the engine while an operation runs. All calls come from the thread that is in
 * operation_host_run(); none may raise a Lua error or long-jump.
 */
struct operation_channel {
    void *data; /* first argument of each function */
    /** Say that the function is found and about to be called. `resumable`: declared so. Called
     *  once an operation, never for one that fails before its function is called. */
    void (*started)(void *data, bool resumable);
    /**
     * Ask the engine and wait for the answer. Methods and arguments:
     *   get_instance {id}                        -> instance document with "node_id"
     *   get_node {id}                            -> node document
     *   update_instance {id, version, runtime_properties} -> {version}; ERROR_CONFLICT
     *   get_resource {path}                      -> {path: absolute path of a readable file}
     *   get_secret {key}                         -> the value
     *
     * @param arguments borrowed
     * @return a new reference, or NULL with `err` set to what the engine answered
     */
    json_t *(*call)(void *data, const char *method, const json_t *arguments, struct error *err);
    /** Send a log line. `level` is one of debug, info, warning, error, critical. */
    void (*log)(void *data, const char *level, const char *logger, const char *text);
    /** Send an event of the plugin: `type` is "plugin_event". */
    void (*event)(void *data, const char *type, const char *text);
};

struct operation_host;

/**
 * Create a host; it keeps one Lua state for each plugin and version it has met.
 *
 * @param channel borrowed: must outlive the host
 * @return new (operation_host_free() it), or NULL with `err` set: ERROR_NOMEM
 */
struct operation_host *operation_host_new(const struct operation_channel *channel,
                                          struct error *err);

/**
 * Run the operation that `request` describes (docs/protocol.md, operation_request) in its
 * plugin's Lua state and save the runtime properties that it changed, whatever its outcome
 * (runtime.md 3.2, 2.5). Errors of the plugin are mapped as in runtime.md 3.7.
 *
 * @param request borrowed
 * @return the operation_result, a new reference; NULL only when out of memory
 */
json_t *operation_host_run(struct operation_host *host, const json_t *request);

/** Close the Lua states. NULL is allowed. */
void operation_host_free(struct operation_host *host);

#endif
