/* plan_prepare.c - from a plan to that of one deployment: functions evaluated once the inputs are
 * bound (dsl.md 10.1, 11.5). */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "dsl/diagnostic_codes.h"
#include "dsl/plan_internal.h"
#include "dsl/plan_scan.h"
#include "dsl/validation.h"

struct evaluation {
    struct plan *plan;
    struct value_source source;
    struct diagnostics *out;
    const struct operation_set **variants; /* per set: the last one evaluated from it */
    size_t variant_count;
    bool runtime_only; /* nothing is evaluated */
    bool ok;
};

/* The value at `at` with its static functions evaluated, borrowed from the plan. */
static json_t *evaluate(struct evaluation *e, const struct plan_value *at)
{
    struct error err = {0};
    struct function_failure failure;
    struct strbuf path = STRBUF_INIT;
    if (e->runtime_only || !functions_contain_in_members(at->value))
        return at->value;
    struct function_scope scope = plan_value_scope(e->plan, at);
    plan_value_path(at, &path);
    scope.path = path.text;
    json_t *result =
        functions_evaluate_members(at->value, &scope, &e->source, FUNCTIONS_STATIC, &failure, &err);
    strbuf_release(&path);
    json_t *kept = result ? plan_keep(e->plan, result) : NULL;
    if (kept)
        return kept;
    e->ok = result ? diagnostics_nomem(e->out)
                   : function_report(e->plan, &failure, &err, at->mark, e->out);
    return at->value;
}

static bool set_has_functions(const struct operation_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->items[i]->has_functions)
            return true;
    }
    return false;
}

/* `operation` with other inputs: that of `variant` where it has the same, else a new one. */
static const struct operation *with_inputs(struct evaluation *e, const struct operation *operation,
                                           const struct operation *variant, json_t *inputs)
{
    if (json_equal(inputs, operation->inputs))
        return operation;
    if (variant && json_equal(inputs, variant->inputs))
        return variant;
    struct operation *changed = plan_add_operation(e->plan);
    if (!changed) {
        e->ok = diagnostics_nomem(e->out);
        return operation;
    }
    size_t index = changed->index;
    *changed = *operation;
    changed->index = index;
    changed->inputs = inputs;
    if (operation->declared_inputs == operation->inputs)
        changed->declared_inputs = inputs;
    changed->has_functions = functions_contain_in_members(inputs);
    return changed;
}

/* The set with evaluated inputs; nodes for which that gives the same share one. */
static const struct operation_set *evaluate_set(struct evaluation *e,
                                                const struct operation_set *set,
                                                struct plan_value at)
{
    if (!set_has_functions(set))
        return set;
    const struct operation_set *variant =
        set->index < e->variant_count ? e->variants[set->index] : NULL;
    const struct operation **items = calloc(set->count, sizeof *items);
    if (!items) {
        e->ok = diagnostics_nomem(e->out);
        return set;
    }
    bool changed = false, is_variant = variant;
    for (size_t i = 0; i < set->count; i++) {
        const struct operation *operation = set->items[i];
        at.operation = operation;
        at.value = operation->inputs;
        json_t *inputs = evaluate(e, &at);
        items[i] = with_inputs(e, operation, variant ? variant->items[i] : NULL, inputs);
        changed |= items[i] != operation;
        is_variant &= variant && items[i] == variant->items[i];
    }
    struct operation_set *result = NULL;
    if (changed && !is_variant && (result = plan_add_set(e->plan, set->count))) {
        memcpy(result->items, items, set->count * sizeof *items);
        if (set->index < e->variant_count)
            e->variants[set->index] = result;
    } else if (changed && !is_variant) {
        e->ok = diagnostics_nomem(e->out);
    }
    free(items);
    return result ? result : is_variant ? variant : set;
}

static void evaluate_operations(struct evaluation *e, struct plan_node *node)
{
    struct plan_value at = {
        .kind = FUNCTION_SCOPE_NODE, .part = "operations", .node = node, .mark = node->mark};
    node->operations = evaluate_set(e, node->operations, at);
    at.kind = FUNCTION_SCOPE_RELATIONSHIP;
    for (size_t i = 0; i < node->relationship_count; i++) {
        struct plan_relationship *r = &node->relationships[i];
        at.relationship = r;
        at.part = r->type->name;
        at.mark = r->mark;
        r->source_operations = evaluate_set(e, r->source_operations, at);
        r->target_operations = evaluate_set(e, r->target_operations, at);
    }
}

