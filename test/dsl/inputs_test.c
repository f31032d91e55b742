/* inputs_test.c - how inputs get their values, and what object types look up (dsl.md 3). */
#include "../check.h"
#include "base/json.h"
#include "text_blueprint.h"
#include "diagnostics_text.h"

static const char types[] = "data_types:\n"
                            "  full: {properties: {x: {default: 1}, y: {default: 2}}}\n"
                            "  part: {properties: {x: {default: 1}, y: {type: integer}}}\n"
                            "  bare: {properties: {x: {required: false}}}\n";

/* What the input `a` with this schema becomes when it is given this, or why not. */
static const struct {
    const char *schema, *given;
    bool correct;
    const char *value, *error;
    int number;
} cases[] = {
    {"{}", "{'a': null}", false, "null", "", 0},
    {"{}", "{'a': [1]}", false, "[1]", "", 0},
    {"{default: 3}", "{}", false, "3", "", 0},
    {"{default: null}", "{}", false, NULL, "input 'a' is missing", 0},
    {"{default: null, required: false}", "{}", false, "null", "", 0},
    {"{required: false, type: integer}", "{}", false, "null", "", 0},
    {"{required: false, constraints: [{equal: 1}]}", "{}", false, "null", "", 0},
    {"{}", "{}", false, NULL, "input 'a' is missing", 0},
    {"{}", "{'b': 1}", false, NULL, "input 'a' is missing", 0},
    {"{default: 1}", "{'b': 1}", false, NULL, "unknown input 'b'", 0},
    {"{type: full}", "{}", false, "{'x': 1, 'y': 2}", "", 0},
    {"{type: full}", "{'a': {'y': 3}}", false, "{'x': 1, 'y': 3}", "", 0},
    {"{type: part}", "{}", false, NULL, "input 'a' is missing", 0},
    {"{type: part}", "{'a': {'y': 3}}", false, "{'x': 1, 'y': 3}", "", 0},
    {"{type: part}", "{'a': {}}", false, NULL,
     "input 'a': property 'y' is missing and has no default", 214},
    {"{type: part}", "{'a': {'y': 3, 'z': 3}}", false, NULL,
     "input 'a': 'z' is not a known property", 214},
    {"{type: part}", "{'a': {'y': 'b'}}", false, NULL,
     "input 'a': 'y' must be of type 'integer', not string \"b\"", 214},
    {"{type: bare}", "{}", false, NULL, "input 'a' is missing", 0},
    {"{type: integer}", "{'a': '5'}", false, NULL,
     "input 'a' must be of type 'integer', not string \"5\"", 214},
    {"{type: integer}",
     "{'a': "
     "'x\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"
     "\u00e4\u00e4"
     "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4'}",
     false, NULL,
     "input 'a' must be of type 'integer', not string \"x"
     "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"
     "\u00e4\u00e4"
     "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4...",
     214},
    {"{type: integer}", "{'a': true}", false, NULL,
     "input 'a' must be of type 'integer', not boolean true", 214},
    {"{type: integer}", "{'a': null}", false, NULL, "input 'a' must be of type 'integer', not null",
     214},
    {"{type: integer}", "{'a': {'get_input': 'b'}}", false, "{'get_input': 'b'}", "", 0},
    {"{type: integer}", "{'a': '5'}", true, "5", "", 0},
    {"{type: integer}", "{'a': ' -1_000 '}", true, "-1000", "", 0},
    {"{type: integer}", "{'a': '5.0'}", true, NULL,
     "input 'a' must be of type 'integer', not string \"5.0\"", 214},
    {"{type: integer}", "{'a': '99999999999999999999'}", true, NULL,
     "input 'a' must be of type 'integer', not string \"99999999999999999999\"", 214},
    {"{type: float}", "{'a': '5'}", true, "5.0", "", 0},
    {"{type: float}", "{'a': '1e-3'}", true, "0.001", "", 0},
    {"{type: float}", "{'a': 'nan'}", true, NULL,
     "input 'a' must be of type 'float', not string \"nan\"", 214},
    {"{type: boolean}", "{'a': 'true'}", true, "true", "", 0},
    {"{type: boolean}", "{'a': 'True'}", true, NULL,
     "input 'a' must be of type 'boolean', not string \"True\"", 214},
    {"{type: boolean}", "{'a': 1}", true, NULL,
     "input 'a' must be of type 'boolean', not integer 1", 214},
    {"{type: string}", "{'a': '5'}", true, "'5'", "", 0},
    {"{type: integer, default: 7}", "{'a': '6'}", true, "6", "", 0},
    {"{type: integer, constraints: [{less_than: 5}]}", "{'a': '4'}", true, "4", "", 0},
    {"{type: integer, constraints: [{less_than: 5}]}", "{'a': '6'}", true, NULL,
     "input 'a' must be less than 5", 0},
    {"{constraints: [{equal: 1, error_message: give one}]}", "{'a': 2}", false, NULL,
     "input 'a' is not valid: give one", 0},
    {"{constraints: [{equal: 1}]}", "{'a': {'get_input': 'b'}}", false, NULL,
     "input 'a' has constraints, so a function cannot give it", 213},
    {"{type: integer, constraints: [{in_range: [0, 9]}]}", "{'a': 'b'}", false, NULL,
     "input 'a' must be of type 'integer', not string \"b\"", 214},
    {"{type: integer, constraints: [{in_range: [0, 9]}]}", "{'a': 10}", false, NULL,
     "input 'a' must be in the range [0,9]", 0},
    {"{type: list, item_type: integer}", "{'a': [1, 2]}", false, "[1, 2]", "", 0},
    {"{type: list, item_type: integer}", "{'a': [1, 'b']}", false, NULL,
     "input 'a' must have items of type 'integer', not string \"b\"", 105},
    {"{type: list, item_type: integer}", "{'a': [{'get_input': 'b'}]}", false, NULL,
     "input 'a' must have items of type 'integer', not dict {\"get_input\":\"b\"}", 105},
    {"{type: list, item_type: string}", "{'a': [{'get_input': 'b'}]}", false,
     "[{'get_input': 'b'}]", "", 0},
    {"{type: list, item_type: string}", "{'a': 'b'}", false, NULL,
     "input 'a' must be of type 'list', not string", 105},
    {"{type: node_id}", "{'a': 'n'}", false, NULL,
     "input 'a' is of type 'node_id', which cannot be looked up here", 0},
};

