/* types.h - node types, relationship types and data types with what they inherit (dsl.md 4.3, 5);
 * private to dsl/. */
#ifndef CLOUDIFY_DSL_TYPES_H
#define CLOUDIFY_DSL_TYPES_H

#include <jansson.h>
#include <stdbool.h>

#include "base/map.h"
#include "dsl/compiler.h"
#include "dsl/interfaces.h"

enum type_state { TYPE_NEW, TYPE_RESOLVING, TYPE_READY, TYPE_BROKEN };
enum type_side { SIDE_NODE = 0, SIDE_SOURCE = 0, SIDE_TARGET = 1, SIDE_COUNT = 2 };

/* A node type or a relationship type. */
struct type {
    const char *name;
    const struct entry *entry;
    const struct type *parent;
    enum type_state state;
    json_t *properties; /* property -> schema, inherited ones included; borrowed */
    json_t *defaults;   /* what a template that sets no property has; borrowed, NULL until used */
    struct interfaces interfaces[SIDE_COUNT];
    const struct operation_set *operations[SIDE_COUNT]; /* as unchanged templates have them */
    struct plan_type *record;                           /* in the plan, NULL until used */
};

/** Resolve all data types, node types and relationship types. @return whether there was no error */
bool types_resolve(struct compiler *c);
/** The record of a node type in the plan, made when first asked for; NULL: no memory. */
struct plan_type *type_record(struct compiler *c, struct type *type, bool is_node_type);
/** The names of a type and those it derives from, the root first; new, or NULL: no memory. */
json_t *type_hierarchy(const struct type *type);
/** Free what types_resolve() made. */
void types_release(struct compiler *c);

/**
 * The property schemas `node` (or NULL) put over `inherited` (or NULL), defaults checked and
 * completed (dsl.md 4.3).
 *
 * @return an object, borrowed from the plan; or NULL: reported
 */
json_t *compiler_read_properties(struct compiler *c, const char *subject,
                                 const struct yaml_node *node, const json_t *inherited,
                                 const struct path *path);
/** Whether the `type` of a schema (of a property, input, parameter) exists; if not, reported. */
bool compiler_check_type(struct compiler *c, const char *subject, const struct yaml_node *schema,
                         const struct path *path);
/** "KIND 'NAME'" for messages; as long as the compiler. */
const char *compiler_subject(struct compiler *c, const char *kind, const char *name);

/* How errors in given values are found back in the tree. */
struct given {
    struct compiler *c;
    const char *subject;          /* "node template 'db'" */
    const struct yaml_node *node; /* the tree of the given values, or NULL */
    const struct yaml_node *at;   /* where the owner stands */
    const struct path *path;      /* of `node` */
};

/**
 * values_build() for values of the blueprint, with errors reported at their place.
 *
 * @param partial missing properties are no error
 * @return the values, borrowed from the plan; or NULL: reported
 */
json_t *given_build(const struct given *given, const json_t *schema, const json_t *values,
                    bool partial);
/** value_build() likewise; `given->path` is that of the value. */
json_t *given_value(const struct given *given, const json_t *property, const json_t *value,
                    bool partial);

#endif
