/* deployment.c - see deployment.h: the set of instances, its lookups and its order. */
#include "deployment/deployment.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "deployment/group_instance.h"

static void instance_free(struct node_instance *ni)
{
    if (!ni)
        return;
    free(ni->id);
    free(ni->state);
    free(ni->relationships);
    json_decref(ni->runtime_properties);
    json_decref(ni->system_properties);
    free(ni);
}

struct instance_set *instances_new(const struct plan *plan, struct error *err)
{
    struct instance_set *set = calloc(1, sizeof *set);
    if (!set) {
        error_nomem(err);
        return NULL;
    }
    set->plan = plan;
    return set;
}

void instances_free(struct instance_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++)
        instance_free(set->items[i]);
    free(set->items);
    free(set->first_of_node);
    free(set->of_node);
    free(set->first_inside);
    free(set->inside);
    map_release(&set->by_id);
    instances_release_groups(set);
    free(set);
}

static struct node_instance *instance_copy(const struct node_instance *ni)
{
    struct node_instance *copy = calloc(1, sizeof *copy);
    size_t size = ni->relationship_count * sizeof *ni->relationships;
    if (!copy)
        return NULL;
    size_t room = 1; /* a power of two, as instances_relate() expects */
    while (room < ni->relationship_count)
        room *= 2;
    *copy = *ni;
    copy->id = strdup(ni->id);
    copy->state = strdup(ni->state ? ni->state : "uninitialized");
    copy->runtime_properties =
        ni->runtime_properties ? json_incref(ni->runtime_properties) : json_object();
    copy->system_properties =
        ni->system_properties ? json_incref(ni->system_properties) : json_object();
    copy->relationships = malloc(room * sizeof *copy->relationships);
    if (!copy->id || !copy->state || !copy->relationships || !copy->runtime_properties ||
        !copy->system_properties) {
        instance_free(copy);
        return NULL;
    }
    if (size)
        memcpy(copy->relationships, ni->relationships, size);
    return copy;
}

static bool grow(struct instance_set *set)
{
    if (set->count < set->capacity)
        return true;
    size_t capacity = set->capacity ? set->capacity * 2 : 16;
    struct node_instance **items = realloc(set->items, capacity * sizeof *items);
    if (!items)
        return false;
    set->items = items;
    set->capacity = capacity;
    return true;
}

struct node_instance *instances_add(struct instance_set *set, const struct node_instance *ni,
                                    struct error *err)
{
    if (map_has(&set->by_id, ni->id)) {
        error_set(err, ERROR_EXISTS, "node instance '%s' exists already", ni->id);
        return NULL;
    }
    struct node_instance *copy = instance_copy(ni);
    /* The map holds the index plus one, so that no instance is a NULL. */
    if (!copy || !grow(set) ||
        !map_set(&set->by_id, copy->id, (void *)(uintptr_t)(set->count + 1))) {
        instance_free(copy);
        error_nomem(err);
        return NULL;
    }
    set->items[set->count++] = copy;
    set->grouped = set->contents_grouped = false;
    return copy;
}

bool instances_relate(struct instance_set *set, size_t source, size_t relationship, size_t target,
                      struct error *err)
{
    struct node_instance *ni = set->items[source];
    size_t count = ni->relationship_count;
    /* Grown at powers of two. */
    if (!(count & (count - 1))) {
        size_t room = count ? count * 2 : 1;
        struct instance_relationship *grown = realloc(ni->relationships, room * sizeof *grown);
        if (!grown)
            return error_nomem(err);
        ni->relationships = grown;
    }
    ni->relationships[ni->relationship_count++] =
        (struct instance_relationship){relationship, target};
    return true;
}

long instances_index(const struct instance_set *set, const char *id)
{
    return (long)(uintptr_t)map_get(&set->by_id, id) - 1;
}

struct node_instance *instances_find(const struct instance_set *set, const char *id)
{
    long index = instances_index(set, id);
    return index == INSTANCE_NONE ? NULL : set->items[index];
}

/* Order a node's instances by their index; they nearly always are in order already. */
static void sort_group(const struct instance_set *set, size_t *group, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        size_t moved = group[i], j = i;
        for (; j && set->items[group[j - 1]]->index > set->items[moved]->index; j--)
            group[j] = group[j - 1];
        group[j] = moved;
    }
}

/* What an instance is grouped by, or INSTANCE_NONE. */
typedef long grouping_key(const struct node_instance *ni);

static long node_of(const struct node_instance *ni)
{
    return ni->is_gone ? INSTANCE_NONE : (long)ni->node;
}

static long container_of(const struct node_instance *ni)
{
    return ni->is_gone ? INSTANCE_NONE : ni->container;
}

/* Group the instances by keys below `keys`: `first` gets where each group starts in `members`. */
static bool group_by(const struct instance_set *set, grouping_key *key, size_t keys,
                     size_t **first_out, size_t **members_out)
{
    size_t *first = calloc(keys + 2, sizeof *first);
    size_t *members = calloc(set->count + 1, sizeof *members);
    if (!first || !members) {
        free(first);
        free(members);
        return false;
    }
    /* Counted one place further on, so that filling leaves each start where it belongs. */
    for (size_t i = 0; i < set->count; i++)
        if (key(set->items[i]) != INSTANCE_NONE)
            first[key(set->items[i]) + 2]++;
    for (size_t n = 1; n < keys + 2; n++)
        first[n] += first[n - 1];
    for (size_t i = 0; i < set->count; i++)
        if (key(set->items[i]) != INSTANCE_NONE)
            members[first[key(set->items[i]) + 1]++] = i;
    free(*first_out);
    free(*members_out);
    *first_out = first;
    *members_out = members;
    return true;
}

static bool group(struct instance_set *set)
{
    size_t nodes = set->plan->node_count;
    if (!group_by(set, node_of, nodes, &set->first_of_node, &set->of_node))
        return false;
    for (size_t n = 0; n < nodes; n++)
        sort_group(set, set->of_node + set->first_of_node[n],
                   set->first_of_node[n + 1] - set->first_of_node[n]);
    set->grouped = true;
    return true;
}

const size_t *instances_of_node(struct instance_set *set, size_t node, size_t *count)
{
    *count = 0;
    if (node >= set->plan->node_count || (!set->grouped && !group(set)))
        return NULL;
    *count = set->first_of_node[node + 1] - set->first_of_node[node];
    return set->of_node + set->first_of_node[node];
}

const size_t *instances_inside(struct instance_set *set, size_t container, size_t *count)
{
    *count = 0;
    if (!set->contents_grouped)
        set->contents_grouped =
            group_by(set, container_of, set->count, &set->first_inside, &set->inside);
    if (!set->contents_grouped)
        return NULL;
    *count = set->first_inside[container + 1] - set->first_inside[container];
    return set->inside + set->first_inside[container];
}

const struct plan_node *instance_node(const struct instance_set *set,
                                      const struct node_instance *ni)
{
    return &set->plan->nodes[ni->node];
}
