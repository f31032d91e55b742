/* expansion.h - how a set of instances comes about: new ones, beside those that stay from before
 * (dsl.md 12.1, 12.2). Private to deployment/.
 */
#ifndef CLOUDIFY_DEPLOYMENT_EXPANSION_H
#define CLOUDIFY_DEPLOYMENT_EXPANSION_H

#include "deployment/containment.h"
#include "deployment/deployment.h"

/* An instance of a node or of a group, while its set is made. */
struct unit {
    size_t entity;
    size_t at;     /* index in the `items` or the `groups` of the set */
    long previous; /* its unit in the set from before, or INSTANCE_NONE: it is new */
};

/* Where the units of an entity are: together, in the order of the units that they are in. */
struct span {
    size_t first, count;
};

/* What stays of an earlier set. */
struct survivors;

struct expansion {
    const struct containment *containment;
    struct instance_set *set;
    struct unit *units;
    struct forest_node *forest; /* of the units */
    size_t count, capacity;
    struct span *spans;          /* per entity */
    struct survivors *survivors; /* NULL: there is nothing from before */
    size_t relationship_count;
    struct diagnostics *out;
};

/**
 * The instances that a plan asks for, related as it says.
 *
 * @param survivors what there was before, or NULL; learns what has become of it
 * @return new (instances_free() it), or NULL with the errors in `out`
 */
struct instance_set *instances_expand(const struct containment *containment,
                                      struct survivors *survivors, struct diagnostics *out);

/** Relate the instances that have been made. @return false: reported */
bool expansion_connect(struct expansion *e);

#endif
