/* outside_test.c - attributes of all instances, secrets, capabilities, labels, and the like. */
#include "rows.h"

static const struct function_scope HERE = {.kind = FUNCTION_SCOPE_NONE, .path = "v"};
static const struct function_scope NODE = {
    .kind = FUNCTION_SCOPE_NODE, .node = "web", .self = "web_1", .path = "v"};
static const struct function_scope SOURCE_ID = {
    .kind = FUNCTION_SCOPE_NONE, .source = "web_1", .path = "v"};
#define ROW(value, expected)                                                                       \
    {                                                                                              \
        &HERE, value, expected, 0                                                                  \
    }
#define FAILS(value, problem, error)                                                               \
    {                                                                                              \
        &HERE, value, "v: " error, FUNCTION_PROBLEM_##problem                                      \
    }

static const char storage_text[] =
    "{'nodes': {'web': {'port': 80}, 'none': {}},"
    " 'instances': [{'id': 'web_1', 'node': 'web', 'runtime_properties': {'a': 1, 'd': {'x': "
    "[5]}}},"
    "  {'id': 'web_2', 'node': 'web', 'index': 2, 'runtime_properties':"
    "   {'a': {'get_attribute': ['SELF', 'node_instance_index']}}}],"
    " 'secrets': {'plain': 'text', 'map': '{\\\"k\\\": [1, {\\\"z\\\": 2}]}'},"
    " 'capabilities': {'dep': {'cap': {'k': ['v']}}, '7': {'8': 'numbers'}},"
    " 'groups': {'g': ['one', 'two']},"
    " 'labels': {'env': ['x', 'y'], 'csys-obj-parent': ['dep', 'other']},"
    " 'system': {'deployment': {'id': 'd1'}},"
    " 'consumers': [{'id': 'c1', 'name': 'C 1'}, {'id': 'c2', 'name': 'C 2'}]}";

static const struct row rows[] = {
    ROW("{'get_attributes_list': ['web', 'a']}", "[1, 2]"),
    ROW("{'get_attributes_list': ['web', 'd', 'x', 0]}", "[5, null]"),
    ROW("{'get_attributes_list': ['web', 'port']}", "[80, 80]"),
    ROW("{'get_attributes_list': ['none', 'a']}", "[]"),
    {&NODE, "{'get_attributes_list': ['SELF', 'node_instance_id']}", "['web_1', 'web_2']", 0},
    {&SOURCE_ID, "{'get_attributes_list': ['SOURCE', 'a']}", "[1, 2]", 0},
    ROW("{'get_attributes_dict': ['web', 'port', ['d', 'x', 0]]}",
        "{'web_1': {'port': 80, 'd.x.0': 5}, 'web_2': {'port': 80, 'd.x.0': null}}"),
    ROW("{'get_secret': 'plain'}", "'text'"),
    ROW("{'get_secret': ['map', 'k', 1, 'z']}", "2"),
    ROW("{'get_capability': ['dep', 'cap', 'k', 0]}", "'v'"),
    ROW("{'get_capability': [7, 8]}", "'numbers'"),
    ROW("{'get_capability': [{'get_label': ['csys-obj-parent', '0']}, 'cap', 'k']}", "['v']"),
    ROW("{'get_environment_capability': 'cap'}", "{'k': ['v']}"),
    ROW("{'get_environment_capability': ['cap', 'k', -1]}", "'v'"),
    ROW("{'get_group_capability': ['g', ['cap', 'other']]}", "['one', 'two']"),
    ROW("{'get_label': 'env'}", "['x', 'y']"),
    ROW("{'get_label': ['env', 1]}", "'y'"),
    ROW("{'get_sys': ['deployment', 'id', 'more']}", "'d1'"),
    ROW("{'get_consumers': 'ids'}", "['c1', 'c2']"),
    ROW("{'get_consumers': 'names'}", "['C 1', 'C 2']"),
    ROW("{'get_consumers': 'count'}", "2"),
    FAILS("{'get_attributes_list': ['nope', 'a']}", UNKNOWN_NODE,
          "get_attributes_list refers to an unknown node 'nope'"),
    FAILS("{'get_attributes_dict': ['SELF', 'a']}", EVALUATION,
          "get_attributes_dict: nothing here is SELF"),
    FAILS("{'get_secret': 'nope'}", NOT_FOUND, "get_secret: there is no secret 'nope'"),
    FAILS("{'get_secret': 'broken'}", OTHER, "the store is damaged"),
    FAILS("{'get_secret': ['plain', 'k']}", EVALUATION,
          "get_secret: the secret 'plain' is not JSON"),
    FAILS("{'get_secret': ['map', 'q']}", EVALUATION, "get_secret of 'map': there is no \"q\""),
    FAILS("{'get_capability': ['dep', 'nope']}", NOT_FOUND,
          "get_capability: deployment 'dep' has no capability 'nope'"),
    FAILS("{'get_capability': ['dep', 'cap', 'k', 1]}", EVALUATION,
          "get_capability: index 1 is out of range, the list has 1 items"),
    FAILS("{'get_group_capability': ['nope', 'cap']}", NOT_FOUND,
          "get_group_capability: there is no such group"),
    FAILS("{'get_label': 'nope'}", NOT_FOUND, "get_label: the deployment has no label 'nope'"),
    FAILS("{'get_label': ['env', 2]}", EVALUATION,
          "get_label: index 2 is out of range, the label has 2 values"),
    FAILS("{'get_sys': ['tenant', 'name']}", EVALUATION, "get_sys: this tenant has no name"),
};

