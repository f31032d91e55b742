/* workflow_calls.c - what the engine calls in the main thread of a workflow: handlers, local tasks,
 * listeners. */
#include "lua/exception.h"
#include "lua/lua_cloudify.h"
#include "lua/value.h"
#include "lua/workflow_host_internal.h"
#include "lua/workflow_interrupt.h"

static const char handlers[] = "cloudify.workflows.handlers"; /* makes a handler storable */

struct handler_call {
    struct task *task;
    int function;
    struct handler_result *result;
    enum cancel_level level;
    json_t *value;
};

static void read_result(lua_State *L, struct handler_result *result)
{
    static const char *const names[] = {"retry", "fail", "continue", "ignore", NULL};
    static const enum handler_action actions[] = {HANDLER_RETRY, HANDLER_FAIL, HANDLER_CONTINUE,
                                                  HANDLER_IGNORE};
    if (!lua_istable(L, 1))
        lua_exception_raise(L, "NonRecoverableError",
                            "a handler must return handlers.retry(), fail(), cont() or ignore()");
    lua_getfield(L, 1, "action");
    result->action = actions[luaL_checkoption(L, -1, NULL, names)];
    lua_getfield(L, 1, "ignore_total_retries");
    result->ignore_total_retries = lua_toboolean(L, -1);
    result->retry_after = lua_getfield(L, 1, "retry_after") == LUA_TNIL
                              ? -1
                              : lua_retry_after_check(L, -1, "handlers.retry");
    if (lua_getfield(L, 1, "retried_task") != LUA_TNIL)
        result->retried_task = workflow_task_check(L, -1);
}

static int call_handler(lua_State *L)
{
    struct handler_call *call = lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, call->function);
    workflow_task_push(L, call->task);
    lua_call(L, 1, 1);
    read_result(L, call->result);
    return 0;
}

static int call_function(lua_State *L)
{
    struct handler_call *call = lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, call->function);
    lua_call(L, 0, 1);
    if (!lua_isnil(L, 1))
        call->value = lua_json_check(L, 1, "the task's result");
    return 0;
}

static bool left_behind(struct error *err)
{
    return error_set(err, ERROR_PLUGIN, "%s", workflow_not_ended);
}

/*
 * Call `function` in the main thread.
 *
 * @param error gets the error as in an operation_result; NULL: its message is put into `err`
 * @return false: it has failed; with `err` set also where the workflow cannot be used any more
 */
static bool protected_call(struct workflow_run *run, lua_CFunction function,
                           struct handler_call *call, json_t **error, struct error *err)
{
    if (!run->L)
        return left_behind(err);
    if (setjmp(run->way_out)) {
        workflow_interrupt_leave(run);
        return left_behind(err);
    }
    lua_State *L = run->L;
    workflow_interrupt_begin(run);
    lua_settop(L, 0);
    lua_pushcfunction(L, lua_exception_handler);
    lua_pushcfunction(L, function);
    lua_pushlightuserdata(L, call);
    bool ok = lua_pcall(L, 1, 0, 1) == LUA_OK;
    if (!ok && error)
        *error = lua_exception_to_json(L, -1);
    else if (!ok)
        workflow_take_message(L, ERROR_PLUGIN, err);
    lua_settop(L, 0);
    return ok;
}

bool workflow_host_handle(void *workflow, struct task *task, int handler,
                          struct handler_result *result, struct error *err)
{
    const struct workflow_run *run = workflow;
    /* Without a graph it is the workflow that goes on after a success (runtime.md 6.4). */
    if (!run->graph_mode && task->state == TASK_SUCCEEDED)
        return true;
    struct handler_call call = {.task = task, .function = handler, .result = result};
    return protected_call(workflow, call_handler, &call, NULL, err);
}

/* ---- handlers by name ---- */

/* Leaves call->value NULL for what has no name. */
static int describe_handler(lua_State *L)
{
    struct handler_call *call = lua_touserdata(L, 1);
    lua_module_field(L, handlers, "describe");
    lua_rawgeti(L, LUA_REGISTRYINDEX, call->function);
    lua_call(L, 1, 1);
    if (!lua_isnil(L, -1))
        call->value = lua_json_check(L, -1, "the handler's arguments");
    return 0;
}

static int find_handler(lua_State *L)
{
    struct handler_call *call = lua_touserdata(L, 1);
    lua_module_field(L, handlers, "from_description");
    lua_json_push(L, call->value);
    lua_call(L, 1, 1);
    call->function = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

json_t *workflow_host_save_handler(void *workflow, int handler, struct error *err)
{
    struct handler_call call = {.function = handler};
    if (protected_call(workflow, describe_handler, &call, NULL, err) && !call.value)
        error_set(err, ERROR_UNSUPPORTED,
                  "a handler of a stored graph must be given by name: handlers.by_name()");
    return call.value;
}

int workflow_host_load_handler(void *workflow, const json_t *saved, struct error *err)
{
    struct handler_call call = {.function = TASK_HANDLER_NONE, .value = (json_t *)saved};
    protected_call(workflow, find_handler, &call, NULL, err);
    return call.function;
}

bool workflow_host_run_local(void *workflow, struct task *task, json_t **value)
{
    struct handler_call call = {.task = task, .function = task->function};
    struct error err = {0};
    json_t *error = NULL;
    bool ok = protected_call(workflow, call_function, &call, &error, &err);
    if (err.code)
        error = workflow_error("NonRecoverableError", err.text);
    *value = ok ? call.value : error;
    return ok;
}

/* ---- what it is told ---- */

static int call_listeners(lua_State *L)
{
    struct handler_call *call = lua_touserdata(L, 1);
    workflow_result_tell(L, call->task);
    return 0;
}

void workflow_host_ended(void *workflow, struct task *task)
{
    struct handler_call call = {.task = task};
    struct error ignored = {0}; /* what a listener fails by is logged where it is called */
    protected_call(workflow, call_listeners, &call, NULL, &ignored);
}

static int call_cancel_callbacks(lua_State *L)
{
    struct handler_call *call = lua_touserdata(L, 1);
    lua_module_field(L, "cloudify.workflows.api", "tell_cancelled");
    lua_pushboolean(L, call->level >= CANCEL_KILL);
    lua_call(L, 1, 0);
    return 0;
}

void workflow_host_cancelled(void *workflow, enum cancel_level level)
{
    struct handler_call call = {.level = level};
    struct error ignored = {0}; /* as above */
    protected_call(workflow, call_cancel_callbacks, &call, NULL, &ignored);
}
