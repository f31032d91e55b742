/* workflow_relationship_instance.c - the class of relationships between node instances. */
#include "lua/exception.h"
#include "lua/workflow_run.h"

static const struct lua_class relationship_class;

static struct instance_set *instances_of(lua_State *L)
{
    return execution_instances(workflow_run(L)->execution);
}

static long source_of(lua_State *L, const struct workflow_handle *handle)
{
    const struct node_instance *ni = handle->object;
    long source = instances_index(instances_of(L), ni->id);
    if (source == INSTANCE_NONE)
        lua_exception_raise(L, "NonRecoverableError", "node instance '%s' is no more", ni->id);
    return source;
}

void workflow_relationship_instance_push(lua_State *L, const struct modification_view *view,
                                         size_t source, const struct instance_relationship *r,
                                         size_t place)
{
    const struct workflow_handle handle = {.object = instances_of(L)->items[source],
                                           .index = r->relationship,
                                           .target = r->target,
                                           .place = place,
                                           .view = view};
    workflow_handle_push_part(L, &relationship_class, &handle);
}

static bool stands_at(const struct workflow_handle *handle, size_t place)
{
    const struct node_instance *ni = handle->object;
    return place < ni->relationship_count &&
           ni->relationships[place].relationship == handle->index &&
           ni->relationships[place].target == handle->target;
}

/* Where it is in the list of its source, which modifications change. */
static size_t check_place(lua_State *L, struct workflow_handle *handle)
{
    const struct node_instance *ni = handle->object;
    size_t place = handle->place;
    if (stands_at(handle, place))
        return place;
    for (place = 0; place < ni->relationship_count && !stands_at(handle, place); place++)
        ;
    if (place == ni->relationship_count)
        lua_exception_raise(L, "NonRecoverableError",
                            "node instance '%s': its relationship to '%s' is no more", ni->id,
                            instances_of(L)->items[handle->target]->id);
    handle->place = place;
    return place;
}

static int execute(lua_State *L, bool on_target)
{
    struct workflow_handle *handle = workflow_handle_self(L);
    struct operation_call call = {.instance = source_of(L, handle),
                                  .relationship = (long)check_place(L, handle),
                                  .on_target = on_target};
    workflow_operation_options(L, 2, &call);
    struct error err = {0};
    struct task *task = execution_operation_task(workflow_run(L)->execution, &call, &err);
    return workflow_task_return(L, task, &err);
}

static int relationship_execute_source_operation(lua_State *L)
{
    return execute(L, false);
}

static int relationship_execute_target_operation(lua_State *L)
{
    return execute(L, true);
}

static const struct plan_node *source_node(lua_State *L)
{
    return instance_node(instances_of(L), workflow_handle_self(L)->object);
}

static int relationship_type(lua_State *L)
{
    size_t index = workflow_handle_self(L)->index;
    lua_pushstring(L, source_node(L)->relationships[index].type->name);
    return 1;
}

static int relationship_relationship(lua_State *L)
{
    const struct workflow_handle *handle = workflow_handle_self(L);
    workflow_relationship_push(L, handle->view, source_node(L), handle->index);
    return 1;
}

static int relationship_source_id(lua_State *L)
{
    const struct node_instance *ni = workflow_handle_self(L)->object;
    lua_pushstring(L, ni->id);
    return 1;
}

static int relationship_target_id(lua_State *L)
{
    lua_pushstring(L, instances_of(L)->items[workflow_handle_self(L)->target]->id);
    return 1;
}

static int relationship_node_instance(lua_State *L)
{
    const struct workflow_handle *handle = workflow_handle_self(L);
    workflow_instance_push(L, handle->view, (size_t)source_of(L, handle));
    return 1;
}

static int relationship_target_node_instance(lua_State *L)
{
    const struct workflow_handle *handle = workflow_handle_self(L);
    workflow_instance_push(L, handle->view, handle->target);
    return 1;
}

static const luaL_Reg methods[] = {
    {"execute_source_operation", relationship_execute_source_operation},
    {"execute_target_operation", relationship_execute_target_operation},
    {NULL, NULL}};

static const struct lua_field fields[] = {
    {"type", relationship_type, NULL},
    {"relationship", relationship_relationship, NULL},
    {"source_id", relationship_source_id, NULL},
    {"target_id", relationship_target_id, NULL},
    {"node_instance", relationship_node_instance, NULL},
    {"target_node_instance", relationship_target_node_instance, NULL},
    {NULL, NULL, NULL}};

static const struct lua_class relationship_class = {
    .name = "cloudify.workflow.relationship_instance",
    .noun = "relationship instance",
    .methods = methods,
    .fields = fields,
    .metamethods = workflow_handle_metamethods,
};

void workflow_relationship_instance_register(lua_State *L)
{
    lua_class_register(L, &relationship_class);
}