/* JSON with single quotes, for readable tables; new. */
static json_t *read_json(const char *text)
{
    char copy[512];
    snprintf(copy, sizeof copy, "%s", text);
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    return json_loads(copy, JSON_DECODE_ANY, NULL);
}

static struct plan *parse_input(const char *schema)
{
    char text[1024];
    struct diagnostics out = {0};
    snprintf(text, sizeof text, "%sinputs: {a: %s}\n", types, schema);
    struct plan *plan = parse_text(5, text, NULL, &out);
    CHECK(plan, "%s is a schema %s", schema, first_error(&out));
    diagnostics_release(&out);
    return plan;
}

static void test_value(size_t row)
{
    struct plan *plan = parse_input(cases[row].schema);
    struct diagnostics out = {0};
    const struct prepare_options options = {.auto_correct_types = cases[row].correct};
    json_t *given = read_json(cases[row].given);
    json_t *value = cases[row].value ? read_json(cases[row].value) : NULL;
    bool ok = plan && plan_prepare(plan, given, &options, &out);
    CHECK(ok == !!value, "%s with %s", cases[row].schema, cases[row].given);
    CHECK(!strcmp(first_error(&out), cases[row].error), "says '%s'", first_error(&out));
    CHECK(first_number(&out) == cases[row].number, "the number is %d", first_number(&out));
    if (ok)
        CHECK(json_equal(json_object_get(plan->inputs, "a"), value), "the value is right");
    json_decref(value);
    json_decref(given);
    diagnostics_release(&out);
    plan_free(plan);
}

