/* plan_prepare.c - from a plan to that of one deployment: inputs bound, functions evaluated
 * (dsl.md 3, 8.1, 10.1, 11.5). */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/real.h"
#include "base/strbuf.h"
#include "base/suggest.h"
#include "dsl/constraints.h"
#include "dsl/diagnostic_codes.h"
#include "dsl/plan_internal.h"
#include "dsl/validation.h"
#include "dsl/values.h"

/* inputs and parameters: values against their schemas */

/* What the given values are called: "input", or "workflow 'x': parameter". */
struct binding {
    const struct plan *plan;
    const char *what;
    const char *section; /* for paths */
    const char *option;  /* by which the command line gives one */
    bool objects;        /* values of object types are looked up */
    struct diagnostics *out;
};

/* The path is section.name, with more behind it for what stands inside of a value. */
static void report(void *data, const struct diagnostic_code *code, const struct path *path,
                   const char *hint, const char *message)
{
    const struct binding *binding = data;
    const struct path *name = path;
    struct strbuf text = STRBUF_INIT;
    path_write(&text, path);
    struct diagnostic_place place = {.path = text.text};
    while (name->up->up)
        name = name->up;
    if (name == path)
        diagnostics_add(binding->out, code, &place, hint, "%s %s", binding->what, message);
    else
        diagnostics_add(binding->out, code, &place, hint, "%s '%s': %s", binding->what, name->key,
                        message);
    strbuf_release(&text);
}

static void report_missing(const struct binding *binding, const char *name)
{
    struct strbuf path = STRBUF_INIT, hint = STRBUF_INIT;
    strbuf_addf(&path, "%s.%s", binding->section, name);
    strbuf_addf(&hint, "give it with %s %s=VALUE", binding->option, name);
    struct diagnostic_place place = {.path = path.text};
    diagnostics_add(binding->out, &code_missing_input, &place, hint.text, "%s '%s' is missing",
                    binding->what, name);
    strbuf_release(&path);
    strbuf_release(&hint);
}

static bool check_unknown(const struct binding *binding, const json_t *schemas, const json_t *given)
{
    bool ok = true;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)given, name, value)
    {
        if (json_object_get(schemas, name))
            continue;
        struct strbuf hint = STRBUF_INIT, path = STRBUF_INIT;
        strbuf_addf(&path, "%s.%s", binding->section, name);
        struct diagnostic_place place = {.path = path.text};
        ok = diagnostics_add(binding->out, &code_unknown_input, &place,
                             suggest_key(schemas, name, &hint), "unknown %s '%s'", binding->what,
                             name);
        strbuf_release(&path);
        strbuf_release(&hint);
    }
    return ok;
}

static struct value_rules rules_of(const struct binding *binding)
{
    return (struct value_rules){.data_types = binding->plan->data_types,
                                .wrong_type = &code_input_wrong_type,
                                .data = (void *)binding,
                                .report = report};
}

static void ignore_report(void *data, const struct diagnostic_code *code, const struct path *path,
                          const char *hint, const char *message)
{
    (void)data, (void)code, (void)path, (void)hint, (void)message;
}

/* A data type whose properties all have defaults gives a value out of nothing (dsl.md 3). */
static json_t *value_of_nothing(const struct binding *binding, const json_t *schema)
{
    const char *type = json_string_at(schema, "type", "");
    struct value_rules rules = rules_of(binding);
    const json_t *properties =
        json_object_get(json_object_get(binding->plan->data_types, type), "properties");
    rules.report = ignore_report;
    json_t *value = properties ? values_build(&rules, properties, NULL, NULL) : NULL;
    if (json_object_size(value))
        return value;
    json_decref(value);
    return NULL;
}

static bool test_constraints(const struct binding *binding, const char *name, const json_t *schema,
                             const json_t *value)
{
    struct strbuf why = STRBUF_INIT, path = STRBUF_INIT;
    const struct diagnostic_code *code = constraints_test(schema, value, binding->objects, &why);
    if (code) {
        strbuf_addf(&path, "%s.%s", binding->section, name);
        struct diagnostic_place place = {.path = path.text};
        diagnostics_add(binding->out, code, &place, NULL, "%s '%s' %s", binding->what, name,
                        why.text);
    }
    strbuf_release(&why);
    strbuf_release(&path);
    return !code;
}

