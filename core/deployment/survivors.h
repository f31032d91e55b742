/* survivors.h - the instances that a deployment has before it is modified: where they are, and
 * which of them stay (dsl.md 12.2). Private to deployment/.
 *
 * A unit is an instance of a node, by its index in `items` of the set, or one of a scaling group,
 * by the number of items plus its index in `groups`.
 */
#ifndef CLOUDIFY_DEPLOYMENT_SURVIVORS_H
#define CLOUDIFY_DEPLOYMENT_SURVIVORS_H

#include "deployment/containment.h"
#include "deployment/deployment.h"
#include "deployment/modification.h"

/* The instances that a relationship of the new plan had as targets. */
struct former_target {
    long target; /* an index in `items`, or INSTANCE_NONE */
    bool is_one; /* false: there is more than one */
};

struct survivors {
    const struct instance_set *set;        /* from before; borrowed */
    const struct containment *containment; /* of the new plan; borrowed */
    size_t count;                          /* of units */
    long *entity;                          /* per unit: what it is of, or PLAN_NONE: gone */
    long *parent;                          /* per unit: the unit that it is in */
    long *now;                             /* per unit: its `at` in the new set, or INSTANCE_NONE */
    unsigned char *hint;                   /* per unit: an enum hint */
    size_t *of_entity, *first_of_entity;   /* units by entity, in the order of their index */
    int *last_index;                       /* per entity: the highest one that is in use */
    json_int_t *wanted;                    /* per entity: how many in each container, or -1 */
    long *first_in, *next;                 /* per unit: those of one entity that are in it */
    size_t bucketed;                       /* the entity that `first_in` is about, plus one */
    size_t *chosen;                        /* units: the answer of survivors_choose() */
    long *relationships; /* per relationship of the old plan: the new one's index, or PLAN_NONE */
    size_t *first_relationship; /* per node of the old plan: where its own start in there */
    struct former_target *targets;
    size_t *first_target; /* per node of the new plan: where its relationships start in there */
};

/**
 * Look at the instances in `set`.
 *
 * @param changes what is to become of them; names are checked
 * @return new (survivors_free() it), or NULL with the errors in `out`
 */
struct survivors *survivors_new(const struct instance_set *set,
                                const struct containment *containment,
                                const struct instance_count_change *changes, size_t change_count,
                                struct diagnostics *out);
void survivors_free(struct survivors *survivors);

/**
 * Choose which units of `entity` stay in one container, and say how many there shall be.
 *
 * @param parent the unit that they are in, or INSTANCE_NONE: they are in nothing
 * @param count in: how many the plan asks for; out: how many there shall be
 * @return `*chosen` units, borrowed until the next call, in the order of their index
 */
const size_t *survivors_choose(struct survivors *survivors, size_t entity, long parent,
                               json_int_t *count, size_t *chosen);
/** What relationship `index` of an instance from before is in the new plan, or PLAN_NONE. */
long survivors_relationship(const struct survivors *survivors, const struct node_instance *ni,
                            size_t index);
/** The former targets of a relationship of a node of the new plan. */
const struct former_target *survivors_target(const struct survivors *survivors, size_t node,
                                             size_t relationship);

#endif
