/* plan_internal.h - how the parts of dsl/ that make a plan fill it; private to dsl/. */
#ifndef CLOUDIFY_DSL_PLAN_INTERNAL_H
#define CLOUDIFY_DSL_PLAN_INTERNAL_H

#include "base/arena.h"
#include "base/map.h"
#include "base/text_pool.h"
#include "dsl/plan.h"

/* Of plan_document(). */
enum { PLAN_DOCUMENT_FORMAT = 1 };

struct plan_storage {
    struct arena arena; /* every struct and string of the plan */
    struct text_pool texts;
    json_t *values;        /* array: holds a reference to every value that the plan points to */
    struct map node_index; /* id -> struct plan_node */
    struct plan_marks marks;
    size_t node_type_capacity, relationship_type_capacity, set_capacity, operation_capacity;
};

/** @return an empty plan, or NULL when out of memory */
struct plan *plan_new(void);
/** Zeroed memory that lives as long as the plan, or NULL. */
void *plan_alloc(struct plan *plan, size_t size);
/** A copy of `text` (may be NULL) that lives as long as the plan; NULL also when out of memory. */
const char *plan_text(struct plan *plan, const char *text);
/**
 * Let the plan own the reference to `value` (may be NULL).
 *
 * @return `value`, borrowed from the plan, or NULL when out of memory: it has been released then
 */
json_t *plan_keep(struct plan *plan, json_t *value);

/* Each a new, zeroed struct with its index set, or NULL when out of memory. */
struct plan_type *plan_add_node_type(struct plan *plan);
struct plan_type *plan_add_relationship_type(struct plan *plan);
struct operation *plan_add_operation(struct plan *plan);
/** A set with room for `count` operations. */
struct operation_set *plan_add_set(struct plan *plan, size_t count);

/** Fill a plugin from its record, which the plan owns. @return whether it is a plugin's */
bool plan_plugin_read(struct plan_plugin *plugin, json_t *record);
/** Replace the schemas of the inputs by values (dsl.md 3). @return false: reported */
bool plan_bind_inputs(struct plan *plan, const json_t *inputs,
                      const struct prepare_options *options, struct diagnostics *out);
/** Once all nodes have their ids: let plan_find_node() know them. @return false: no memory */
bool plan_index_nodes(struct plan *plan);
/**
 * The sections that are kept as they are shown, one after the other.
 *
 * @param section set to the place in the plan that holds section `i`
 * @return its key, static; NULL when there are no more
 */
const char *plan_section(const struct plan *plan, size_t i, json_t ***section);
/** Add the sections that are kept as they are shown to `document`. @return false: no memory */
bool plan_add_sections(const struct plan *plan, json_t *document);
/**
 * Check that every secret whose name is known exists; all that do not are reported.
 *
 * @param source NULL: a plan may not ask for secrets
 * @return whether all is well
 */
bool plan_check_secrets(struct plan *plan, const struct secret_source *source,
                        struct diagnostics *out);
/** Set what a type's flags say from its hierarchy. */
void plan_type_classify(struct plan_type *type);
/** The part of the name of an operation after its interface. */
const char *operation_short_name(const char *name);

#endif
