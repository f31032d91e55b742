/* lua_workflow_host.c - opens, resumes and closes workflows; runs their handlers and local tasks.
 */
#include "lua/lua_workflow_host.h"

#include <stdlib.h>
#include <string.h>

#include "lua/exception.h"
#include "lua/host_call.h"
#include "lua/lua_cloudify.h"
#include "lua/memory.h"
#include "lua/value.h"
#include "lua/workflow_interrupt.h"
#include "lua/workflow_refusals.h"
#include "lua/workflow_run.h"

static const char run_key; /* registry: the struct workflow_run of the state */

struct workflow_run *workflow_run(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &run_key);
    struct workflow_run *run = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return run;
}

static json_t *plain_error(const char *type, const char *message)
{
    return json_pack("{s:s, s:s}", "type", type, "message", message);
}

/* The error at `index` as an operation would report it, with `cancelled` if it was that. Here
 * WorkflowFailed has its traceback, too: fields.hide_traceback says whether it is shown. */
static json_t *error_json(lua_State *L, int index)
{
    lua_getfield(L, index, "traceback");
    json_t *error = lua_exception_to_json(L, index - 1);
    const char *type = json_string_value(json_object_get(error, "type"));
    if (type && !strcmp(type, "WorkflowFailed"))
        json_object_set_new(error, "traceback", json_string(lua_tostring(L, -1)));
    lua_pop(L, 1);
    if (type && !strcmp(type, "ExecutionCancelled"))
        json_object_set_new(error, "cancelled", json_true());
    return error;
}

/* The plugin as cloudify.plugin_loader wants it. */
static void push_plugin(lua_State *L, const struct workflow_call *call)
{
    lua_createtable(L, 0, 4);
    lua_pushstring(L, call->plugin->name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, call->plugin->folder);
    lua_setfield(L, -2, "folder");
    lua_pushstring(L, call->plugin_folder);
    lua_setfield(L, -2, "prefix");
    lua_newtable(L);
    for (lua_Integer i = 0; call->directories && call->directories[i]; i++) {
        lua_pushstring(L, call->directories[i]);
        lua_seti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "directories");
}

/* Push the function that the workflow is. */
static int push_function(lua_State *L, const struct workflow_run *run,
                         const struct workflow_call *call)
{
    const char *name = strrchr(call->function, '.');
    if (!name || name == call->function || !name[1])
        return lua_exception_raise(L, "NonRecoverableError",
                                   "function '%s': must be MODULE.FUNCTION", call->function);
    lua_module_field(L, "cloudify.plugin_loader", "resolve");
    push_plugin(L, call);
    lua_pushlstring(L, call->function, (size_t)(name - call->function));
    lua_pushstring(L, name + 1);
    lua_pushstring(L, execution_options(run->execution)->resources_directory);
    lua_call(L, 4, 2);
    lua_getfield(L, -1, "resumable");
    if (call->resume && !lua_toboolean(L, -1))
        return lua_exception_raise(L, "NonRecoverableError",
                                   "it is not declared resumable, so it cannot go on after an "
                                   "interruption: start it anew");
    lua_pop(L, 2);
    return 1;
}

static void register_classes(lua_State *L)
{
    workflow_ctx_register(L);
    workflow_node_register(L);
    workflow_relationship_register(L);
    workflow_instance_register(L);
    workflow_relationship_instance_register(L);
    workflow_task_register(L);
    workflow_graph_register(L);
    workflow_sequence_register(L);
    workflow_logger_register(L);
    workflow_modification_register(L);
    workflow_deployment_register(L);
}

static json_t *memory_error(const struct workflow_run *run)
{
    return json_pack(
        "{s:s, s:o}", "type", "MemoryError", "message",
        json_sprintf("the workflow ran out of memory: it may use %zu bytes", run->memory.limit));
}

/* The message handler left a RecoverableError or what the workflow itself raised. */
static int finish_main(lua_State *L, int status, lua_KContext context)
{
    (void)context;
    struct workflow_run *run = workflow_run(L);
    struct error err = {0};
    run->succeeded = status == LUA_OK || status == LUA_YIELD;
    if (status == LUA_ERRMEM)
        run->value = memory_error(run);
    else if (!run->succeeded)
        run->value = error_json(L, -1);
    else if (!lua_isnil(L, -1))
        run->value = lua_json_get(L, -1, "the workflow's result", &err);
    if (err.code) {
        run->succeeded = false;
        run->value = plain_error("NonRecoverableError", err.text);
    }
    return 0;
}

