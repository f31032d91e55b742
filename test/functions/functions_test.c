/* functions_test.c - recognising, validating and evaluating calls. JSON is written with '. */
#include <stdlib.h>
#include <string.h>

#include "base/mask.h"
#include "base/strbuf.h"
#include "functions/functions.h"

#include "rows.h"

static const char storage_text[] =
    "{'inputs': {'s': 'abc', 'n': 3, 'f': 1.5, 'null': null, 'list': [1, 'two', {'k': 'v'}],"
    "            'deep': {'a': {'b': ['x', 'y']}}, 'name': 's', 'call': {'get_input': 's'},"
    "            'secret': {'get_secret': 'k'}, 'loop': {'get_input': 'loop'},"
    "            'ping': {'get_input': 'pong'}, 'pong': {'get_input': 'ping'},"
    "            'within': {'x': {'concat': ['<', {'get_input': 's'}, '>']}}},"
    " 'nodes': {"
    "  'web': {'port': 80, 'a': 1, 'b': {'get_property': ['SELF', 'c']},"
    "          'c': [{'get_property': ['SELF', 'a']}, 2], 'own': {'get_property': ['SELF', 'own']},"
    "          'x': {'get_property': ['db', 'y']}, 'attribute': {'get_attribute': ['SELF', 'r']},"
    "          'secret': {'get_secret': 'k'}, 'host': {'get_property': ['db', 'name']},"
    "          'partly': {'p': 1, 'q': {'get_property': ['SELF', 'partly', 'p']}},"
    "          'seconds': {'get_property': ['db', 'map', 'k', -1]}},"
    "  'db': {'y': {'get_property': ['web', 'x']}, 'name': {'concat': ['db-', {'get_property':"
    "         ['SELF', 'port']}]}, 'port': 5432, 'map': {'get_property': ['SELF', 'data']},"
    "         'data': {'k': [1, 2, 3]}, 'behind': {'get_attribute': ['SELF', 'r']}},"
    "  'none': {}, 'many': {'v': 0}},"
    " 'instances': ["
    "  {'id': 'web_1', 'node': 'web', 'related': ['many_2', 'many_2', 'db_1'],"
    "   'groups': [{'name': 'g', 'id': 'g_2'}, {'name': 'outer', 'id': 'o_1'}],"
    "   'runtime_properties': {'r': 'run', 'null': null, 'd': {'e': [10, 20]}, 'port': null,"
    "     'call': {'concat': ['r=', {'get_attribute': ['SELF', 'r']}]},"
    "     'loop': {'get_attribute': ['SELF', 'loop']}}},"
    "  {'id': 'db_1', 'node': 'db', 'index': 7, 'runtime_properties': {'r': 'db run'}},"
    "  {'id': 'many_1', 'node': 'many', 'runtime_properties': {'v': 1},"
    "   'groups': [{'name': 'outer', 'id': 'o_1'}]},"
    "  {'id': 'many_2', 'node': 'many', 'index': 2, 'runtime_properties': {'v': 2},"
    "   'groups': [{'name': 'outer', 'id': 'o_1'}]},"
    "  {'id': 'peer_1', 'node': 'peer', 'runtime_properties': {'v': 'p1'},"
    "   'groups': [{'name': 'other', 'id': 'x'}, {'name': 'g', 'id': 'g_1'}]},"
    "  {'id': 'peer_2', 'node': 'peer', 'runtime_properties': {'v': 'p2'},"
    "   'groups': [{'name': 'other', 'id': 'x'}, {'name': 'g', 'id': 'g_2'}]}]}";

static const struct function_scope NODE = {
    .kind = FUNCTION_SCOPE_NODE, .node = "web", .path = "nodes.web.properties"};
static const struct function_scope INSTANCE = {
    .kind = FUNCTION_SCOPE_NODE, .node = "web", .self = "web_1", .path = "p"};
static const struct function_scope ID_ONLY = {
    .kind = FUNCTION_SCOPE_NONE, .self = "web_1", .path = "payload"};
static const struct function_scope RELATIONSHIP = {.kind = FUNCTION_SCOPE_RELATIONSHIP,
                                                   .source_node = "web",
                                                   .target_node = "db",
                                                   .source = "web_1",
                                                   .target = "db_1",
                                                   .path = "r"};
