/* operations_test.c - operations of types and templates merged, implementations found (dsl.md 5).
 */
#include "../check.h"
#include "base/json.h"
#include "text_blueprint.h"

static const char before[] = "plugins:\n"
                             "  p: {executor: central_deployment_agent, install: false}\n"
                             "  p.q: {executor: host_agent, install: false}\n"
                             "  script: {executor: host_agent, install: false}\n";

/* One operation, declared by a base type, a derived type and a template; "-": by none. What it is
 * in the plan and, as declared, in the interfaces; or the number and text of the error. */
static const struct {
    const char *base, *derived, *template;
    const char *operation, *interface;
    int number;
    const char *error;
} cases[] = {
    {"p.f", "-", "-", "p f central_deployment_agent {} null null null", "p.f {} null", 0, ""},
    {"p.f", "p.g", "-", "p g central_deployment_agent {} null null null", "p.g {} null", 0, ""},
    {"p.f", "p.g", "p.h", "p h central_deployment_agent {} null null null", "p.h {} null", 0, ""},
    {"-", "-", "p.h", "p h central_deployment_agent {} null null null", "p.h {} null", 0, ""},
    {"p.f", "-", "{}", "  null {} null null null", " {} null", 0, ""},
    {"p.f", "-", "''", "  null {} null null null", " {} null", 0, ""},
    {"p.f", "{}", "-", "  null {} null null null", " {} null", 0, ""},
    {"{}", "-", "p.h", "p h central_deployment_agent {} null null null", "p.h {} null", 0, ""},
    /* what a derived type gives replaces all */
    {"{implementation: p.f, inputs: {x: {default: 1}}, max_retries: 3}", "{implementation: p.g}",
     "-", "p g central_deployment_agent {} null null null", "p.g {} null", 0, ""},
    {"p.f", "{inputs: {x: {default: 1}}}", "-", "  null {} null null null", " {\"x\":1} null", 0,
     ""},
    /* a template of the same implementation adds to the type, of another one it does not */
    {"{implementation: p.f, inputs: {x: {default: 1}, y: {}}, executor: central_deployment_agent, "
     "max_retries: 3,"
     " retry_interval: 2, timeout: 5}",
     "-", "{inputs: {y: 2, z: 3}, max_retries: 0}",
     "p f central_deployment_agent {\"x\":1,\"y\":2,\"z\":3} 0 2 5",
     "p.f {\"x\":1,\"y\":2,\"z\":3} \"central_deployment_agent\"", 0, ""},
    {"{implementation: p.f, inputs: {x: {default: 1}, y: {}}, max_retries: 3}", "-", "p.g",
     "p g central_deployment_agent {} null null null", "p.g {} null", 0, ""},
    {"{implementation: p.f, inputs: {x: {default: null}}}", "-", "p.f",
     "p f central_deployment_agent {\"x\":null} null null null", "p.f {\"x\":null} null", 0, ""},
    {"{implementation: p.f, inputs: {x: {}}}", "-", "p.f", NULL, NULL, 107,
     "node template 'n': operation 'i.op': input 'x' is missing and has no default"},
    {"{implementation: p.f, inputs: {x: {required: false}}}", "-", "-", NULL, NULL, 107,
     "node template 'n': operation 'i.op': input 'x' is missing and has no default"},
    {"{inputs: {x: {}}}", "-", "-", NULL, NULL, 107,
     "node template 'n': operation 'i.op': input 'x' is missing and has no default"},
    /* a function carries the declared type, a plain dict does not */
    {"{implementation: p.f, inputs: {x: {type: integer}, y: {type: dict}}}", "-",
     "{inputs: {x: {get_input: a}, y: {b: c}}}",
     "p f central_deployment_agent {\"x\":{\"get_input\":\"a\",\"type\":\"integer\"},"
     "\"y\":{\"b\":\"c\"}} null null null",
     "p.f {\"x\":{\"get_input\":\"a\",\"type\":\"integer\"},\"y\":{\"b\":\"c\"}} null", 0, ""},
    /* schemas are checked whether the operation is used or not */
    {"{implementation: p.f, inputs: {x: {type: what}}}", "p.g", "-", NULL, NULL, 103,
     "node type 'base': operation 'i.op': input 'x': unknown type 'what'"},
    {"{implementation: p.f, inputs: {x: {type: integer, default: a}}}", "p.g", "-", NULL, NULL, 105,
     "node type 'base': operation 'i.op': input 'x': 'default' must be of type 'integer', not "
     "string \"a\""},
    {"{executor: somewhere}", "p.g", "-", NULL, NULL, 28,
     "operation 'op': executor 'somewhere' is neither 'central_deployment_agent' nor "
     "'host_agent'"},
    {"{max_retries: -2}", "p.g", "-", NULL, NULL, 0,
     "operation 'op': 'max_retries' must not be less than -1"},
    {"{retry_interval: -0.5}", "p.g", "-", NULL, NULL, 0,
     "operation 'op': 'retry_interval' must not be less than 0"},
    {"-", "-", "{timeout: -1}", NULL, NULL, 0, "operation 'op': 'timeout' must not be less than 0"},
    {"-", "-", "{max_retries: -1, implementation: p.f}",
     "p f central_deployment_agent {} -1 null null", "p.f {} null", 0, ""},
    /* scripts */
    {"-", "-", "'http://host/a.sh'",
     "script script_runner.tasks.run auto {\"script_path\":\"http://host/a.sh\"} null null null",
     "http://host/a.sh {} null", 0, ""},
    {"-", "-", "{implementation: 'http://host/a.sh', inputs: {x: 1}, executor: host_agent}", NULL,
     NULL, 24, "node template 'n': operation 'i.op' runs on a host, but it has none"},
    {"-", "-", "\"echo a\\necho b\"",
     "script script_runner.tasks.run auto {\"script_source\":\"echo a\\necho b\"} null null null",
     "echo a\necho b {} null", 0, ""},
    {"-", "-", "{implementation: 'http://host/a.sh', inputs: {script_path: x}}", NULL, NULL, 60,
     "node template 'n': operation 'i.op': the script is given by an input as well"},
    {"-", "-", "{implementation: 'http://host/a.sh', inputs: {script_source: x}}", NULL, NULL, 60,
     "node template 'n': operation 'i.op': the script is given by an input as well"},
    /* plugins */
    {"-", "-", "p.q.f", NULL, NULL, 91,
     "node template 'n': operation 'i.op': 'p.q.f' begins with the names of several plugins"},
    {"-", "-", "o.f", NULL, NULL, 10,
     "node template 'n': operation 'i.op': 'o.f' is neither a function of a declared plugin nor a "
     "script beside the blueprint"},
    {"-", "-", "p.", NULL, NULL, 10, "node template 'n': operation 'i.op': 'p.' names no function"},
    {"o.f", "p.g", "-", "p g central_deployment_agent {} null null null", "p.g {} null", 0, ""},
};