/* The body of the coroutine: gets function, ctx and parameters. */
static int workflow_main(lua_State *L)
{
    lua_pushcfunction(L, lua_exception_handler);
    lua_insert(L, 1);
    return finish_main(L, lua_pcallk(L, 2, 1, 1, 0, finish_main), 0);
}

/* cloudify.workflow_ctx and cloudify.workflow_parameters, for code that is not handed them. */
static void set_current(lua_State *L, int ctx, int parameters)
{
    lua_module_field(L, "cloudify.state", "current_workflow_ctx");
    lua_getfield(L, -1, "set");
    lua_insert(L, -2);
    lua_pushvalue(L, ctx);
    lua_pushvalue(L, parameters);
    lua_call(L, 3, 0);
}

static void start_thread(lua_State *L, struct workflow_run *run, const struct workflow_call *call)
{
    lua_settop(L, 0);
    workflow_ctx_push(L);
    workflow_json_push(L, call->parameters);
    set_current(L, 1, 2);
    run->thread = lua_newthread(L);
    lua_pushvalue(L, -1);
    luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pushcfunction(L, workflow_main);
    push_function(L, run, call);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_xmove(L, run->thread, 4);
}

static int prepare(lua_State *L)
{
    struct workflow_run *run = lua_touserdata(L, 1);
    const struct workflow_call *call = lua_touserdata(L, 2);
    lua_pushvalue(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &run_key);
    host_libraries_open(L);
    workflow_refusals_install(L);
    register_classes(L);
    workflow_interrupt_watch(L);
    start_thread(L, run, call);
    return 0;
}

static void host_close(void *workflow)
{
    struct workflow_run *run = workflow;
    if (!run)
        return;
    if (run->L)
        lua_close(run->L);
    json_decref(run->value);
    free(run);
}

/* The message of the error at the top of the stack. */
static int push_message(lua_State *L)
{
    luaL_tolstring(L, 1, NULL);
    return 1;
}

static void take_message(lua_State *L, enum error_code code, struct error *err)
{
    lua_pushcfunction(L, push_message);
    lua_insert(L, -2);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK || !lua_isstring(L, -1))
        error_set(err, code, "an error whose text cannot be told");
    else
        error_set(err, code, "%s", lua_tostring(L, -1));
    lua_pop(L, 1);
}

/* Building a graph leaves handles that nobody holds any more, some twenty for an instance. With the
 * usual 200 they would take 2 KB for each instance of an install. */
enum { COLLECTOR_PAUSE_PERCENT = 120 };

/* A workflow shares its process with the engine and with whatever embeds it. A thousand times what
 * the workflow install takes for a thousand instances is enough, bytes. */
static const size_t WORKFLOW_MEMORY = (size_t)1024 * 1024 * 1024;

static void *host_open(void *data, struct execution *execution, const struct workflow_call *call,
                       struct error *err)
{
    (void)data;
    struct workflow_run *run = calloc(1, sizeof *run);
    if (!run)
        goto nomem;
    run->execution = execution;
    size_t share = memory_fair_share();
    run->memory.limit = share && share < WORKFLOW_MEMORY ? share : WORKFLOW_MEMORY;
    run->L = memory_state_new(&run->memory);
    if (!run->L)
        goto nomem;
    lua_gc(run->L, LUA_GCINC, COLLECTOR_PAUSE_PERCENT, 0, 0);
    lua_pushcfunction(run->L, prepare);
    lua_pushlightuserdata(run->L, run);
    lua_pushlightuserdata(run->L, (void *)call);
    if (lua_pcall(run->L, 2, 0, 0) == LUA_OK)
        return run;
    take_message(run->L, ERROR_PLUGIN, err);
    error_context(err, "workflow '%s'", call->workflow);
    host_close(run);
    return NULL;

nomem:
    error_nomem(err);
    host_close(run);
    return NULL;
}

static enum workflow_status fail(json_t **value, json_t *error)
{
    *value = error;
    return WORKFLOW_FAILED;
}

/* Tasks that were started without a graph and not waited for belong to the workflow too. */
static enum workflow_status drain(struct workflow_run *run, json_t **value)
{
    while (run->drain || (run->drain = workflow_task_next_pending(run->L))) {
        struct task *task = run->drain;
        if (task->attached) {
            execution_wait_task(run->execution, task, true);
            return WORKFLOW_WAITING;
        }
        json_t *result = NULL;
        run->drain = NULL;
        if (!execution_task_result(run->execution, task, &result))
            return fail(value, execution_task_error(run->execution, task));
    }
    *value = run->value;
    run->value = NULL;
    return WORKFLOW_DONE;
}

