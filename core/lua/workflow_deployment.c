/* workflow_deployment.c - the class of ctx.deployment in workflows (runtime.md 6.2, 6.11). */
#include "deployment/instance_source.h"
#include "engine/execution_modification.h"
#include "functions/functions.h"
#include "lua/value.h"
#include "lua/workflow_run.h"

static const struct lua_class deployment_class;

static struct execution *execution_of(lua_State *L)
{
    struct workflow_run *run = workflow_handle_self(L)->object;
    return run->execution;
}

static const struct plan *plan_of(lua_State *L)
{
    return execution_options(execution_of(L))->plan;
}

void workflow_deployment_push(lua_State *L)
{
    struct workflow_run *run = workflow_run(L);
    workflow_handle_push(L, &deployment_class, run, run, 0);
}

/* ---- modifications ---- */

static int deployment_start_modification(lua_State *L)
{
    struct execution *execution = execution_of(L);
    struct error err = {0};
    json_t **changes = lua_json_box(L);
    *changes = lua_json_check(L, 2, "the modification");
    struct deployment_modification *modification =
        execution_start_modification(execution, *changes, &err);
    if (!modification)
        return workflow_raise(L, &err);
    workflow_modification_push(L, modification);
    return 1;
}

/* A list, of at most one. */
static int deployment_list_started_modifications(lua_State *L)
{
    struct execution *execution = execution_of(L);
    struct deployment_modification *modification = NULL;
    struct error err = {0};
    lua_Integer count = 0;
    lua_newtable(L);
    while ((modification = execution_started_modification(execution, modification, &err))) {
        workflow_modification_push(L, modification);
        lua_seti(L, -2, ++count);
    }
    return err.code ? workflow_raise(L, &err) : 1;
}

/* ---- what it is ---- */

static int deployment_id(lua_State *L)
{
    lua_pushstring(L, execution_options(execution_of(L))->deployment_id);
    return 1;
}

static int push_value(lua_State *L, json_t *value)
{
    json_t **box = lua_json_box(L);
    *box = value;
    lua_json_push(L, json_is_null(value) ? NULL : value);
    return 1;
}

/* Evaluate what the plan leaves for later; takes nothing. */
static int push_evaluated(lua_State *L, json_t *value, const char *path)
{
    const struct function_scope scope = {.path = path};
    struct value_source source = instance_source(execution_instances(execution_of(L)));
    struct error err = {0};
    json_t *evaluated = functions_evaluate(value, &scope, &source, FUNCTIONS_RUNTIME, NULL, &err);
    return evaluated ? push_value(L, evaluated) : workflow_raise(L, &err);
}

/* Its name in the settings, else its id. */
static int deployment_display_name(lua_State *L)
{
    json_t *name = json_object_get(plan_of(L)->deployment_settings, "display_name");
    return name ? push_evaluated(L, name, "deployment_settings.display_name") : deployment_id(L);
}

static int deployment_resource_tags(lua_State *L)
{
    return push_evaluated(L, plan_of(L)->resource_tags, "resource_tags");
}

static int deployment_scaling_groups(lua_State *L)
{
    workflow_json_push(L, plan_of(L)->scaling_groups);
    return 1;
}

static int deployment_runtime_only_evaluation(lua_State *L)
{
    lua_pushboolean(L, false);
    return 1;
}

static int push_nil(lua_State *L)
{
    lua_pushnil(L);
    return 1;
}

static const luaL_Reg methods[] = {
    {"start_modification", deployment_start_modification},
    {"list_started_modifications", deployment_list_started_modifications},
    {NULL, NULL}};

static const struct lua_field fields[] = {
    {"id", deployment_id, NULL},
    {"tenant_name", push_nil, NULL},
    {"display_name", deployment_display_name, NULL},
    {"creator", push_nil, NULL},
    {"resource_tags", deployment_resource_tags, NULL},
    {"scaling_groups", deployment_scaling_groups, NULL},
    {"runtime_only_evaluation", deployment_runtime_only_evaluation, NULL},
    {NULL, NULL, NULL}};

static const struct lua_class deployment_class = {.name = "cloudify.workflow.deployment",
                                                  .noun = "deployment",
                                                  .methods = methods,
                                                  .fields = fields,
                                                  .metamethods = workflow_handle_metamethods};

void workflow_deployment_register(lua_State *L)
{
    lua_class_register(L, &deployment_class);
}
