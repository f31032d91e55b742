/* workflow_instance.c - the class of node instances as workflows see them (runtime.md 6.3). */
#include "deployment/group_instance.h"
#include "engine/execution_modification.h"
#include "lua/exception.h"
#include "lua/value.h"
#include "lua/workflow_run.h"

static const struct lua_class instance_class;

static struct node_instance *instance_of(lua_State *L)
{
    return workflow_handle_self(L)->object;
}

static struct instance_set *instances_of(lua_State *L)
{
    return execution_instances(workflow_run(L)->execution);
}

static const struct modification_view *view_of(lua_State *L)
{
    return workflow_handle_self(L)->view;
}

/* Its place in the set, even of one that has left. */
static size_t place_of(lua_State *L)
{
    return workflow_handle_self(L)->index;
}

static long check_index(lua_State *L)
{
    const struct node_instance *ni = instance_of(L);
    if (ni->is_gone)
        lua_exception_raise(L, "NonRecoverableError", "node instance '%s' is no more", ni->id);
    return (long)place_of(L);
}

void workflow_instance_push(lua_State *L, const struct modification_view *view, size_t instance)
{
    struct node_instance *ni = instances_of(L)->items[instance];
    const struct workflow_handle handle = {.object = ni, .index = instance, .view = view};
    if (view)
        workflow_handle_push_part(L, &instance_class, &handle);
    else
        workflow_handle_push(L, &instance_class, ni, ni, instance);
}

long workflow_instance_check(lua_State *L, int arg)
{
    if (lua_isnoneornil(L, arg))
        return TASK_NO_INSTANCE;
    const struct workflow_handle *handle = lua_class_check(L, arg, &instance_class);
    return (long)handle->index;
}

static int instance_get_state(lua_State *L)
{
    struct error err = {0};
    struct task *task = execution_get_state_task(workflow_run(L)->execution, check_index(L), &err);
    return workflow_task_return(L, task, &err);
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
    lua_pushstring(L, instance_of(L)->state);
    return 1;
}

static int instance_id(lua_State *L)
{
    lua_pushstring(L, instance_of(L)->id);
    return 1;
}

static int instance_node_id(lua_State *L)
{
    lua_pushstring(L, instance_node(instances_of(L), instance_of(L))->id);
    return 1;
}

static int instance_node_of(lua_State *L)
{
    workflow_node_push(L, view_of(L), instance_node(instances_of(L), instance_of(L)));
    return 1;
}

static int instance_version(lua_State *L)
{
    lua_pushinteger(L, instance_of(L)->version);
    return 1;
}

static int instance_number(lua_State *L)
{
    lua_pushinteger(L, instance_of(L)->index);
    return 1;
}

static int instance_deployment_id(lua_State *L)
{
    lua_pushstring(L, execution_options(workflow_run(L)->execution)->deployment_id);
    return 1;
}

static int instance_runtime_properties(lua_State *L)
{
    workflow_constant_push(L, instance_of(L)->runtime_properties,
                           "a workflow cannot change the runtime properties of an instance");
    return 1;
}

static int instance_system_properties(lua_State *L)
{
    workflow_constant_push(L, instance_of(L)->system_properties,
                           "a workflow cannot change the system properties of an instance");
    return 1;
}

/* {name, id} of each, innermost first. */
static int instance_groups(lua_State *L)
{
    json_t **groups = lua_json_box(L);
    *groups = instance_scaling_groups(instances_of(L), instance_of(L));
    if (!*groups)
        return luaL_error(L, "out of memory");
    lua_json_push(L, *groups);
    return 1;
}

static int instance_host(lua_State *L)
{
    long host = instance_of(L)->host;
    if (host == INSTANCE_NONE)
        lua_pushnil(L);
    else
        workflow_instance_push(L, view_of(L), (size_t)host);
    return 1;
}

static int instance_logger(lua_State *L)
{
    workflow_logger_push(L, (long)place_of(L));
    return 1;
}

