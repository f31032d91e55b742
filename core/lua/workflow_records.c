/* workflow_records.c - what ctx of a workflow tells of its blueprint and its deployment as records
 * and lists (runtime.md 6.2). A workflow sees its own deployment and no other. */
#include <string.h>

#include "lua/exception.h"
#include "lua/lua_cloudify.h"
#include "lua/value.h"
#include "lua/workflow_run.h"

static const struct execution_options *options_of(lua_State *L)
{
    return execution_options(workflow_run(L)->execution);
}

/* The id at index 2, if one is given, must be `own`. */
static void check_own(lua_State *L, const char *method, const char *what, const char *own)
{
    const char *id = luaL_optstring(L, 2, own);
    if (strcmp(id, own))
        lua_exception_raise(L, "NonRecoverableError",
                            "%s: a workflow sees its own %s alone, which is '%s', not '%s'", method,
                            what, own, id);
}

/* Push a record, taken; or raise `err`. */
static int push_record(lua_State *L, json_t *record, const struct error *err)
{
    json_t **box = lua_json_box(L);
    *box = record;
    if (!record)
        return workflow_raise(L, err);
    lua_json_push(L, record);
    return 1;
}

/* get_blueprint(id?) -> {id, main_file_name, description} */
static int ctx_get_blueprint(lua_State *L)
{
    const struct execution_options *options = options_of(L);
    struct error err = {0};
    check_own(L, "get_blueprint", "blueprint", options->blueprint_id);
    json_t *info = deployment_store_info(options->store, &err);
    json_t *record = info ? json_pack("{s:s, s:O?, s:O?}", "id", options->blueprint_id,
                                      "main_file_name", json_object_get(info, "main_file"),
                                      "description", json_object_get(info, "description"))
                          : NULL;
    json_decref(info);
    return push_record(L, record, &err);
}

/* get_deployment(id?) -> {id, blueprint_id, main_file, description, inputs, created_at, ...} */
static int ctx_get_deployment(lua_State *L)
{
    const struct execution_options *options = options_of(L);
    struct error err = {0};
    check_own(L, "get_deployment", "deployment", options->deployment_id);
    return push_record(L, deployment_store_info(options->store, &err), &err);
}

/* list_nodes(deployment_id?) -> list of nodes, in the order of the plan. */
static int ctx_list_nodes(lua_State *L)
{
    const struct plan *plan = options_of(L)->plan;
    check_own(L, "list_nodes", "deployment", options_of(L)->deployment_id);
    lua_createtable(L, (int)plan->node_count, 0);
    for (size_t i = 0; i < plan->node_count; i++) {
        workflow_node_push(L, NULL, &plan->nodes[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int push_instances(lua_State *L, const struct instance_set *instances)
{
    lua_Integer count = 0;
    lua_newtable(L);
    for (size_t i = 0; i < instances->count; i++) {
        if (instances->items[i]->is_gone)
            continue;
        workflow_instance_push(L, NULL, i);
        lua_seti(L, -2, ++count);
    }
    return 1;
}

/* Of a node that there is not, there are none. */
static int push_instances_of(lua_State *L, struct instance_set *instances, const char *node)
{
    size_t count = 0;
    const struct plan_node *found = plan_find_node(instances->plan, node);
    const size_t *indices = found ? instances_of_node(instances, found->index, &count) : NULL;
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        workflow_instance_push(L, NULL, indices[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* list_node_instances(deployment_id?, {node_id = ...}?) -> list of instances: all, or those of a
 * node. */
static int ctx_list_node_instances(lua_State *L)
{
    static const char *const known[] = {"node_id", NULL};
    struct instance_set *instances = execution_instances(workflow_run(L)->execution);
    if (lua_istable(L, 2)) {
        lua_pushnil(L);
        lua_insert(L, 2);
    }
    lua_settop(L, 3);
    check_own(L, "list_node_instances", "deployment", options_of(L)->deployment_id);
    workflow_check_options(L, 3, "list_node_instances", known);
    workflow_option(L, 3, "node_id");
    const char *node = luaL_optstring(L, -1, NULL);
    return node ? push_instances_of(L, instances, node) : push_instances(L, instances);
}

/* download_resource(path, target_path?) -> path of the copy */
static int ctx_download_resource(lua_State *L)
{
    int count = lua_gettop(L);
    lua_module_field(L, "cloudify.workflows.resources", "download");
    lua_insert(L, 1);
    lua_call(L, count, 1);
    return 1;
}

static int refuse_schedules(lua_State *L)
{
    return lua_exception_raise(L, "NonRecoverableError",
                               "there are no schedules of executions here; let cron or a timer of "
                               "systemd call 'cfy executions start'");
}

static int refuse_dependencies(lua_State *L)
{
    return lua_exception_raise(L, "NonRecoverableError",
                               "dependencies between deployments are not recorded here: each "
                               "deployment knows only itself");
}

static const luaL_Reg methods[] = {{"get_blueprint", ctx_get_blueprint},
                                   {"get_deployment", ctx_get_deployment},
                                   {"list_nodes", ctx_list_nodes},
                                   {"list_node_instances", ctx_list_node_instances},
                                   {"download_resource", ctx_download_resource},
                                   {"list_execution_schedules", refuse_schedules},
                                   {"create_execution_schedule", refuse_schedules},
                                   {"update_execution_schedule", refuse_schedules},
                                   {"list_idds", refuse_dependencies},
                                   {"update_idds", refuse_dependencies},
                                   {NULL, NULL}};

const struct lua_class workflow_records_class = {.methods = methods};
