/* workflow_services.c - what ctx of a workflow has of the services around the original: records of
 * this machine, stubs, and refusals that say what to do instead (runtime.md 6.2). */
#include "lua/exception.h"
#include "lua/value.h"
#include "lua/workflow_run.h"

static const struct execution_options *options_of(lua_State *L)
{
    return execution_options(workflow_run(L)->execution);
}

static int push_json_new(lua_State *L, json_t *value_new)
{
    json_t **box = lua_json_box(L);
    *box = value_new;
    lua_json_push(L, value_new);
    return 1;
}

/* get_execution(id): the record of an execution of this deployment, of this one without an id. */
static int ctx_get_execution(lua_State *L)
{
    const struct execution_options *options = options_of(L);
    const char *id = luaL_optstring(L, 2, options->execution_id);
    struct error err = {0};
    json_t *record = execution_get(options->store, id, &err);
    return record ? push_json_new(L, record) : workflow_raise(L, &err);
}

static int ctx_get_managers(lua_State *L)
{
    return push_json_new(L,
                         json_pack("[{s:s, s:s, s:{s:s}}]", "hostname", "localhost", "private_ip",
                                   "127.0.0.1", "networks", "default", "127.0.0.1"));
}

/* What handles show is what there is: nothing has to be fetched anew. */
static int ctx_refresh_node_instances(lua_State *L)
{
    (void)L;
    return 0;
}

/* Graphs are kept by graph:store(); their operations are the engine's to write. */
static int ctx_keep_nothing(lua_State *L)
{
    (void)L;
    return 0;
}

static int ctx_get_operations(lua_State *L)
{
    lua_pushnil(L);
    return 1;
}

static int refuse_remote(lua_State *L)
{
    return lua_exception_raise(L, "NonRecoverableError",
                               "remote_task: there are no agents on one machine; operations run in "
                               "workers by instance:execute_operation()");
}

static int refuse_status(lua_State *L)
{
    return lua_exception_raise(L, "NonRecoverableError",
                               "update_execution_status: the engine sets the status of an "
                               "execution; raise an error to let it fail");
}

static int refuse_start(lua_State *L)
{
    return lua_exception_raise(L, "NonRecoverableError",
                               "start_execution: a workflow cannot start another execution of its "
                               "own deployment; call the function of the other workflow");
}

static int refuse_update(lua_State *L)
{
    return lua_exception_raise(L, "NonRecoverableError",
                               "workflows cannot change the nodes of a deployment; to change how "
                               "many instances there are use ctx.deployment:start_modification()");
}

static int push_nothing(lua_State *L)
{
    lua_pushnil(L);
    return 1;
}

static int push_true(lua_State *L)
{
    lua_pushboolean(L, true);
    return 1;
}

static int push_false(lua_State *L)
{
    lua_pushboolean(L, false);
    return 1;
}

static int push_tenant(lua_State *L)
{
    return push_json_new(L, json_pack("{s:s}", "name", "default_tenant"));
}

static const luaL_Reg methods[] = {{"get_execution", ctx_get_execution},
                                   {"get_managers", ctx_get_managers},
                                   {"refresh_node_instances", ctx_refresh_node_instances},
                                   {"store_tasks_graph", ctx_keep_nothing},
                                   {"get_operations", ctx_get_operations},
                                   {"store_operation", ctx_keep_nothing},
                                   {"update_operation", ctx_keep_nothing},
                                   {"remove_operation", ctx_keep_nothing},
                                   {"remote_task", refuse_remote},
                                   {"update_execution_status", refuse_status},
                                   {"start_execution", refuse_start},
                                   {"get_deployment_update", refuse_update},
                                   {"set_deployment_update_attributes", refuse_update},
                                   {"set_deployment_attributes", refuse_update},
                                   {"update_node", refuse_update},
                                   {"delete_node", refuse_update},
                                   {"delete_node_instance", refuse_update},
                                   {"create_nodes", refuse_update},
                                   {"create_node_instances", refuse_update},
                                   {NULL, NULL}};

static const struct lua_field fields[] = {{"local", push_true, NULL},
                                          {"tenant", push_tenant, NULL},
                                          {"tenant_name", push_nothing, NULL},
                                          {"execution_token", push_nothing, NULL},
                                          {"execution_creator_username", push_nothing, NULL},
                                          {"rest_host", push_nothing, NULL},
                                          {"rest_port", push_nothing, NULL},
                                          {"rest_token", push_nothing, NULL},
                                          {"bypass_maintenance", push_false, NULL},
                                          {NULL, NULL, NULL}};

const struct lua_class workflow_services_class = {.methods = methods, .fields = fields};