static const struct function_scope OUTPUTS = {.kind = FUNCTION_SCOPE_OUTPUTS, .path = "outputs"};
static const struct function_scope NOWHERE = {.kind = FUNCTION_SCOPE_NONE};

static const struct row static_rows[] = {
    {&NODE, "{'a': [1, 'x', null, true]}", "{'a': [1, 'x', null, true]}", 0},
    {&NODE, "{'get_input': 's'}", "'abc'", 0},
    {&NODE, "{'get_input': ['list', 2, 'k']}", "'v'", 0},
    {&NODE, "{'get_input': ['deep', 'a', 'b', -1]}", "'y'", 0},
    {&NODE, "{'get_input': {'get_input': 'name'}}", "'abc'", 0},
    {&NODE, "{'get_input': {'concat': ['s']}}", "'abc'", 0},
    {&NODE, "{'get_input': 'null'}", "null", 0},
    {&NODE, "{'get_input': 'call'}", "'abc'", 0},
    {&NODE, "{'get_input': 'within'}", "{'x': '<abc>'}", 0},
    {&NODE, "{'get_input': 's', 'foo': 1}", "{'get_input': 's', 'foo': 1}", 0},
    {&NODE, "{'get_input': 's', 'type': 'string'}", "'abc'", 0},
    {&NODE, "{'get_input': 'n', 'type': 'float'}", "3", 0},
    {&NODE, "{'get_input': 's', 'type': 'some.data.type'}", "'abc'", 0},
    {&NODE, "{'get_input': 'secret', 'type': 'integer'}", "{'get_secret': 'k'}", 0},
    {&NODE, "{'type': 'x'}", "{'type': 'x'}", 0},
    {&NODE, "{'get_input': 's', 'type': 'integer'}",
     "nodes.web.properties: input 's' has a value of type string, not integer",
     FUNCTION_PROBLEM_INPUT},
    {&NODE, "{'p': [0, {'get_input': 'nope'}]}",
     "nodes.web.properties.p[1]: get_input refers to an unknown input 'nope'",
     FUNCTION_PROBLEM_UNKNOWN_INPUT},
    {&NODE, "{'get_input': ['list', 'x']}",
     "nodes.web.properties: get_input of 'list.x': a list needs an integer, not \"x\"",
     FUNCTION_PROBLEM_INPUT},
    {&NODE, "{'get_input': ['list', 3]}",
     "nodes.web.properties: get_input of 'list[3]': index 3 is out of range, the list has 3 items",
     FUNCTION_PROBLEM_INPUT},
    {&NODE, "{'get_input': ['deep', 'a', 'z']}",
     "nodes.web.properties: get_input of 'deep.a.z': there is no \"z\"", FUNCTION_PROBLEM_INPUT},
    {&NODE, "{'get_input': ['s', 'x']}",
     "nodes.web.properties: get_input of 's.x': a value of type string has no \"x\"",
     FUNCTION_PROBLEM_EVALUATION},
    {&NODE, "{'get_input': [{'get_attribute': ['web', 'x']}]}",
     "nodes.web.properties: get_input has an argument that is known only at runtime",
     FUNCTION_PROBLEM_EVALUATION},
    {&NODE, "{'get_input': 1}",
     "nodes.web.properties: get_input needs the name of an input, or a list [name, key or index, "
     "...]",
     FUNCTION_PROBLEM_ARGUMENTS},
    {&NODE, "{'get_input': 'broken'}", "nodes.web.properties: the store is damaged",
     FUNCTION_PROBLEM_OTHER},
    {&NODE, "{'get_input': 'loop'}",
     "nodes.web.properties: get_input refers to itself: 'loop' -> 'loop'",
     FUNCTION_PROBLEM_RECURSION},
    {&NODE, "{'k': {'get_input': 'ping'}}",
     "nodes.web.properties.k: get_input refers to itself: 'ping' -> 'pong' -> 'ping'",
     FUNCTION_PROBLEM_RECURSION},

    {&NODE, "{'get_property': ['SELF', 'port']}", "80", 0},
    {&NODE, "{'get_property': ['web', 'b']}", "[1, 2]", 0},
    {&OUTPUTS, "{'a': {'get_property': ['web', 'b']}, 'b': [0, {'get_property': ['web', 'b']}]}",
     "{'a': [1, 2], 'b': [0, [1, 2]]}", 0},
    {&NODE, "{'get_property': ['db', 'name']}", "'db-5432'", 0},
    {&NODE, "{'get_property': ['SELF', 'host']}", "'db-5432'", 0},
    {&NODE, "{'get_property': ['SELF', 'partly']}", "{'p': 1, 'q': 1}", 0},
    {&NODE, "{'get_property': ['SELF', 'seconds']}", "3", 0},
    {&RELATIONSHIP, "{'get_property': ['SOURCE', 'port']}", "80", 0},
    {&RELATIONSHIP, "{'get_property': ['TARGET', 'name']}", "'db-5432'", 0},
    {&NODE, "{'get_property': ['SELF', 'attribute']}", "{'get_attribute': ['SELF', 'r']}", 0},
    {&NODE, "{'get_property': ['SELF', 'attribute', 'k']}",
     "{'get_property': ['SELF', 'attribute', 'k']}", 0},
    {&OUTPUTS, "{'get_property': ['web', 'attribute']}", "{'get_property': ['web', 'attribute']}",
     0},
    {&NODE, "{'get_property': ['db', 'behind']}", "{'get_property': ['db', 'behind']}", 0},
    {&OUTPUTS, "{'get_property': ['web', 'secret']}", "{'get_secret': 'k'}", 0},
    {&NODE, "{'get_property': ['SELF', 'own']}",
     "nodes.web.properties: get_property refers to itself: 'web.own' -> 'web.own'",
     FUNCTION_PROBLEM_RECURSION},
    {&OUTPUTS, "{'get_property': ['web', 'x']}",
     "outputs: get_property refers to itself: 'web.x' -> 'db.y' -> 'web.x'",
     FUNCTION_PROBLEM_RECURSION},
    {&NODE, "{'get_property': ['SELF', 'nope']}",
     "nodes.web.properties: get_property of 'web.nope': there is no \"nope\"",
     FUNCTION_PROBLEM_EVALUATION},
    {&NODE, "{'get_property': ['nope', 'x']}",
     "nodes.web.properties: get_property refers to an unknown node 'nope'",
     FUNCTION_PROBLEM_UNKNOWN_NODE},
    {&NODE, "{'get_property': ['TARGET', 'x']}",
     "nodes.web.properties: get_property: TARGET means something only in a relationship",
     FUNCTION_PROBLEM_SCOPE},
    {&OUTPUTS, "{'get_property': ['SELF', 'x']}",
     "outputs: get_property: SELF means something only in a node", FUNCTION_PROBLEM_SCOPE},
    {&NOWHERE, "{'get_property': ['SELF', 'x']}", "get_property: nothing here is SELF",
     FUNCTION_PROBLEM_SCOPE},
    {&NODE, "{'get_property': ['web']}",
     "nodes.web.properties: get_property needs a list [node, property, key or index, ...]",
     FUNCTION_PROBLEM_ARGUMENTS},
    {&NODE, "{'get_property': ['web', {'get_secret': 'x'}]}",
     "nodes.web.properties: get_property has an argument that is known only at runtime",
     FUNCTION_PROBLEM_EVALUATION},

    {&NODE, "{'concat': []}", "''", 0},
    {&NODE, "{'concat': ['a', 1, 2.5, true, null, [1, 'a'], {'k': 'v'}]}",
     "'a12.5truenull[1,\\\"a\\\"]{\\\"k\\\":\\\"v\\\"}'", 0},
    {&NODE, "{'concat': {'get_input': 'list'}}", "'1two{\\\"k\\\":\\\"v\\\"}'", 0},
    {&NODE, "{'concat': ['x', {'get_input': 's'}, {'get_attribute': ['web', 'r']}]}",
     "{'concat': ['x', 'abc', {'get_attribute': ['web', 'r']}]}", 0},
    {&NODE, "{'concat': [['a', {'get_secret': 'x'}]]}", "{'concat': [['a', {'get_secret': 'x'}]]}",
     0},
    {&NODE, "{'concat': 'abc'}", "nodes.web.properties: concat needs a list, not string",
     FUNCTION_PROBLEM_ARGUMENTS},

    {&NODE, "{'get_attribute': [{'get_input': 's'}, 'x']}", "{'get_attribute': ['abc', 'x']}", 0},
    {&NODE, "{'get_secret': {'get_input': 's'}}", "{'get_secret': 'abc'}", 0},
    {&NODE, "{'get_sys': ['tenant', 'name']}", "{'get_sys': ['tenant', 'name']}", 0},
};

