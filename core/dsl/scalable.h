/* scalable.h - numbers of instances, of a node or a scaling group (dsl.md 6); private to dsl/. */
#ifndef CLOUDIFY_DSL_SCALABLE_H
#define CLOUDIFY_DSL_SCALABLE_H

#include <jansson.h>

#include "dsl/compiler.h"

/* Whose numbers they are, for errors. */
struct scalable_owner {
    struct compiler *c;
    const char *subject; /* "node template 'db'" */
    const struct yaml_node *at;
    const struct path *path;
};

/** Report a problem with the number at `key`. @return false */
bool scalable_error(const struct scalable_owner *owner, const struct diagnostic_code *code,
                    const struct yaml_node *at, const char *key, const char *what);
/**
 * min_, max_, default_, current_ and planned_instances, each a number or a function.
 *
 * @param properties as given, or NULL
 * @param deploy     the first number in the older form, or NULL
 * @return an object, borrowed from the plan; or NULL: reported
 */
json_t *scalable_compile(const struct scalable_owner *owner, const struct yaml_node *properties,
                         const struct yaml_node *deploy);

#endif