static enum workflow_status finish(struct workflow_run *run, json_t **value)
{
    const char *text = json_string_value(run->value);
    run->returned = true;
    /* How workflows say so that look for requests to cancel by themselves (runtime.md 6.1). */
    if (run->succeeded && text && !strcmp(text, "execution_cancelled"))
        return fail(value, json_pack("{s:s, s:s, s:b}", "type", "ExecutionCancelled", "message",
                                     "the execution was cancelled", "cancelled", true));
    if (run->succeeded)
        return drain(run, value);
    json_t *error = run->value;
    run->value = NULL;
    return fail(value, error);
}

static const char not_ended_text[] = "the workflow was cancelled and did not end within 5 seconds";

static enum workflow_status not_ended(struct workflow_run *run, json_t **value)
{
    workflow_interrupt_leave(run);
    return fail(value, plain_error("NonRecoverableError", not_ended_text));
}

static enum workflow_status resume_thread(struct workflow_run *run, json_t **value)
{
    int results = 0, arguments = run->started ? 0 : 3;
    run->started = true;
    run->waiting = false;
    int status = lua_resume(run->thread, run->L, arguments, &results);
    if (status == LUA_OK)
        return finish(run, value);
    if (status != LUA_YIELD)
        return fail(value, memory_error(run));
    if (run->abandoned)
        return WORKFLOW_ABANDONED;
    lua_pop(run->thread, results);
    if (!run->waiting)
        return fail(value, plain_error("NonRecoverableError",
                                       "the workflow has yielded by itself; it can wait only in "
                                       "graph:execute() and task:get()"));
    return WORKFLOW_WAITING;
}

static enum workflow_status host_resume(void *workflow, json_t **value)
{
    struct workflow_run *run = workflow;
    *value = NULL;
    if (run->returned)
        return drain(run, value);
    if (!run->L)
        return not_ended(run, value);
    workflow_interrupt_begin(run);
    if (setjmp(run->way_out))
        return not_ended(run, value);
    return resume_thread(run, value);
}

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
    lua_getfield(L, 1, "retry_after");
    result->retry_after = luaL_optnumber(L, -1, -1);
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
    return error_set(err, ERROR_PLUGIN, not_ended_text);
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
        take_message(L, ERROR_PLUGIN, err);
    lua_settop(L, 0);
    return ok;
}

static bool host_handle(void *workflow, struct task *task, int handler,
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

static const char handlers[] = "cloudify.workflows.handlers"; /* makes a handler storable */

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

static json_t *host_save_handler(void *workflow, int handler, struct error *err)
{
    struct handler_call call = {.function = handler};
    if (protected_call(workflow, describe_handler, &call, NULL, err) && !call.value)
        error_set(err, ERROR_UNSUPPORTED,
                  "a handler of a stored graph must be given by name: handlers.by_name()");
    return call.value;
}

static int host_load_handler(void *workflow, const json_t *saved, struct error *err)
{
    struct handler_call call = {.function = TASK_HANDLER_NONE, .value = (json_t *)saved};
    protected_call(workflow, find_handler, &call, NULL, err);
    return call.function;
}

static bool host_run_local(void *workflow, struct task *task, json_t **value)
{
    struct handler_call call = {.task = task, .function = task->function};
    struct error err = {0};
    json_t *error = NULL;
    bool ok = protected_call(workflow, call_function, &call, &error, &err);
    if (err.code)
        error = plain_error("NonRecoverableError", err.text);
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

static void host_ended(void *workflow, struct task *task)
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

static void host_cancelled(void *workflow, enum cancel_level level)
{
    struct handler_call call = {.level = level};
    struct error ignored = {0}; /* as above */
    protected_call(workflow, call_cancel_callbacks, &call, NULL, &ignored);
}

const struct workflow_host *lua_workflow_host(void)
{
    static const struct workflow_host host = {.open = host_open,
                                              .resume = host_resume,
                                              .handle = host_handle,
                                              .save_handler = host_save_handler,
                                              .load_handler = host_load_handler,
                                              .run_local = host_run_local,
                                              .ended = host_ended,
                                              .cancelled = host_cancelled,
                                              .close = host_close};
    return &host;
}
