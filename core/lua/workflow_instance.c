/* workflow_instance.c - the class of node instances as workflows see them (runtime.md 6.3). */
#include "deployment/group_instance.h"
#include "lua/value.h"
#include "lua/workflow_run.h"

static const struct workflow_class instance_class;

static struct node_instance *check_instance(lua_State *L)
{
    return workflow_handle_check(L, 1, &instance_class)->object;
}

static struct instance_set *instances_of(lua_State *L)
{
    return execution_instances(workflow_run(L)->execution);
}

static long check_index(lua_State *L)
{
    return instances_index(instances_of(L), check_instance(L)->id);
}

void workflow_instance_push(lua_State *L, struct node_instance *ni)
{
    workflow_handle_push(L, &instance_class, ni, ni, 0);
}

static int instance_set_state(lua_State *L)
{
    long instance = check_index(L);
    const char *state = luaL_checkstring(L, 2);
    struct error err = {0};
    struct task *task = execution_state_task(workflow_run(L)->execution, instance, state, &err);
    return workflow_task_return(L, task, &err);
}

static int instance_send_event(lua_State *L)
{
    long instance = check_index(L);
    const char *text = luaL_checkstring(L, 2);
    lua_settop(L, 3);
    json_t *context = workflow_object(L, 3, "additional_context");
    struct error err = {0};
    struct task *task =
        execution_node_event_task(workflow_run(L)->execution, instance, text, context, &err);
    return workflow_task_return(L, task, &err);
}

static int instance_execute_operation(lua_State *L)
{
    struct operation_call call = {.instance = check_index(L), .relationship = -1};
    workflow_operation_options(L, 2, &call);
    struct error err = {0};
    struct task *task = execution_operation_task(workflow_run(L)->execution, &call, &err);
    return workflow_task_return(L, task, &err);
}

static int instance_state(lua_State *L)
{
    lua_pushstring(L, check_instance(L)->state);
    return 1;
}

static int instance_id(lua_State *L)
{
    lua_pushstring(L, check_instance(L)->id);
    return 1;
}

static int instance_node_id(lua_State *L)
{
    lua_pushstring(L, instance_node(instances_of(L), check_instance(L))->id);
    return 1;
}

static int instance_node_of(lua_State *L)
{
    workflow_node_push(L, instance_node(instances_of(L), check_instance(L)));
    return 1;
}

static int instance_version(lua_State *L)
{
    lua_pushinteger(L, check_instance(L)->version);
    return 1;
}

static int instance_number(lua_State *L)
{
    lua_pushinteger(L, check_instance(L)->index);
    return 1;
}

static int instance_deployment_id(lua_State *L)
{
    lua_pushstring(L, execution_options(workflow_run(L)->execution)->deployment_id);
    return 1;
}

static int instance_runtime_properties(lua_State *L)
{
    workflow_constant_push(L, check_instance(L)->runtime_properties,
                           "a workflow cannot change the runtime properties of an instance");
    return 1;
}

static int instance_system_properties(lua_State *L)
{
    workflow_constant_push(L, check_instance(L)->system_properties,
                           "a workflow cannot change the system properties of an instance");
    return 1;
}

/* {name, id} of each, innermost first. */
static int instance_groups(lua_State *L)
{
    json_t **groups = lua_json_box(L);
    *groups = instance_scaling_groups(instances_of(L), check_instance(L));
    if (!*groups)
        return luaL_error(L, "out of memory");
    lua_json_push(L, *groups);
    return 1;
}

static int instance_host(lua_State *L)
{
    long host = check_instance(L)->host;
    if (host == INSTANCE_NONE)
        lua_pushnil(L);
    else
        workflow_instance_push(L, instances_of(L)->items[host]);
    return 1;
}

static int instance_logger(lua_State *L)
{
    workflow_logger_push(L, check_instance(L));
    return 1;
}

static int next_relationship(lua_State *L)
{
    struct workflow_handle *handle = lua_touserdata(L, lua_upvalueindex(1));
    struct node_instance *ni = handle->object;
    size_t position = (size_t)lua_tointeger(L, lua_upvalueindex(2));
    if (position >= ni->relationship_count)
        return 0;
    lua_pushinteger(L, (lua_Integer)position + 1);
    lua_replace(L, lua_upvalueindex(2));
    workflow_relationship_instance_push(L, ni, position);
    return 1;
}

static int instance_relationships(lua_State *L)
{
    workflow_iterator_push(L, next_relationship);
    return 1;
}

static const luaL_Reg methods[] = {{"set_state", instance_set_state},
                                   {"get_state", instance_state},
                                   {"send_event", instance_send_event},
                                   {"execute_operation", instance_execute_operation},
                                   {NULL, NULL}};

static const luaL_Reg fields[] = {{"id", instance_id},
                                  {"index", instance_number},
                                  {"node_id", instance_node_id},
                                  {"node", instance_node_of},
                                  {"state", instance_state},
                                  {"version", instance_version},
                                  {"deployment_id", instance_deployment_id},
                                  {"runtime_properties", instance_runtime_properties},
                                  {"system_properties", instance_system_properties},
                                  {"host", instance_host},
                                  {"scaling_groups", instance_groups},
                                  {"relationships", instance_relationships},
                                  {"logger", instance_logger},
                                  {NULL, NULL}};

static const struct workflow_class instance_class = {.name = "cloudify.workflow.node_instance",
                                                     .noun = "node instance",
                                                     .methods = methods,
                                                     .fields = fields};

void workflow_instance_register(lua_State *L)
{
    workflow_class_register(L, &instance_class);
}
