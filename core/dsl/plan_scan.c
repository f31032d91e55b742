/* plan_scan.c - see plan_scan.h. */
#include "dsl/plan_scan.h"

struct scan {
    plan_visit *visit;
    void *data;
};

static bool visit(const struct scan *scan, struct plan_value at, json_t *value)
{
    if (!functions_contain(value))
        return true;
    at.value = value;
    return scan->visit(scan->data, &at);
}

static bool scan_operations(const struct scan *scan, struct plan_value at,
                            const struct operation_set *set)
{
    bool ok = true;
    for (size_t i = 0; ok && i < set->count; i++) {
        at.operation = set->items[i];
        ok = !at.operation->has_functions || visit(scan, at, at.operation->inputs);
    }
    return ok;
}

static bool scan_node(const struct scan *scan, const struct plan_node *node)
{
    struct plan_value at = {.kind = FUNCTION_SCOPE_NODE, .node = node};
    at.part = "properties";
    bool ok = visit(scan, at, node->properties);
    at.part = "capabilities.scalable.properties";
    ok = ok && visit(scan, at, node->scalable);
    at.part = "operations";
    ok = ok && scan_operations(scan, at, node->operations);
    at.kind = FUNCTION_SCOPE_RELATIONSHIP;
    for (size_t i = 0; ok && i < node->relationship_count; i++) {
        at.relationship = &node->relationships[i];
        at.part = at.relationship->type->name;
        ok = scan_operations(scan, at, at.relationship->source_operations) &&
             scan_operations(scan, at, at.relationship->target_operations);
    }
    return ok;
}

bool plan_scan(const struct plan *plan, plan_visit *visitor, void *data)
{
    const struct scan scan = {visitor, data};
    const struct {
        json_t *value;
        enum function_scope_kind kind;
        const char *part;
    } sections[] = {
        {plan->outputs, FUNCTION_SCOPE_OUTPUTS, "outputs"},
        {plan->policies, FUNCTION_SCOPE_POLICIES, "policies"},
        {plan->scaling_groups, FUNCTION_SCOPE_SCALING_GROUPS, "scaling_groups"},
        {plan->capabilities, FUNCTION_SCOPE_CAPABILITIES, "capabilities"},
        {plan->labels, FUNCTION_SCOPE_LABELS, "labels"},
        {plan->deployment_settings, FUNCTION_SCOPE_DEPLOYMENT_SETTINGS, "deployment_settings"},
    };
    bool ok = true;
    for (size_t i = 0; ok && i < plan->node_count; i++)
        ok = scan_node(&scan, &plan->nodes[i]);
    for (size_t i = 0; ok && i < sizeof sections / sizeof *sections; i++) {
        struct plan_value at = {.kind = sections[i].kind, .part = sections[i].part};
        ok = visit(&scan, at, sections[i].value);
    }
    return ok;
}

void plan_value_path(const struct plan_value *value, struct strbuf *out)
{
    if (value->node)
        strbuf_addf(out, "nodes.%s.", value->node->id);
    strbuf_adds(out, value->part);
    if (value->operation)
        strbuf_addf(out, ".%s.inputs", value->operation->name);
}

struct function_scope plan_value_scope(const struct plan *plan, const struct plan_value *value)
{
    struct function_scope scope = {.kind = value->kind};
    if (value->relationship) {
        scope.source_node = value->node->id;
        scope.target_node = plan->nodes[value->relationship->target].id;
    } else if (value->node) {
        scope.node = value->node->id;
    }
    return scope;
}

struct plan_mark plan_value_mark(const struct plan_value *value)
{
    if (value->relationship)
        return value->relationship->mark;
    return value->node ? value->node->mark : (struct plan_mark){0};
}
