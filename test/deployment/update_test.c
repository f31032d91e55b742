/* update_test.c - the steps that make one plan into another (dsl.md 14). */
#include "deployment/update.h"

#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/json.h"

#define NODE(name, more) "{id: '" name "', type: T, " more "}"
#define IN(target)                                                                                 \
    "{type: in, target_id: " target ", type_hierarchy: ['cloudify.relationships.contained_in', "   \
    "in]}"
#define TO(target, more) "{type: to, target_id: " target ", type_hierarchy: [to]" more "}"

static const struct row {
    const char *what, *before, *after;
    const char *steps; /* "+ node nodes.a; ..." ; a step that is not supported ends in ! */
} rows[] = {
    {"nothing", "{nodes: []}", "{nodes: []}", ""},
    {"a description", "{description: a}", "{description: b}", "~ description description; "},
    {"a description that goes", "{description: a}", "{description: null}",
     "~ description description; "},
    {"a node only in the new plan", "{nodes: []}", "{nodes: [" NODE("a", "") "]}",
     "+ node nodes.a; "},
    {"a node only in the old plan, whatever it holds",
     "{nodes: [" NODE("a", "properties: {p: 1}") "]}", "{nodes: []}", "- node nodes.a; "},
    {"another type", "{nodes: [{id: a, type: T, properties: {p: 1}}]}",
     "{nodes: [{id: a, type: U, properties: {p: 2}}]}", "~ node nodes.a!; "},
    {"another container", "{nodes: [" NODE("a", "relationships: [" IN("x") "]") "]}",
     "{nodes: [" NODE("a", "relationships: [" IN("y") "]") "]}", "~ node nodes.a!; "},
    {"no container any more", "{nodes: [" NODE("a", "relationships: [" IN("x") "]") "]}",
     "{nodes: [" NODE("a", "relationships: []") "]}", "~ node nodes.a!; "},
    {"operations by their keys, as a whole",
     "{nodes: [" NODE("a", "operations: {start: {x: 1}, 'l.start': {x: 1}, stop: {}}") "]}",
     "{nodes: [" NODE("a", "operations: {start: {x: 2}, 'l.start': {x: 2}, go: {}}") "]}",
     "- operation nodes.a.operations.stop; + operation nodes.a.operations.go; "
     "~ operation nodes.a.operations.start; ~ operation nodes.a.operations.l.start; "},
    {"properties by their first key",
     "{nodes: [" NODE("a", "properties: {p: 1, q: {x: 1}, r: 1}") "]}",
     "{nodes: [" NODE("a", "properties: {q: {x: 2}, r: 1, s: null}") "]}",
     "- property nodes.a.properties.p; + property nodes.a.properties.s; "
     "~ property nodes.a.properties.q; "},
    {"plugins by name and executor; none is removed",
     "{nodes: [" NODE("a", "plugins: [{name: p, executor: e, v: 1}, {name: gone}]") "]}",
     "{nodes: [" NODE("a", "plugins: [{name: p, executor: e, v: 2}, {name: p, executor: f}]") "]}",
     "+ plugin plugins.a.p; ~ plugin plugins.a.p; "},
    {"plugins to install", "{nodes: [" NODE("a", "plugins_to_install: []") "]}",
     "{nodes: [" NODE("a", "plugins_to_install: [{name: p}]") "]}",
     "+ plugin plugins_to_install.a.p; "},
    {"relationships by type and target",
     "{nodes: [" NODE("a", "relationships: [" TO("x", "") ", " TO("y", "") "]") "]}",
     "{nodes: [" NODE("a", "relationships: [" TO("x", "") ", " TO("z", "") "]") "]}",
     "- relationship nodes.a.relationships[1]; + relationship nodes.a.relationships[1]; "},
    {"a relationship that moves",
     "{nodes: [" NODE("a", "relationships: [" TO("x", "") ", " TO("y", "") "]") "]}",
     "{nodes: [" NODE("a", "relationships: [" TO("y", "") ", " TO("x", "") "]") "]}",
     "~ relationship nodes.a.relationships[1][0]; ~ relationship nodes.a.relationships[0][1]; "},
    {"two relationships of one type and target, the first with the first",
     "{nodes: [" NODE("a", "relationships: [" TO("x", "") "]") "]}",
     "{nodes: [" NODE("a", "relationships: [" TO("x", "") ", " TO("x", "") "]") "]}",
     "+ relationship nodes.a.relationships[1]; "},
    {"operations of both sides of a relationship",
     "{nodes: [" NODE("a", "relationships: [" TO("x", ", source_operations: {o: 1}, "
                                                      "target_operations: {}") "]") "]}",
     "{nodes: [" NODE("a", "relationships: [" TO("x", ", source_operations: {o: 2}, "
                                                      "target_operations: {t: 1}") "]") "]}",
     "+ operation nodes.a.relationships[0].target_operations.t; "
     "~ operation nodes.a.relationships[0].source_operations.o; "},
    {"properties of a relationship",
     "{nodes: [" NODE("a", "relationships: [" TO("x", ", properties: {p: 1}") "]") "]}",
     "{nodes: [" NODE("a", "relationships: [" TO("x", ", properties: {p: 2}") "]") "]}",
     "~ property nodes.a.relationships[0].properties.p!; "},
    {"outputs and workflows, as a whole",
     "{outputs: {o: {value: 1}, p: {}}, workflows: {w: {x: 1}}}",
     "{outputs: {o: {value: 2}}, workflows: {w: {x: 1}, v: {}}}",
     "- output outputs.p; + workflow workflows.v; ~ output outputs.o; "},
    {"members of groups in any order", "{groups: {g: {members: [a, b]}}}",
     "{groups: {g: {members: [b, a]}}}", ""},
    {"other members", "{groups: {g: {members: [a, b]}, h: {members: []}}}",
     "{groups: {g: {members: [a]}, i: {members: []}}}",
     "- group groups.h!; + group groups.i!; ~ group groups.g!; "},
    {"what is not compared", "{capabilities: {c: 1}, labels: {l: 1}, inputs: {i: 1}}",
     "{capabilities: {c: 2}, labels: {l: 2}, inputs: {i: 2}}", ""},
    {"relationships go before nodes, nodes come before relationships",
     "{nodes: [" NODE("a", "relationships: [" TO("x", "") "]") ", " NODE("x", "") "]}",
     "{nodes: [" NODE("a", "relationships: [" TO("y", "") "]") ", " NODE("y", "") "]}",
     "- relationship nodes.a.relationships[0]; - node nodes.x; + node nodes.y; "
     "+ relationship nodes.a.relationships[0]; "},
    {"added nodes after those that they depend on", "{nodes: [" NODE("old", "") "]}",
     "{nodes: [" NODE("old", "") ", " NODE(
         "a",
         "relationships: [" TO("b", "") ", " TO(
             "old", "") "]") ", " NODE("b",
                                       "relationships: [" TO(
                                           "c",
                                           "") "]") ", " NODE("c",
                                                              "") ", " NODE("d",
                                                                            "relationships: [" TO(
                                                                                "a", "") "]") "]}",
     "+ node nodes.c; + node nodes.b; + node nodes.a; + node nodes.d; "},
};