static const struct row invalid[] = {
    FAILS("{'get_attributes_list': ['web']}", ARGUMENTS,
          "get_attributes_list needs a list [node, attribute, key or index, ...]"),
    FAILS("{'get_attributes_dict': ['web', []]}", ARGUMENTS,
          "get_attributes_dict needs a list [node, attribute or [attribute, key or index, ...], "
          "...]"),
    FAILS("{'get_attributes_dict': ['web', 'a.b', ['a', 'b']]}", EVALUATION,
          "get_attributes_dict has the attribute 'a.b' twice"),
    FAILS("{'get_secret': ['k']}", SIGNATURE,
          "get_secret needs the name of a secret, or a list [name, key or index, ...]"),
    FAILS("{'get_capability': ['dep', ['cap']]}", ARGUMENTS,
          "get_capability needs a list [deployment, capability, key or index, ...]"),
    FAILS("{'get_environment_capability': ['cap']}", SIGNATURE,
          "get_environment_capability needs the name of a capability, or a list [capability, key "
          "or index, ...]"),
    FAILS("{'get_group_capability': ['g', 'cap', ['k']]}", ARGUMENTS,
          "get_group_capability needs a list [group, capability or list of them, key or index, "
          "...]"),
    FAILS("{'get_label': ['env', 'x']}", SIGNATURE,
          "get_label needs the key of a label, or a list [key, index]"),
    FAILS("{'get_sys': ['tenant']}", ARGUMENTS,
          "get_sys needs a list [entity, property], such as [deployment, id]"),
    FAILS("{'get_sys': ['cluster', 'id']}", SYSTEM_ENTITY,
          "get_sys knows 'tenant' and 'deployment', not 'cluster'"),
    FAILS("{'get_sys': ['tenant', 'id']}", SYSTEM_PROPERTY,
          "get_sys: a tenant has no property 'id'"),
    FAILS("{'get_consumers': {'get_input': 'x'}}", ARGUMENTS,
          "get_consumers needs ids, names or count"),
    {&HERE, "{'get_label': [{'get_input': 'x'}, {'get_input': 'y'}]}", NULL, 0},
};

/* Runtime functions wait for an execution, and say so where the source knows nothing of them. */
static void test_unknowing(void)
{
    static const char *const calls[] = {
        "{'get_secret': 'k'}",
        "{'get_capability': ['d', 'c']}",
        "{'get_environment_capability': 'c'}",
        "{'get_group_capability': ['g', 'c']}",
        "{'get_label': 'k'}",
        "{'get_sys': ['tenant', 'name']}",
        "{'get_consumers': 'ids'}",
        "{'get_attributes_list': ['n', 'a']}",
    };
    struct value_source nothing = {0};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        json_t *value = parse(calls[i]);
        char expected[96];
        snprintf(expected, sizeof expected, "v: %s is not supported here", function_name(value));
        struct row row = {&HERE, calls[i], expected, FUNCTION_PROBLEM_UNSUPPORTED};
        test_evaluation_with(nothing, &row, FUNCTIONS_RUNTIME);
        row = (struct row){&HERE, calls[i], calls[i], 0};
        test_evaluation_with(nothing, &row, FUNCTIONS_STATIC);
        json_decref(value);
    }
}

int main(void)
{
    storage = parse("{'inputs': {'x': 1, 'y': 1}}");
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
        test_validation(&invalid[i], 105);
    json_decref(storage);
    storage = parse(storage_text);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        test_evaluation_with(fake_world(storage), &rows[i], FUNCTIONS_RUNTIME);
    test_unknowing();
    json_decref(storage);
    return checks_done();
}
