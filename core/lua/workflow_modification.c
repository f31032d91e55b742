/* workflow_modification.c - the classes of deployment modifications and of what they add or remove
 * (runtime.md 6.11). */
#include "engine/execution_modification.h"

#include <string.h>

#include "lua/value.h"
#include "lua/workflow_run.h"

static const struct lua_class modification_class, view_class;

static struct deployment_modification *modification_of(lua_State *L)
{
    return workflow_handle_self(L)->object;
}

static const struct modification_view *view_of(lua_State *L)
{
    return workflow_handle_self(L)->object;
}

static const struct instance_set *instances_of(lua_State *L)
{
    return execution_instances(workflow_run(L)->execution);
}

void workflow_modification_push(lua_State *L, struct deployment_modification *modification)
{
    workflow_handle_push(L, &modification_class, modification, modification, 0);
}

/* ---- modifications ---- */

static int modification_finish(lua_State *L)
{
    struct error err = {0};
    if (!execution_finish_modification(workflow_run(L)->execution, modification_of(L), &err))
        return workflow_raise(L, &err);
    return 0;
}

static int modification_rollback(lua_State *L)
{
    struct error err = {0};
    if (!execution_roll_back_modification(workflow_run(L)->execution, modification_of(L), &err))
        return workflow_raise(L, &err);
    return 0;
}

static int modification_id(lua_State *L)
{
    lua_pushstring(L, modification_of(L)->id);
    return 1;
}

static int push_view(lua_State *L, struct modification_view *view)
{
    workflow_handle_push(L, &view_class, view, view, 0);
    return 1;
}

static int modification_added(lua_State *L)
{
    return push_view(L, &modification_of(L)->added);
}

static int modification_removed(lua_State *L)
{
    return push_view(L, &modification_of(L)->removed);
}

/* ---- what is added or removed, and what is related to that ---- */

static int next_instance(lua_State *L)
{
    const struct workflow_handle *handle = lua_touserdata(L, lua_upvalueindex(1));
    const struct modification_view *view = handle->object;
    size_t position = workflow_iterator_position(L);
    if (position >= view->list.count)
        return 0;
    workflow_instance_push(L, view, view->list.items[position].instance);
    return 1;
}

static int view_node_instances(lua_State *L)
{
    workflow_iterator_push(L, next_instance);
    return 1;
}

static int view_get_node_instance(lua_State *L)
{
    const struct modification_view *view = view_of(L);
    const char *id = luaL_checkstring(L, 2);
    for (size_t i = 0; i < view->list.count; i++) {
        size_t instance = view->list.items[i].instance;
        if (!strcmp(instances_of(L)->items[instance]->id, id)) {
            workflow_instance_push(L, view, instance);
            return 1;
        }
    }
    lua_pushnil(L);
    return 1;
}

/* Push a list of the nodes that have instances in the view, in the order of the plan. */
static void push_nodes(lua_State *L, const struct modification_view *view)
{
    const struct plan *plan = execution_options(workflow_run(L)->execution)->plan;
    bool *is_seen = lua_newuserdatauv(L, plan->node_count + 1, 0);
    lua_Integer count = 0;
    memset(is_seen, 0, plan->node_count);
    for (size_t i = 0; i < view->list.count; i++)
        is_seen[instances_of(L)->items[view->list.items[i].instance]->node] = true;
    lua_newtable(L);
    for (size_t i = 0; i < plan->node_count; i++) {
        if (!is_seen[i])
            continue;
        workflow_node_push(L, view, &plan->nodes[i]);
        lua_seti(L, -2, ++count);
    }
    lua_remove(L, -2);
}

static int view_nodes(lua_State *L)
{
    push_nodes(L, view_of(L));
    workflow_list_iterator(L);
    return 1;
}

static int view_get_node(lua_State *L)
{
    const struct modification_view *view = view_of(L);
    const struct plan *plan = execution_options(workflow_run(L)->execution)->plan;
    const struct plan_node *node = plan_find_node(plan, luaL_checkstring(L, 2));
    for (size_t i = 0; node && i < view->list.count; i++) {
        if (instances_of(L)->items[view->list.items[i].instance]->node == node->index) {
            workflow_node_push(L, view, node);
            return 1;
        }
    }
    lua_pushnil(L);
    return 1;
}

static const luaL_Reg modification_methods[] = {
    {"finish", modification_finish}, {"rollback", modification_rollback}, {NULL, NULL}};

static const struct lua_field modification_fields[] = {{"id", modification_id, NULL},
                                                       {"added", modification_added, NULL},
                                                       {"removed", modification_removed, NULL},
                                                       {NULL, NULL, NULL}};

static const luaL_Reg view_methods[] = {
    {"get_node", view_get_node}, {"get_node_instance", view_get_node_instance}, {NULL, NULL}};

static const struct lua_field view_fields[] = {
    {"nodes", view_nodes, NULL}, {"node_instances", view_node_instances, NULL}, {NULL, NULL, NULL}};

static const struct lua_class modification_class = {.name = "cloudify.workflow.modification",
                                                    .noun = "modification",
                                                    .methods = modification_methods,
                                                    .fields = modification_fields,
                                                    .metamethods = workflow_handle_metamethods};

static const struct lua_class view_class = {.name = "cloudify.workflow.modification_view",
                                            .noun = "part of a modification",
                                            .methods = view_methods,
                                            .fields = view_fields,
                                            .metamethods = workflow_handle_metamethods};

void workflow_modification_register(lua_State *L)
{
    lua_class_register(L, &modification_class);
    lua_class_register(L, &view_class);
}
