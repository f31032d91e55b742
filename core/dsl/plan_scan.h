/* plan_scan.h - all values of a plan in which functions are evaluated, in their order
 * (dsl.md 10.1), with where they stand and what SELF, SOURCE and TARGET mean there. */
#ifndef CLOUDIFY_DSL_PLAN_SCAN_H
#define CLOUDIFY_DSL_PLAN_SCAN_H

#include "base/strbuf.h"
#include "dsl/plan.h"
#include "functions/functions.h"

/* An object with functions in its members, at any depth. */
struct plan_value {
    json_t *value;
    enum function_scope_kind kind;
    const char *part;             /* of a node, or a section: "properties", "outputs" */
    const char *entry;            /* of the section, or NULL */
    const char *inner;            /* of the entry: "properties"; or NULL */
    struct plan_mark mark;        /* of what has the value: a node, a relationship, an entry */
    const struct plan_node *node; /* or NULL */
    const struct plan_relationship *relationship; /* of the node, or NULL */
    const struct operation *operation;            /* whose inputs it is, or NULL */
    const struct operation_set *operations;       /* that the operation is one of, or NULL */
};

/** Called for each value. @return whether to go on */
typedef bool plan_visit(void *data, const struct plan_value *value);

/** @return whether every visit did */
bool plan_scan(const struct plan *plan, plan_visit *visit, void *data);

/** Append the path of a value, as functions call it: "nodes.db.operations.create.inputs". */
void plan_value_path(const struct plan_value *value, struct strbuf *out);
/* A section whose entries have functions in them. */
struct plan_section {
    size_t offset; /* of its json_t * in struct plan */
    enum function_scope_kind kind;
    const char *name;
    const char *inner; /* where in an entry the functions are; NULL: anywhere */
};
/** Those of a plan, in order, ended by one without a name. */
extern const struct plan_section plan_sections[];
/** The section itself. */
json_t **plan_section_of(struct plan *plan, const struct plan_section *section);
/** The value of one entry of a section, which may have no functions. */
struct plan_value plan_section_value(const struct plan *plan, const struct plan_section *section,
                                     const char *name, json_t *entry);
/** The settings of the deployment, which are one value. */
struct plan_value plan_settings_value(const struct plan *plan);

/** The scope of a value; its path is NULL. */
struct function_scope plan_value_scope(const struct plan *plan, const struct plan_value *value);

#endif
