/* workflow_node.c - the class of nodes as workflows see them (runtime.md 6.3). */
#include <string.h>

#include "engine/execution_modification.h"
#include "lua/value.h"
#include "lua/workflow_run.h"

static const struct lua_class node_class;

static struct plan_node *node_of(lua_State *L)
{
    return workflow_handle_self(L)->object;
}

static const struct modification_view *view_of(lua_State *L)
{
    return workflow_handle_self(L)->view;
}

void workflow_node_push(lua_State *L, const struct modification_view *view,
                        const struct plan_node *node)
{
    const struct workflow_handle handle = {.object = (void *)node, .view = view};
    if (view)
        workflow_handle_push_part(L, &node_class, &handle);
    else
        workflow_handle_push(L, &node_class, node, (void *)node, 0);
}

static int node_has_operation(lua_State *L)
{
    const struct operation *operation =
        operations_find(node_of(L)->operations, luaL_checkstring(L, 2));
    lua_pushboolean(L, operation && operation->plugin);
    return 1;
}

static int node_is_derived_from(lua_State *L)
{
    lua_pushboolean(L, plan_type_is(node_of(L)->type, luaL_checkstring(L, 2)));
    return 1;
}

static int node_get_relationship(lua_State *L)
{
    const struct plan_node *node = node_of(L);
    const struct plan *plan = execution_options(workflow_run(L)->execution)->plan;
    const char *target = luaL_checkstring(L, 2);
    for (size_t i = 0; i < node->relationship_count; i++)
        if (!strcmp(plan->nodes[node->relationships[i].target].id, target)) {
            workflow_relationship_push(L, view_of(L), node, i);
            return 1;
        }
    lua_pushnil(L);
    return 1;
}

static int node_id(lua_State *L)
{
    lua_pushstring(L, node_of(L)->id);
    return 1;
}

static int node_type(lua_State *L)
{
    lua_pushstring(L, node_of(L)->type->name);
    return 1;
}

static int node_type_hierarchy(lua_State *L)
{
    workflow_json_push(L, node_of(L)->type->hierarchy);
    return 1;
}

static int node_properties(lua_State *L)
{
    workflow_constant_push(L, node_of(L)->properties, "the properties of a node cannot be changed");
    return 1;
}

static int node_number_of_instances(lua_State *L)
{
    lua_pushinteger(L, node_of(L)->instance_count);
    return 1;
}

static int node_planned_number_of_instances(lua_State *L)
{
    const struct plan *plan = execution_options(workflow_run(L)->execution)->plan;
    lua_pushinteger(L, plan_instances(plan, node_of(L)->id, "planned_instances"));
    return 1;
}

static int node_host_node(lua_State *L)
{
    const struct plan *plan = execution_options(workflow_run(L)->execution)->plan;
    long host = node_of(L)->host;
    if (host == PLAN_NONE)
        lua_pushnil(L);
    else
        workflow_node_push(L, view_of(L), &plan->nodes[host]);
    return 1;
}

static int node_host_id(lua_State *L)
{
    const struct plan *plan = execution_options(workflow_run(L)->execution)->plan;
    long host = node_of(L)->host;
    lua_pushstring(L, host == PLAN_NONE ? NULL : plan->nodes[host].id);
    return 1;
}

static int node_operations(lua_State *L)
{
    json_t **box = lua_json_box(L);
    *box = operations_to_json(node_of(L)->operations, true);
    if (!*box)
        return luaL_error(L, "out of memory");
    lua_json_push(L, *box);
    return 1;
}

/* The plugins that run its operations (dsl.md 11.2). */
static int node_plugins(lua_State *L)
{
    const struct plan *plan = execution_options(workflow_run(L)->execution)->plan;
    json_t **box = lua_json_box(L);
    *box = plan_node_to_json(plan, node_of(L));
    if (!*box)
        return luaL_error(L, "out of memory");
    lua_json_push(L, json_object_get(*box, "plugins"));
    return 1;
}

/* None: there is no agent that they would be installed for. */
static int node_plugins_to_install(lua_State *L)
{
    lua_newtable(L);
    lua_mark_array(L, -1);
    return 1;
}

/* Upvalues of the iterators: the handle, how many were given. */
static const struct workflow_handle *iterated_handle(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

static const struct plan_node *iterated_node(lua_State *L)
{
    return iterated_handle(L)->object;
}

static int next_instance_of_view(lua_State *L)
{
    const struct modification_view *view = iterated_handle(L)->view;
    const struct instance_set *set = execution_instances(workflow_run(L)->execution);
    for (;;) {
        size_t position = workflow_iterator_position(L);
        if (position >= view->list.count)
            return 0;
        size_t instance = view->list.items[position].instance;
        if (set->items[instance]->node != iterated_node(L)->index)
            continue;
        workflow_instance_push(L, view, instance);
        return 1;
    }
}

static int next_instance(lua_State *L)
{
    struct instance_set *instances = execution_instances(workflow_run(L)->execution);
    size_t count, position = workflow_iterator_position(L);
    const size_t *indices = instances_of_node(instances, iterated_node(L)->index, &count);
    if (position >= count)
        return 0;
    workflow_instance_push(L, NULL, indices[position]);
    return 1;
}

static int next_relationship(lua_State *L)
{
    size_t position = workflow_iterator_position(L);
    if (position >= iterated_node(L)->relationship_count)
        return 0;
    workflow_relationship_push(L, iterated_handle(L)->view, iterated_node(L), position);
    return 1;
}

static int node_instances(lua_State *L)
{
    workflow_iterator_push(L, view_of(L) ? next_instance_of_view : next_instance);
    return 1;
}

static int node_relationships(lua_State *L)
{
    workflow_iterator_push(L, next_relationship);
    return 1;
}

static const luaL_Reg methods[] = {{"has_operation", node_has_operation},
                                   {"is_derived_from", node_is_derived_from},
                                   {"get_relationship", node_get_relationship},
                                   {NULL, NULL}};

static const struct lua_field fields[] = {
    {"id", node_id, NULL},
    {"type", node_type, NULL},
    {"type_hierarchy", node_type_hierarchy, NULL},
    {"properties", node_properties, NULL},
    {"number_of_instances", node_number_of_instances, NULL},
    {"planned_number_of_instances", node_planned_number_of_instances, NULL},
    {"host_id", node_host_id, NULL},
    {"host_node", node_host_node, NULL},
    {"operations", node_operations, NULL},
    {"plugins", node_plugins, NULL},
    {"plugins_to_install", node_plugins_to_install, NULL},
    {"instances", node_instances, NULL},
    {"relationships", node_relationships, NULL},
    {NULL, NULL, NULL}};

static const struct lua_class node_class = {.name = "cloudify.workflow.node",
                                            .noun = "node",
                                            .methods = methods,
                                            .fields = fields,
                                            .metamethods = workflow_handle_metamethods};

void workflow_node_register(lua_State *L)
{
    lua_class_register(L, &node_class);
}
