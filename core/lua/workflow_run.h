/* workflow_run.h - private to the workflow host: one workflow under way, and what it sees. */
#ifndef CLOUDIFY_LUA_WORKFLOW_RUN_H
#define CLOUDIFY_LUA_WORKFLOW_RUN_H

#include <lauxlib.h>
#include <lua.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/execution.h"
#include "lua/memory.h"
#include "lua/workflow_handle.h"
#include "resources/resource.h"

struct workflow_run {
    lua_State *L;         /* the main thread: handlers and local tasks run in it */
    lua_State *thread;    /* the coroutine of the workflow */
    struct memory memory; /* of the state */
    struct execution *execution;
    bool started;           /* the function has been called */
    bool returned;          /* it is over; only its tasks are waited for */
    bool waiting;           /* it has told the engine what it waits for */
    bool graph_mode;        /* tasks are made, not started */
    bool abandoned;         /* it was stopped where it stood */
    double cancelled_since; /* seconds, clock_monotonic(): while Lua runs, and was to end; or 0 */
    jmp_buf way_out;        /* of code that cannot be ended otherwise */
    struct task *drain;     /* after `returned`: the task waited for */
    bool succeeded;         /* how the function ended, and the JSON of its result or error */
    json_t *value;
};

/** Whether the ctx of a workflow stands at `arg`; then `*places` gets where its resources are. */
bool workflow_ctx_places(lua_State *L, int arg, struct resource_places *places);

/** The workflow that runs in this state. */
struct workflow_run *workflow_run(lua_State *L);

struct deployment_modification;

/** Raise `err` as a NonRecoverableError. Never returns. */
int workflow_raise(lua_State *L, const struct error *err);
/** Push JSON that the engine goes on to own, as plain Lua data. [-0, +1, e] */
void workflow_json_push(lua_State *L, json_t *value);
/** Push JSON as data that refuses assignment. [-0, +1, e] */
void workflow_constant_push(lua_State *L, json_t *value, const char *refusal);

/** Push what a task has returned: nothing is nil, not a null that counts as true. [-0, +1, e] */
void workflow_value_push(lua_State *L, json_t *value);

/* One class a file. */
void workflow_ctx_register(lua_State *L);
void workflow_node_register(lua_State *L);
void workflow_relationship_register(lua_State *L);
void workflow_instance_register(lua_State *L);
void workflow_relationship_instance_register(lua_State *L);
void workflow_task_register(lua_State *L);
void workflow_graph_register(lua_State *L);
void workflow_sequence_register(lua_State *L);
void workflow_logger_register(lua_State *L);
void workflow_modification_register(lua_State *L);
void workflow_deployment_register(lua_State *L);

/* Push the one handle of each thing, as seen in the view (NULL: in all). [-0, +1, m] */
void workflow_ctx_push(lua_State *L);
void workflow_node_push(lua_State *L, const struct modification_view *view,
                        const struct plan_node *node);
void workflow_relationship_push(lua_State *L, const struct modification_view *view,
                                const struct plan_node *node, size_t index);
void workflow_instance_push(lua_State *L, const struct modification_view *view, size_t instance);
/** @param place where `r` stands in the list of its source */
void workflow_relationship_instance_push(lua_State *L, const struct modification_view *view,
                                         size_t source, const struct instance_relationship *r,
                                         size_t place);
void workflow_graph_push(lua_State *L);
void workflow_deployment_push(lua_State *L);
/** The logger of an instance, or of the workflow itself: TASK_NO_INSTANCE. */
void workflow_logger_push(lua_State *L, long instance);
void workflow_task_push(lua_State *L, struct task *task);
void workflow_modification_push(lua_State *L, struct deployment_modification *modification);
/** Push a sequence in `container` (NULL: the graph itself). */
void workflow_sequence_push(lua_State *L, struct task *container);

/**
 * Push what a call that made `task` gives to the workflow; NULL raises `err`. Outside of graph
 * mode the task is started. [-0, +1, v]
 */
int workflow_task_return(lua_State *L, struct task *task, const struct error *err);
/** The task whose handle stands at `arg`, and that whose method or field is asked for. */
struct task *workflow_task_check(lua_State *L, int arg);
struct task *workflow_task_self(lua_State *L);
/** How often, and seconds after which, a task is tried again; raises for what is neither. */
int32_t workflow_retries_check(lua_State *L, int arg);
double workflow_interval_check(lua_State *L, int arg);
/** ctx:local_task(function or "module.function", options) */
int workflow_local_task(lua_State *L);
/** ctx:execute_task("module.function", options): it runs in the engine, with a copy of its keyword
 * arguments. */
int workflow_execute_task(lua_State *L);
/** Push an iterator over what hangs on the handle at index 1: `next` is called for each. [-0, +1,
 * m] */
void workflow_iterator_push(lua_State *L, lua_CFunction next);
/** Replace the list on top of the stack by an iterator over it. [-1, +1, m] */
void workflow_list_iterator(lua_State *L);
/** In `next`: which one to give, from 0; one further on each call. [-0, +0, -] */
size_t workflow_iterator_position(lua_State *L);
/** A task started without a graph that the workflow has not asked for, forgotten now; or NULL. */
struct task *workflow_task_next_pending(lua_State *L);
/** Make the tables of what follows from tasks. [-0, +0, m] */
void workflow_result_register(lua_State *L);
/** Call those who listen for the result of a task that has ended. [-0, +0, e] */
void workflow_result_tell(lua_State *L, struct task *task);
/** What all tasks have of waiting and listening; no handle is of this class. */
extern const struct lua_class workflow_result_class;
/** What graphs and subgraphs have in common; no handle is of this class. */
extern const struct lua_class workflow_container_class;
/** What ctx has of the services around the original; no handle is of this class either. */
extern const struct lua_class workflow_services_class;
/** What ctx tells of blueprint and deployment as records and lists; likewise. */
extern const struct lua_class workflow_records_class;
/** Index of the node instance whose handle stands at `arg`; TASK_NO_INSTANCE: there stands nil.
 * Raises for anything else. [-0, +0, v] */
long workflow_instance_check(lua_State *L, int arg);

/* Options of a method stand in a table, its last argument. Where more than one is asked for, the
 * caller has cut the stack to the arguments by lua_settop(). */

/** Whether the argument can be called. [-0, +0, m] */
bool workflow_is_callable(lua_State *L, int arg);
/** The option `name` of the table of options at `arg`, pushed; nil without a table. [-0, +1, e] */
int workflow_option(lua_State *L, int arg, const char *name);
/** Raise unless the table of options at `arg`, if there is one, has only options that `names`
 * lists, up to NULL; `method` is who takes them. [-0, +0, v] */
void workflow_check_options(lua_State *L, int arg, const char *method, const char *const names[]);
/** The boolean option `name` of the table at `arg`, or `fallback`. [-0, +0, e] */
bool workflow_flag(lua_State *L, int arg, const char *name, bool fallback);
/** The option `name` as a JSON object, boxed on the stack; NULL where it is absent. [-0, +1, e] */
json_t *workflow_object(lua_State *L, int arg, const char *name);
/** What execute_operation and its kin take, from the name at `arg` on; cuts the stack to them.
 * [-0, +1, e] */
void workflow_operation_options(lua_State *L, int arg, struct operation_call *call);
/** Mark the coroutine as waiting and yield; `k` goes on. Raises outside of the workflow. */
int workflow_wait(lua_State *L, lua_KContext context, lua_KFunction k);

#endif
