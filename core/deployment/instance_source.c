/* instance_source.c - see instance_source.h. */
#include "deployment/instance_source.h"

#include "deployment/group_instance.h"

static json_t *get_input(void *data, const char *name, struct error *err)
{
    const struct instance_set *set = data;
    (void)err;
    return json_incref(json_object_get(set->plan->inputs, name));
}

static json_t *get_node_properties(void *data, const char *node_id, struct error *err)
{
    const struct instance_set *set = data;
    const struct plan_node *node = plan_find_node(set->plan, node_id);
    (void)err;
    return node ? json_incref(node->properties) : NULL;
}

static bool describe(const struct instance_set *set, const struct node_instance *ni,
                     struct function_instance *out)
{
    if (!ni)
        return false;
    *out = (struct function_instance){
        .id = ni->id,
        .node = instance_node(set, ni)->id,
        .index = ni->index,
        .runtime_properties = ni->runtime_properties,
    };
    return true;
}

static bool get_instance(void *data, const char *id, struct function_instance *out,
                         struct error *err)
{
    const struct instance_set *set = data;
    (void)err;
    return describe(set, instances_find(set, id), out);
}

static bool get_node_instance(void *data, const char *node_id, size_t i,
                              struct function_instance *out, struct error *err)
{
    struct instance_set *set = data;
    const struct plan_node *node = plan_find_node(set->plan, node_id);
    size_t count = 0;
    const size_t *indices = node ? instances_of_node(set, node->index, &count) : NULL;
    (void)err;
    return i < count && describe(set, set->items[indices[i]], out);
}

static bool get_related_instance(void *data, const char *id, size_t i,
                                 struct function_instance *out, struct error *err)
{
    const struct instance_set *set = data;
    const struct node_instance *ni = instances_find(set, id);
    (void)err;
    return ni && i < ni->relationship_count &&
           describe(set, set->items[ni->relationships[i].target], out);
}

static json_t *get_scaling_groups(void *data, const char *id, struct error *err)
{
    const struct instance_set *set = data;
    const struct node_instance *ni = instances_find(set, id);
    json_t *groups = ni ? instance_all_scaling_groups(set, ni) : json_array();
    if (!groups)
        error_nomem(err);
    return groups;
}

struct value_source instance_source(struct instance_set *instances)
{
    return (struct value_source){
        .data = instances,
        .input = get_input,
        .node_properties = get_node_properties,
        .instance = get_instance,
        .node_instance = get_node_instance,
        .related_instance = get_related_instance,
        .scaling_groups = get_scaling_groups,
    };
}
