/* workflow_relationship_instance.c - the class of relationships between node instances. */
#include "lua/workflow_run.h"

static const struct workflow_class relationship_class;

static struct node_instance *check_source(lua_State *L)
{
    return workflow_handle_check(L, 1, &relationship_class)->object;
}

static const struct instance_relationship *check_relationship(lua_State *L)
{
    struct workflow_handle *handle = workflow_handle_check(L, 1, &relationship_class);
    const struct node_instance *ni = handle->object;
    return &ni->relationships[handle->index];
}

static struct instance_set *instances_of(lua_State *L)
{
    return execution_instances(workflow_run(L)->execution);
}

void workflow_relationship_instance_push(lua_State *L, struct node_instance *ni, size_t index)
{
    workflow_handle_push(L, &relationship_class, &ni->relationships[index], ni, index);
}

static int execute(lua_State *L, bool on_target)
{
    struct workflow_handle *handle = workflow_handle_check(L, 1, &relationship_class);
    struct operation_call call = {.instance = instances_index(instances_of(L), check_source(L)->id),
                                  .relationship = (long)handle->index,
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
    return instance_node(instances_of(L), check_source(L));
}

static int relationship_type(lua_State *L)
{
    size_t index = check_relationship(L)->relationship;
    lua_pushstring(L, source_node(L)->relationships[index].type->name);
    return 1;
}

static int relationship_relationship(lua_State *L)
{
    workflow_relationship_push(L, source_node(L), check_relationship(L)->relationship);
    return 1;
}

static int relationship_source_id(lua_State *L)
{
    lua_pushstring(L, check_source(L)->id);
    return 1;
}

static int relationship_target_id(lua_State *L)
{
    lua_pushstring(L, instances_of(L)->items[check_relationship(L)->target]->id);
    return 1;
}

static int relationship_node_instance(lua_State *L)
{
    workflow_instance_push(L, check_source(L));
    return 1;
}

static int relationship_target_node_instance(lua_State *L)
{
    workflow_instance_push(L, instances_of(L)->items[check_relationship(L)->target]);
    return 1;
}

static const luaL_Reg methods[] = {
    {"execute_source_operation", relationship_execute_source_operation},
    {"execute_target_operation", relationship_execute_target_operation},
    {NULL, NULL}};

static const luaL_Reg fields[] = {{"type", relationship_type},
                                  {"relationship", relationship_relationship},
                                  {"source_id", relationship_source_id},
                                  {"target_id", relationship_target_id},
                                  {"node_instance", relationship_node_instance},
                                  {"target_node_instance", relationship_target_node_instance},
                                  {NULL, NULL}};

static const struct workflow_class relationship_class = {
    .name = "cloudify.workflow.relationship_instance",
    .noun = "relationship instance",
    .methods = methods,
    .fields = fields};

void workflow_relationship_instance_register(lua_State *L)
{
    workflow_class_register(L, &relationship_class);
}
