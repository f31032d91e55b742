/* constraints.h - what the values of inputs and parameters must satisfy (dsl.md 3); private to
 * dsl/. */
#ifndef CLOUDIFY_DSL_CONSTRAINTS_H
#define CLOUDIFY_DSL_CONSTRAINTS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/strbuf.h"
#include "dsl/diagnostics.h"
#include "dsl/element.h"
#include "dsl/object_source.h"

struct compiler;

/** Check the list `constraints` of an input. @return whether it is right; if not, reported */
bool constraints_check(struct compiler *c, const char *subject, const struct yaml_node *list,
                       const struct path *path);
/** Like constraints_check(), for a workflow's parameter, whose constraints are one key each. */
bool constraints_check_parameter(struct compiler *c, const char *subject,
                                 const struct yaml_node *list, const struct path *path);

/**
 * Test `value` against the constraints of `schema`, its object type included, and, for a list with
 * an `item_type`, each of its items.
 *
 * @param objects looks up what values of object types name; NULL: no such value holds
 * @param why why it does not hold, to follow the value's name: "must be more than 3"
 * @return NULL if they hold, else the code of the problem
 */
const struct diagnostic_code *constraints_test(const json_t *schema, const json_t *value,
                                               const struct object_source *objects,
                                               struct strbuf *why);

#endif
