/* plan_inputs.c - inputs of a deployment and parameters of an execution: given values against their
 * schemas (dsl.md 3, 8.1). */
#include <string.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "base/suggest.h"
#include "dsl/constraints.h"
#include "dsl/diagnostic_codes.h"
#include "dsl/plan_internal.h"
#include "dsl/values.h"

/* What the given values are called: "input", or "workflow 'x': parameter". */
struct binding {
    const struct plan *plan;
    const char *what;
    const char *section; /* for paths */
    const char *option;  /* by which the command line gives one */
    bool convert;        /* strings are taken for what they say of the declared type */
    bool takes_null;     /* a default of null is a value */
    const struct object_source *objects;
    struct diagnostics *out;
};

/* The path is section.name, with more behind it for what stands inside of a value. Whatever is
 * wrong with a given value, it does not fit the type that is declared: one code for all. */
static void report(void *data, const struct diagnostic_code *code, const struct path *path,
                   const char *hint, const char *message)
{
    (void)code;
    const struct binding *binding = data;
    const struct path *name = path;
    struct strbuf text = STRBUF_INIT;
    path_write(&text, path);
    struct diagnostic_place place = {.path = text.text};
    while (name->up->up)
        name = name->up;
    if (name == path)
        diagnostics_add(binding->out, &code_input_wrong_type, &place, hint, "%s %s", binding->what,
                        message);
    else
        diagnostics_add(binding->out, &code_input_wrong_type, &place, hint, "%s '%s': %s",
                        binding->what, name->key, message);
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

/* A given value, converted where that is wanted, tested and completed; new, NULL: reported. */
static json_t *bind_given(const struct binding *binding, const char *name, const json_t *schema,
                          const json_t *given)
{
    struct value_rules rules = rules_of(binding);
    struct path section = {NULL, binding->section, 0}, path = {&section, name, 0};
    json_t *value = binding->convert ? value_from_text(json_string_at(schema, "type", ""), given)
                                     : json_incref((json_t *)given);
    /* A value of the wrong type is told as such: its constraints could only say that they do not
     * apply. Those of items say which item it is, so they come first. */
    bool type_first = !json_object_get(schema, "item_type");
    bool fits = value && (type_first || test_constraints(binding, name, schema, value));
    json_t *result = fits ? value_build(&rules, schema, value, &path) : NULL;
    if (result && type_first && !test_constraints(binding, name, schema, value)) {
        json_decref(result);
        result = NULL;
    }
    json_decref(value);
    return result;
}

/* The value of one input, new. NULL: reported, or `*missing`, or out of memory otherwise. */
static json_t *bind_one(const struct binding *binding, const char *name, const json_t *schema,
                        const json_t *given, bool *missing)
{
    const json_t *fallback = json_object_get(schema, "default");
    if (!given && !json_is_null(fallback))
        given = fallback;
    json_t *made = given ? NULL : value_of_nothing(binding, schema);
    if (given || made) {
        json_t *value = bind_given(binding, name, schema, given ? given : made);
        json_decref(made);
        return value;
    }
    *missing = json_boolean_at(schema, "required", true) && !(fallback && binding->takes_null);
    return *missing ? NULL : json_null();
}

/* Bind every schema's value into `values`. @return whether all are there */
static bool bind_declared(const struct binding *binding, const json_t *schemas, const json_t *given,
                          json_t *values, json_t *missing)
{
    bool ok = true;
    const char *name;
    json_t *schema;
    json_object_foreach((json_t *)schemas, name, schema)
    {
        size_t errors = binding->out->errors;
        bool is_missing = false;
        json_t *value = bind_one(binding, name, schema, json_object_get(given, name), &is_missing);
        bool bound = is_missing ? !json_array_append_new(missing, json_string(name))
                                : value && !json_object_set_new(values, name, value);
        if (!bound && errors == binding->out->errors)
            diagnostics_nomem(binding->out);
        ok &= bound;
    }
    return ok;
}

static bool report_all_missing(const struct binding *binding, const json_t *missing)
{
    for (size_t i = 0; i < json_array_size(missing); i++)
        report_missing(binding, json_string_value(json_array_get(missing, i)));
    return !json_array_size(missing);
}

/* An object with all values, those that are not declared left out; new, NULL: reported. */
static json_t *bind_all(const struct binding *binding, const json_t *schemas, const json_t *given,
                        bool allow_unknown)
{
    json_t *values = json_object(), *missing = json_array();
    bool ok = (values && missing) || diagnostics_nomem(binding->out);
    ok = ok && bind_declared(binding, schemas, given, values, missing);
    ok &= report_all_missing(binding, missing);
    ok &= allow_unknown || check_unknown(binding, schemas, given);
    json_decref(missing);
    if (ok)
        return values;
    json_decref(values);
    return NULL;
}

bool plan_bind_inputs(struct plan *plan, const json_t *inputs,
                      const struct prepare_options *options, struct diagnostics *out)
{
    struct binding binding = {.plan = plan,
                              .what = "input",
                              .section = "inputs",
                              .option = "-i",
                              .convert = options->auto_correct_types,
                              .objects = options->objects,
                              .out = out};
    json_t *values = bind_all(&binding, plan->input_schemas, inputs, false);
    plan->inputs = values ? plan_keep(plan, values) : NULL;
    return plan->inputs || (!diagnostics_ok(out) ? false : diagnostics_nomem(out));
}

json_t *plan_workflow_parameters(const struct plan *plan, const struct plan_workflow *workflow,
                                 const json_t *parameters, bool allow_custom,
                                 const struct object_source *objects, struct error *err)
{
    struct diagnostics out = {0};
    struct binding binding = {.plan = plan,
                              .what = "parameter",
                              .section = "parameters",
                              .option = "-p",
                              .convert = true,
                              .takes_null = true,
                              .objects = objects,
                              .out = &out};
    json_t *values = bind_all(&binding, workflow->parameters, parameters, allow_custom);
    if (values && parameters && json_object_update_missing(values, (json_t *)parameters)) {
        json_decref(values);
        values = NULL;
    }
    if (!values && diagnostics_to_error(&out, NULL, err))
        error_nomem(err);
    if (!values)
        error_context(err, "workflow '%s'", workflow->name);
    diagnostics_release(&out);
    return values;
}
