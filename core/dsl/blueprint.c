/* blueprint.c - see blueprint.h: the stages, in order. */
#include "dsl/blueprint.h"

#include "dsl/compiler.h"
#include "dsl/plan_internal.h"
#include "dsl/sections.h"
#include "dsl/settings.h"
#include "dsl/types.h"
#include "dsl/validation.h"

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

static bool compile(struct compiler *c, const char *path)
{
    if (!compiler_load(c, path) || !compile_texts(c) || !types_resolve(c))
        return false;
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
    return ok && compile_scaling_groups(c) && validate_functions(c);
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
    map_release(&c.script_files);
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
