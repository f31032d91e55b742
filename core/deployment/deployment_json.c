/* deployment_json.c - instances as they are shown (deployment.h, deployment_json.h). */
#include "deployment/deployment_json.h"

#include "deployment/dependencies.h"
#include "deployment/group_instance.h"

static json_t *relationships_to_json(const struct instance_set *set, const struct node_instance *ni,
                                     const struct instance_relationship *relationships,
                                     size_t count)
{
    const struct plan_node *node = instance_node(set, ni);
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++) {
        const struct instance_relationship *r = &relationships[i];
        const struct plan_relationship *type = &node->relationships[r->relationship];
        if (json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "type", type->type->name,
                                                  "target_name", set->plan->nodes[type->target].id,
                                                  "target_id", set->items[r->target]->id))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

json_t *instance_relationships_to_json(const struct instance_set *set,
                                       const struct instance_relationship *relationships,
                                       size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++) {
        const struct instance_relationship *r = &relationships[i];
        json_t *pair = json_pack("[I, s]", (json_int_t)r->relationship, set->items[r->target]->id);
        if (json_array_append_new(list, pair)) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

json_t *node_instance_to_json(const struct instance_set *set, const struct node_instance *ni)
{
    const char *host = ni->host == INSTANCE_NONE ? NULL : set->items[ni->host]->id;
    return json_pack("{s:s, s:s, s:i, s:s, s:I, s:s?, s:O, s:O, s:o, s:o}", "id", ni->id, "node_id",
                     instance_node(set, ni)->id, "index", ni->index, "state", ni->state, "version",
                     ni->version, "host_id", host, "runtime_properties", ni->runtime_properties,
                     "system_properties", ni->system_properties, "relationships",
                     relationships_to_json(set, ni, ni->relationships, ni->relationship_count),
                     "scaling_groups", instance_scaling_groups(set, ni));
}

json_t *planned_instance_to_json(const struct instance_set *set, const struct node_instance *ni,
                                 const struct instance_relationship *relationships, size_t count)
{
    const char *node = instance_node(set, ni)->id;
    const char *host = ni->host == INSTANCE_NONE ? NULL : set->items[ni->host]->id;
    json_t *groups = ni->group == INSTANCE_NONE ? NULL : instance_scaling_groups(set, ni);
    return json_pack("{s:s, s:s, s:s, s:s*, s:o, s:o*}", "name", node, "node_id", node, "id",
                     ni->id, "host_id", host, "relationships",
                     relationships_to_json(set, ni, relationships, count), "scaling_groups",
                     groups);
}

json_t *deployment_plan_to_json(struct instance_set *set)
{
    json_t *instances = json_array();
    json_t *plan = plan_to_json(set->plan);
    for (size_t i = 0; instances && i < set->count; i++) {
        const struct node_instance *ni = set->items[i];
        if (json_array_append_new(instances, planned_instance_to_json(set, ni, ni->relationships,
                                                                      ni->relationship_count)))
            goto fail;
    }
    if (!plan || json_object_set(plan, "node_instances", instances) ||
        json_object_set_new(plan, "inter_deployment_functions", instances_dependencies(set)))
        goto fail;
    json_decref(instances);
    return plan;

fail:
    json_decref(instances);
    json_decref(plan);
    return NULL;
}
