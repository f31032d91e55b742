/* plan_scan.h - all values of a plan in which functions are evaluated, in their order
 * (dsl.md 10.1), with where they stand and what SELF, SOURCE and TARGET mean there. */
#ifndef CLOUDIFY_DSL_PLAN_SCAN_H
#define CLOUDIFY_DSL_PLAN_SCAN_H

#include "base/strbuf.h"
#include "dsl/plan.h"
#include "functions/functions.h"

/* An object that has a function in it, at any depth. */
struct plan_value {
    json_t *value;
    enum function_scope_kind kind;
    const char *part;                             /* "properties", "outputs": see the path */
    const struct plan_node *node;                 /* or NULL */
    const struct plan_relationship *relationship; /* of the node, or NULL */
    const struct operation *operation;            /* whose inputs it is, or NULL */
};

/** Called for each value. @return whether to go on */
typedef bool plan_visit(void *data, const struct plan_value *value);

/** @return whether every visit did */
bool plan_scan(const struct plan *plan, plan_visit *visit, void *data);

/** Append the path of a value, as functions call it: "nodes.db.operations.create.inputs". */
void plan_value_path(const struct plan_value *value, struct strbuf *out);
/** The scope of a value; its path is NULL. */
struct function_scope plan_value_scope(const struct plan *plan, const struct plan_value *value);
/** The mark of the node or the relationship that has the value; no mark if it is no node's. */
struct plan_mark plan_value_mark(const struct plan_value *value);

#endif
