/* input_schemas.h - the schemas of inputs, parameters and inputs of operations (dsl.md 3, 5.2,
 * 8.1); private to dsl/. */
#ifndef CLOUDIFY_DSL_INPUT_SCHEMAS_H
#define CLOUDIFY_DSL_INPUT_SCHEMAS_H

#include <jansson.h>
#include <stdbool.h>

#include "dsl/compiler.h"

/**
 * Check the schema `node` (NULL or a null: an empty one) and complete its default.
 *
 * @param subject "input 'a'"
 * @param at its name
 * @return the schema, new; or NULL: reported
 */
json_t *input_schema_compile(struct compiler *c, const char *subject, const struct yaml_node *at,
                             const struct yaml_node *node, const struct path *path);
/**
 * All schemas of the map `node` (or NULL), name -> schema.
 *
 * @param owner "workflow 'w'", to be followed by `what` and the name
 * @return an object, borrowed from the plan; or NULL: reported
 */
json_t *input_schemas_compile(struct compiler *c, const char *owner, const char *what,
                              const struct yaml_node *node, const struct path *path);

#endif
