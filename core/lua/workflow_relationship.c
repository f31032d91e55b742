/* workflow_relationship.c - the class of relationships between nodes (runtime.md 6.3). */
#include "lua/value.h"
#include "lua/workflow_run.h"

static const struct workflow_class relationship_class;

static const struct plan_node *check_source(lua_State *L)
{
    return workflow_handle_check(L, 1, &relationship_class)->object;
}

static const struct plan_relationship *check_relationship(lua_State *L)
{
    struct workflow_handle *handle = workflow_handle_check(L, 1, &relationship_class);
    const struct plan_node *node = handle->object;
    return &node->relationships[handle->index];
}

static const struct plan_node *check_target(lua_State *L)
{
    const struct plan *plan = execution_options(workflow_run(L)->execution)->plan;
    return &plan->nodes[check_relationship(L)->target];
}

static const struct modification_view *view_of(lua_State *L)
{
    return workflow_handle_check(L, 1, &relationship_class)->view;
}

void workflow_relationship_push(lua_State *L, const struct modification_view *view,
                                const struct plan_node *node, size_t index)
{
    const struct workflow_handle handle = {.object = (void *)node, .index = index, .view = view};
    workflow_handle_push_part(L, &relationship_class, &handle);
}

static int relationship_is_derived_from(lua_State *L)
{
    lua_pushboolean(L, plan_type_is(check_relationship(L)->type, luaL_checkstring(L, 2)));
    return 1;
}

static int relationship_type(lua_State *L)
{
    lua_pushstring(L, check_relationship(L)->type->name);
    return 1;
}

static int relationship_target_id(lua_State *L)
{
    lua_pushstring(L, check_target(L)->id);
    return 1;
}

static int relationship_target_node(lua_State *L)
{
    workflow_node_push(L, view_of(L), check_target(L));
    return 1;
}

static int relationship_node(lua_State *L)
{
    workflow_node_push(L, view_of(L), check_source(L));
    return 1;
}

static int relationship_properties(lua_State *L)
{
    workflow_constant_push(L, check_relationship(L)->properties,
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
    return push_operations(L, check_relationship(L)->source_operations);
}

static int relationship_target_operations(lua_State *L)
{
    return push_operations(L, check_relationship(L)->target_operations);
}

static int push_has(lua_State *L, const struct operation_set *operations)
{
    const struct operation *operation = operations_find(operations, luaL_checkstring(L, 2));
    lua_pushboolean(L, operation && operation->plugin);
    return 1;
}

static int relationship_has_source_operation(lua_State *L)
{
    return push_has(L, check_relationship(L)->source_operations);
}

static int relationship_has_target_operation(lua_State *L)
{
    return push_has(L, check_relationship(L)->target_operations);
}

static const luaL_Reg methods[] = {{"is_derived_from", relationship_is_derived_from},
                                   {"has_source_operation", relationship_has_source_operation},
                                   {"has_target_operation", relationship_has_target_operation},
                                   {NULL, NULL}};

static const luaL_Reg fields[] = {{"type", relationship_type},
                                  {"target_id", relationship_target_id},
                                  {"target_node", relationship_target_node},
                                  {"node", relationship_node},
                                  {"properties", relationship_properties},
                                  {"source_operations", relationship_source_operations},
                                  {"target_operations", relationship_target_operations},
                                  {NULL, NULL}};

static const struct workflow_class relationship_class = {.name = "cloudify.workflow.relationship",
                                                         .noun = "relationship",
                                                         .methods = methods,
                                                         .fields = fields};

void workflow_relationship_register(lua_State *L)
{
    workflow_class_register(L, &relationship_class);
}