static void add_interface(char *text, size_t size, const char *operation)
{
    size_t used = strlen(text);
    if (!strcmp(operation, "-"))
        return;
    snprintf(text + used, size - used, ", interfaces: {i: {op: %s}}", operation);
}

static struct plan *parse_case(size_t row, struct diagnostics *out)
{
    char text[2048], part[3][512] = {"", ", derived_from: base", "type: derived"};
    add_interface(part[0], sizeof part[0], cases[row].base);
    add_interface(part[1], sizeof part[1], cases[row].derived);
    add_interface(part[2], sizeof part[2], cases[row].template);
    snprintf(text, sizeof text,
             "%sinputs: {a: {}}\nnode_types:\n  base: {properties: {}%s}\n"
             "  derived: {properties: {}%s}\nnode_templates:\n  n: {%s}\n",
             before, part[0], part[1], part[2]);
    return parse_text(5, text, NULL, out);
}

static void write_field(struct strbuf *out, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (out->length)
        strbuf_addc(out, ' ');
    if (json_is_string(value))
        strbuf_adds(out, json_string_value(value));
    else
        json_write(out, value);
}

static void check_operation(const json_t *node, size_t row)
{
    static const char *const keys[] = {"executor", "inputs", "max_retries", "retry_interval",
                                       "timeout"};
    struct strbuf text = STRBUF_INIT;
    const json_t *operation = json_object_get(json_object_get(node, "operations"), "i.op");
    strbuf_addf(&text, "%s %s", json_string_at(operation, "plugin", "?"),
                json_string_at(operation, "operation", "?"));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        write_field(&text, operation, keys[i]);
    CHECK(!strcmp(text.text, cases[row].operation), "the operation is %s", text.text);
    strbuf_truncate(&text, 0);
    const json_t *interface = json_object_get(json_object_get(node, "interfaces"), "i");
    const json_t *declared = json_object_get(interface, "op");
    strbuf_addf(&text, "%s ", json_string_at(declared, "implementation", "?"));
    json_write(&text, json_object_get(declared, "inputs"));
    strbuf_addc(&text, ' ');
    json_write(&text, json_object_get(declared, "executor"));
    CHECK(!strcmp(text.text, cases[row].interface), "the interface has %s", text.text);
    strbuf_release(&text);
}

static void test_case(size_t row)
{
    struct diagnostics out = {0};
    struct plan *plan = parse_case(row, &out);
    CHECK(!strcmp(first_error(&out), cases[row].error), "%s / %s / %s: '%s'", cases[row].base,
          cases[row].derived, cases[row].template, first_error(&out));
    CHECK(first_number(&out) == cases[row].number, "the number is %d", first_number(&out));
    json_t *node = plan ? plan_node_to_json(plan, &plan->nodes[0]) : NULL;
    CHECK(!node == !cases[row].operation, "there is a plan or not");
    if (node && cases[row].operation)
        check_operation(node, row);
    json_decref(node);
    plan_free(plan);
    diagnostics_release(&out);
}

/* Declared types are kept for every input, whatever its value is. */
static void test_types(void)
{
    struct diagnostics out = {0};
    char text[1024];
    snprintf(text, sizeof text,
             "%snode_types: {t: {interfaces: {i: {op: {implementation: p.f, inputs: {x: {type: "
             "integer, default: 1}, y: {default: {type: b}}}}}}}}\n"
             "node_templates: {n: {type: t}}\n",
             before);
    struct plan *plan = parse_text(5, text, NULL, &out);
    CHECK(plan, "the blueprint is valid %s", first_error(&out));
    const struct operation *operation =
        plan ? operations_find(plan->nodes[0].operations, "op") : NULL;
    const char *type = operation ? json_string_at(operation->inputs_types, "x", "") : "";
    CHECK(!strcmp(type, "integer"), "the type is kept");
    CHECK(operation && json_object_size(operation->inputs_types) == 1, "only what is declared");
    plan_free(plan);
    diagnostics_release(&out);
}

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        test_case(i);
    test_types();
    return checks_done();
}
