/* plan_counts.c - how many instances nodes and scaling groups have (plan.h). */
#include <string.h>

#include "base/json.h"
#include "dsl/plan_internal.h"

/* A copy of `object` with another value at `key`, which is taken; new, or NULL: no memory. */
static json_t *with_new(const json_t *object, const char *key, json_t *value_new)
{
    json_t *copy = value_new ? json_copy_whole(object) : NULL;
    if (copy && !json_object_set_new(copy, key, value_new))
        return copy;
    if (!copy)
        json_decref(value_new);
    json_decref(copy);
    return NULL;
}

static bool replace(struct plan *plan, json_t **value, json_t *by_new, struct error *err)
{
    json_t *kept = by_new ? plan_keep(plan, by_new) : NULL;
    if (!kept)
        return error_nomem(err);
    *value = kept;
    return true;
}

static struct plan_node *node_called(struct plan *plan, const char *name)
{
    const struct plan_node *node = plan_find_node(plan, name);
    return node ? &plan->nodes[node->index] : NULL;
}

static const json_t *group_properties(const struct plan *plan, const char *name)
{
    return json_object_get(json_object_get(plan->scaling_groups, name), "properties");
}

json_int_t plan_instances(const struct plan *plan, const char *name, const char *which)
{
    const struct plan_node *node = plan_find_node(plan, name);
    return json_integer_at(node ? node->scalable : group_properties(plan, name), which, -1);
}

bool plan_set_instances(struct plan *plan, const char *name, const char *which, json_int_t count,
                        struct error *err)
{
    struct plan_node *node = node_called(plan, name);
    const json_t *group = json_object_get(plan->scaling_groups, name);
    if (node) {
        if (!strcmp(which, "current_instances"))
            node->instance_count = count;
        return replace(plan, &node->scalable, with_new(node->scalable, which, json_integer(count)),
                       err);
    }
    if (!group)
        return true;
    json_t *properties = with_new(group_properties(plan, name), which, json_integer(count));
    json_t *changed = properties ? with_new(group, "properties", properties) : NULL;
    json_t *groups = changed ? with_new(plan->scaling_groups, name, changed) : NULL;
    return replace(plan, &plan->scaling_groups, groups, err);
}
