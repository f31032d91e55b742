/* storage_source.h - answers intrinsic functions out of the storage that a case describes. */
#ifndef CLOUDIFY_TEST_CONFORMANCE_STORAGE_SOURCE_H
#define CLOUDIFY_TEST_CONFORMANCE_STORAGE_SOURCE_H

#include "functions/functions.h"

/** A value_source over `storage`: nodes, node_instances, inputs, ...; borrowed. */
struct value_source storage_source(json_t *storage);
/** The instance called `id`, borrowed, or NULL. */
json_t *storage_instance(const json_t *storage, const char *id);
/** Make `node` one of the nodes of `storage`, unless that has one of its id. */
void storage_add_node(json_t *storage, const json_t *node);

#endif
