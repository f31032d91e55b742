/* limits_test.c - small blueprints that ask for very much: each is refused, and soon. */
#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/strbuf.h"
#include "text_blueprint.h"

/* `count` lines; `line` has one %d for the number and one for the next. */
static void add_lines(struct strbuf *text, int count, const char *before, const char *between,
                      const char *after)
{
    for (int i = 0; i < count; i++)
        strbuf_addf(text, "%s%d%s%d%s\n", before, i, between, i + 1, after);
}

static void test_limit(const char *what, struct strbuf *text, const char *expected)
{
    struct diagnostics out = {0};
    struct plan *plan = parse_text(5, text->text, NULL, &out);
    CHECK(!plan && strstr(first_error(&out), expected), "%s: %s", what, first_error(&out));
    plan_free(plan);
    diagnostics_release(&out);
    strbuf_release(text);
}

static void test_defaults(void)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_adds(&text, "data_types:\n");
    for (int i = 0; i < 40; i++)
        strbuf_addf(&text, "  T%d: {properties: {a: {type: T%d}, b: {type: T%d}}}\n", i, i + 1,
                    i + 1);
    strbuf_adds(&text, "  T40: {properties: {a: {default: 1}}}\n");
    test_limit("each data type holds the next one twice", &text,
               "defaults of data types bring is more than");
}

static void test_nesting(void)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_adds(&text, "data_types:\n");
    add_lines(&text, 300, "  T", ": {properties: {a: {type: T", "}}}");
    strbuf_adds(&text, "  T300: {properties: {a: {default: 1}}}\n");
    test_limit("data types in data types", &text, "nested more than 200 levels deep");
}

static void test_chain(const char *section, const char *kind)
{
    struct strbuf text = STRBUF_INIT, expected = STRBUF_INIT;
    strbuf_addf(&text, "%s:\n", section);
    add_lines(&text, 2000, "  T", ": {derived_from: T", "}");
    strbuf_adds(&text, "  T2000: {}\n");
    strbuf_addf(&expected, "%s 'T1000': it needs more than 1000 other types", kind);
    test_limit(section, &text, expected.text);
    strbuf_release(&expected);
}

static void test_inheritance(void)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_adds(&text, "node_types:\n  B:\n    properties:\n");
    add_lines(&text, 5000, "      p", ": {default: ", "}");
    add_lines(&text, 5000, "  T", ": {derived_from: B, properties: {x: {default: ", "}}}");
    test_limit("many types inherit much", &text, "what types inherit");
}

/* Not refused, but it must not take long either: nothing here may be quadratic. */
static void test_size(const char *what, struct strbuf *text)
{
    struct diagnostics out = {0};
    struct plan *plan = parse_text(5, text->text, NULL, &out);
    CHECK(plan, "%s: %s", what, first_error(&out));
    plan_free(plan);
    diagnostics_release(&out);
    strbuf_release(text);
}

static void test_sizes(void)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_adds(&text, "node_types:\n  T:\n    interfaces:\n      i:\n");
    add_lines(&text, 50000, "        o", ": '' # ", "");
    strbuf_adds(&text, "node_templates:\n  n:\n    type: T\n    interfaces:\n      i:\n");
    add_lines(&text, 50000, "        o", ": '' # ", "");
    test_size("many operations", &text);

    strbuf_adds(&text, "node_types:\n  T:\n    interfaces:\n");
    add_lines(&text, 50000, "      i", ": {o: ''} # ", "");
    test_size("many interfaces", &text);

    strbuf_adds(&text, "plugins:\n");
    add_lines(&text, 30000, "  p", ": {executor: host_agent, install: false} # ", "");
    strbuf_adds(&text, "workflows:\n");
    add_lines(&text, 30000, "  w", ": p1.f", "");
    test_size("many plugins and workflows", &text);
}

static void test_imports(void)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_adds(&text, "imports:\n");
    add_lines(&text, 60000, "- missing", ".yaml # ", "");
    test_limit("many imports", &text, "import 'missing0.yaml' is not found");
}

int main(void)
{
    test_defaults();
    test_nesting();
    test_chain("data_types", "data type");
    test_chain("node_types", "node type");
    test_chain("relationships", "relationship type");
    test_inheritance();
    test_sizes();
    test_imports();
    return checks_done();
}
