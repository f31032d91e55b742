/* plan_scan.c - see plan_scan.h. */
#include "dsl/plan_scan.h"

#include <stddef.h>

struct scan {
    plan_visit *visit;
    void *data;
};

static bool visit(const struct scan *scan, struct plan_value at, json_t *value)
{
    if (!functions_contain_in_members(value))
        return true;
    at.value = value;
    return scan->visit(scan->data, &at);
}

static bool scan_operations(const struct scan *scan, struct plan_value at,
                            const struct operation_set *set)
{
    bool ok = true;
    at.operations = set;
    for (size_t i = 0; ok && i < set->count; i++) {
        at.operation = set->items[i];
        ok = !at.operation->has_functions || visit(scan, at, at.operation->inputs);
    }
    return ok;
}

static bool scan_node(const struct scan *scan, const struct plan_node *node)
{
    struct plan_value at = {.kind = FUNCTION_SCOPE_NODE, .node = node, .mark = node->mark};
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
        at.mark = at.relationship->mark;
        ok = scan_operations(scan, at, at.relationship->source_operations) &&
             scan_operations(scan, at, at.relationship->target_operations);
    }
    return ok;
}

const struct plan_section plan_sections[] = {
    {offsetof(struct plan, outputs), FUNCTION_SCOPE_OUTPUTS, "outputs", NULL},
    {offsetof(struct plan, policies), FUNCTION_SCOPE_POLICIES, "policies", "properties"},
    {offsetof(struct plan, scaling_groups), FUNCTION_SCOPE_SCALING_GROUPS, "scaling_groups",
     "properties"},
    {offsetof(struct plan, capabilities), FUNCTION_SCOPE_CAPABILITIES, "capabilities", NULL},
    {offsetof(struct plan, labels), FUNCTION_SCOPE_LABELS, "labels", NULL},
    {0},
};

json_t **plan_section_of(struct plan *plan, const struct plan_section *section)
{
    return (json_t **)((char *)plan + section->offset);
}

struct plan_value plan_section_value(const struct plan *plan, const struct plan_section *section,
                                     const char *name, json_t *entry)
{
    return (struct plan_value){
        .value = section->inner ? json_object_get(entry, section->inner) : entry,
        .kind = section->kind,
        .part = section->name,
        .entry = name,
        .inner = section->inner,
        .mark = plan_mark_of(plan, entry),
    };
}

static bool scan_section(const struct scan *scan, const struct plan *plan,
                         const struct plan_section *section)
{
    const char *name;
    json_t *entry;
    json_object_foreach(*plan_section_of((struct plan *)plan, section), name, entry)
    {
        struct plan_value at = plan_section_value(plan, section, name, entry);
        if (!visit(scan, at, at.value))
            return false;
    }
    return true;
}

struct plan_value plan_settings_value(const struct plan *plan)
{
    return (struct plan_value){.value = plan->deployment_settings,
                               .kind = FUNCTION_SCOPE_DEPLOYMENT_SETTINGS,
                               .part = "deployment_settings"};
}

bool plan_scan(const struct plan *plan, plan_visit *visitor, void *data)
{
    const struct scan scan = {visitor, data};
    bool ok = true;
    for (size_t i = 0; ok && i < plan->node_count; i++)
        ok = scan_node(&scan, &plan->nodes[i]);
    for (const struct plan_section *section = plan_sections; ok && section->name; section++)
        ok = scan_section(&scan, plan, section);
    return ok && visit(&scan, plan_settings_value(plan), plan->deployment_settings);
}

void plan_value_path(const struct plan_value *value, struct strbuf *out)
{
    if (value->node)
        strbuf_addf(out, "nodes.%s.", value->node->id);
    strbuf_adds(out, value->part);
    if (value->operation)
        strbuf_addf(out, ".%s.inputs", value->operation->name);
    if (value->entry)
        strbuf_addf(out, ".%s", value->entry);
    if (value->inner)
        strbuf_addf(out, ".%s", value->inner);
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
