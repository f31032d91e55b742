/* group_instance.c - see group_instance.h. */
#include "deployment/group_instance.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool grow(struct instance_set *set)
{
    if (set->group_count < set->group_capacity)
        return true;
    size_t capacity = set->group_capacity ? set->group_capacity * 2 : 16;
    struct group_instance *groups = realloc(set->groups, capacity * sizeof *groups);
    if (!groups)
        return false;
    set->groups = groups;
    set->group_capacity = capacity;
    return true;
}

bool instances_add_group(struct instance_set *set, const struct group_instance *group,
                         struct error *err)
{
    if (map_has(&set->group_by_id, group->id))
        return error_set(err, ERROR_EXISTS, "scaling group instance '%s' exists already",
                         group->id);
    struct group_instance copy = *group;
    copy.id = strdup(group->id);
    copy.name = strdup(group->name);
    /* The map holds the index plus one, so that no group instance is a NULL. */
    if (!copy.id || !copy.name || !grow(set) ||
        !map_set(&set->group_by_id, copy.id, (void *)(uintptr_t)(set->group_count + 1))) {
        free(copy.id);
        free(copy.name);
        return error_nomem(err);
    }
    set->groups[set->group_count++] = copy;
    return true;
}

long instances_group_index(const struct instance_set *set, const char *id)
{
    return (long)(uintptr_t)map_get(&set->group_by_id, id) - 1;
}

void instances_release_groups(struct instance_set *set)
{
    for (size_t i = 0; i < set->group_count; i++) {
        free(set->groups[i].id);
        free(set->groups[i].name);
    }
    free(set->groups);
    map_release(&set->group_by_id);
}

static bool add_groups(json_t *list, const struct instance_set *set, const struct node_instance *ni)
{
    for (long g = ni->group; g != INSTANCE_NONE; g = set->groups[g].parent) {
        const struct group_instance *group = &set->groups[g];
        if (json_array_append_new(list,
                                  json_pack("{s:s, s:s}", "name", group->name, "id", group->id)))
            return false;
    }
    return true;
}

json_t *instance_scaling_groups(const struct instance_set *set, const struct node_instance *ni)
{
    json_t *list = json_array();
    if (list && add_groups(list, set, ni))
        return list;
    json_decref(list);
    return NULL;
}

json_t *instance_all_scaling_groups(const struct instance_set *set, const struct node_instance *ni)
{
    json_t *list = json_array();
    bool ok = list;
    while (ok && ni) {
        ok = add_groups(list, set, ni);
        ni = ni->container == INSTANCE_NONE ? NULL : set->items[ni->container];
    }
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}
