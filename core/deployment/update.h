/* update.h - what has to be done to make one plan of a deployment into another (dsl.md 14). */
#ifndef CLOUDIFY_DEPLOYMENT_UPDATE_H
#define CLOUDIFY_DEPLOYMENT_UPDATE_H

#include <jansson.h>

/**
 * The differences of two plans as they are shown (dsl.md 11.1 or 11.5), in the order in which they
 * are carried out: what is removed, then what is added, those first that others depend on, then
 * what is modified.
 *
 * @return a list of {action: "add", "remove" or "modify", entity_type, entity_id: list of names and
 *         indices, topology_order, supported: whether an update can do it}; new, or NULL when out
 *         of memory
 */
json_t *update_steps(const json_t *before, const json_t *after);

#endif
