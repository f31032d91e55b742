/* workflow_ctx.c - the class of ctx as workflows are handed it (runtime.md 6.2). */
#include <unistd.h>

#include "lua/exception.h"
#include "lua/value.h"
#include "lua/workflow_run.h"

static const struct lua_class ctx_class;

static struct workflow_run *run_of(lua_State *L)
{
    return workflow_handle_self(L)->object;
}

static const struct execution_options *options_of(lua_State *L)
{
    return execution_options(run_of(L)->execution);
}

void workflow_ctx_push(lua_State *L)
{
    struct workflow_run *run = workflow_run(L);
    workflow_handle_push(L, &ctx_class, run, run, 0);
}

static int ctx_graph_mode(lua_State *L)
{
    struct workflow_run *run = run_of(L);
    if (task_graph_count(execution_graph(run->execution)))
        return lua_exception_raise(L, "RuntimeError",
                                   "graph_mode() must come before the first task: the graph has "
                                   "tasks already");
    run->graph_mode = true;
    workflow_graph_push(L);
    return 1;
}

/* The stored graph of that name, filled with what is left to do of it; nil if there is none. */
static int ctx_get_tasks_graph(lua_State *L)
{
    struct workflow_run *run = run_of(L);
    struct error err = {0};
    if (!execution_restore_graph(run->execution, luaL_checkstring(L, 2), &err)) {
        if (err.code)
            return workflow_raise(L, &err);
        lua_pushnil(L);
        return 1;
    }
    run->graph_mode = true;
    workflow_graph_push(L);
    return 1;
}

static int ctx_get_node(lua_State *L)
{
    const struct plan_node *node = plan_find_node(options_of(L)->plan, luaL_checkstring(L, 2));
    if (node)
        workflow_node_push(L, NULL, node);
    else
        lua_pushnil(L);
    return 1;
}

static int ctx_get_node_instance(lua_State *L)
{
    long instance =
        instances_index(execution_instances(run_of(L)->execution), luaL_checkstring(L, 2));
    if (instance != INSTANCE_NONE)
        workflow_instance_push(L, NULL, (size_t)instance);
    else
        lua_pushnil(L);
    return 1;
}

static int ctx_update_node_instance(lua_State *L)
{
    struct execution *execution = run_of(L)->execution;
    const char *id = luaL_checkstring(L, 2);
    struct node_instance *ni = instances_find(execution_instances(execution), id);
    if (!ni)
        return lua_exception_raise(L, "NonRecoverableError",
                                   "node instance '%s': there is none in this deployment", id);
    lua_settop(L, 3);
    struct instance_change change = {.version = ni->version};
    change.runtime_properties = workflow_object(L, 3, "runtime_properties");
    change.system_properties = workflow_object(L, 3, "system_properties");
    if (workflow_option(L, 3, "state") != LUA_TNIL)
        change.state = luaL_checkstring(L, -1);
    if (workflow_option(L, 3, "version") != LUA_TNIL && !workflow_flag(L, 3, "force", false))
        change.version = luaL_checkinteger(L, -1);
    if (workflow_option(L, 3, "relationships") != LUA_TNIL)
        return lua_exception_raise(
            L, "NonRecoverableError",
            "node instance '%s': relationships change only by a modification "
            "of the deployment",
            id);
    struct error err = {0};
    if (!execution_change_instance(execution, ni, &change, &err))
        return workflow_raise(L, &err);
    return 0;
}

static int ctx_get_secret(lua_State *L)
{
    struct execution *execution = run_of(L)->execution;
    const char *key = luaL_checkstring(L, 2);
    json_t **text = lua_json_box(L);
    struct error err = {0};
    *text = execution_secret(execution, key, &err);
    if (!*text)
        return workflow_raise(L, &err);
    lua_json_push(L, *text);
    return 1;
}

static int ctx_send_event(lua_State *L)
{
    struct workflow_run *run = run_of(L);
    const char *text = luaL_checkstring(L, 2);
    lua_settop(L, 3);
    workflow_option(L, 3, "event_type");
    const char *event_type = luaL_optstring(L, -1, NULL);
    json_t *context = workflow_object(L, 3, "additional_context");
    json_t *arguments = workflow_object(L, 3, "args");
    struct error err = {0};
    struct task *task =
        execution_workflow_event_task(run->execution, text, event_type, context, arguments, &err);
    return workflow_task_return(L, task, &err);
}

bool workflow_ctx_places(lua_State *L, int arg, struct resource_places *places)
{
    const struct workflow_handle *handle = lua_class_test(L, arg, &ctx_class);
    if (!handle)
        return false;
    const struct workflow_run *run = handle->object;
    const struct execution_options *options = execution_options(run->execution);
    *places = (struct resource_places){.workdir = options->work_directory,
                                       .blueprint = options->resources_directory};
    return true;
}

/* resource_path(path): where a resource can be read. */
static int ctx_resource_path(lua_State *L)
{
    struct resource_places places;
    workflow_ctx_places(L, 1, &places);
    const char *name = luaL_checkstring(L, 2), *place = NULL;
    struct error err = {0};
    int file = resource_open(&places, name, &place, &err);
    if (file < 0)
        return lua_exception_raise(L, "NonRecoverableError", "%s", err.text);
    close(file);
    lua_pushfstring(L, "%s/%s", place, name);
    return 1;
}

