/* valid_plan.h - the plan of a blueprint that has no errors, and how to look into it. */
#ifndef CLOUDIFY_TEST_DSL_VALID_PLAN_H
#define CLOUDIFY_TEST_DSL_VALID_PLAN_H

#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/json.h"
#include "dsl/blueprint.h"
#include "diagnostics_text.h"

/** @return the plan, new, or NULL: that is a failure */
static inline struct plan *valid_plan(const char *blueprint)
{
    struct diagnostics diagnostics = {0};
    struct strbuf text = STRBUF_INIT;
    struct plan *plan = blueprint_parse(blueprint, NULL, &diagnostics);
    diagnostics_write(&diagnostics, &text);
    CHECK(plan && !text.length, "%s is valid %s", blueprint, text.text);
    strbuf_release(&text);
    diagnostics_release(&diagnostics);
    return plan;
}

/** Check that `value` as compact JSON equals `expected`. */
static inline void check_json(const json_t *value, const char *expected, const char *what)
{
    char *text = json_text(value);
    CHECK(text && !strcmp(text, expected), "%s: %s", what, text ? text : "no memory");
    free(text);
}

#endif
