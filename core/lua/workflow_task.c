/* workflow_task.c - the class of tasks and of subgraphs, which are tasks that contain tasks. */
#include <string.h>

#include "lua/exception.h"
#include "lua/value.h"
#include "lua/workflow_run.h"

static const struct lua_class task_class, subgraph_class;

static const struct lua_class *class_of(const struct task *task)
{
    return task->kind == TASK_SUBGRAPH ? &subgraph_class : &task_class;
}

struct task *workflow_task_check(lua_State *L, int arg)
{
    const struct workflow_handle *handle = lua_class_test(L, arg, &task_class);
    if (!handle)
        handle = lua_class_test(L, arg, &subgraph_class);
    if (!handle)
        luaL_typeerror(L, arg, task_class.name);
    return handle->object;
}

struct task *workflow_task_self(lua_State *L)
{
    return workflow_handle_self(L)->object;
}

void workflow_task_push(lua_State *L, struct task *task)
{
    workflow_handle_push(L, class_of(task), task, task, 0);
}

static int task_id(lua_State *L)
{
    lua_pushstring(L, uuid_text(&workflow_task_self(L)->id).text);
    return 1;
}

static int task_name(lua_State *L)
{
    lua_pushstring(L, workflow_task_self(L)->text);
    return 1;
}

static int task_type(lua_State *L)
{
    lua_pushstring(L, task_kind_name(workflow_task_self(L)->kind));
    return 1;
}

static int task_state(lua_State *L)
{
    lua_pushstring(L, task_state_name(workflow_task_self(L)->state));
    return 1;
}

static int task_is_terminated(lua_State *L)
{
    lua_pushboolean(L, task_is_terminal(workflow_task_self(L)));
    return 1;
}

static int task_is_subgraph(lua_State *L)
{
    lua_pushboolean(L, workflow_task_self(L)->kind == TASK_SUBGRAPH);
    return 1;
}

static int task_is_nop(lua_State *L)
{
    lua_pushboolean(L, workflow_task_self(L)->kind == TASK_NOP);
    return 1;
}

/* The text of an event, the state that is set, what a local task was given. */
static int task_info(lua_State *L)
{
    const struct task *task = workflow_task_self(L);
    bool has_info = task->kind == TASK_SET_STATE || task->kind == TASK_NODE_EVENT ||
                    task->kind == TASK_WORKFLOW_EVENT;
    lua_pushstring(L, task->kind == TASK_LOCAL ? json_string_value(task->payload)
                      : has_info               ? task->text
                                               : NULL);
    return 1;
}

/* Seconds, or nil. */
static int task_timeout(lua_State *L)
{
    const struct operation *operation = workflow_task_self(L)->operation;
    if (operation && operation->timeout >= 0)
        lua_pushnumber(L, operation->timeout);
    else
        lua_pushnil(L);
    return 1;
}

static int task_timeout_recoverable(lua_State *L)
{
    const struct operation *operation = workflow_task_self(L)->operation;
    lua_pushboolean(L, operation && operation->timeout_recoverable > 0);
    return 1;
}

static int task_current_retries(lua_State *L)
{
    lua_pushinteger(L, workflow_task_self(L)->current_retries);
    return 1;
}

static int task_total_retries(lua_State *L)
{
    lua_pushinteger(L, workflow_task_self(L)->total_retries);
    return 1;
}

static int task_retry_interval(lua_State *L)
{
    lua_pushnumber(L, workflow_task_self(L)->retry_interval);
    return 1;
}

/* When it may start, seconds since 1970; nil: at any time. */
static int task_execute_after(lua_State *L)
{
    double seconds = workflow_task_self(L)->execute_after;
    if (seconds > 0)
        lua_pushnumber(L, seconds);
    else
        lua_pushnil(L);
    return 1;
}

/* The id of the attempt before, or of the task whose place it takes. */
static int task_retried_task(lua_State *L)
{
    lua_pushstring(L, workflow_task_self(L)->retried);
    return 1;
}

static int task_send_task_events(lua_State *L)
{
    lua_pushboolean(L, workflow_task_self(L)->send_events);
    return 1;
}

static int task_operation(lua_State *L)
{
    const struct operation *operation = workflow_task_self(L)->operation;
    lua_pushstring(L, operation ? operation->name : NULL);
    return 1;
}

static int task_result(lua_State *L)
{
    workflow_value_push(L, workflow_task_self(L)->value);
    return 1;
}

/* The exception that it, or its latest attempt, has failed by. */
static int task_error(lua_State *L)
{
    const json_t *error = workflow_task_self(L)->error;
    if (error)
        lua_exception_from_json(L, error);
    else
        lua_pushnil(L);
    return 1;
}

static int task_instance(lua_State *L)
{
    long instance = workflow_task_self(L)->instance;
    if (instance == TASK_NO_INSTANCE)
        lua_pushnil(L);
    else
        workflow_instance_push(L, NULL, (size_t)instance);
    return 1;
}

static int task_containing_subgraph(lua_State *L)
{
    struct task *container = workflow_task_self(L)->container;
    if (container)
        workflow_task_push(L, container);
    else
        lua_pushnil(L);
    return 1;
}