/* The value of one input, new; NULL: reported, or out of memory where nothing was. */
static json_t *bind_one(const struct binding *binding, const char *name, const json_t *schema,
                        const json_t *given)
{
    struct value_rules rules = rules_of(binding);
    struct path section = {NULL, binding->section, 0}, path = {&section, name, 0};
    const json_t *fallback = json_object_get(schema, "default");
    if (!given && fallback && !json_is_null(fallback))
        given = fallback;
    if (given)
        return test_constraints(binding, name, schema, given)
                   ? value_build(&rules, schema, given, &path)
                   : NULL;
    json_t *value = value_of_nothing(binding, schema);
    if (value)
        return value;
    /* A parameter may have null for its default, which then is what it gets. */
    if (fallback || !json_boolean_at(schema, "required", true))
        return json_null();
    report_missing(binding, name);
    return NULL;
}

/* An object with all inputs, new; NULL: reported or out of memory. */
static json_t *bind_all(const struct binding *binding, const json_t *schemas, const json_t *given)
{
    bool ok = true;
    const char *name;
    json_t *schema;
    json_t *values = json_object();
    if (!values) {
        diagnostics_nomem(binding->out);
        return NULL;
    }
    json_object_foreach((json_t *)schemas, name, schema)
    {
        size_t errors = binding->out->errors;
        json_t *value = bind_one(binding, name, schema, json_object_get(given, name));
        bool bound = value && !json_object_set_new(values, name, value);
        if (!bound && errors == binding->out->errors)
            diagnostics_nomem(binding->out);
        ok &= bound;
    }
    if (ok)
        return values;
    json_decref(values);
    return NULL;
}

static bool bind_inputs(struct plan *plan, const json_t *inputs, struct diagnostics *out)
{
    struct binding binding = {plan, "input", "inputs", "-i", true, out};
    bool ok = check_unknown(&binding, plan->input_schemas, inputs);
    json_t *values = bind_all(&binding, plan->input_schemas, inputs);
    if (!values || !ok) {
        json_decref(values);
        return false;
    }
    plan->inputs = plan_keep(plan, values);
    return plan->inputs || diagnostics_nomem(out);
}

/* evaluation */

struct evaluation {
    struct plan *plan;
    struct value_source source;
    struct diagnostics *out;
    const struct operation_set **variants; /* per set: the last one evaluated from it */
    size_t variant_count;
    bool ok;
};

/* `value` with its static functions evaluated, borrowed from the plan. */
static json_t *evaluate(struct evaluation *e, json_t *value, struct function_scope scope,
                        const char *path)
{
    struct error err = {0};
    enum function_problem problem = FUNCTION_PROBLEM_NONE;
    if (!functions_contain(value))
        return value;
    scope.path = path;
    json_t *result =
        functions_evaluate(value, &scope, &e->source, FUNCTIONS_STATIC, &problem, &err);
    if (result && (result = plan_keep(e->plan, result)))
        return result;
    e->ok = false;
    struct diagnostic_place place = {.path = path};
    if (err.code == ERROR_NOMEM || err.code == ERROR_NONE)
        diagnostics_nomem(e->out);
    else
        diagnostics_add(e->out, function_code(problem), &place, NULL, "%s", err.text);
    return value;
}

__attribute__((format(printf, 4, 5))) static json_t *evaluate_at(struct evaluation *e,
                                                                 json_t *value,
                                                                 struct function_scope scope,
                                                                 const char *fmt, ...)
{
    struct strbuf path = STRBUF_INIT;
    va_list args;
    if (!functions_contain(value))
        return value;
    va_start(args, fmt);
    strbuf_vaddf(&path, fmt, args);
    va_end(args);
    json_t *result = evaluate(e, value, scope, path.text);
    strbuf_release(&path);
    return result;
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
    changed->has_functions = functions_contain(inputs);
    return changed;
}

/* The set with evaluated inputs; nodes for which that gives the same share one. */
static const struct operation_set *evaluate_set(struct evaluation *e,
                                                const struct operation_set *set,
                                                struct function_scope scope, const char *node,
                                                const char *part)
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
        json_t *inputs = evaluate_at(e, operation->inputs, scope, "nodes.%s.%s.%s.inputs", node,
                                     part, operation->name);
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
    struct function_scope scope = {.kind = FUNCTION_SCOPE_NODE, .node = node->id};
    node->operations = evaluate_set(e, node->operations, scope, node->id, "operations");
    for (size_t i = 0; i < node->relationship_count; i++) {
        struct plan_relationship *r = &node->relationships[i];
        struct function_scope between = {.kind = FUNCTION_SCOPE_RELATIONSHIP,
                                         .source_node = node->id,
                                         .target_node = e->plan->nodes[r->target].id};
        const char *part = r->type->name;
        r->source_operations = evaluate_set(e, r->source_operations, between, node->id, part);
        r->target_operations = evaluate_set(e, r->target_operations, between, node->id, part);
    }
}