static const struct row runtime_rows[] = {
    {&INSTANCE, "{'get_attribute': ['SELF', 'r']}", "'run'", 0},
    {&INSTANCE, "{'get_attribute': ['web', 'd', 'e', 1]}", "20", 0},
    {&INSTANCE, "{'get_attribute': ['SELF', 'd', 'e', 9]}", "null", 0},
    {&INSTANCE, "{'get_attribute': ['SELF', 'r', 'x']}", "null", 0},
    {&INSTANCE, "{'get_attribute': ['SELF', 'nope']}", "null", 0},
    {&INSTANCE, "{'get_attribute': ['SELF', 'port']}", "80", 0},
    {&INSTANCE, "{'get_attribute': ['SELF', 'b']}", "[1, 2]", 0},
    {&INSTANCE, "{'get_attribute': ['SELF', 'attribute']}", "'run'", 0},
    {&INSTANCE, "{'get_attribute': ['SELF', 'call']}", "'r=run'", 0},
    {&INSTANCE, "{'get_attribute': ['db', 'behind']}", "'db run'", 0},
    {&INSTANCE, "{'get_attribute': ['db', 'node_instance_id']}", "'db_1'", 0},
    {&INSTANCE, "{'get_attribute': ['db', 'node_instance_index']}", "7", 0},
    {&INSTANCE, "{'get_attribute': ['many', 'v']}", "2", 0},
    {&INSTANCE, "{'get_attribute': ['peer', 'v']}", "'p2'", 0},
    {&RELATIONSHIP, "{'get_attribute': ['SOURCE', 'r']}", "'run'", 0},
    {&RELATIONSHIP, "{'get_attribute': ['TARGET', 'r']}", "'db run'", 0},
    {&RELATIONSHIP, "{'get_attribute': ['peer', 'v']}", "'p2'", 0},
    {&RELATIONSHIP, "{'get_property': ['TARGET', 'behind']}", "'db run'", 0},
    {&ID_ONLY, "{'get_attribute': ['SELF', 'r']}", "'run'", 0},
    {&ID_ONLY, "{'get_property': ['SELF', 'port']}", "80", 0},
    {&NODE, "{'get_attribute': ['SELF', 'r']}", "'run'", 0},
    {&INSTANCE, "{'get_property': ['db', 'behind']}", "'db run'", 0},
    {&OUTPUTS, "{'get_property': ['web', 'attribute']}", "'run'", 0},
    {&INSTANCE, "{'concat': ['a', {'get_attribute': ['SELF', 'r']}, {'get_input': 'n'}]}",
     "'arun3'", 0},
    {&INSTANCE, "{'get_attribute': ['SELF', 'd', 'e', 'x']}",
     "p: get_attribute: a list needs an integer, not \"x\"", FUNCTION_PROBLEM_EVALUATION},
    {&INSTANCE, "{'x': {'get_attribute': ['SELF', 'loop']}}",
     "p.x: get_attribute refers to itself: 'web_1.loop' -> 'web_1.loop'",
     FUNCTION_PROBLEM_RECURSION},
    {&INSTANCE, "{'get_attribute': ['none', 'x']}",
     "p: get_attribute: node 'none' has no instances", FUNCTION_PROBLEM_EVALUATION},
    {&RELATIONSHIP, "{'get_attribute': ['many', 'v']}",
     "r: get_attribute: node 'many' has several instances, and nothing says which one is meant",
     FUNCTION_PROBLEM_EVALUATION},
    {&INSTANCE, "{'get_attribute': ['SOURCE', 'r']}",
     "p: get_attribute: SOURCE means something only in a relationship",
     FUNCTION_PROBLEM_EVALUATION},
    {&ID_ONLY, "{'get_attribute': ['SOURCE', 'r']}",
     "payload: get_attribute: nothing here is SOURCE", FUNCTION_PROBLEM_EVALUATION},
    {&OUTPUTS, "{'a': {'get_attribute': ['none', 'x']}, 'b': {'get_attribute': ['web', 'r']}}",
     "{'a': '<ERROR: Unable to evaluate get_attribute function: Node none has no instances.>',"
     " 'b': 'run'}",
     0},
    {&OUTPUTS, "{'get_attribute': ['many', 'v']}",
     "'<ERROR: Unable to evaluate get_attribute function: More than one node instance found for "
     "node \\\"many\\\". Cannot resolve a node instance unambiguously.>'",
     0},
    {&INSTANCE, "{'get_secret': 'k'}", "p: get_secret is not supported here",
     FUNCTION_PROBLEM_UNSUPPORTED},
};