/* "added" or "removed", in the view of a modification that has it so. */
static int instance_modification(lua_State *L)
{
    const struct modification_view *view = view_of(L);
    const struct changed_instance *changed =
        view ? modification_view_find(view, place_of(L)) : NULL;
    lua_pushstring(L, changed && !changed->is_related ? view->what : NULL);
    return 1;
}

static bool is_in_view(const struct modification_view *view, size_t instance)
{
    return !view || modification_view_find(view, instance);
}

/* Append what stands in `instance` to the list on top of the stack; with `deeply` also what stands
 * in that, and so on. */
static void add_contents(lua_State *L, size_t instance, bool deeply)
{
    size_t count;
    const size_t *inside = instances_inside(instances_of(L), instance, &count);
    luaL_checkstack(L, 8, "instances inside of instances");
    for (size_t i = 0; i < count; i++) {
        if (!is_in_view(view_of(L), inside[i]))
            continue;
        workflow_instance_push(L, view_of(L), inside[i]);
        lua_seti(L, -2, luaL_len(L, -2) + 1);
        if (deeply)
            add_contents(L, inside[i], true);
    }
}

static int instance_contained_instances(lua_State *L)
{
    lua_newtable(L);
    add_contents(L, place_of(L), false);
    return 1;
}

/* A list of the instance itself and all that stands in it, each behind what it stands in. */
static int instance_get_contained_subgraph(lua_State *L)
{
    lua_newtable(L);
    lua_pushvalue(L, 1);
    lua_seti(L, -2, 1);
    add_contents(L, place_of(L), true);
    return 1;
}

/* Upvalues of the iterators: the handle, how many were given. */
static int next_relationship(lua_State *L)
{
    const struct workflow_handle *handle = lua_touserdata(L, lua_upvalueindex(1));
    const struct node_instance *ni = handle->object;
    size_t place = workflow_iterator_position(L);
    if (place >= ni->relationship_count)
        return 0;
    workflow_relationship_instance_push(L, NULL, handle->index, &ni->relationships[place], place);
    return 1;
}

static int next_relationship_in_view(lua_State *L)
{
    const struct workflow_handle *handle = lua_touserdata(L, lua_upvalueindex(1));
    const struct changed_instance *seen = modification_view_find(handle->view, handle->index);
    size_t i = workflow_iterator_position(L);
    if (!seen || i >= seen->relationship_count)
        return 0;
    workflow_relationship_instance_push(L, handle->view, handle->index, &seen->relationships[i], i);
    return 1;
}

static int instance_relationships(lua_State *L)
{
    workflow_iterator_push(L, view_of(L) ? next_relationship_in_view : next_relationship);
    return 1;
}

static const luaL_Reg methods[] = {{"set_state", instance_set_state},
                                   {"get_state", instance_get_state},
                                   {"send_event", instance_send_event},
                                   {"execute_operation", instance_execute_operation},
                                   {"get_contained_subgraph", instance_get_contained_subgraph},
                                   {NULL, NULL}};

static const struct lua_field fields[] = {
    {"id", instance_id, NULL},
    {"index", instance_number, NULL},
    {"node_id", instance_node_id, NULL},
    {"node", instance_node_of, NULL},
    {"state", instance_state, NULL},
    {"version", instance_version, NULL},
    {"deployment_id", instance_deployment_id, NULL},
    {"runtime_properties", instance_runtime_properties, NULL},
    {"system_properties", instance_system_properties, NULL},
    {"host", instance_host, NULL},
    {"scaling_groups", instance_groups, NULL},
    {"modification", instance_modification, NULL},
    {"contained_instances", instance_contained_instances, NULL},
    {"relationships", instance_relationships, NULL},
    {"logger", instance_logger, NULL},
    {NULL, NULL, NULL}};

static const struct lua_class instance_class = {.name = "cloudify.workflow.node_instance",
                                                .noun = "node instance",
                                                .methods = methods,
                                                .fields = fields,
                                                .metamethods = workflow_handle_metamethods};

void workflow_instance_register(lua_State *L)
{
    lua_class_register(L, &instance_class);
}
