/* plan_test.c - what a blueprint becomes: types merged, operations resolved, inputs bound. */
#include <stdlib.h>
#include <string.h>

#include "valid_plan.h"

static const char blueprint[] = "test/data/blueprints/application.yaml";

static struct plan *prepared(void)
{
    struct diagnostics diagnostics = {0};
    struct plan *plan = valid_plan(blueprint);
    json_t *inputs = json_pack("{s:s}", "name", "web");
    CHECK(plan_prepare(plan, inputs, NULL, &diagnostics), "its inputs are bound");
    json_decref(inputs);
    diagnostics_release(&diagnostics);
    return plan;
}

static const struct operation *lifecycle(const struct plan_node *node, const char *name)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_addf(&text, "cloudify.interfaces.lifecycle.%s", name);
    const struct operation *operation = operations_find(node->operations, text.text);
    strbuf_release(&text);
    return operation;
}

static void test_properties(void)
{
    struct plan *plan = prepared();
    const struct plan_node *node = plan_find_node(plan, "application");
    check_json(node->properties,
               "{\"port\":8080,\"limits\":{\"memory\":64,\"files\":20},"
               "\"use_external_resource\":false}",
               "properties are merged, deep where they are of a data type");
    check_json(node->type->hierarchy, "[\"cloudify.nodes.Root\",\"server\",\"application\"]",
               "the hierarchy begins at the root");
    check_json(
        plan->inputs,
        "{\"ratio\":0.5,\"port\":8080,\"name\":\"web\",\"limits\":{\"memory\":32,\"files\":10}}",
        "inputs take defaults, those of data types too");
    CHECK(!plan_find_node(plan, "nothing"), "an unknown node is not found");
    plan_free(plan);
}

static void test_operations(void)
{
    struct plan *plan = prepared();
    const struct plan_node *node = plan_find_node(plan, "application");
    const struct operation *start = lifecycle(node, "start");
    CHECK(!strcmp(start->plugin->name, "app") && !strcmp(start->function, "tasks.start"),
          "a mapping is a plugin and a function");
    CHECK(start->max_retries == 3 && start->retry_interval < 0, "what is not given stays open");
    check_json(start->inputs, "{\"name\":\"web\",\"quiet\":true}",
               "inputs of the template go over the defaults of the type");
    check_json(start->inputs_types, "{\"name\":\"string\"}", "declared types are kept");
    CHECK(!start->has_functions, "an input that is known needs no evaluation later");
    const struct operation *configure = lifecycle(node, "configure");
    CHECK(!strcmp(configure->plugin->name, "script") && !strcmp(configure->executor, "auto"),
          "a file beside the blueprint is a script");
    check_json(configure->inputs, "{\"script_path\":\"scripts/configure.sh\"}",
               "the script is told by an input");
    CHECK(!lifecycle(node, "stop")->plugin, "an empty operation switches off that of the type");
    CHECK(!lifecycle(node, "create")->plugin, "the root type's operations do nothing");
    CHECK(operations_find(node->operations, "configure") == configure,
          "a short name is found where only one interface has it");
    CHECK(!operations_find(node->operations, "start"), "a short name of two interfaces is not");
    plan_free(plan);
}

static void test_sharing(void)
{
    struct plan *plan = prepared();
    const struct plan_node *a = plan_find_node(plan, "database");
    const struct plan_node *b = plan_find_node(plan, "application");
    CHECK(lifecycle(a, "create") == lifecycle(b, "create"),
          "operations that a type declares are shared by all that have it");
    plan_free(plan);
}

static void test_relationships(void)
{
    struct plan *plan = prepared();
    const struct plan_node *node = plan_find_node(plan, "application");
    CHECK(node->relationship_count == 2, "relationships are there");
    CHECK(node->relationships[0].type->is_contained_in &&
              !strcmp(plan->nodes[node->relationships[0].target].id, "host"),
          "in the order of the document");
    CHECK(node->host == (long)node->relationships[0].target, "what contains it is its host");
    CHECK(plan_find_node(plan, "database")->host == PLAN_NONE, "a node need not have a host");
    CHECK(operations_find(node->relationships[1].source_operations, "establish"),
          "a relationship has its type's operations");
    plan_free(plan);
}

static void test_instance_counts(void)
{
    struct plan *plan = prepared();
    CHECK(plan_find_node(plan, "host")->instance_count == 2, "scalable says how many");
    CHECK(plan_find_node(plan, "database")->instance_count == 3, "so does deploy");
    CHECK(plan_find_node(plan, "application")->instance_count == 1, "else there is one");
    plan_free(plan);
}

static const struct {
    const char *inputs, *error;
} bad_inputs[] = {
    {"{}", "input 'name' is missing (give it with -i name=VALUE)\n"},
    {"{\"name\": 1, \"prot\": 2}", "unknown input 'prot' (did you mean 'port'?)\n"},
    {"{\"name\": 1, \"port\": \"x\"}",
     "input 'port' must be of type 'integer', not string \"x\"\n"},
    {"{\"name\": 1, \"ratio\": \"inf\"}",
     "input 'ratio' must be of type 'float', not string \"inf\"\n"},
    {"{\"name\": 1, \"limits\": {\"file\": 1}}",
     "input 'limits': 'file' is not a known property (did you mean 'files'?)\n"},
};

