/* validation.h - the intrinsic functions of a plan: what they may ask it, and their check before
 * there is a deployment (dsl.md 10.1); private to dsl/. */
#ifndef CLOUDIFY_DSL_VALIDATION_H
#define CLOUDIFY_DSL_VALIDATION_H

#include <stdbool.h>

#include "dsl/plan.h"
#include "functions/functions.h"

struct compiler;

/** What functions can ask a plan: its inputs (values once prepared) and properties of nodes. */
struct value_source plan_value_source(struct plan *plan);
/** The version of the plan's language as functions_validate() takes it: 104. */
int plan_language_version(const struct plan *plan);
/** The code for an error of functions. */
const struct diagnostic_code *function_code(enum function_problem problem);
/**
 * Record an error of functions, at the call that has failed.
 *
 * @param owner what has the value, for calls that are not in the blueprint
 * @return false
 */
bool function_report(const struct plan *plan, const struct function_failure *failure,
                     const struct error *err, struct plan_mark owner, struct diagnostics *out);

/** Check every function in the plan that is being compiled. @return whether all are right */
bool validate_functions(struct compiler *c);

#endif
