/* operation_run.h - one operation on its way; shared by the host, its runs and what they wait for.
 */
#ifndef CLOUDIFY_LUA_OPERATION_RUN_H
#define CLOUDIFY_LUA_OPERATION_RUN_H

#include <lua.h>

#include "lua/operation_context.h"
#include "lua/operation_host.h"
#include "lua/state_guard.h"
#include "resources/transfers.h"

struct wait;

/* The Lua state of one version of a plugin: plugins cannot see or break each other. */
struct plugin_state {
    struct plugin_state *next;
    lua_State *L;
    struct state_guard guard;
    int running;  /* operations that have not ended */
    bool retired; /* an operation has broken it: no further one gets it */
    char key[];
};

struct operation_host {
    uv_loop_t *loop; /* or NULL */
    struct plugin_state *states;
    struct transfers *transfers;   /* of its loop; NULL until the first */
    struct operation_run *current; /* whose code runs, or NULL */
    int running;                   /* operations that have not ended */
    bool exhausted;                /* one has failed for want of memory */
};

/* Its coroutine, ctx and inputs are kept in the registry of its plugin's state. */
struct operation_run {
    struct operation_context context;
    struct operation_host *host;
    json_t *request;
    struct plugin_state *state; /* NULL: `L` belongs to somebody else */
    lua_State *L;               /* the plugin's */
    lua_State *thread;          /* the coroutine, or NULL */
    int thread_ref, ctx_ref, inputs_ref;
    struct operation_marks marks;
    struct wait *wait; /* what it waits for, or NULL */
    bool held;         /* it is being ended: nothing resumes it */
    json_t *value;     /* what the function returned */
    json_t *error;     /* or why it failed */
};

/**
 * Begin the operation of `request` in `L`, as operation_host_start().
 *
 * @param state of which `L` is; NULL: none of the host's
 */
struct operation_run *operation_run_start(struct operation_host *host, lua_State *L,
                                          struct plugin_state *state,
                                          const struct operation_channel *channel, json_t *request);
/** Close what no operation is to have any more, and none has: an operation has just ended. */
void operation_host_settle(struct operation_host *host);
/** What it waited for has come: go on, to the next wait or to the end, which frees it. */
void operation_run_resume(struct operation_run *run);
/** End it while it waits. */
void operation_run_cancel(struct operation_run *run);
/** Let the states know `host`, so that its current run is found. [-0, +0, m] */
void operation_run_register(lua_State *L, struct operation_host *host);
/** The host of the state of `L`, or NULL. [-0, +0, m] */
struct operation_host *operation_run_host(lua_State *L);

#endif
