/* rows.h - tables of calls with what they give, or the error. JSON is written with '. */
#ifndef CLOUDIFY_TEST_FUNCTIONS_ROWS_H
#define CLOUDIFY_TEST_FUNCTIONS_ROWS_H

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "functions/functions.h"

#include "../check.h"
#include "fake_source.h"

static inline json_t *parse(const char *quoted)
{
    struct error err = {0};
    char *text = strdup(quoted);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    json_t *value = json_parse(text, strlen(text), "test", &err);
    CHECK(value || err.code == ERROR_NONE, "the test is JSON %s", err.text);
    free(text);
    return value;
}

struct row {
    const struct function_scope *scope;
    const char *value, *expected; /* expected: JSON, or, where `problem` is set, the error */
    enum function_problem problem;
};

static json_t *storage; /* what the fake source answers from */

static inline void test_evaluation_with(struct value_source source, const struct row *row,
                                        enum function_mode mode)
{
    struct function_failure failure;
    struct error err = {0};
    json_t *value = parse(row->value), *before = json_deep_copy(value);
    json_t *result = functions_evaluate(value, row->scope, &source, mode, &failure, &err);
    CHECK(failure.problem == row->problem, "%s is problem %d", row->value, (int)failure.problem);
    if (row->problem) {
        CHECK(!result && !strcmp(err.text, row->expected), "it says: %s", err.text);
    } else {
        json_t *expected = parse(row->expected);
        char *text = result ? json_text(result) : NULL;
        bool ok = result && json_equal(result, expected);
        CHECK(ok, "gives %s%s", text ? text : "", err.text);
        free(text);
        json_decref(expected);
    }
    CHECK(json_equal(value, before), "and leaves the value alone");
    json_decref(result);
    json_decref(before);
    json_decref(value);
}

static inline void test_evaluation(const struct row *row, enum function_mode mode)
{
    test_evaluation_with(fake_source(storage), row, mode);
}

static inline void test_validation(const struct row *row, int version)
{
    struct value_source source = fake_source(storage);
    struct function_failure failure;
    struct error err = {0};
    json_t *value = parse(row->value);
    bool ok = functions_validate(value, row->scope, &source, version, &failure, &err);
    CHECK(ok == !row->expected && failure.problem == row->problem &&
              !strcmp(err.text, row->expected ? row->expected : ""),
          "%s: %s", row->value, ok ? "valid" : err.text);
    json_decref(value);
}

#endif