static const struct row validation_rows[] = {
    {&NODE, "{'get_input': 's'}", NULL, 0},
    {&NODE, "{'get_input': {'get_secret': 'x'}}", NULL, 0},
    {&NODE, "{'a': [{'get_input': 'nope'}]}",
     "nodes.web.properties.a[0]: get_input refers to an unknown input 'nope'",
     FUNCTION_PROBLEM_UNKNOWN_INPUT},
    {&NODE, "{'concat': [{'get_input': []}]}",
     "nodes.web.properties.concat[0]: get_input needs the name of an input, or a list [name, key "
     "or index, ...]",
     FUNCTION_PROBLEM_ARGUMENTS},
    {&NODE, "{'concat': 1}", "nodes.web.properties: concat needs a list, not integer",
     FUNCTION_PROBLEM_ARGUMENTS},
    {&NODE, "{'get_property': ['SELF', 'b', 0]}", NULL, 0},
    {&NODE, "{'get_property': [{'get_input': 's'}, 'b']}", NULL, 0},
    {&NODE, "{'get_property': ['nope', {'get_input': 's'}]}", NULL, 0},
    {&NODE, "{'get_property': ['SELF', 'nope']}",
     "nodes.web.properties: get_property of 'web.nope': there is no \"nope\"",
     FUNCTION_PROBLEM_EVALUATION},
    {&NODE, "{'get_property': ['nope', 'x']}",
     "nodes.web.properties: get_property refers to an unknown node 'nope'",
     FUNCTION_PROBLEM_UNKNOWN_NODE},
    {&NODE, "{'get_property': ['SOURCE', 'x']}",
     "nodes.web.properties: get_property: SOURCE means something only in a relationship",
     FUNCTION_PROBLEM_SCOPE},
    {&NODE, "{'get_attribute': ['SELF', 'anything', 'at', 1]}", NULL, 0},
    {&NODE, "{'get_attribute': ['nope', 'x']}",
     "nodes.web.properties: get_attribute refers to an unknown node 'nope'",
     FUNCTION_PROBLEM_UNKNOWN_NODE},
    {&OUTPUTS, "{'get_attribute': ['SELF', 'x']}",
     "outputs: get_attribute: SELF means something only in a node", FUNCTION_PROBLEM_SCOPE},
    {&RELATIONSHIP, "{'get_attribute': ['SELF', 'x']}",
     "r: get_attribute: SELF means something only in a node", FUNCTION_PROBLEM_SCOPE},
    {&RELATIONSHIP, "{'get_attribute': ['TARGET', 'x']}", NULL, 0},
    {&NODE, "{'get_attribute': 'x'}",
     "nodes.web.properties: get_attribute needs a list [node, attribute, key or index, ...]",
     FUNCTION_PROBLEM_ARGUMENTS},
    {&NODE, "{'get_secret': 'k', 'other': 1}", NULL, 0},
};