static int ctx_has_cancel_request(lua_State *L)
{
    lua_pushboolean(L, execution_cancel_level(run_of(L)->execution) > CANCEL_NONE);
    return 1;
}

static int ctx_has_kill_request(lua_State *L)
{
    lua_pushboolean(L, execution_cancel_level(run_of(L)->execution) >= CANCEL_KILL);
    return 1;
}

static int ctx_resume(lua_State *L)
{
    lua_pushboolean(L, options_of(L)->resume);
    return 1;
}

static int ctx_execution_id(lua_State *L)
{
    lua_pushstring(L, options_of(L)->execution_id);
    return 1;
}

static int ctx_workflow_id(lua_State *L)
{
    lua_pushstring(L, options_of(L)->workflow->name);
    return 1;
}

static int ctx_wait_after_fail(lua_State *L)
{
    double seconds = options_of(L)->wait_after_fail;
    lua_pushnumber(L, seconds < 0 ? 600 : seconds);
    return 1;
}

static int ctx_dry_run(lua_State *L)
{
    lua_pushboolean(L, options_of(L)->dry_run);
    return 1;
}

static int push_id(lua_State *L, const char *id)
{
    lua_createtable(L, 0, 1);
    lua_pushstring(L, id);
    lua_setfield(L, -2, "id");
    return 1;
}

static int ctx_deployment(lua_State *L)
{
    workflow_deployment_push(L);
    return 1;
}

static int ctx_blueprint(lua_State *L)
{
    return push_id(L, options_of(L)->blueprint_id);
}

/* internal.get_task_configuration() -> {total_retries, retry_interval} of operations. */
static int task_configuration(lua_State *L)
{
    const struct execution_options *options = execution_options(workflow_run(L)->execution);
    lua_createtable(L, 0, 2);
    lua_pushinteger(L, options->task_retries);
    lua_setfield(L, -2, "total_retries");
    lua_pushnumber(L, options->task_retry_interval);
    lua_setfield(L, -2, "retry_interval");
    return 1;
}

static int ctx_internal(lua_State *L)
{
    struct workflow_run *run = run_of(L);
    lua_createtable(L, 0, 4);
    workflow_graph_push(L);
    lua_setfield(L, -2, "task_graph");
    lua_pushboolean(L, run->graph_mode);
    lua_setfield(L, -2, "graph_mode");
    lua_newtable(L);
    lua_setfield(L, -2, "bootstrap_context");
    lua_pushcfunction(L, task_configuration);
    lua_setfield(L, -2, "get_task_configuration");
    return 1;
}

static int ctx_logger(lua_State *L)
{
    workflow_logger_push(L, TASK_NO_INSTANCE);
    return 1;
}

static int next_node(lua_State *L)
{
    const struct plan *plan = execution_options(workflow_run(L)->execution)->plan;
    size_t position = workflow_iterator_position(L);
    if (position >= plan->node_count)
        return 0;
    workflow_node_push(L, NULL, &plan->nodes[position]);
    return 1;
}

static int next_instance(lua_State *L)
{
    const struct instance_set *instances = execution_instances(workflow_run(L)->execution);
    size_t position = workflow_iterator_position(L);
    while (position < instances->count && instances->items[position]->is_gone)
        position = workflow_iterator_position(L);
    if (position >= instances->count)
        return 0;
    workflow_instance_push(L, NULL, position);
    return 1;
}

static int ctx_nodes(lua_State *L)
{
    workflow_iterator_push(L, next_node);
    return 1;
}

static int ctx_node_instances(lua_State *L)
{
    workflow_iterator_push(L, next_instance);
    return 1;
}

static const luaL_Reg methods[] = {{"graph_mode", ctx_graph_mode},
                                   {"get_tasks_graph", ctx_get_tasks_graph},
                                   {"get_node", ctx_get_node},
                                   {"get_node_instance", ctx_get_node_instance},
                                   {"update_node_instance", ctx_update_node_instance},
                                   {"get_secret", ctx_get_secret},
                                   {"send_event", ctx_send_event},
                                   {"local_task", workflow_local_task},
                                   {"execute_task", workflow_execute_task},
                                   {"resource_path", ctx_resource_path},
                                   {"has_cancel_request", ctx_has_cancel_request},
                                   {"has_kill_request", ctx_has_kill_request},
                                   {NULL, NULL}};

static const struct lua_field fields[] = {{"execution_id", ctx_execution_id, NULL},
                                          {"workflow_id", ctx_workflow_id, NULL},
                                          {"wait_after_fail", ctx_wait_after_fail, NULL},
                                          {"dry_run", ctx_dry_run, NULL},
                                          {"resume", ctx_resume, NULL},
                                          {"deployment", ctx_deployment, NULL},
                                          {"blueprint", ctx_blueprint, NULL},
                                          {"internal", ctx_internal, NULL},
                                          {"logger", ctx_logger, NULL},
                                          {"nodes", ctx_nodes, NULL},
                                          {"node_instances", ctx_node_instances, NULL},
                                          {NULL, NULL, NULL}};

static const struct lua_class ctx_class = {
    .name = "cloudify.workflow.ctx",
    .noun = "workflow ctx",
    .methods = methods,
    .fields = fields,
    .metamethods = workflow_handle_metamethods,
    .bases = {&workflow_services_class, &workflow_records_class}};

void workflow_ctx_register(lua_State *L)
{
    lua_class_register(L, &ctx_class);
}
