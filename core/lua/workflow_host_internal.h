/* workflow_host_internal.h - shared by lua_workflow_host.c (a workflow goes on), workflow_state.c
 * (its Lua state is made and closed) and workflow_calls.c (what else the engine calls in it). */
#ifndef CLOUDIFY_LUA_WORKFLOW_HOST_INTERNAL_H
#define CLOUDIFY_LUA_WORKFLOW_HOST_INTERNAL_H

#include "engine/workflow_host.h"
#include "lua/workflow_run.h"

/** Why a workflow cannot be used any more: its code was left where it stood. */
extern const char workflow_not_ended[];

/** An error as in an operation_result; new. */
json_t *workflow_error(const char *type, const char *message);
json_t *workflow_memory_error(const struct workflow_run *run);
/** Move the message of the error on top of the stack to `err`. [-1, +0, -] */
void workflow_take_message(lua_State *L, enum error_code code, struct error *err);

/* The members of struct workflow_host; `workflow` is a struct workflow_run. */

void *workflow_host_open(void *data, struct execution *execution, const struct workflow_call *call,
                         struct error *err);
void workflow_host_close(void *workflow);
bool workflow_host_handle(void *workflow, struct task *task, int handler,
                          struct handler_result *result, struct error *err);
json_t *workflow_host_save_handler(void *workflow, int handler, struct error *err);
int workflow_host_load_handler(void *workflow, const json_t *saved, struct error *err);
bool workflow_host_run_local(void *workflow, struct task *task, json_t **value);
void workflow_host_ended(void *workflow, struct task *task);
void workflow_host_cancelled(void *workflow, enum cancel_level level);

#endif