static void test_bad_inputs(const char *text, const char *expected)
{
    struct diagnostics diagnostics = {0};
    struct strbuf out = STRBUF_INIT;
    json_t *inputs = json_loads(text, 0, NULL);
    struct plan *plan = valid_plan(blueprint);
    CHECK(!plan_prepare(plan, inputs, NULL, &diagnostics), "inputs %s are refused", text);
    diagnostics_write(&diagnostics, &out);
    CHECK(!strcmp(out.text, expected), "says %s", out.text);
    strbuf_release(&out);
    json_decref(inputs);
    plan_free(plan);
    diagnostics_release(&diagnostics);
}

static const struct {
    const char *parameters, *result, *error;
} parameters[] = {
    {"{\"version\": \"3\"}", "{\"version\":3,\"force\":false}", ""},
    {"{}", "null",
     "workflow 'deploy': parameter 'version' is missing (give it with -p version=VALUE)"},
    {"{\"version\": 1, \"forse\": true}", "null",
     "workflow 'deploy': unknown parameter 'forse' (did you mean 'force'?)"},
};

static void test_parameters(const char *given, const char *expected, const char *error)
{
    struct plan *plan = valid_plan(blueprint);
    struct error err = {0};
    json_t *values = json_loads(given, 0, NULL);
    const struct plan_workflow *workflow = plan_find_workflow(plan, "deploy");
    json_t *result = plan_workflow_parameters(plan, workflow, values, false, NULL, &err);
    check_json(result, expected, "parameters");
    CHECK(!strcmp(err.text, error), "says '%s'", err.text);
    json_decref(result);
    json_decref(values);
    plan_free(plan);
}

static void test_workflows(void)
{
    struct plan *plan = valid_plan(blueprint);
    const struct plan_workflow *install = plan_find_workflow(plan, "install");
    CHECK(install && !strcmp(install->plugin->name, "default_workflows") &&
              !strcmp(install->function, "cloudify.plugins.workflows.install"),
          "the built-in workflows are there");
    const struct plan_workflow *check = plan_find_workflow(plan, "check");
    CHECK(check && !strcmp(check->function, "flows.check"), "so is one in short form");
    plan_free(plan);
}

/* Rows out of `data`, a plan. */
struct rows {
    const struct plan *plan;
    size_t next, count;
};

static json_t *next_row(void *data, struct error *err)
{
    (void)err;
    struct rows *rows = data;
    if (rows->next == rows->count)
        return NULL;
    return plan_node_row(rows->plan, &rows->plan->nodes[rows->next++]);
}

static void test_documents(void)
{
    struct plan *plan = prepared();
    struct error err = {0};
    struct rows rows = {plan, 0, plan->node_count};
    json_t *document = plan_document(plan);
    struct plan *again = plan_from_documents(document, next_row, &rows, &err);
    CHECK(again, "a plan comes back from its documents%s", err.text);
    json_t *before = plan_to_json(plan), *after = plan_to_json(again);
    CHECK(json_equal(before, after), "the same plan");
    json_decref(before);
    json_decref(after);
    plan_free(again);
    rows = (struct rows){plan, 0, 1};
    again = plan_from_documents(document, next_row, &rows, &err);
    CHECK(!again && !strcmp(err.text, "the stored plan is damaged: a node is missing"),
          "a lost row is noticed: %s", err.text);
    json_decref(document);
    plan_free(plan);
}

static void test_shown(void)
{
    struct plan *plan = valid_plan(blueprint);
    json_t *shown = plan_to_json(plan);
    const json_t *node = NULL, *item;
    size_t i;
    json_array_foreach(json_object_get(shown, "nodes"), i, item)
    {
        if (!strcmp(json_string_at(item, "id", ""), "application"))
            node = item;
    }
    const json_t *lifecycle =
        json_object_get(json_object_get(node, "interfaces"), "cloudify.interfaces.lifecycle");
    CHECK(!strcmp(json_string_at(json_object_get(lifecycle, "start"), "implementation", ""),
                  "app.tasks.start"),
          "interfaces show what was declared");
    CHECK(!strcmp(json_string_at(json_object_get(lifecycle, "configure"), "implementation", ""),
                  "scripts/configure.sh"),
          "scripts too");
    CHECK(json_object_get(json_object_get(json_object_get(shown, "relationships"),
                                          "cloudify.relationships.depends_on"),
                          "source_interfaces"),
          "all relationship types are shown");
    CHECK(json_array_size(json_object_get(shown, "workflow_plugins_to_install")) == 2,
          "the plugins of workflows stand once");
    CHECK(json_array_size(json_object_get(shown, "deployment_plugins_to_install")) > 0,
          "and those of nodes");
    json_decref(shown);
    plan_free(plan);
}

int main(void)
{
    test_properties();
    test_operations();
    test_sharing();
    test_relationships();
    test_instance_counts();
    for (size_t i = 0; i < sizeof bad_inputs / sizeof *bad_inputs; i++)
        test_bad_inputs(bad_inputs[i].inputs, bad_inputs[i].error);
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++)
        test_parameters(parameters[i].parameters, parameters[i].result, parameters[i].error);
    test_workflows();
    test_documents();
    test_shown();
    return checks_done();
}
