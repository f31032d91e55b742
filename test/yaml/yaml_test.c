/* yaml_test.c - trees: places, maps, merge keys, aliases, limits and syntax errors. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "yaml/yaml.h"

#include "../check.h"

static struct yaml_document *parse(const char *text, struct yaml_problem *problem)
{
    return yaml_parse(text, strlen(text), "t.yaml", NULL, problem);
}

static void check_place(const struct yaml_node *node, int line, int column, const char *what)
{
    struct yaml_mark mark = yaml_mark(node);
    CHECK(mark.line == line && mark.column == column && !strcmp(mark.file, "t.yaml"),
          "%s stands at %s:%d:%d", what, mark.file, mark.line, mark.column);
}

static void test_places(void)
{
    struct yaml_problem problem;
    struct yaml_document *document = parse("a: 1\nb:\n  - x\n  - é: [y]\n", &problem);
    const struct yaml_node *root = yaml_root(document);
    const struct yaml_node *list = yaml_find(root, "b");
    const struct yaml_node *map = yaml_item(list, 1);
    check_place(root, 1, 1, "the root");
    check_place(yaml_key(root, 1), 2, 1, "a key");
    check_place(yaml_value(root, 0), 1, 4, "a value");
    check_place(list, 3, 3, "a list");
    check_place(map, 4, 5, "a map");
    check_place(yaml_value(map, 0), 4, 8, "what follows a letter of two bytes");
    CHECK(!yaml_item(list, 2) && !yaml_key(root, 2) && !yaml_item(root, 0) && !yaml_value(list, 0),
          "there is nothing past the end, nor of the other kind");
    yaml_document_free(document);
}

static void test_accessors(void)
{
    struct yaml_problem problem;
    struct yaml_document *document = parse("[text, 0x10, 1.50, on, ~, [], {}]", &problem);
    const struct yaml_node *root = yaml_root(document);
    CHECK(!strcmp(yaml_string(yaml_item(root, 0)), "text") && !yaml_string(yaml_item(root, 1)),
          "only strings are strings");
    CHECK(yaml_integer(yaml_item(root, 1)) == 16 && yaml_real(yaml_item(root, 1)) == 16.0,
          "an integer is a number");
    CHECK(!strcmp(yaml_text(yaml_item(root, 2)), "1.50") && yaml_length(yaml_item(root, 2)) == 4,
          "the text of a scalar is as written");
    CHECK(yaml_boolean(yaml_item(root, 3)) && !yaml_boolean(yaml_item(root, 0)), "a boolean");
    CHECK(!yaml_text(root) && yaml_count(root) == 7 && yaml_count(yaml_item(root, 0)) == 0,
          "collections have a count and scalars a text");
    CHECK(yaml_kind(yaml_item(root, 6)) == YAML_MAP && !yaml_find(yaml_item(root, 6), "x") &&
              !yaml_find(root, "x"),
          "finding nothing is NULL");
    yaml_document_free(document);
}

static void test_find_in_large_map(void)
{
    struct strbuf text = STRBUF_INIT;
    for (int i = 0; i < 1000; i++)
        strbuf_addf(&text, "key%d: %d\n", i, i);
    strbuf_adds(&text, "key7: again\n");
    struct yaml_problem problem;
    struct yaml_document *document = parse(text.text, &problem);
    const struct yaml_node *root = yaml_root(document);
    bool all = yaml_count(root) == 1000;
    char key[16];
    for (int i = 8; i < 1000; i++) {
        snprintf(key, sizeof key, "key%d", i);
        all = all && yaml_integer(yaml_find(root, key)) == i;
    }
    CHECK(all && !yaml_find(root, "key1000"), "a large map finds its keys and no others");
    check_place(yaml_key(root, 7), 1001, 1, "the last of a repeated key");
    CHECK(!strcmp(yaml_string(yaml_value(root, 7)), "again"), "with its value");
    yaml_document_free(document);
    strbuf_release(&text);
}

/* YAML text and its value as JSON */
static const struct {
    const char *text, *json;
} values[] = {
    {"{b: 1, a: 2, b: 3}", "{\"b\":3,\"a\":2}"},
    {"{1: a, true: b, ~: c, 1.5: d, '1 ': e}",
     "{\"1\":\"a\",\"true\":\"b\",\"null\":\"c\",\"1.5\":\"d\",\"1 \":\"e\"}"},
    {"a: &x {p: 1, q: 2}\nb: {r: 0, <<: *x, q: 3}",
     "{\"a\":{\"p\":1,\"q\":2},\"b\":{\"p\":1,\"q\":3,\"r\":0}}"},
    {"a: &x {p: 1, q: 2}\nb: &y {p: 5, r: 7}\nc: {<<: [*x, *y]}",
     "{\"a\":{\"p\":1,\"q\":2},\"b\":{\"p\":5,\"r\":7},\"c\":{\"p\":1,\"r\":7,\"q\":2}}"},
    {"a: &x {p: 1}\nb: {<<: {<<: *x, q: 2}, '<<': 3}",
     "{\"a\":{\"p\":1},\"b\":{\"p\":1,\"q\":2,\"<<\":3}}"},
    {"[&x yes, *x, &y [1], *y]", "[true,true,[1],[1]]"},
    {"\xef\xbb\xbf"
     "a: 1\nb: 2",
     "{\"a\":1,\"b\":2}"},
    {"a:\r\n  b: 1\r\n", "{\"a\":{\"b\":1}}"},
    {"|\n  a\n   b\n\n  c\n\n", "\"a\\n b\\n\\nc\\n\""},
    {"--- # one\na: 1\n...\n", "{\"a\":1}"},
    {"# caf\xc3\xa9\nx: \xc3\xa9", "{\"x\":\"\xc3\xa9\"}"},
};

