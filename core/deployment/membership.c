/* membership.c - see membership.h. */
#include "deployment/membership.h"

#include <stdlib.h>

#include "deployment/group_instance.h"

/* What is being added to a set, from where. */
struct adoption {
    struct instance_set *set;
    const struct instance_set *from;
    size_t old_count, old_group_count; /* of `set` */
    bool (*on_related)(void *data, size_t instance, struct error *err);
    void *data;
    struct error *err;
};

static long instance_here(const struct adoption *a, long there)
{
    return there == INSTANCE_NONE ? INSTANCE_NONE
                                  : instances_index(a->set, a->from->items[there]->id);
}

static long group_here(const struct adoption *a, long there)
{
    return there == INSTANCE_NONE ? INSTANCE_NONE
                                  : instances_group_index(a->set, a->from->groups[there].id);
}

/* Without containers, which may come yet. */
static bool adopt_groups(struct adoption *a)
{
    for (size_t i = 0; i < a->from->group_count; i++) {
        struct group_instance group = a->from->groups[i];
        if (group.is_gone || group_here(a, (long)i) != INSTANCE_NONE)
            continue;
        group.parent = group_here(a, group.parent);
        group.container = INSTANCE_NONE;
        if (!instances_add_group(a->set, &group, a->err))
            return false;
    }
    return true;
}

static bool adopt_instances(struct adoption *a)
{
    for (size_t i = 0; i < a->from->count; i++) {
        struct node_instance ni = *a->from->items[i];
        if (ni.is_gone || instance_here(a, (long)i) != INSTANCE_NONE)
            continue;
        ni.host = ni.host == (long)i ? (long)a->set->count : instance_here(a, ni.host);
        ni.container = instance_here(a, ni.container);
        ni.group = group_here(a, ni.group);
        ni.relationship_count = 0;
        if (!instances_add(a->set, &ni, a->err))
            return false;
    }
    return true;
}

static void place_groups(struct adoption *a)
{
    for (size_t i = 0; i < a->from->group_count; i++) {
        long here = group_here(a, (long)i);
        if (here >= (long)a->old_group_count)
            a->set->groups[here].container = instance_here(a, a->from->groups[i].container);
    }
}

/* ---- relationships ---- */

static int compare_relationships(const void *a, const void *b)
{
    const struct instance_relationship *x = a, *y = b;
    if (x->relationship != y->relationship)
        return x->relationship < y->relationship ? -1 : 1;
    return (x->target > y->target) - (x->target < y->target);
}

static void sort_relationships(struct node_instance *ni, size_t count)
{
    if (count)
        qsort(ni->relationships, count, sizeof *ni->relationships, compare_relationships);
}

/* Add what `there`, the same instance in the other set, has besides. */
static bool adopt_relationships(struct adoption *a, size_t here, const struct node_instance *there)
{
    struct node_instance *ni = a->set->items[here];
    size_t known = ni->relationship_count;
    sort_relationships(ni, known);
    for (size_t i = 0; i < there->relationship_count; i++) {
        struct instance_relationship r = there->relationships[i];
        r.target = (size_t)instance_here(a, (long)r.target);
        bool is_known =
            known && bsearch(&r, ni->relationships, known, sizeof r, compare_relationships);
        if (!is_known && !instances_relate(a->set, here, r.relationship, r.target, a->err))
            return false;
    }
    if (ni->relationship_count == known)
        return true;
    sort_relationships(ni, ni->relationship_count);
    return here >= a->old_count || !a->on_related || a->on_related(a->data, here, a->err);
}

static bool relate(struct adoption *a)
{
    for (size_t i = 0; i < a->from->count; i++) {
        const struct node_instance *there = a->from->items[i];
        if (!there->is_gone && !adopt_relationships(a, (size_t)instance_here(a, (long)i), there))
            return false;
    }
    return true;
}

bool instances_adopt(struct instance_set *set, const struct instance_set *from,
                     bool (*on_related)(void *data, size_t instance, struct error *err), void *data,
                     struct error *err)
{
    struct adoption a = {.set = set,
                         .from = from,
                         .old_count = set->count,
                         .old_group_count = set->group_count,
                         .on_related = on_related,
                         .data = data,
                         .err = err};
    if (!adopt_groups(&a) || !adopt_instances(&a))
        return false;
    place_groups(&a);
    return relate(&a);
}

struct instance_set *instances_copy(const struct instance_set *set, struct error *err)
{
    struct instance_set *copy = instances_new(set->plan, err);
    if (!copy || instances_adopt(copy, set, NULL, NULL, err))
        return copy;
    instances_free(copy);
    return NULL;
}

/* ---- leaving ---- */

void instances_drop(struct instance_set *set, size_t instance)
{
    struct node_instance *ni = set->items[instance];
    ni->is_gone = true;
    map_set(&set->by_id, ni->id, NULL); /* the key is there: no memory is needed */
    set->grouped = set->contents_grouped = false;
}

void instances_drop_group(struct instance_set *set, size_t group)
{
    set->groups[group].is_gone = true;
    map_set(&set->group_by_id, set->groups[group].id, NULL);
}

bool instance_let_go(struct instance_set *set, size_t instance)
{
    struct node_instance *ni = set->items[instance];
    size_t left = 0;
    for (size_t i = 0; i < ni->relationship_count; i++) {
        if (!set->items[ni->relationships[i].target]->is_gone)
            ni->relationships[left++] = ni->relationships[i];
    }
    bool changed = left < ni->relationship_count;
    ni->relationship_count = left;
    return changed;
}
