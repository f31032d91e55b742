/* operation_context.h - what stands behind ctx while one operation runs. */
#ifndef CLOUDIFY_LUA_OPERATION_CONTEXT_H
#define CLOUDIFY_LUA_OPERATION_CONTEXT_H

#include <jansson.h>
#include <lua.h>
#include <stdbool.h>

#include "lua/lua_class.h"
#include "lua/operation_host.h"
#include "lua/tracked.h"

enum context_type { CONTEXT_NODE, CONTEXT_RELATIONSHIP, CONTEXT_DEPLOYMENT };

/* One node instance that the operation has met: its own, or a related one. */
struct instance_state {
    struct instance_state *next;
    json_t *document;                    /* shared; NULL until it is fetched */
    struct tracked_document *properties; /* NULL until they are first read */
    json_int_t version;
    bool writable;
    char id[];
};

/* Everything is found in the request, or asked for through the channel. */
struct operation_context {
    const struct operation_channel *channel;
    const json_t *request; /* borrowed */
    enum context_type type;
    struct instance_state *instances; /* in the order in which they were met */
    bool resume;                      /* this run repeats one that was interrupted */
    bool keeps_files;                 /* in a folder that goes with the operation */
    json_t *retry; /* the error that ctx.operation:retry() asks for: the last call wins; or NULL */
};

/**
 * Start a context over `request`, which must outlive it; the instances the operation runs on are
 * known from the start and may be written.
 *
 * @return false with `err` set: ERROR_INVALID (no request), ERROR_NOMEM
 */
bool operation_context_init(struct operation_context *context,
                            const struct operation_channel *channel, const json_t *request,
                            struct error *err);
/** Empty the context. Handles to runtime properties live on, read-only. */
void operation_context_release(struct operation_context *context);

/**
 * The state of the instance `id`, whose document is fetched now if it is not known.
 *
 * @return borrowed from the context, or NULL with `err` set
 */
struct instance_state *operation_context_instance(struct operation_context *context, const char *id,
                                                  struct error *err);
/** channel->call(); takes `arguments` (NULL: out of memory). New, or NULL with `err` set. */
json_t *operation_context_ask(const struct operation_context *context, const char *method,
                              json_t *arguments, struct error *err);
/** Fetch the document of `state` again; its properties are forgotten. */
bool instance_state_fetch(struct operation_context *context, struct instance_state *state,
                          struct error *err);
/** The runtime properties of `state`, borrowed, or NULL when out of memory. */
struct tracked_document *instance_state_properties(struct instance_state *state);
/** Put `root` (takes the reference) in the place of all runtime properties, not saved yet. */
bool instance_state_replace(struct instance_state *state, json_t *root, struct error *err);
/** Save the runtime properties with the version they are based on. */
bool instance_state_update(struct operation_context *context, struct instance_state *state,
                           struct error *err);

/** The instances whose properties have changed and are not saved: [{id, version,
 *  runtime_properties}], new, or NULL when out of memory. */
json_t *operation_context_changes(const struct operation_context *context);

/* The classes of ctx. Each handle keeps ctx in its user value 1. */

extern const struct lua_class lua_context_class;
/** What it has from other files; no object is of these classes. */
extern const struct lua_class lua_context_facts_class, lua_context_services_class;

/** Register ctx and the classes below it. [-0, +0, m] */
void lua_context_register(lua_State *L);
void lua_deployment_register(lua_State *L);
void lua_node_register(lua_State *L);
void lua_instance_register(lua_State *L);
void lua_relationship_register(lua_State *L);
void lua_operation_register(lua_State *L);
void lua_plugin_register(lua_State *L);
void lua_logger_register(lua_State *L);

/** Push a new ctx over `context`; it must be revoked before `context` is released. [-0, +1, m] */
void lua_context_push(lua_State *L, struct operation_context *context);
/** End the life of the ctx at `index`: it and what hangs on it raise from now on. [-0, +0, -] */
void lua_context_revoke(lua_State *L, int index);
/** The context of the ctx at `index`; raises once it is revoked. [-0, +0, v] */
struct operation_context *lua_context_check(lua_State *L, int index);
/** The context of the ctx whose method or field is asked for; raises likewise. [-0, +0, v] */
struct operation_context *lua_context_self(lua_State *L);
/** The context of the ctx that the handle at `index` keeps. [-0, +0, v] */
struct operation_context *lua_context_of(lua_State *L, int index);
/** Push a new object of a class below ctx, as lua_class_new_object() does; its user value 1 becomes
 *  the ctx at `ctx`. [-0, +1, m] */
void *lua_context_new_handle(lua_State *L, int ctx, const struct lua_class *class, size_t size,
                             int values);
/**
 * Push what the ctx at `ctx` remembers under the key `kind`:`id`, or nil; to remember the value
 * on top of the stack under it. [-0, +1, m], [-0, +0, m]
 */
int lua_context_recall(lua_State *L, int ctx, const char *kind, const char *id);
void lua_context_remember(lua_State *L, int ctx, const char *kind, const char *id);

/* Each pushes a handle, for the ctx at `ctx`, the same for the same thing. [-0, +1, v] */
void lua_node_push(lua_State *L, int ctx, json_t *node);
void lua_node_push_named(lua_State *L, int ctx, const char *id);
void lua_instance_push(lua_State *L, int ctx, const char *id);
void lua_endpoint_push(lua_State *L, int ctx, const char *instance_id, const char *node_id,
                       json_t *node);
void lua_relationships_push(lua_State *L, int ctx, const json_t *list);
void lua_operation_push(lua_State *L, int ctx);
void lua_plugin_push(lua_State *L, int ctx);
void lua_logger_push(lua_State *L, int ctx);

/** Log `text` in the name of the operation of the ctx at `ctx`. [-0, +0, v] */
void lua_logger_send(lua_State *L, int ctx, const char *level, const char *text);

/** Raise `err` as the exception that its code stands for. Never returns. [-0, +0, v] */
int lua_raise_error(lua_State *L, const struct error *err);
/** operation_context_ask(); raises when it fails. The result is in a box that is
 *  pushed. [-0, +1, v] */
json_t *lua_context_call(lua_State *L, struct operation_context *context, const char *method,
                         json_t *arguments);

#endif
