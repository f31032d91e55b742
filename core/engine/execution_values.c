/* execution_values.c - where the functions of an operation stand, and properties that have some. */
#include "deployment/instance_source.h"
#include "engine/execution_internal.h"

struct value_source execution_source(struct execution *e)
{
    struct value_source source = instance_source(e->options.instances);
    if (e->disclosure.vault) {
        source.secret = disclosure_secret;
        source.secrets = &e->disclosure;
    }
    return source;
}

json_t *execution_secret(struct execution *e, const char *name, struct error *err)
{
    if (!e->disclosure.vault) {
        error_set(err, ERROR_UNSUPPORTED, "secret '%s': there is no store of secrets here", name);
        return NULL;
    }
    json_t *text = disclosure_secret(&e->disclosure, name, err);
    if (!text && err->code == ERROR_NONE)
        vault_unknown(e->disclosure.vault, name, err);
    return text;
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
        e->node_functions[node] = functions_contain_in_members(properties);
    if (!e->node_functions[node])
        return json_incref(properties);
    struct value_source source = execution_source(e);
    return functions_evaluate_members(properties, scope, &source, FUNCTIONS_RUNTIME, NULL, err);
}