static void test_versions(void)
{
    struct row concat = {&NODE, "{'concat': ['a']}",
                         "nodes.web.properties: concat needs version 1.1 of the language or a "
                         "later one, not 1.0",
                         FUNCTION_PROBLEM_VERSION};
    struct row merge = {&NODE, "{'merge': [{}]}",
                        "nodes.web.properties: merge needs version 1.3 of the language or a later "
                        "one, not 1.2",
                        FUNCTION_PROBLEM_VERSION};
    test_validation(&concat, 100);
    test_validation(&merge, 102);
    concat.expected = NULL;
    concat.problem = FUNCTION_PROBLEM_NONE;
    test_validation(&concat, 101);
}

/* A value of `depth` lists around `inner`. */
static json_t *nested(int depth, const char *inner)
{
    json_t *value = parse(inner);
    for (int i = 0; i < depth; i++)
        value = json_pack("[o]", value);
    return value;
}

static void test_nesting(int depth, const char *inner, bool expected)
{
    struct value_source source = fake_source(storage);
    struct function_failure failure;
    struct error err = {0};
    json_t *value = nested(depth, inner);
    json_t *result = functions_evaluate(value, &NODE, &source, FUNCTIONS_STATIC, &failure, &err);
    CHECK(!result == !expected, "%d lists around %s: %s", depth, inner, err.text);
    if (!expected)
        CHECK(err.code == ERROR_LIMIT && failure.problem == FUNCTION_PROBLEM_RECURSION &&
                  !strncmp(err.text, "nodes.web.properties[0][0]", 26) &&
                  strstr(err.text, ": functions are nested over 50 levels deep"),
              "too deep is told with the path");
    json_decref(result);
    json_decref(value);
}

