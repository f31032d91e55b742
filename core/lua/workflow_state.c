/* workflow_state.c - the Lua state of a workflow, from its making to its closing, and what its
 * function ends with. */
#include <stdlib.h>
#include <string.h>

#include "lua/exception.h"
#include "lua/host_call.h"
#include "lua/lua_cloudify.h"
#include "lua/memory.h"
#include "lua/value.h"
#include "lua/workflow_host_internal.h"
#include "lua/workflow_interrupt.h"
#include "lua/workflow_refusals.h"

static const char run_key; /* registry: the struct workflow_run of the state */

struct workflow_run *workflow_run(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &run_key);
    struct workflow_run *run = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return run;
}

json_t *workflow_error(const char *type, const char *message)
{
    return json_pack("{s:s, s:s}", "type", type, "message", message);
}

json_t *workflow_memory_error(const struct workflow_run *run)
{
    return json_pack(
        "{s:s, s:o}", "type", "MemoryError", "message",
        json_sprintf("the workflow ran out of memory: it may use %zu bytes", run->memory.limit));
}

/* The message of the error at the top of the stack. */
static int push_message(lua_State *L)
{
    luaL_tolstring(L, 1, NULL);
    return 1;
}

void workflow_take_message(lua_State *L, enum error_code code, struct error *err)
{
    lua_pushcfunction(L, push_message);
    lua_insert(L, -2);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK || !lua_isstring(L, -1))
        error_set(err, code, "an error whose text cannot be told");
    else
        error_set(err, code, "%s", lua_tostring(L, -1));
    lua_pop(L, 1);
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

/* The message handler left a RecoverableError or what the workflow itself raised. */
static int finish_main(lua_State *L, int status, lua_KContext context)
{
    (void)context;
    struct workflow_run *run = workflow_run(L);
    struct error err = {0};
    run->succeeded = status == LUA_OK || status == LUA_YIELD;
    if (status == LUA_ERRMEM)
        run->value = workflow_memory_error(run);
    else if (!run->succeeded)
        run->value = error_json(L, -1);
    else if (!lua_isnil(L, -1))
        run->value = lua_json_get(L, -1, "the workflow's result", &err);
    if (err.code) {
        run->succeeded = false;
        run->value = workflow_error("NonRecoverableError", err.text);
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

void workflow_host_close(void *workflow)
{
    struct workflow_run *run = workflow;
    if (!run)
        return;
    if (run->L)
        lua_close(run->L);
    json_decref(run->value);
    free(run);
}

/* Building a graph leaves handles that nobody holds any more, some twenty for an instance. With the
 * usual 200 they would take 2 KB for each instance of an install. */
enum { COLLECTOR_PAUSE_PERCENT = 120 };

/* A workflow shares its process with the engine and with whatever embeds it. A thousand times what
 * the workflow install takes for a thousand instances is enough, bytes. */
static const size_t WORKFLOW_MEMORY = (size_t)1024 * 1024 * 1024;

/* The code of the plugin's modules runs here already, and may have to be left where it stands. */
static bool prepare_state(struct workflow_run *run, const struct workflow_call *call,
                          struct error *err)
{
    if (setjmp(run->way_out)) {
        workflow_interrupt_leave(run);
        return error_set(err, ERROR_PLUGIN, "%s", workflow_not_ended);
    }
    workflow_interrupt_begin(run);
    lua_pushcfunction(run->L, prepare);
    lua_pushlightuserdata(run->L, run);
    lua_pushlightuserdata(run->L, (void *)call);
    if (lua_pcall(run->L, 2, 0, 0) == LUA_OK)
        return true;
    workflow_take_message(run->L, ERROR_PLUGIN, err);
    return false;
}

void *workflow_host_open(void *data, struct execution *execution, const struct workflow_call *call,
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
    if (prepare_state(run, call, err))
        return run;
    error_context(err, "workflow '%s'", call->workflow);
    workflow_host_close(run);
    return NULL;

nomem:
    error_nomem(err);
    workflow_host_close(run);
    return NULL;
}
