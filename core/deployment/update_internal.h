/* update_internal.h - what the files that compare plans share; private to update*.c. */
#ifndef CLOUDIFY_DEPLOYMENT_UPDATE_INTERNAL_H
#define CLOUDIFY_DEPLOYMENT_UPDATE_INTERNAL_H

#include <jansson.h>
#include <stdbool.h>

struct update {
    const json_t *before, *after;
    json_t *steps;
    bool failed; /* out of memory */
};

/** Add a step; takes `entity_id`. @return false: no memory */
bool update_add_step(struct update *update, const char *action, const char *entity_type,
                     json_t *entity_id, bool supported);
/** The list `prefix` with `key` behind; new, or NULL. */
json_t *update_id(const json_t *prefix, const char *key);
/** A step for each key that only one has, or that has another value. */
void update_compare_maps(struct update *update, const char *entity_type, const json_t *prefix,
                         const json_t *before, const json_t *after, bool supported);
/** Steps for nodes and what they hold. */
void update_compare_nodes(struct update *update);

#endif
