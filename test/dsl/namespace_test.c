/* namespace_test.c - what a namespace is put before, and what it leaves alone (dsl.md 2.6). */
#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/json.h"
#include "file_bundle.h"

#define MAIN(imports) "tosca_definitions_version: cloudify_dsl_1_5\nimports: " imports "\n"
#define UNDER_NS MAIN("[ns--part.yaml]") FILE_MARK "part.yaml\n"

/* The value at `path`, keys and numbers between slashes. */
static const json_t *value_at(const json_t *value, const char *path)
{
    char key[128];
    while (value && *path) {
        size_t length = strcspn(path, "/");
        snprintf(key, sizeof key, "%.*s", (int)length, path);
        path += length + (path[length] == '/');
        value = json_is_array(value) ? json_array_get(value, strtoul(key, NULL, 10))
                                     : json_object_get(value, key);
    }
    return value;
}

static const struct row {
    const char *what, *bundle, *path, *expected;
} rows[] = {
    {"names and types of inputs",
     UNDER_NS "data_types: {d: {properties: {a: {default: 1}}}}\n"
              "inputs: {i: {type: d}, j: {type: integer, default: 3}}\n",
     "inputs", "{\"ns--i\":{\"type\":\"ns--d\"},\"ns--j\":{\"type\":\"integer\",\"default\":3}}"},
    {"what a data type derives from, not its properties",
     UNDER_NS "data_types: {d: {properties: {a: {type: string}}}, e: {derived_from: d}}\n",
     "data_types/ns--e/derived_from", "\"ns--d\""},
    {"the type of a node template",
     UNDER_NS "node_types: {t: {}}\nnode_templates: {n: {type: t}}\n", "nodes/0/type", "\"ns--t\""},
    {"names that begin with cloudify. keep their meaning",
     UNDER_NS "node_types: {cloudify.nodes.Own: {}}\n"
              "node_templates: {n: {type: cloudify.nodes.Own}}\n",
     "nodes/0/type", "\"cloudify.nodes.Own\""},
    {"the type and target of a relationship",
     UNDER_NS "node_types: {t: {}}\nrelationships: {r: {}}\n"
              "node_templates:\n  n: {type: t}\n"
              "  m: {type: t, relationships: [{type: r, target: n}]}\n",
     "nodes/1/relationships/0/target_id", "\"ns--n\""},
    {"implementations",
     UNDER_NS "plugins: {p: {executor: central_deployment_agent, install: false}}\n"
              "node_types: {t: {interfaces: {i: {op: p.tasks.run}}}}\n"
              "node_templates: {n: {type: t}}\n",
     "nodes/0/operations/i.op/plugin", "\"ns--p\""},
    {"mappings of workflows, short and long",
     UNDER_NS "plugins: {p: {executor: central_deployment_agent, install: false}}\n"
              "workflows: {w: p.run, v: {mapping: p.check, parameters: {x: {default: 1}}}}\n",
     "workflows/ns--v/plugin", "\"ns--p\""},
    {"members of groups and targets of policies",
     UNDER_NS "node_types: {t: {}}\nnode_templates: {n: {type: t}}\ngroups: {g: {members: [n]}}\n"
              "policies: {s: {type: cloudify.policies.scaling, targets: [g]}}\n",
     "policies/ns--s/targets", "[\"ns--g\"]"},
    {"members of groups",
     UNDER_NS "node_types: {t: {}}\nnode_templates: {n: {type: t}}\n"
              "groups: {g: {members: [n]}}\n",
     "groups/ns--g/members", "[\"ns--n\"]"},
    {"names of labels, not their values", UNDER_NS "labels: {team: {values: [blue]}}\n",
     "labels/ns--team/values", "[\"blue\"]"},
    {"names of tags, not plain strings", UNDER_NS "resource_tags: {owner: me}\n",
     "resource_tags/ns--owner", "\"me\""},
    {"metadata stays as it is", UNDER_NS "metadata: {a: {get_input: b}}\n", "metadata",
     "{\"a\":{\"get_input\":\"b\"}}"},
    {"strings that are no names stay as they are", UNDER_NS "outputs: {o: {value: text}}\n",
     "outputs/ns--o/value", "\"text\""},
    {"inputs and nodes that functions name, at any depth",
     UNDER_NS "inputs: {i: {default: [{a: 1}]}}\nnode_types: {t: {properties: {p: {default: 1}}}}\n"
              "node_templates: {n: {type: t}}\n"
              "outputs:\n  o:\n    value:\n"
              "    - concat: [{get_input: i}, {get_input: [i, 0, a]}]\n"
              "    - {get_property: [n, p]}\n    - {get_attributes_list: [n, x]}\n"
              "    - {get_attributes_dict: [n, x]}\n    - {get_secret: i}\n",
     "outputs/ns--o/value",
     "[{\"concat\":[{\"get_input\":\"ns--i\"},{\"get_input\":[\"ns--i\",0,\"a\"]}]},"
     "{\"get_property\":[\"ns--n\",\"p\"]},{\"get_attributes_list\":[\"ns--n\",\"x\"]},"
     "{\"get_attributes_dict\":[\"ns--n\",\"x\"]},{\"get_secret\":\"i\"}]"},
    {"SELF is nobody's name",
     UNDER_NS "node_types: {t: {properties: {p: {default: 1}, q: {}}}}\n"
              "node_templates: {n: {type: t, properties: {q: {get_attribute: [SELF, p]}}}}\n",
     "nodes/0/properties/q", "{\"get_attribute\":[\"SELF\",\"p\"]}"},
    {"a namespace in a namespace",
     MAIN("[a--one.yaml]") FILE_MARK "one.yaml\nimports: [b--two.yaml, three.yaml]\n" FILE_MARK
                                     "two.yaml\ninputs: {i: {}}\n" FILE_MARK
                                     "three.yaml\ninputs: {j: {}}\n",
     "inputs", "{\"a--b--i\":{},\"a--j\":{}}"},
    {"one file under two namespaces and none",
     MAIN("[a--part.yaml, b--part.yaml, part.yaml]") FILE_MARK "part.yaml\ninputs: {i: {}}\n",
     "inputs", "{\"a--i\":{},\"b--i\":{},\"i\":{}}"},
    {"an empty namespace is none", MAIN("[--part.yaml]") FILE_MARK "part.yaml\ninputs: {i: {}}\n",
     "inputs", "{\"i\":{}}"},
    {"one anchor in two places is changed once in each",
     UNDER_NS "inputs: {i: {default: 1}}\n"
              "outputs: {o: &o {value: {get_input: i}}, p: *o}\n",
     "outputs",
     "{\"ns--o\":{\"value\":{\"get_input\":\"ns--i\"}},"
     "\"ns--p\":{\"value\":{\"get_input\":\"ns--i\"}}}"},
    {"the built-in types stay global under a namespace",
     MAIN("[ns--part.yaml]") FILE_MARK "part.yaml\nimports: [cloudify/types/types.yaml]\n"
                                       "node_templates: {n: {type: cloudify.nodes.Root}}\n",
     "nodes/0/type", "\"cloudify.nodes.Root\""},
    {"scripts of a namespace are found without it",
     MAIN("[cloudify/types/types.yaml, ns--part.yaml]") FILE_MARK
     "part.yaml\nnode_templates:\n  n:\n    type: cloudify.nodes.Root\n    interfaces:\n"
     "      cloudify.interfaces.lifecycle: {create: scripts/a.sh}\n" FILE_MARK
     "scripts/a.sh\necho\n",
     "nodes/0/operations/cloudify.interfaces.lifecycle.create/inputs/script_path",
     "\"ns--scripts/a.sh\""},
    {"the text of a script is no name",
     MAIN("[cloudify/types/types.yaml, ns--part.yaml]") FILE_MARK
     "part.yaml\nnode_templates:\n  n:\n    type: cloudify.nodes.Root\n    interfaces:\n"
     "      cloudify.interfaces.lifecycle: {create: \"#!/bin/sh\\necho\\n\"}\n",
     "nodes/0/operations/cloudify.interfaces.lifecycle.create/inputs/script_source",
     "\"#!/bin/sh\\necho\\n\""},
    {"an imported blueprint is told by its namespace",
     MAIN("[a--blueprint:db, part.yaml]") FILE_MARK
     "part.yaml\nimports: [b--blueprint:db]\n" FILE_MARK
     "blueprints/db/blueprint.yaml\ninputs: {i: {}}\n",
     "imported_blueprints", "[\"db\",\"db\"]"},
    {"blueprints in blueprints have both namespaces",
     MAIN("[a--blueprint:db]") FILE_MARK
     "blueprints/db/blueprint.yaml\nimports: [b--blueprint:disk]\n" FILE_MARK
     "blueprints/disk/blueprint.yaml\ninputs: {i: {}}\n",
     "namespaces_mapping", "{\"a\":\"db\",\"a--b\":\"disk\"}"},
    {"files of a blueprint are beside it",
     MAIN("[a--blueprint:db]") FILE_MARK
     "blueprints/db/blueprint.yaml\nimports: [own.yaml]\n" FILE_MARK
     "blueprints/db/own.yaml\ninputs: {i: {}}\n",
     "inputs", "{\"a--i\":{}}"},
    {"so are its scripts, which need not be looked for",
     MAIN("[cloudify/types/types.yaml, a--blueprint:db]") FILE_MARK
     "blueprints/db/blueprint.yaml\nnode_templates:\n  n:\n    type: cloudify.nodes.Root\n    "
     "interfaces:\n"
     "      cloudify.interfaces.lifecycle: {create: a.sh}\n",
     "nodes/0/operations/cloudify.interfaces.lifecycle.create/inputs/script_path", "\"a--a.sh\""},
    {"that are there have their path, also beside scripts of the main file",
     MAIN("[cloudify/types/types.yaml, a--blueprint:db]") FILE_MARK
     "a.sh\necho main\n" FILE_MARK
     "blueprints/db/blueprint.yaml\nimports: [own--part.yaml]\n" FILE_MARK
     "blueprints/db/part.yaml\nnode_templates:\n  n:\n    type: cloudify.nodes.Root\n"
     "    interfaces:\n      cloudify.interfaces.lifecycle: {create: a.sh}\n" FILE_MARK
     "blueprints/db/a.sh\necho db\n",
     "nodes/0/operations/cloudify.interfaces.lifecycle.create/inputs/script_path",
     "\"blueprints/db/a.sh\""},
    {"properties of a plugin are set by its import",
     MAIN("[{'ns--plugin:p': {region: here, size: {get_input: x}}}]") "inputs: {x: {default: "
                                                                      "1}}\n" FILE_MARK "plugins/p/"
                                                                      "plugin.yaml\nplugins:\n  "
                                                                      "p:\n    executor: "
                                                                      "central_deployment_agent\n"
                                                                      "    install: false\n    "
                                                                      "properties: {region: {type: "
                                                                      "string}, size: {type: "
                                                                      "integer}, z: {}}\n"
                                                                      "node_types: {t: "
                                                                      "{interfaces: {i: {op: "
                                                                      "p.run}}}}\nnode_templates: "
                                                                      "{n: {type: t}}\n",
     "nodes/0/plugins/0/properties",
     "{\"ns--region\":{\"type\":\"string\",\"value\":\"here\"},"
     "\"ns--size\":{\"type\":\"integer\",\"value\":{\"get_input\":\"x\"}},\"ns--z\":{}}"},
};

static void test_row(const struct row *row)
{
    struct strbuf errors = STRBUF_INIT;
    struct plan *plan = bundle_parse(row->bundle, &errors);
    json_t *shown = plan ? plan_to_json(plan) : NULL;
    char *text = json_text(value_at(shown, row->path));
    CHECK(text && !strcmp(text, row->expected), "%s: %s %s", row->what, text ? text : "",
          errors.text);
    free(text);
    json_decref(shown);
    plan_free(plan);
    strbuf_release(&errors);
}

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        test_row(&rows[i]);
    return checks_done();
}