static int task_graph_of(lua_State *L)
{
    struct task *container = workflow_task_self(L)->container;
    if (container)
        workflow_task_push(L, container);
    else
        workflow_graph_push(L);
    return 1;
}

static int task_workflow_context(lua_State *L)
{
    workflow_ctx_push(L);
    return 1;
}

static int push_handler(lua_State *L, int handler)
{
    if (handler == TASK_HANDLER_NONE)
        lua_pushnil(L);
    else
        lua_rawgeti(L, LUA_REGISTRYINDEX, handler);
    return 1;
}

static int task_on_success(lua_State *L)
{
    return push_handler(L, workflow_task_self(L)->on_success);
}

static int task_on_failure(lua_State *L)
{
    return push_handler(L, workflow_task_self(L)->on_failure);
}

/* The number of the handler at index 3; handlers stay as long as the workflow does. */
static int check_handler(lua_State *L)
{
    if (lua_isnil(L, 3))
        return TASK_HANDLER_NONE;
    if (!workflow_is_callable(L, 3))
        lua_exception_raise(L, "NonRecoverableError",
                            "a handler must be what handlers.by_name() gives, or a function");
    lua_pushvalue(L, 3);
    return luaL_ref(L, LUA_REGISTRYINDEX);
}

static int set_on_success(lua_State *L)
{
    workflow_task_self(L)->on_success = check_handler(L);
    return 0;
}

static int set_on_failure(lua_State *L)
{
    workflow_task_self(L)->on_failure = check_handler(L);
    return 0;
}

int32_t workflow_retries_check(lua_State *L, int arg)
{
    lua_Integer retries = luaL_checkinteger(L, arg);
    if (retries < TASK_RETRIES_UNLIMITED || retries > INT32_MAX)
        lua_exception_raise(L, "NonRecoverableError",
                            "total_retries must be -1 (no limit) or more");
    return (int32_t)retries;
}

double workflow_interval_check(lua_State *L, int arg)
{
    lua_Number seconds = luaL_checknumber(L, arg);
    if (!(seconds >= 0))
        lua_exception_raise(L, "NonRecoverableError", "retry_interval must be 0 seconds or more");
    return seconds;
}

static int set_total_retries(lua_State *L)
{
    workflow_task_self(L)->total_retries = workflow_retries_check(L, 3);
    return 0;
}

static int set_retry_interval(lua_State *L)
{
    workflow_task_self(L)->retry_interval = workflow_interval_check(L, 3);
    return 0;
}

static int set_execute_after(lua_State *L)
{
    struct task *task = workflow_task_self(L);
    struct error err = {0};
    if (lua_type(L, 3) != LUA_TNUMBER || !(lua_tonumber(L, 3) >= 0))
        return lua_exception_raise(L, "NonRecoverableError",
                                   "execute_after must be seconds since 1970, as os.time() has "
                                   "them");
    struct task_graph *graph = execution_graph(workflow_run(L)->execution);
    if (!task_graph_start_after(graph, task, lua_tonumber(L, 3), &err))
        return workflow_raise(L, &err);
    return 0;
}

static int set_send_task_events(lua_State *L)
{
    workflow_task_self(L)->send_events = lua_toboolean(L, 3);
    return 0;
}

static const struct lua_field fields[] = {
    {"id", task_id, NULL},
    {"name", task_name, NULL},
    {"type", task_type, NULL},
    {"state", task_state, NULL},
    {"is_terminated", task_is_terminated, NULL},
    {"is_subgraph", task_is_subgraph, NULL},
    {"is_nop", task_is_nop, NULL},
    {"info", task_info, NULL},
    {"timeout", task_timeout, NULL},
    {"timeout_recoverable", task_timeout_recoverable, NULL},
    {"current_retries", task_current_retries, NULL},
    {"total_retries", task_total_retries, set_total_retries},
    {"retry_interval", task_retry_interval, set_retry_interval},
    {"execute_after", task_execute_after, set_execute_after},
    {"retried_task", task_retried_task, NULL},
    {"send_task_events", task_send_task_events, set_send_task_events},
    {"operation", task_operation, NULL},
    {"result", task_result, NULL},
    {"error", task_error, NULL},
    {"node_instance", task_instance, NULL},
    {"containing_subgraph", task_containing_subgraph, NULL},
    {"graph", task_graph_of, NULL},
    {"workflow_context", task_workflow_context, NULL},
    {"on_success", task_on_success, set_on_success},
    {"on_failure", task_on_failure, set_on_failure},
    {NULL, NULL, NULL}};

static const struct lua_class task_class = {.name = "cloudify.workflow.task",
                                            .noun = "task",
                                            .fields = fields,
                                            .metamethods = workflow_handle_metamethods,
                                            .bases = {&workflow_result_class}};

static const struct lua_class subgraph_class = {.name = "cloudify.workflow.subgraph",
                                                .noun = "subgraph",
                                                .metamethods = workflow_handle_metamethods,
                                                .bases = {&task_class, &workflow_container_class}};

void workflow_task_register(lua_State *L)
{
    lua_class_register(L, &task_class);
    lua_class_register(L, &subgraph_class);
    workflow_result_register(L);
}
