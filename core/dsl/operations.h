/* operations.h - operations of templates merged with those of their types, implementations found
 * (dsl.md 5.3, 5.4); private to dsl/. */
#ifndef CLOUDIFY_DSL_OPERATIONS_H
#define CLOUDIFY_DSL_OPERATIONS_H

#include "dsl/types.h"

/* Who uses the operations, for errors. */
struct operation_owner {
    const char *subject;                      /* "node template 'db'" */
    const struct yaml_node *at;               /* its name */
    const struct path *path;                  /* of its interfaces */
    const struct diagnostic_code *unresolved; /* code of an implementation that is not found */
};

/**
 * The operations of a template: those of `type` (that side of it), changed by `interfaces` (may
 * be NULL). Templates that change nothing share the set of their type.
 *
 * @return the set, borrowed from the plan; or NULL: reported
 */
const struct operation_set *operations_compile(struct compiler *c, struct type *type, int side,
                                               const struct yaml_node *interfaces,
                                               const struct operation_owner *owner);
/**
 * Whether all implementations of one side of `type` can be found; those that cannot are reported.
 */
bool operations_check_type(struct compiler *c, const struct type *type, int side,
                           const struct operation_owner *owner);

/** Whether a mapping is a URL, or the text of a script. */
bool mapping_is_url(const char *mapping);
bool mapping_is_inline(const char *mapping);

/* Where an implementation or a mapping leads. */
struct implementation {
    const struct plan_plugin *plugin;
    const char *function;   /* borrowed from the mapping, or static */
    const char *script_key; /* the input that says which script: script_path, script_source */
    const char *script;     /* what it says */
};

/**
 * Find what `mapping` names: a plugin's function or a script (dsl.md 5.4).
 *
 * @param script_function the script plugin's function for this use
 * @param inputs object of inputs or parameters, which then may not say which script; or NULL
 * @return false: reported
 */
bool implementation_find(struct compiler *c, const char *mapping, const char *script_function,
                         const json_t *inputs, const struct diagnostic_code *unresolved,
                         const char *subject, const struct yaml_node *at, const struct path *path,
                         struct implementation *out);

#endif