/* Properties p0 -> p1 -> ... -> p`length`, which is a value. */
static void test_chain(int length, bool expected)
{
    json_t *properties = json_object();
    char name[16];
    for (int i = 0; i <= length; i++) {
        char next[16];
        snprintf(name, sizeof name, "p%d", i);
        snprintf(next, sizeof next, "p%d", i + 1);
        json_object_set_new(properties, name,
                            i < length ? json_pack("{s:[ss]}", "get_property", "SELF", next)
                                       : json_string("end"));
    }
    json_t *chain = json_pack("{s:{s:o}}", "nodes", "web", properties);
    struct value_source source = fake_source(chain);
    struct error err = {0};
    json_t *value = parse("{'get_property': ['SELF', 'p0']}");
    json_t *result = functions_evaluate(value, &NODE, &source, FUNCTIONS_STATIC, NULL, &err);
    CHECK(expected ? result && !strcmp(json_string_value(result), "end") : !result,
          "a chain of %d properties: %s", length, err.text);
    json_decref(result);
    json_decref(value);
    json_decref(chain);
}

/* Properties p0 to p`length`, each with twice the next one: as a call with `arguments`, in which
 * %s stands for that. */
static void test_doubling(int length, const char *format, const char *last, bool expected)
{
    json_t *properties = json_object();
    char name[16], call[64], text[256];
    for (int i = 0; i <= length; i++) {
        snprintf(name, sizeof name, "p%d", i);
        snprintf(call, sizeof call, "{'get_property': ['SELF', 'p%d']}", i + 1);
        snprintf(text, sizeof text, format, call, call);
        json_object_set_new(properties, name, parse(i < length ? text : last));
    }
    json_t *all = json_pack("{s:{s:o}}", "nodes", "web", properties);
    struct value_source source = fake_source(all);
    struct function_failure failure;
    struct error err = {0};
    json_t *value = parse("{'get_property': ['SELF', 'p0']}");
    json_t *result = functions_evaluate(value, &NODE, &source, FUNCTIONS_STATIC, &failure, &err);
    CHECK(!result == !expected, "%s, %d times: %s", format, length, err.text);
    if (!expected)
        CHECK(err.code == ERROR_LIMIT && failure.problem == FUNCTION_PROBLEM_RECURSION &&
                  strstr(err.text, "functions bring more than 4000000 values"),
              "too much is told as such");
    json_decref(result);
    json_decref(value);
    json_decref(all);
}

