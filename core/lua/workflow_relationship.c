/* workflow_relationship.c - the class of relationships between nodes (runtime.md 6.3). */
#include "lua/value.h"
#include "lua/workflow_run.h"

static const struct lua_class relationship_class;

static const struct plan_node *source_of(lua_State *L)
{
    return workflow_handle_self(L)->object;
}

static const struct plan_relationship *relationship_of(lua_State *L)
{
    struct workflow_handle *handle = workflow_handle_self(L);
    const struct plan_node *node = handle->object;
    return &node->relationships[handle->index];
}

static const struct plan_node *target_of(lua_State *L)
{
    const struct plan *plan = execution_options(workflow_run(L)->execution)->plan;
    return &plan->nodes[relationship_of(L)->target];
}

static const struct modification_view *view_of(lua_State *L)
{
    return workflow_handle_self(L)->view;
}

void workflow_relationship_push(lua_State *L, const struct modification_view *view,
                                const struct plan_node *node, size_t index)
{
    const struct workflow_handle handle = {.object = (void *)node, .index = index, .view = view};
    workflow_handle_push_part(L, &relationship_class, &handle);
}

static int relationship_is_derived_from(lua_State *L)
{
    lua_pushboolean(L, plan_type_is(relationship_of(L)->type, luaL_checkstring(L, 2)));
    return 1;
}

static int relationship_type(lua_State *L)
{
    lua_pushstring(L, relationship_of(L)->type->name);
    return 1;
}

static int relationship_target_id(lua_State *L)
{
    lua_pushstring(L, target_of(L)->id);
    return 1;
}

static int relationship_target_node(lua_State *L)
{
    workflow_node_push(L, view_of(L), target_of(L));
    return 1;
}

static int relationship_node(lua_State *L)
{
    workflow_node_push(L, view_of(L), source_of(L));
    return 1;
}

static int relationship_properties(lua_State *L)
{
    workflow_constant_push(L, relationship_of(L)->properties,
                           "the properties of a relationship cannot be changed");
    return 1;
}

static int push_operations(lua_State *L, const struct operation_set *operations)
{
    json_t **box = lua_json_box(L);
    *box = operations_to_json(operations, true);
    if (!*box)
        return luaL_error(L, "out of memory");
    lua_json_push(L, *box);
    return 1;
}

static int relationship_source_operations(lua_State *L)
{
    return push_operations(L, relationship_of(L)->source_operations);
}

static int relationship_target_operations(lua_State *L)
{
    return push_operations(L, relationship_of(L)->target_operations);
}

static int push_has(lua_State *L, const struct operation_set *operations)
{
    const struct operation *operation = operations_find(operations, luaL_checkstring(L, 2));
    lua_pushboolean(L, operation && operation->plugin);
    return 1;
}

static int relationship_has_source_operation(lua_State *L)
{
    return push_has(L, relationship_of(L)->source_operations);
}

static int relationship_has_target_operation(lua_State *L)
{
    return push_has(L, relationship_of(L)->target_operations);
}

static const luaL_Reg methods[] = {{"is_derived_from", relationship_is_derived_from},
                                   {"has_source_operation", relationship_has_source_operation},
                                   {"has_target_operation", relationship_has_target_operation},
                                   {NULL, NULL}};

static const struct lua_field fields[] = {
    {"type", relationship_type, NULL},
    {"target_id", relationship_target_id, NULL},
    {"target_node", relationship_target_node, NULL},
    {"node", relationship_node, NULL},
    {"properties", relationship_properties, NULL},
    {"source_operations", relationship_source_operations, NULL},
    {"target_operations", relationship_target_operations, NULL},
    {NULL, NULL, NULL}};

static const struct lua_class relationship_class = {.name = "cloudify.workflow.relationship",
                                                    .noun = "relationship",
                                                    .methods = methods,
                                                    .fields = fields,
                                                    .metamethods = workflow_handle_metamethods};

void workflow_relationship_register(lua_State *L)
{
    lua_class_register(L, &relationship_class);
}
