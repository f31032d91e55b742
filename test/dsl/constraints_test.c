/* constraints_test.c - values against constraints (dsl.md 3, 16.2). */
#include "dsl/constraints.h"

#include <string.h>

#include "../check.h"
#include "dsl/diagnostic_codes.h"

/* Test `value` against `schema`, both JSON with single quotes. */
static const struct diagnostic_code *test(const char *schema, const char *value)
{
    char text[2][256];
    json_t *parsed[2];
    struct strbuf why = STRBUF_INIT;
    for (int i = 0; i < 2; i++) {
        snprintf(text[i], sizeof text[i], "%s", i ? value : schema);
        for (char *p = text[i]; *p; p++)
            *p = *p == '\'' ? '"' : *p;
        parsed[i] = json_loads(text[i], JSON_DECODE_ANY, NULL);
    }
    const struct diagnostic_code *code = constraints_test(parsed[0], parsed[1], NULL, &why);
    CHECK(parsed[0] && parsed[1] && !code == !why.length, "a problem is explained");
    json_decref(parsed[0]);
    json_decref(parsed[1]);
    strbuf_release(&why);
    return code;
}

static void holds(const char *constraint, const char *value)
{
    char schema[256];
    snprintf(schema, sizeof schema, "{'constraints': [{%s}]}", constraint);
    CHECK(!test(schema, value), "%s holds for %s", constraint, value);
}

static void fails(const char *constraint, const char *value)
{
    char schema[256];
    snprintf(schema, sizeof schema, "{'constraints': [{%s}]}", constraint);
    CHECK(test(schema, value) == &code_constraint_violated, "%s does not hold for %s", constraint,
          value);
}

static void test_numbers(void)
{
    holds("'equal': 2", "2.0");
    fails("'equal': 2", "'2'");
    holds("'greater_than': 2", "3");
    fails("'greater_than': 2", "2");
    fails("'greater_than': 2", "'a'");
    holds("'greater_or_equal': 2", "2");
    holds("'less_than': 2.5", "2");
    fails("'less_or_equal': 2", "3");
    holds("'in_range': [1, 3]", "3");
    fails("'in_range': [3, 1]", "2");
}

static void test_others(void)
{
    holds("'valid_values': [1, 'a']", "'a'");
    fails("'valid_values': [1, 'a']", "'b'");
    holds("'length': 2", "'\xc3\xa4y'");
    holds("'min_length': 1", "[1]");
    fails("'max_length': 1", "{'a': 1, 'b': 2}");
    fails("'max_length': 1", "5");
    holds("'pattern': 'a.'", "'abc'");
    fails("'pattern': 'b'", "'abc'");
    fails("'pattern': 'b'", "5");
    fails("'filter_id': 'f'", "'a'");
    fails("'equal': {'get_input': 'x'}", "1");
}

static void test_types(void)
{
    const char *items = "{'type': 'list', 'item_type': 'string', 'constraints': [{'length': 1}]}";
    CHECK(!test(items, "['a', 'b']"), "each item is tested");
    CHECK(test(items, "['a', 'bc']") == &code_constraint_violated, "and may fail");
    CHECK(test(items, "['a', {'get_input': 'x'}]") == &code_constraint_function,
          "a function is no item of a list with constraints");
    CHECK(!test("{'type': 'string'}", "{'get_input': 'x'}"), "a function may give what is free");
    CHECK(test("{'type': 'secret_key'}", "'x'") == &code_constraint_violated,
          "what cannot be looked up is refused");
}

int main(void)
{
    test_numbers();
    test_others();
    test_types();
    return checks_done();
}
