/* containment.h - the nodes and scaling groups of a plan, and which is in which (dsl.md 12.1).
 *
 * A node is in its scaling group, or else in the node that its contained_in names; a group is in
 * the group around it, or else in what contains its members.
 */
#ifndef CLOUDIFY_DEPLOYMENT_CONTAINMENT_H
#define CLOUDIFY_DEPLOYMENT_CONTAINMENT_H

#include "base/map.h"
#include "deployment/forest.h"
#include "dsl/plan.h"

/* A node or a scaling group: what has instances. */
struct entity {
    const char *name;          /* borrowed from the plan */
    json_int_t instance_count; /* in each instance of what it is in */
    long relationship;         /* nodes: index of the one that is its containment, or PLAN_NONE */
    long group;                /* innermost group around it, itself included, or PLAN_NONE */
};

struct containment {
    const struct plan *plan;    /* borrowed */
    struct entity *entities;    /* the nodes, in the order of the plan, then the groups */
    struct forest_node *forest; /* of the entities */
    size_t count;
    size_t *order;     /* of all entities: what contains others comes before them */
    struct map groups; /* name -> struct entity */
};

/**
 * Find out what is in what.
 *
 * @return new (containment_free() it), or NULL with the errors in `out`
 */
struct containment *containment_new(const struct plan *plan, struct diagnostics *out);
void containment_free(struct containment *containment);
/** The index of the node or scaling group called `name`, or PLAN_NONE. */
long containment_find(const struct containment *containment, const char *name);
/** Whether an entity is a scaling group. */
bool containment_is_group(const struct containment *containment, size_t entity);
/** The innermost scaling group around both nodes, or PLAN_NONE. */
long containment_common_group(const struct containment *containment, size_t a, size_t b);

#endif