/* JSON without the quotes that YAML would not need. */
static json_t *read_plan(const char *text)
{
    struct strbuf json = STRBUF_INIT;
    const char *at = text;
    while (*at) {
        size_t word = strspn(at, "abcdefghijklmnopqrstuvwxyzT_U.");
        if (*at == '\'') {
            word = strcspn(at + 1, "'");
            strbuf_addf(&json, "\"%.*s\"", (int)word, at + 1);
            at += word + 2;
        } else if (word && strncmp(at, "null", 4)) {
            strbuf_addf(&json, "\"%.*s\"", (int)word, at);
            at += word;
        } else {
            strbuf_add(&json, at, word ? word : 1);
            at += word ? word : 1;
        }
    }
    /* `{id: 'a', type: T, }` */
    for (char *c = json.text; (c = strstr(c, ", }"));)
        *c = ' ';
    struct error err = {0};
    json_t *plan = json_parse(json.text, json.length, "plan", &err);
    CHECK(plan, "%s: %s", json.text, err.text);
    strbuf_release(&json);
    return plan;
}

static void write_step(const json_t *step, struct strbuf *out)
{
    const char *action = json_string_at(step, "action", "");
    const json_t *id = json_object_get(step, "entity_id");
    strbuf_addf(out, "%c %s ",
                *action == 'a'   ? '+'
                : *action == 'r' ? '-'
                                 : '~',
                json_string_at(step, "entity_type", ""));
    for (size_t i = 0; i < json_array_size(id); i++) {
        const json_t *part = json_array_get(id, i);
        if (json_is_string(part))
            strbuf_addf(out, "%s%s", i ? "." : "", json_string_value(part));
        else
            strbuf_addf(out, "[%d]", (int)json_integer_value(part));
    }
    strbuf_adds(out, json_boolean_at(step, "supported", true) ? "; " : "!; ");
}

static void test_row(const struct row *row)
{
    json_t *before = read_plan(row->before), *after = read_plan(row->after);
    json_t *steps = update_steps(before, after);
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < json_array_size(steps); i++)
        write_step(json_array_get(steps, i), &text);
    CHECK(steps && !strcmp(text.text, row->steps), "%s: %s", row->what, text.text);
    strbuf_release(&text);
    json_decref(steps);
    json_decref(before);
    json_decref(after);
}

static void test_positions(void)
{
    json_t *before = read_plan("{nodes: []}");
    json_t *after = read_plan(
        "{nodes: [" NODE("a", "relationships: [" TO("b", "") "]") ", " NODE("b", "") "]}");
    json_t *steps = update_steps(before, after);
    CHECK(json_integer_at(json_array_get(steps, 0), "topology_order", -1) == 1 &&
              json_integer_at(json_array_get(steps, 1), "topology_order", -1) == 0,
          "the position is that in a sort from sources to targets");
    json_decref(steps);
    json_decref(before);
    json_decref(after);
}

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        test_row(&rows[i]);
    test_positions();
    return checks_done();
}