static void test_value(const char *text, const char *json)
{
    struct yaml_problem problem;
    struct yaml_document *document = parse(text, &problem);
    json_t *value = document ? yaml_to_json(yaml_root(document)) : NULL;
    char *got = value ? json_text(value) : NULL;
    CHECK(got && !strcmp(got, json), "gives %s", got ? got : problem.message);
    free(got);
    json_decref(value);
    yaml_document_free(document);
}

static const struct {
    const char *text;
    enum yaml_problem_code code;
    int line, column;
    const char *message;
} problems[] = {
    {"a: [1,\n", YAML_PROBLEM_SYNTAX, 2, 1,
     "did not find expected node content while parsing a flow node that begins in line 2"},
    {"a: 1\n\tb: 2\n", YAML_PROBLEM_SYNTAX, 2, 1,
     "found a tab character that violates indentation while scanning a plain scalar that begins"
     " in line 1 (indent with spaces: YAML takes no tabs there)"},
    {"a:\n  b:\n\t  c: 2\n", YAML_PROBLEM_SYNTAX, 3, 1,
     "found character that cannot start any token while scanning for the next token that begins"
     " in line 3 (indent with spaces: YAML takes no tabs there)"},
    {"a: b: c", YAML_PROBLEM_SYNTAX, 1, 5,
     "mapping values are not allowed in this context"
     " (a text with ': ' in it needs quotes; or is the line indented too far?)"},
    {"a:\n  b: 1\n c: 2\n", YAML_PROBLEM_SYNTAX, 3, 2,
     "did not find expected key while parsing a block mapping that begins in line 1"
     " (is the line indented like those that it belongs to?)"},
    {"a:\n - 1\n - 2\n b: 1\n", YAML_PROBLEM_SYNTAX, 4, 2,
     "did not find expected '-' indicator while parsing a block collection that begins in line 2"
     " (is the line indented like those that it belongs to?)"},
    {"a: {b: 1, c: d: e}", YAML_PROBLEM_SYNTAX, 1, 15,
     "did not find expected ',' or '}' while parsing a flow mapping that begins in line 1"
     " (a text with ': ' or ', ' in it needs quotes; or is a bracket not closed?)"},
    {"a: 1\nb\nc: 2\n", YAML_PROBLEM_SYNTAX, 3, 1,
     "could not find expected ':' while scanning a simple key that begins in line 2"
     " (is the ':' missing behind a key?)"},
    {"a: \"b\n", YAML_PROBLEM_SYNTAX, 2, 1,
     "found unexpected end of stream while scanning a quoted scalar that begins in line 1"
     " (is the closing quote missing?)"},
    {"a: @x", YAML_PROBLEM_SYNTAX, 1, 4,
     "found character that cannot start any token while scanning for the next token that begins"
     " in line 1 (a text that begins with '@', '`' or '%' needs quotes)"},
    {"ok: 1\nx: \xff", YAML_PROBLEM_SYNTAX, 2, 4, "invalid leading UTF-8 octet"},
    {"x: \x07", YAML_PROBLEM_SYNTAX, 1, 4, "control characters are not allowed"},
    {"a: 1\n---\nb: 2\n", YAML_PROBLEM_DOCUMENT, 2, 1,
     "a second document begins here, but there can be only one"},
    {"a: *nope", YAML_PROBLEM_ALIAS, 1, 4, "no anchor '&nope' stands before this alias"},
    {"a: &x [*x]", YAML_PROBLEM_ALIAS, 1, 8,
     "the alias '*x' stands for something that contains it"},
    {"a: &x 1\nb: &x 2", YAML_PROBLEM_ALIAS, 2, 4, "the anchor '&x' is already in line 1"},
    {"a: {<<: 3}", YAML_PROBLEM_MERGE, 1, 9,
     "a merge key '<<' needs a dict or a list of dicts, got integer"},
    {"a: {<<: [{}, x]}", YAML_PROBLEM_MERGE, 1, 14, "a merge key '<<' needs dicts, got string"},
    {"a:\n  {[x]: 1}", YAML_PROBLEM_KEY, 2, 4, "a key must not be a list"},
    {"{\"a\\0b\": 1}", YAML_PROBLEM_KEY, 1, 2, "a key must not have a NUL character"},
    {"a:\n  b: 2001-01-01", YAML_PROBLEM_DATE, 2, 6,
     "'2001-01-01' is a date, for which there is no type: put it in quotes"},
    {"a:\n  - 1\n  - 18446744073709551616", YAML_PROBLEM_NUMBER, 3, 5,
     "the integer '18446744073709551616' does not fit into 64 bits"},
    {"a: !x y", YAML_PROBLEM_TAG, 1, 4, "the tag '!x' is not supported"},
};

