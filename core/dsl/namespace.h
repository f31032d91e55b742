/* namespace.h - the names of an imported file, put below the namespace of its import
 * (dsl.md 2.6). */
#ifndef CLOUDIFY_DSL_NAMESPACE_H
#define CLOUDIFY_DSL_NAMESPACE_H

#include <stdbool.h>

#include "yaml/yaml.h"

struct compiler;

/** What separates a namespace from a name: "ns--name". */
#define NAMESPACE_DELIMITER "--"

/** Whether `name` keeps its meaning in every namespace, as `cloudify.nodes.Root` does. */
bool namespace_is_global(const char *name);
/**
 * The root of `document` with `namespace` put before the names of what it defines, and before all
 * that refers to one: types, targets, members, mappings, and arguments of functions.
 *
 * @return owned by the document; NULL: no memory, reported
 */
const struct yaml_node *namespace_apply(struct compiler *c, struct yaml_document *document,
                                        const char *namespace);

#endif