static bool is_count(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

static void evaluate_counts(struct evaluation *e, struct plan_node *node)
{
    struct function_scope scope = {.kind = FUNCTION_SCOPE_NODE, .node = node->id};
    node->scalable = evaluate_at(e, node->scalable, scope,
                                 "nodes.%s.capabilities.scalable.properties", node->id);
    const json_t *count = json_object_get(node->scalable, "current_instances");
    if (!is_count(count)) {
        struct diagnostic_place place = {0};
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
        struct function_scope scope = {.kind = FUNCTION_SCOPE_NODE, .node = node->id};
        node->properties = evaluate_at(e, node->properties, scope, "nodes.%s.properties", node->id);
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

bool plan_prepare(struct plan *plan, const json_t *inputs, struct diagnostics *out)
{
    if (!bind_inputs(plan, inputs, out))
        return false;
    struct evaluation e = {.plan = plan,
                           .source = plan_value_source(plan),
                           .out = out,
                           .variant_count = plan->operation_set_count,
                           .ok = true};
    e.variants = calloc(e.variant_count + 1, sizeof *e.variants);
    if (!e.variants)
        return diagnostics_nomem(out);
    evaluate_nodes(&e);
    plan->outputs = evaluate(&e, plan->outputs,
                             (struct function_scope){.kind = FUNCTION_SCOPE_OUTPUTS}, "outputs");
    plan->policies = evaluate(&e, plan->policies,
                              (struct function_scope){.kind = FUNCTION_SCOPE_POLICIES}, "policies");
    plan->scaling_groups =
        evaluate(&e, plan->scaling_groups,
                 (struct function_scope){.kind = FUNCTION_SCOPE_SCALING_GROUPS}, "scaling_groups");
    plan->capabilities =
        evaluate(&e, plan->capabilities,
                 (struct function_scope){.kind = FUNCTION_SCOPE_CAPABILITIES}, "capabilities");
    plan->labels = evaluate(&e, plan->labels,
                            (struct function_scope){.kind = FUNCTION_SCOPE_LABELS}, "labels");
    check_labels(&e);
    plan->deployment_settings = evaluate(
        &e, plan->deployment_settings,
        (struct function_scope){.kind = FUNCTION_SCOPE_DEPLOYMENT_SETTINGS}, "deployment_settings");
    free(e.variants);
    plan->prepared = e.ok;
    return e.ok;
}

/* parameters of executions */

/* A string that says a value of the declared type is taken for that value (dsl.md 8.1). */
static json_t *convert(const char *type, const json_t *value)
{
    const char *text = json_string_value(value);
    char *end = NULL;
    errno = 0;
    if (text && *text && !strcmp(type, "integer")) {
        long long number = strtoll(text, &end, 10);
        if (!*end && !errno)
            return json_integer(number);
    }
    if (text && *text && !strcmp(type, "float")) {
        double number;
        bool plain = !text[strspn(text, "0123456789+-.eE")];
        if (plain && !*real_read(text, &number) && isfinite(number))
            return json_real(number);
    }
    if (text && !strcmp(type, "boolean") && (!strcmp(text, "true") || !strcmp(text, "false")))
        return json_boolean(*text == 't');
    return json_incref((json_t *)value);
}

static json_t *convert_all(const json_t *schemas, const json_t *given)
{
    const char *name;
    json_t *value;
    json_t *converted = json_object();
    json_object_foreach((json_t *)given, name, value)
    {
        const char *type = json_string_at(json_object_get(schemas, name), "type", "");
        if (json_object_set_new(converted, name, convert(type, value))) {
            json_decref(converted);
            return NULL;
        }
    }
    return converted;
}

static json_t *bind_parameters(const struct binding *binding, const json_t *schemas,
                               const json_t *given, bool allow_custom)
{
    bool ok = allow_custom || check_unknown(binding, schemas, given);
    json_t *values = bind_all(binding, schemas, given);
    if (ok && values && !json_object_update_missing(values, (json_t *)given))
        return values;
    json_decref(values);
    return NULL;
}

json_t *plan_workflow_parameters(const struct plan *plan, const struct plan_workflow *workflow,
                                 const json_t *parameters, bool allow_custom, struct error *err)
{
    struct diagnostics out = {0};
    struct binding binding = {plan, "parameter", "parameters", "-p", false, &out};
    json_t *given = convert_all(workflow->parameters, parameters);
    json_t *values =
        given ? bind_parameters(&binding, workflow->parameters, given, allow_custom) : NULL;
    if (!values && diagnostics_to_error(&out, err))
        error_nomem(err);
    if (!values)
        error_context(err, "workflow '%s'", workflow->name);
    json_decref(given);
    diagnostics_release(&out);
    return values;
}
