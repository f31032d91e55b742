/* workflow_result.c - what becomes of tasks: those started without a graph, waiting for a result,
 * listening to it (runtime.md 6.4). */
#include "lua/exception.h"
#include "lua/value.h"
#include "lua/workflow_run.h"

static const char pending_key;   /* registry: tasks started without a graph and not yet asked for */
static const char listeners_key; /* registry: task -> list of the functions that on_result() got */

/* ---- tasks without a graph ---- */

static void set_pending(lua_State *L, const struct task *task, bool pending)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &pending_key);
    if (pending)
        lua_pushboolean(L, true);
    else
        lua_pushnil(L);
    lua_rawsetp(L, -2, task);
    lua_pop(L, 1);
}

struct task *workflow_task_next_pending(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &pending_key);
    lua_pushnil(L);
    struct task *task = NULL;
    if (lua_next(L, -2)) {
        task = lua_touserdata(L, -2);
        lua_pop(L, 2);
    }
    lua_pop(L, 1);
    if (task)
        set_pending(L, task, false);
    return task;
}

int workflow_task_return(lua_State *L, struct task *task, const struct error *err)
{
    struct workflow_run *run = workflow_run(L);
    if (!task)
        return workflow_raise(L, err);
    struct error add_error = {0};
    if (!run->graph_mode) {
        if (!task_graph_add(execution_graph(run->execution), NULL, task, &add_error))
            return workflow_raise(L, &add_error);
        set_pending(L, task, true);
    }
    workflow_task_push(L, task);
    return 1;
}

/* ---- waiting ---- */

int workflow_wait(lua_State *L, lua_KContext context, lua_KFunction k)
{
    struct workflow_run *run = workflow_run(L);
    if (L != run->thread || !lua_isyieldable(L))
        return lua_exception_raise(L, "NonRecoverableError",
                                   "a workflow can wait only in its own function, not in a "
                                   "handler, a coroutine of its own or a callback");
    run->waiting = true;
    return lua_yieldk(L, 0, context, k);
}

/* Push what the task has failed by (runtime.md 6.4); its field `task` tells which task that was. */
static void push_error(lua_State *L, const struct task *task)
{
    json_t **box = lua_json_box(L);
    *box = execution_task_error(workflow_run(L)->execution, task);
    lua_exception_from_json(L, *box);
    lua_remove(L, -2);
}

static int finish_get(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    struct task *task = (struct task *)context;
    json_t *value = NULL;
    set_pending(L, task, false);
    bool ok = execution_task_result(workflow_run(L)->execution, task, &value);
    if (ok) {
        workflow_value_push(L, value);
        return 1;
    }
    if (value) {
        push_error(L, task);
        return lua_error(L);
    }
    if (execution_cancel_level(workflow_run(L)->execution) > CANCEL_NONE)
        return lua_exception_raise(L, "ExecutionCancelled", "the execution was cancelled");
    return lua_exception_raise(L, "WorkflowFailed", "task '%s' failed: no reason given",
                               task->text ? task->text : "");
}

/* get{retry_on_failure = true} */
static int task_get(lua_State *L)
{
    static const char *const options[] = {"retry_on_failure", NULL};
    struct task *task = workflow_task_self(L);
    lua_settop(L, 2);
    workflow_check_options(L, 2, "get", options);
    bool retries = workflow_flag(L, 2, "retry_on_failure", true);
    if (task_is_terminal(task) && !task->attached)
        return finish_get(L, LUA_OK, (lua_KContext)task);
    if (!task->attached)
        return lua_exception_raise(L, "NonRecoverableError",
                                   "task '%s' was not added to a graph, so it never ends",
                                   task->text ? task->text : "");
    execution_wait_task(workflow_run(L)->execution, task, retries);
    return workflow_wait(L, (lua_KContext)task, finish_get);
}

/* ---- listening ---- */

/* Call the function on top of the stack, which is removed, with the result of `task`, or nil and
 * the error. What it fails by is logged: the task has ended, and others listen, too. */
static void call_listener(lua_State *L, const struct task *task)
{
    luaL_checkstack(L, 8, "listeners of a task");
    int function = lua_gettop(L);
    lua_pushcfunction(L, lua_exception_handler);
    lua_insert(L, function);
    bool ok = task->state == TASK_SUCCEEDED;
    workflow_value_push(L, ok ? task->value : NULL);
    if (!ok)
        push_error(L, task);
    if (lua_pcall(L, ok ? 1 : 2, 0, function) != LUA_OK) {
        struct error err = {0};
        lua_pushfstring(L, "a listener of task '%s' failed: %s", task->text,
                        luaL_tolstring(L, -1, NULL));
        if (!execution_log(workflow_run(L)->execution, TASK_NO_INSTANCE, "error",
                           lua_tostring(L, -1), &err))
            workflow_raise(L, &err);
    }
    lua_settop(L, function - 1);
}

void workflow_result_tell(lua_State *L, struct task *task)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &listeners_key);
    if (lua_rawgetp(L, -1, task) == LUA_TTABLE) {
        lua_pushnil(L);
        lua_rawsetp(L, -3, task);
        for (lua_Integer i = 1; lua_geti(L, -1, i) != LUA_TNIL; i++)
            call_listener(L, task);
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
}

/* Keep the function at index 2 for when the task has ended. */
static void add_listener(lua_State *L, struct task *task)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &listeners_key);
    if (lua_rawgetp(L, -1, task) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, -3, task);
    }
    lua_pushvalue(L, 2);
    lua_seti(L, -2, luaL_len(L, -2) + 1);
    lua_pop(L, 2);
    task->is_awaited = true;
}

/* on_result(function(result, error)): called when it has ended; at once if it has already. */
static int task_on_result(lua_State *L)
{
    struct task *task = workflow_task_self(L);
    lua_settop(L, 2);
    if (!workflow_is_callable(L, 2))
        return lua_exception_raise(L, "NonRecoverableError",
                                   "on_result: a function is expected, not a %s",
                                   luaL_typename(L, 2));
    if (task_is_terminal(task) && !task->attached)
        call_listener(L, task);
    else
        add_listener(L, task);
    return 0;
}

static const luaL_Reg methods[] = {{"get", task_get}, {"on_result", task_on_result}, {NULL, NULL}};

const struct lua_class workflow_result_class = {.methods = methods};

void workflow_result_register(lua_State *L)
{
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &pending_key);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &listeners_key);
}