static void test_bombs(void)
{
    static const char replace[] = "{'string_replace': [%s, 'x', %s]}";
    static const char between[] = "{'string_replace': [%s, '', %s]}";
    test_doubling(10, "[%s, %s]", "'x'", true);
    test_doubling(45, "[%s, %s]", "'x'", false);
    test_doubling(24, "[{'a': %s}, {'b': %s}]", "1", false);
    test_doubling(24, "{'concat': [%s, %s]}", "'x'", false);
    test_doubling(2, replace, "'xxxxxxxxxx'", true);
    test_doubling(6, replace, "'xxxxxxxxxx'", false);
    test_doubling(6, between, "'xxxxxxxxxx'", false);
}

/* A secret may be in an error; wherever that is cut off, the mask must know it again. */
static void test_masking(size_t length)
{
    char secret[2000];
    struct value_source source = fake_source(storage);
    struct error err = {0};
    struct mask *mask = mask_new();
    memset(secret, 's', length);
    json_t *value = json_pack("{s:[s, s, s#]}", "get_property", "SELF", "deep", secret, length);
    CHECK(mask_add_text(mask, secret, length), "the secret is hidden");
    CHECK(!functions_evaluate(value, &NODE, &source, FUNCTIONS_RUNTIME, NULL, &err), "it fails");
    mask_error(mask, &err);
    CHECK(!strstr(err.text, "sss"), "a secret of %zu bytes is hidden: %s", length, err.text);
    json_decref(value);
    mask_free(mask);
}

static void test_recognition(void)
{
    json_t *value = parse("{'a': [{'get_input': 's', 'type': 'x'}], 'b': {'get_nothing': 1}}");
    CHECK(functions_contain(value) && !function_is_call(value), "a call lies within");
    CHECK(function_is_call(json_array_get(json_object_get(value, "a"), 0)), "it is one");
    CHECK(!functions_contain(json_object_get(value, "b")), "an unknown name is plain data");
    CHECK(!strcmp(function_name(json_array_get(json_object_get(value, "a"), 0)), "get_input") &&
              !function_name(value),
          "calls have a name");
    json_decref(value);
}

static void test_sharing(void)
{
    struct value_source source = fake_source(storage);
    struct error err = {0};
    json_t *value = parse("{'a': [{'get_input': 's'}], 'b': {'large': [1, 2, 3]}}");
    json_t *result = functions_evaluate(value, &NODE, &source, FUNCTIONS_STATIC, NULL, &err);
    CHECK(json_object_get(result, "b") == json_object_get(value, "b"),
          "what does not change is shared");
    json_decref(result);
    json_decref(value);
}

static void test_poor_source(void)
{
    const struct value_source source = {0};
    static const char *const calls[] = {"{'get_input': 's'}", "{'get_property': ['web', 'x']}",
                                        "{'get_attribute': ['web', 'x']}"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        struct function_failure failure;
        struct error err = {0};
        json_t *value = parse(calls[i]);
        json_t *result =
            functions_evaluate(value, &INSTANCE, &source, FUNCTIONS_RUNTIME, &failure, &err);
        CHECK(!result && failure.problem == FUNCTION_PROBLEM_UNSUPPORTED, "it says: %s", err.text);
        error_clear(&err);
        CHECK(functions_validate(value, &INSTANCE, &source, 105, NULL, &err),
              "what the source lacks is not validated");
        json_decref(value);
    }
}

int main(void)
{
    storage = parse(storage_text);
    for (size_t i = 0; i < sizeof static_rows / sizeof *static_rows; i++)
        test_evaluation(&static_rows[i], FUNCTIONS_STATIC);
    for (size_t i = 0; i < sizeof runtime_rows / sizeof *runtime_rows; i++)
        test_evaluation(&runtime_rows[i], FUNCTIONS_RUNTIME);
    for (size_t i = 0; i < sizeof validation_rows / sizeof *validation_rows; i++)
        test_validation(&validation_rows[i], 105);
    test_versions();
    test_nesting(40, "{'get_input': 's'}", true);
    test_nesting(60, "{'get_input': 's'}", false);
    test_nesting(60, "1", true);
    test_chain(40, true);
    test_chain(60, false);
    test_bombs();
    test_masking(300);
    test_masking(700);
    test_masking(1500);
    test_recognition();
    test_sharing();
    test_poor_source();
    json_decref(storage);
    return checks_done();
}