static void test_problem(size_t i)
{
    struct yaml_problem problem;
    struct yaml_document *document = parse(problems[i].text, &problem);
    CHECK(!document && problem.code == problems[i].code &&
              !strcmp(problem.message, problems[i].message),
          "it says: %s", document ? "nothing" : problem.message);
    CHECK(problem.mark.line == problems[i].line && problem.mark.column == problems[i].column,
          "at %d:%d", problem.mark.line, problem.mark.column);
    yaml_document_free(document);
}

static void check_limit(const char *text, const struct yaml_limits *limits, const char *message)
{
    struct yaml_problem problem;
    struct yaml_document *document = yaml_parse(text, strlen(text), "t.yaml", limits, &problem);
    if (message)
        CHECK(!document && problem.code == YAML_PROBLEM_LIMIT && !strcmp(problem.message, message),
              "refuses: %s", problem.message);
    else
        CHECK(document, "what is within the limit is accepted");
    yaml_document_free(document);
}

static void test_depth(void)
{
    struct strbuf text = STRBUF_INIT;
    for (int i = 0; i < 100000; i++)
        strbuf_addc(&text, '[');
    check_limit(text.text, NULL, "lists and dicts are nested over 200 levels deep");
    strbuf_release(&text);
    struct yaml_limits limits = {.depth = 2};
    check_limit("[[a], {b: c}]", &limits, NULL);
    check_limit("[[a], {b: []}]", &limits, "lists and dicts are nested over 2 levels deep");
}

static void test_size(void)
{
    struct yaml_limits limits = {.size = 4};
    check_limit("a: 1", &limits, NULL);
    check_limit("a: 12", &limits, "the text is 5 bytes long, over the limit of 4");
}

/* Ten aliases of ten aliases of ten aliases: a short text that stands for a billion nodes. */
static void test_expansion(const char *first, const char *item)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_adds(&text, first);
    for (int level = 1; level < 10; level++) {
        strbuf_addf(&text, "a%d: &a%d [", level, level);
        for (int i = 0; i < 10; i++) {
            strbuf_addf(&text, item, level - 1);
            strbuf_adds(&text, ", ");
        }
        strbuf_adds(&text, "]\n");
    }
    check_limit(text.text, NULL,
                "aliases and merge keys stand for more than 1000000 further nodes");
    strbuf_release(&text);
}

/* Each map merges the one before: the entries copied grow with the square of their number. */
static void test_merge_chain(int length, const char *message)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_adds(&text, "m0: &m0 {k: v}\n");
    for (int i = 1; i < length; i++)
        strbuf_addf(&text, "m%d: &m%d {<<: *m%d, k%d: v}\n", i, i, i - 1, i);
    check_limit(text.text, NULL, message);
    strbuf_release(&text);
}

/* A text may repeat itself in proportion to its length. */
static void test_proportion(void)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_adds(&text, "common: &c {a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7}\n");
    for (int i = 0; i < 60000; i++)
        strbuf_addf(&text, "node_%d: {<<: *c, type: some.type}\n", i);
    check_limit(text.text, NULL, NULL);
    strbuf_release(&text);
}

int main(void)
{
    test_places();
    test_accessors();
    test_find_in_large_map();
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        test_value(values[i].text, values[i].json);
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        test_problem(i);
    test_depth();
    test_size();
    test_expansion("a0: &a0 lol\n", "*a%d");
    test_expansion("a0: &a0 {x: y}\n", "{k: *a%d}");
    test_merge_chain(500, NULL);
    test_merge_chain(2000, "aliases and merge keys stand for more than 1000000 further nodes");
    test_proportion();
    return checks_done();
}
