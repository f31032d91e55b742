/* execution_values.c - what runtime functions see: inputs, properties, instances as they are now. */
#include "engine/execution_internal.h"

static json_t *input(void *data, const char *name, struct error *err)
{
    const struct execution *e = data;
    (void)err;
    return json_incref(json_object_get(e->options.plan->inputs, name));
}

static json_t *node_properties(void *data, const char *node, struct error *err)
{
    const struct execution *e = data;
    const struct plan_node *found = plan_find_node(e->options.plan, node);
    (void)err;
    return found ? json_incref(found->properties) : NULL;
}

static bool describe(const struct execution *e, const struct node_instance *ni,
                     struct function_instance *out)
{
    if (!ni)
        return false;
    *out = (struct function_instance){
        .id = ni->id,
        .node = e->options.plan->nodes[ni->node].id,
        .index = ni->index,
        .runtime_properties = ni->runtime_properties,
    };
    return true;
}

static bool instance(void *data, const char *id, struct function_instance *out, struct error *err)
{
    const struct execution *e = data;
    (void)err;
    return describe(e, instances_find(e->options.instances, id), out);
}

static bool node_instance_number(void *data, const char *node, size_t i,
                                 struct function_instance *out, struct error *err)
{
    const struct execution *e = data;
    const struct plan_node *found = plan_find_node(e->options.plan, node);
    size_t count = 0;
    (void)err;
    const size_t *all =
        found ? instances_of_node(e->options.instances, found->index, &count) : NULL;
    return i < count && describe(e, e->options.instances->items[all[i]], out);
}

static bool related_instance(void *data, const char *id, size_t i, struct function_instance *out,
                             struct error *err)
{
    const struct execution *e = data;
    const struct node_instance *ni = instances_find(e->options.instances, id);
    (void)err;
    return ni && i < ni->relationship_count &&
           describe(e, e->options.instances->items[ni->relationships[i].target], out);
}

struct value_source execution_value_source(struct execution *e)
{
    return (struct value_source){
        .data = e,
        .input = input,
        .node_properties = node_properties,
        .instance = instance,
        .node_instance = node_instance_number,
        .related_instance = related_instance,
    };
}

struct function_scope execution_scope(const struct execution *e, const struct task *task)
{
    const struct instance_set *set = e->options.instances;
    const struct node_instance *own = set->items[task->instance];
    struct function_scope scope = {.kind = FUNCTION_SCOPE_NODE, .path = task->operation->name};
    if (task->related == TASK_NO_INSTANCE) {
        scope.node = instance_node(set, own)->id;
        scope.self = own->id;
        return scope;
    }
    const struct node_instance *other = set->items[task->related];
    const struct node_instance *source = task->related_is_target ? own : other;
    const struct node_instance *target = task->related_is_target ? other : own;
    scope.kind = FUNCTION_SCOPE_RELATIONSHIP;
    scope.source = source->id;
    scope.target = target->id;
    scope.source_node = instance_node(set, source)->id;
    scope.target_node = instance_node(set, target)->id;
    return scope;
}

json_t *execution_node_properties(struct execution *e, size_t node,
                                  const struct function_scope *scope, struct error *err)
{
    json_t *properties = e->options.plan->nodes[node].properties;
    if (e->node_functions[node] < 0)
        e->node_functions[node] = functions_contain(properties);
    if (!e->node_functions[node])
        return json_incref(properties);
    struct value_source source = execution_value_source(e);
    return functions_evaluate(properties, scope, &source, FUNCTIONS_RUNTIME, NULL, err);
}