static bool is_count(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

static void evaluate_counts(struct evaluation *e, struct plan_node *node)
{
    const struct plan_value at = {.value = node->scalable,
                                  .kind = FUNCTION_SCOPE_NODE,
                                  .part = "capabilities.scalable.properties",
                                  .node = node,
                                  .mark = node->mark};
    node->scalable = evaluate(e, &at);
    const json_t *count = json_object_get(node->scalable, "current_instances");
    if (!is_count(count)) {
        struct diagnostic_place place = plan_place(e->plan, node->mark);
        e->ok = diagnostics_add(e->out, &code_instance_count, &place, NULL,
                                "node '%s': the number of its instances must be an integer of 0 "
                                "or more when the deployment is created",
                                node->id);
    }
    node->instance_count = json_integer_value(count);
}

static void evaluate_nodes(struct evaluation *e)
{
    struct plan *plan = e->plan;
    for (size_t i = 0; i < plan->node_count; i++) {
        struct plan_node *node = &plan->nodes[i];
        const struct plan_value at = {.value = node->properties,
                                      .kind = FUNCTION_SCOPE_NODE,
                                      .part = "properties",
                                      .node = node,
                                      .mark = node->mark};
        node->properties = evaluate(e, &at);
        evaluate_counts(e, node);
    }
    for (size_t i = 0; i < plan->node_count; i++)
        evaluate_operations(e, &plan->nodes[i]);
}

/* What a label says is known when the deployment is made. */
static void check_labels(struct evaluation *e)
{
    const char *name;
    json_t *label, *value;
    size_t i;
    json_object_foreach(e->plan->labels, name, label)
    {
        json_array_foreach(json_object_get(label, "values"), i, value)
        {
            struct diagnostic_place place = {.path = "labels"};
            if (!json_is_string(value))
                e->ok = diagnostics_add(e->out, &code_label_value, &place, NULL,
                                        "label '%s': a value must be a string, not %s", name,
                                        json_kind(value));
        }
    }
}

/* Put `value` where an entry of a section has its functions; the section is copied first. */
static bool set_in_section(struct evaluation *e, json_t **copy, const struct plan_value *at,
                           json_t *section, json_t *value)
{
    json_t *entry =
        at->inner ? json_copy_whole(json_object_get(section, at->entry)) : json_incref(value);
    if (!*copy)
        *copy = plan_keep(e->plan, json_copy_whole(section));
    bool ok = entry && *copy && (!at->inner || !json_object_set(entry, at->inner, value));
    ok = ok && !json_object_set(*copy, at->entry, entry);
    json_decref(entry);
    return ok;
}

static void evaluate_section(struct evaluation *e, const struct plan_section *section)
{
    json_t **values = plan_section_of(e->plan, section), *copy = NULL, *entry;
    const char *name;
    json_object_foreach(*values, name, entry)
    {
        struct plan_value at = plan_section_value(e->plan, section, name, entry);
        json_t *value = evaluate(e, &at);
        if (value != at.value && !set_in_section(e, &copy, &at, *values, value))
            e->ok = diagnostics_nomem(e->out);
    }
    if (copy)
        *values = copy;
}

static void evaluate_sections(struct evaluation *e)
{
    struct plan_value settings = plan_settings_value(e->plan);
    for (const struct plan_section *section = plan_sections; section->name; section++)
        evaluate_section(e, section);
    e->plan->deployment_settings = evaluate(e, &settings);
}

bool plan_prepare(struct plan *plan, const json_t *inputs, const struct prepare_options *options,
                  struct diagnostics *out)
{
    static const struct prepare_options defaults;
    const struct prepare_options *how = options ? options : &defaults;
    if (!plan_bind_inputs(plan, inputs, how, out))
        return false;
    struct evaluation e = {.plan = plan,
                           .source = plan_value_source(plan),
                           .out = out,
                           .runtime_only = how->runtime_only,
                           .variant_count = plan->operation_set_count,
                           .ok = true};
    e.variants = calloc(e.variant_count + 1, sizeof *e.variants);
    if (!e.variants)
        return diagnostics_nomem(out);
    evaluate_nodes(&e);
    evaluate_sections(&e);
    check_labels(&e);
    free(e.variants);
    plan->prepared = e.ok && plan_check_secrets(plan, how->secrets, out);
    return plan->prepared;
}
