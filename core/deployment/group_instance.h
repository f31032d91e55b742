/* group_instance.h - one deployed copy of a scaling group, and the node instances that share it. */
#ifndef CLOUDIFY_DEPLOYMENT_GROUP_INSTANCE_H
#define CLOUDIFY_DEPLOYMENT_GROUP_INSTANCE_H

#include <jansson.h>

#include "deployment/deployment.h"

struct group_instance {
    char *id;       /* "tier_a1b2c3" */
    char *name;     /* that of its group */
    int index;      /* 1, 2, ... among the instances of its group */
    long parent;    /* index in `set->groups` of the one that it is in, or INSTANCE_NONE */
    long container; /* index in `set->items` of what the outermost group is in, or INSTANCE_NONE */
    bool is_gone;   /* it has left the set (membership.h) */
};

/**
 * Add a group instance to a set; everything is copied.
 *
 * @return whether it was added; else `err` is set: ERROR_EXISTS, ERROR_NOMEM
 */
bool instances_add_group(struct instance_set *set, const struct group_instance *group,
                         struct error *err);
/** The index in `set->groups` of the group instance called `id`, or INSTANCE_NONE. */
long instances_group_index(const struct instance_set *set, const char *id);
/** Free all group instances of a set. */
void instances_release_groups(struct instance_set *set);

/**
 * The group instances around an instance, up to what contains it: a list of {name, id}, innermost
 * first; new, or NULL when out of memory.
 */
json_t *instance_scaling_groups(const struct instance_set *set, const struct node_instance *ni);
/** Like instance_scaling_groups(), then those around what contains it, and so on outwards. */
json_t *instance_all_scaling_groups(const struct instance_set *set, const struct node_instance *ni);

#endif
