/* blueprint.c - see blueprint.h: the stages, in order. */
#include "dsl/blueprint.h"

#include "dsl/compiler.h"
#include "dsl/plan_internal.h"
#include "dsl/sections.h"
#include "dsl/settings.h"
#include "dsl/strict.h"
#include "dsl/types.h"
#include "dsl/validation.h"
#include "functions/functions.h"

static bool compile_texts(struct compiler *c)
{
    struct plan *plan = c->plan;
    if (c->description) {
        plan->description = plan_text(plan, yaml_string(c->description));
        if (!plan->description)
            return compiler_nomem(c);
    }
    if (c->metadata) {
        json_t *metadata = compiler_json(c, c->metadata);
        plan->metadata = metadata ? plan_keep(plan, metadata) : NULL;
        return plan->metadata || compiler_nomem(c);
    }
    return true;
}

/* An entry that is a call has its mark already. */
static bool mark_entries(struct compiler *c, enum section which, const json_t *values)
{
    const struct map *section = &c->sections[which];
    for (size_t i = 0; i < section->count; i++) {
        const struct entry *entry = section->entries[i].value;
        const json_t *value = json_object_get(values, entry->name);
        if (!function_is_call(value) &&
            !plan_mark_value(c->plan, value, plan_mark_new(c->plan, entry->at)))
            return compiler_nomem(c);
    }
    return true;
}

static bool mark_sections(struct compiler *c)
{
    const struct plan *plan = c->plan;
    return mark_entries(c, SECTION_INPUTS, plan->input_schemas) &&
           mark_entries(c, SECTION_OUTPUTS, plan->outputs) &&
           mark_entries(c, SECTION_CAPABILITIES, plan->capabilities) &&
           mark_entries(c, SECTION_LABELS, plan->labels) &&
           mark_entries(c, SECTION_DEPLOYMENT_SETTINGS, plan->deployment_settings) &&
           mark_entries(c, SECTION_GROUPS, plan->groups) &&
           mark_entries(c, SECTION_GROUPS, plan->scaling_groups) &&
           mark_entries(c, SECTION_POLICIES, plan->policies);
}

/* Whether a section that is there from 1_2 on is absent from `document` or may be in it. */
static bool check_section(struct compiler *c, const struct document *document, const char *key)
{
    const struct yaml_node *node = field_of(document->root, key);
    struct path path = {NULL, key, 0};
    return compiler_has_version(c, 2) || !node ||
           compiler_error(c, &code_needs_version, node, &path, NULL,
                          "'%s' is not supported in version cloudify_dsl_1_%d, it was added in "
                          "cloudify_dsl_1_2",
                          key, c->version);
}

/* Data types are right in themselves; what is left is whether there may be any. */
static bool check_data_types(struct compiler *c)
{
    bool ok = true;
    for (size_t i = 0; i < c->document_count; i++)
        ok &= check_section(c, c->documents[i], "data_types");
    return ok;
}

/* What imports of blueprints fill. */
static bool begin_plan(struct compiler *c)
{
    struct plan *plan = c->plan;
    plan->imported_blueprints = plan_keep(plan, json_array());
    plan->namespaces_mapping = plan_keep(plan, json_object());
    return (plan->imported_blueprints && plan->namespaces_mapping) || compiler_nomem(c);
}

static bool compile(struct compiler *c, const char *path)
{
    /* Of imports the definitions are not even looked at. */
    if (!begin_plan(c) || !compiler_load(c, path) ||
        !check_section(c, c->documents[0], "dsl_definitions") || !compile_texts(c) ||
        !types_resolve(c) || !check_data_types(c))
        return false;
    strict_check_documents(c);
    /* These do not depend on each other: all their errors are shown at once. */
    bool ok = compile_plugins(c);
    ok &= compile_inputs(c);
    ok &= compile_outputs(c);
    ok &= compile_settings(c);
    if (!ok)
        return false;
    ok = compile_workflows(c);
    ok &= compile_nodes(c);
    ok &= compile_groups(c);
    ok = ok && compile_scaling_groups(c) && mark_sections(c) && validate_functions(c);
    if (ok)
        strict_check_properties(c);
    return ok;
}

struct plan *blueprint_parse(const char *path, const struct blueprint_options *options,
                             struct diagnostics *out)
{
    struct compiler c = {.options = options, .out = out, .plan = plan_new()};
    if (!c.plan) {
        diagnostics_nomem(out);
        return NULL;
    }
    bool ok = compile(&c, path) && diagnostics_ok(out);
    types_release(&c);
    map_release(&c.plugins);
    map_release(&c.script_files);
    map_release(&c.checked_code);
    compiler_free_sections(&c);
    compiler_free_documents(&c);
    arena_release(&c.arena);
    arena_release(&c.scratch);
    if (ok)
        return c.plan;
    plan_free(c.plan);
    if (diagnostics_ok(out)) /* nothing fails without a reason: only memory is not always named */
        diagnostics_nomem(out);
    return NULL;
}