static void test_order(void)
{
    struct diagnostics out = {0};
    struct strbuf text = STRBUF_INIT;
    struct plan *plan = parse_text(
        5, "inputs: {a: {}, b: {type: integer}, c: {}, d: {constraints: [{equal: 1}]}}\n", NULL,
        &out);
    json_t *given = read_json("{'b': 'x', 'd': 2, 'e': 1}");
    CHECK(plan && !plan_prepare(plan, given, NULL, &out), "all is wrong");
    diagnostics_write(&out, &text);
    CHECK(!strcmp(text.text, "input 'b' must be of type 'integer', not string \"x\"\n"
                             "input 'd' must be 1\n"
                             "input 'a' is missing (give it with -i a=VALUE)\n"
                             "input 'c' is missing (give it with -i c=VALUE)\n"
                             "unknown input 'e'\n"),
          "values come first, then what is missing, then what is unknown: %s", text.text);
    strbuf_release(&text);
    json_decref(given);
    diagnostics_release(&out);
    plan_free(plan);
}

/* objects: a source that has "x", and knows what it was asked */

struct asked {
    char text[512];
};

static bool has_x(void *data, const char *type, const json_t *value, const json_t *constraints,
                  struct error *err)
{
    struct asked *asked = data;
    struct strbuf text = STRBUF_INIT;
    json_write(&text, constraints);
    snprintf(asked->text, sizeof asked->text, "%s %s", type, text.text);
    strbuf_release(&text);
    const char *name = json_string_value(value);
    if (name && !strcmp(name, "broken"))
        return error_set(err, ERROR_STORAGE, "cannot be looked up: no disk");
    return name && !strcmp(name, "x");
}

static const struct {
    const char *schema, *given;
    enum { NOTHING, BLUEPRINT, DEPLOYMENT } bound;
    const char *asked, *error;
} object_cases[] = {
    {"{type: blueprint_id}", "'x'", NOTHING, "blueprint_id {}", ""},
    {"{type: secret_key}", "'y'", NOTHING, "secret_key {}",
     "input 'a' is \"y\", but there is no such secret_key"},
    {"{type: secret_key}", "'broken'", NOTHING, "secret_key {}",
     "input 'a' cannot be looked up: no disk"},
    {"{type: node_id}", "'x'", NOTHING, "",
     "input 'a' is of type 'node_id', which needs the constraint 'deployment_id' here"},
    {"{type: node_id}", "'x'", BLUEPRINT, "node_id {}", ""},
    {"{type: node_id}", "'y'", BLUEPRINT, "node_id {}",
     "input 'a' is \"y\", but there is no such node_id"},
    {"{type: node_id}", "'x'", DEPLOYMENT, "node_id {}", ""},
    {"{type: node_instance}", "'x'", BLUEPRINT, "",
     "input 'a' is of type 'node_instance', which needs the constraint 'deployment_id' here"},
    {"{type: node_instance}", "'x'", DEPLOYMENT, "node_instance {}", ""},
    {"{type: capability_value, constraints: [{deployment_id: d}]}", "'x'", NOTHING,
     "capability_value {\"deployment_id\":\"d\"}", ""},
    {"{type: operation_name, constraints: [{valid_values: [x]}, {name_pattern: {contains: x}}]}",
     "'x'", BLUEPRINT,
     "operation_name {\"valid_values\":[\"x\"],\"name_pattern\":{\"contains\":\"x\"}}", ""},
    {"{type: deployment_id, constraints: [{filter_id: f}, {labels: [{a: b}]}, {tenants: [t]}]}",
     "'x'", NOTHING,
     "deployment_id {\"filter_id\":\"f\",\"labels\":[{\"a\":\"b\"}],\"tenants\":[\"t\"]}", ""},
    {"{type: node_id, constraints: [{filter_id: f}]}", "'x'", BLUEPRINT, "",
     "input 'a' has the constraint 'filter_id', which does not apply to its type"},
    {"{type: secret_key, constraints: [{deployment_id: f}]}", "'x'", BLUEPRINT, "",
     "input 'a' has the constraint 'deployment_id', which does not apply to its type"},
    {"{type: blueprint_id, constraints: [{valid_values: [y]}]}", "'x'", NOTHING, "",
     "input 'a' must be one of [\"y\"]"},
    {"{type: node_type, constraints: [{pattern: y}]}", "'x'", BLUEPRINT, "",
     "input 'a' must match \"y\""},
    {"{type: string, constraints: [{name_pattern: {contains: x}}]}", "'x'", BLUEPRINT, "",
     "input 'a' has the constraint 'name_pattern', which does not apply to its type"},
    {"{type: list, item_type: scaling_group}", "['x', 'y']", BLUEPRINT, "scaling_group {}",
     "input 'a' is \"y\", but there is no such scaling_group"},
    {"{type: node_id}", "{'get_input': 'b'}", BLUEPRINT, "", ""},
};

