/* conformance.h - what the parts of the conformance program share.
 *
 * The program answers requests of the conformance cases through the functions that cfy uses. Each
 * answer is an object with one key: `plan`, `value`, `workflow`, or `error` {class, code, message,
 * where}.
 */
#ifndef CLOUDIFY_TEST_CONFORMANCE_CONFORMANCE_H
#define CLOUDIFY_TEST_CONFORMANCE_CONFORMANCE_H

#include <jansson.h>

#include "base/error.h"
#include "dsl/diagnostics.h"
#include "functions/functions.h"

/* Every answer is a new reference, or NULL when out of memory. Arguments are borrowed. */

/** Parse the blueprint of the request, whose files are in `directory`; kind "parse". */
json_t *answer_parse(const char *directory, const json_t *request);
/** Parse it, bind its inputs and create its instances; kind "deployment_plan". */
json_t *answer_deployment_plan(const char *directory, const json_t *request);
/** Evaluate functions against the storage that the request describes; kind "evaluate". */
json_t *answer_evaluate(const json_t *request);
/** Change the instances that the request describes; kind "modify". */
json_t *answer_modify(const json_t *request);

/** Run the workflows of the request in a deployment of its blueprint; kind "workflow". */
json_t *answer_workflow(const json_t *request);

/** The first error found, by the class and code of the original. */
json_t *answer_diagnostics(const struct diagnostics *diagnostics);
/** What stopped an evaluation, by the class of the original. */
json_t *answer_problem(enum function_problem problem, const struct error *err);
/** An error that has no counterpart in the original: its class is `Unsupported` or `Error`. */
json_t *answer_error(const struct error *err);

#endif
