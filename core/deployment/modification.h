/* modification.h - more or fewer instances, or other nodes: the instances that a deployment gets,
 * and how they differ from those that it has (dsl.md 12.2).
 */
#ifndef CLOUDIFY_DEPLOYMENT_MODIFICATION_H
#define CLOUDIFY_DEPLOYMENT_MODIFICATION_H

#include "deployment/deployment.h"

/* How many instances a node or a scaling group shall have in each instance of what it is in. */
struct instance_count_change {
    const char *name;
    json_int_t instances;
    /* Ids of those to remove first and last. Those of members mean the instance of the group. */
    const char *const *include, *const *exclude;
    size_t include_count, exclude_count;
};

/* An instance of a change list, with those of its relationships that the list is about. */
struct changed_instance {
    size_t instance; /* index in the set that the list is about */
    bool is_related; /* it did not change itself: it stands beside one that did */
    struct instance_relationship *relationships;
    size_t relationship_count;
};

struct change_list {
    struct changed_instance *items; /* in the order of their set */
    size_t count;
    struct instance_relationship *relationships; /* of all items */
};

struct modification {
    const struct instance_set *previous; /* borrowed */
    struct instance_set *instances;      /* all that there are afterwards */
    struct change_list added, extended;  /* of `instances` */
    struct change_list removed, reduced; /* of `previous` */
};

/**
 * Work out what the instances become when the plan or the numbers of instances change. Those that
 * stay keep their state; nothing is removed but what `changes` or the new plan say. Where there
 * is a choice, the instance with the highest index is removed first.
 *
 * @param previous the instances that there are; borrowed, must outlive the modification
 * @param plan     the prepared plan that they shall follow, which may be that of `previous`
 * @return new (modification_free() it), or NULL with the errors in `out`
 */
struct modification *modification_new(const struct instance_set *previous, const struct plan *plan,
                                      const struct instance_count_change *changes,
                                      size_t change_count, struct diagnostics *out);
/** Free a modification; NULL is allowed. Take `instances` out before to keep them. */
void modification_free(struct modification *modification);

#endif
