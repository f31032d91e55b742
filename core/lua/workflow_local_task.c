/* workflow_local_task.c - tasks that are functions of the workflow (runtime.md 6.2, 6.4). */
#include "lua/exception.h"
#include "lua/lua_cloudify.h"
#include "lua/workflow_run.h"

/* Calls the function with its arguments: upvalues of what ctx:local_task() registers. */
static int call_local(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_call(L, 1, 1);
    return 1;
}

/* The options at index 3 are completed by what the function at index 2, or of that name, is
 * declared with. */
static void add_task_config(lua_State *L)
{
    lua_module_field(L, "cloudify.workflows.handlers", "local_task_options");
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    lua_call(L, 2, 1);
    lua_replace(L, 3);
    lua_settop(L, 3);
}

/* Replace the name "module.function" at index 2 by what calls that function: unlike a function it
 * can be stored and found again. */
static void push_named_call(lua_State *L)
{
    lua_module_field(L, "cloudify.workflows.handlers", "call_of");
    lua_pushvalue(L, 2);
    workflow_option(L, 3, "kwargs");
    lua_call(L, 2, 1);
}

static void push_local_function(lua_State *L)
{
    if (lua_isstring(L, 2)) {
        push_named_call(L);
        return;
    }
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2);
    if (workflow_option(L, 3, "kwargs") == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newtable(L);
    }
    lua_pushcclosure(L, call_local, 2);
}

static void check_local_options(lua_State *L)
{
    static const char *const known[] = {"name",
                                        "kwargs",
                                        "node",
                                        "info",
                                        "total_retries",
                                        "retry_interval",
                                        "send_task_events",
                                        "override_task_config",
                                        "local",
                                        NULL};
    if (workflow_option(L, 3, "task_id") != LUA_TNIL)
        lua_exception_raise(L, "NonRecoverableError",
                            "local_task: 'task_id' cannot be chosen: each attempt gets its own");
    lua_settop(L, 3);
    workflow_check_options(L, 3, "local_task", known);
}

/* How the task is tried again: as the execution says, where the options at index 3 do not. */
struct configuration {
    bool has_retries, has_interval;
    int32_t total_retries;
    double retry_interval;
};

static struct configuration read_configuration(lua_State *L)
{
    struct configuration given = {0};
    given.has_retries = workflow_option(L, 3, "total_retries") != LUA_TNIL;
    if (given.has_retries)
        given.total_retries = workflow_retries_check(L, lua_gettop(L));
    given.has_interval = workflow_option(L, 3, "retry_interval") != LUA_TNIL;
    if (given.has_interval)
        given.retry_interval = workflow_interval_check(L, lua_gettop(L));
    return given;
}

static void configure(lua_State *L, struct task *task, const struct configuration *given)
{
    if (given->has_retries)
        task->total_retries = given->total_retries;
    if (given->has_interval)
        task->retry_interval = given->retry_interval;
    task->send_events = workflow_flag(L, 3, "send_task_events", task->send_events);
}

int workflow_local_task(lua_State *L)
{
    lua_settop(L, 3);
    check_local_options(L);
    add_task_config(L);
    workflow_option(L, 3, "name");
    const char *name = luaL_optstring(L, -1, lua_isstring(L, 2) ? lua_tostring(L, 2) : "local");
    workflow_option(L, 3, "info");
    const char *info = luaL_optstring(L, -1, NULL);
    workflow_option(L, 3, "node");
    long instance = workflow_instance_check(L, -1);
    const struct configuration given = read_configuration(L);
    push_local_function(L);
    int function = luaL_ref(L, LUA_REGISTRYINDEX);
    struct error err = {0};
    struct task *task =
        execution_local_task(workflow_run(L)->execution, name, function, info, &err);
    if (task) {
        task->instance = instance;
        configure(L, task, &given);
    }
    return workflow_task_return(L, task, &err);
}

int workflow_execute_task(lua_State *L)
{
    static const char *const elsewhere[] = {"task_queue", "task_target", "node_context", "timeout",
                                            "timeout_recoverable"};
    luaL_checkstring(L, 2);
    lua_settop(L, 3);
    if (!workflow_flag(L, 3, "local", true))
        return lua_exception_raise(L, "NonRecoverableError",
                                   "execute_task: there are no agents on one machine; without "
                                   "'local = false' the function runs in the engine");
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        if (workflow_option(L, 3, elsewhere[i]) != LUA_TNIL)
            return lua_exception_raise(L, "NonRecoverableError",
                                       "execute_task: '%s' has no meaning for a function that runs "
                                       "in the engine",
                                       elsewhere[i]);
    }
    lua_settop(L, 3);
    return workflow_local_task(L);
}