static void test_object(size_t row)
{
    struct plan *plan = parse_input(object_cases[row].schema);
    struct diagnostics out = {0};
    struct asked asked = {""};
    const struct object_source source = {.data = &asked,
                                         .has_deployment = object_cases[row].bound == DEPLOYMENT,
                                         .has_blueprint = object_cases[row].bound == BLUEPRINT,
                                         .has = has_x};
    const struct prepare_options options = {.objects = &source};
    json_t *given = json_pack("{s:o}", "a", read_json(object_cases[row].given));
    bool ok = plan && plan_prepare(plan, given, &options, &out);
    CHECK(ok == !*object_cases[row].error, "%s with %s", object_cases[row].schema,
          object_cases[row].given);
    CHECK(!strcmp(first_error(&out), object_cases[row].error), "says '%s'", first_error(&out));
    CHECK(!strcmp(asked.text, object_cases[row].asked), "was asked for %s", asked.text);
    json_decref(given);
    diagnostics_release(&out);
    plan_free(plan);
}

/* What a plan itself knows. */
static const struct {
    const char *type, *name, *constraints;
    bool found;
} plan_cases[] = {
    {"node_id", "n", "{}", true},
    {"node_id", "m", "{}", false},
    {"node_type", "t", "{}", true},
    {"node_type", "unused", "{}", false},
    {"scaling_group", "g", "{}", true},
    {"scaling_group", "h", "{}", false},
    {"operation_name", "i.op", "{}", true},
    {"operation_name", "i.other", "{}", false},
    {"secret_key", "n", "{}", false},
    {"node_id", "n", "{'valid_values': ['m', 'n']}", true},
    {"node_id", "n", "{'valid_values': ['m']}", false},
    {"operation_name", "i.op", "{'name_pattern': {'starts_with': 'i', 'ends_with': 'op'}}", true},
    {"operation_name", "i.op", "{'name_pattern': {'starts_with': 'op'}}", false},
    {"operation_name", "i.op", "{'name_pattern': {'ends_with': 'i.'}}", false},
    {"operation_name", "i.op", "{'name_pattern': {'contains': '.o', 'equals_to': 'i.op'}}", true},
    {"operation_name", "i.op", "{'name_pattern': {'equals_to': 'op'}}", false},
    {"operation_name", "i.op", "{'name_pattern': {'contains': 'x'}}", false},
};

static void test_plan_objects(void)
{
    struct diagnostics out = {0};
    struct error err = {0};
    struct plan *plan =
        parse_text(5,
                   "plugins: {p: {executor: central_deployment_agent, install: false}}\n"
                   "node_types: {t: {interfaces: {i: {op: p.f}}}, unused: {}}\n"
                   "node_templates: {n: {type: t}}\n"
                   "groups: {g: {members: [n]}, h: {members: [n]}}\n"
                   "policies: {s: {type: cloudify.policies.scaling, targets: [g]}}\n",
                   NULL, &out);
    CHECK(plan, "the blueprint is valid %s", first_error(&out));
    const struct object_source source = plan_object_source(plan);
    for (size_t i = 0; i < sizeof plan_cases / sizeof *plan_cases; i++) {
        json_t *name = json_string(plan_cases[i].name);
        json_t *constraints = read_json(plan_cases[i].constraints);
        CHECK(source.has(source.data, plan_cases[i].type, name, constraints, &err) ==
                  plan_cases[i].found,
              "%s %s %s", plan_cases[i].type, plan_cases[i].name, plan_cases[i].constraints);
        json_decref(constraints);
        json_decref(name);
    }
    diagnostics_release(&out);
    plan_free(plan);
}

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        test_value(i);
    for (size_t i = 0; i < sizeof object_cases / sizeof *object_cases; i++)
        test_object(i);
    test_order();
    test_plan_objects();
    return checks_done();
}
