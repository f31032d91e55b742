/* deployment.h - the node instances of one deployment: made from a plan, found, walked. */
#ifndef CLOUDIFY_DEPLOYMENT_DEPLOYMENT_H
#define CLOUDIFY_DEPLOYMENT_DEPLOYMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/map.h"
#include "deployment/node_instance.h"
#include "dsl/plan.h"

struct group_instance;

/* Read freely; add only through instances_add() and instances_add_group(), which keep the lookups
 * right. */
struct instance_set {
    const struct plan *plan;      /* borrowed, outlives the set */
    struct node_instance **items; /* by containment tree, containers before what they contain */
    size_t count, capacity;
    struct map by_id;
    struct group_instance *groups; /* of scaling groups, outer ones before inner ones */
    size_t group_count, group_capacity;
    struct map group_by_id;
    size_t *first_of_node; /* per node: where its instances start in `of_node` */
    size_t *of_node;       /* indices of instances, grouped by node */
    bool grouped;
    size_t *first_inside; /* per instance: where those contained in it start in `inside` */
    size_t *inside;       /* indices of instances, grouped by what contains them */
    bool contents_grouped;
};

/**
 * Create the instances of a prepared plan (dsl.md 12.1): counts multiply down the tree of nodes
 * and scaling groups, other relationships connect as their `connection_type` says. Ids are new and
 * random.
 *
 * @return a new set (instances_free() it), or NULL with the errors in `out`
 */
struct instance_set *instances_create(const struct plan *plan, struct diagnostics *out);

/** An empty set, to be filled from the store with instances_add(). */
struct instance_set *instances_new(const struct plan *plan, struct error *err);
/**
 * Add an instance as it was stored; everything is copied, the JSON values are shared.
 *
 * @return the instance, borrowed; or NULL with `err` set: ERROR_EXISTS, ERROR_NOMEM
 */
struct node_instance *instances_add(struct instance_set *set, const struct node_instance *ni,
                                    struct error *err);
/** Add one relationship to instance `source`; `target` may be added to the set later. */
bool instances_relate(struct instance_set *set, size_t source, size_t relationship, size_t target,
                      struct error *err);
/** Free a set with all its instances. NULL is allowed. */
void instances_free(struct instance_set *set);

/** The instance called `id`, or NULL. */
struct node_instance *instances_find(const struct instance_set *set, const char *id);
/** The index in `set->items` of the instance called `id`, or INSTANCE_NONE. */
long instances_index(const struct instance_set *set, const char *id);
/**
 * The instances of node `node`: `*count` indices into `set->items`, in the order of their
 * `index`. Borrowed, until the next instances_add().
 */
const size_t *instances_of_node(struct instance_set *set, size_t node, size_t *count);
/**
 * The instances that stand directly in instance `container`: `*count` indices into `set->items`,
 * in the order of the set. Borrowed, until the set changes.
 */
const size_t *instances_inside(struct instance_set *set, size_t container, size_t *count);
const struct plan_node *instance_node(const struct instance_set *set,
                                      const struct node_instance *ni);

/**
 * Relationships of an instance of `set` as they are stored: [[index in its node's, id of the
 * target], ...]; new, or NULL when out of memory.
 */
json_t *instance_relationships_to_json(const struct instance_set *set,
                                       const struct instance_relationship *relationships,
                                       size_t count);
/** As shown to users and plugins: id, node_id, index, state, version, ...; new, or NULL. */
json_t *node_instance_to_json(const struct instance_set *set, const struct node_instance *ni);
/**
 * The plan of one deployment with its `node_instances` and `inter_deployment_functions`
 * (dsl.md 11.5); new, or NULL when out of memory.
 */
json_t *deployment_plan_to_json(struct instance_set *set);

#endif
