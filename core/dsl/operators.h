/* operators.h - the operators of constraints, as a table (dsl.md 3); private to dsl/. */
#ifndef CLOUDIFY_DSL_OPERATORS_H
#define CLOUDIFY_DSL_OPERATORS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/strbuf.h"
#include "base/suggest.h"

enum outcome { HOLDS, FAILS, DOES_NOT_APPLY, TOO_COSTLY };

struct constraint_operator {
    const char *name;
    bool (*takes)(const json_t *argument, struct strbuf *why); /* `why` may be left empty */
    const char *argument;                                      /* what it takes, for messages */
    enum outcome (*test)(const json_t *argument, const json_t *value); /* NULL: a look-up */
    const char *must;  /* be, for messages; the argument follows */
    const char *types; /* those that it is looked up for, each between spaces; or NULL */
};

/** The operator called `name`, or NULL. */
const struct constraint_operator *constraint_operator(const char *name);
/** All names, for a hint. */
void constraint_operators_suggest(struct suggestion *suggestion);
/** Whether a value of `type` is tested by a look-up. */
bool constraint_operator_looks_up(const struct constraint_operator *operator, const char * type);
/** Whether the operator can be looked up for values of `type`. */
bool constraint_operator_fits(const struct constraint_operator *operator, const char * type);

#endif
