/* modify_case.c - cases that change how many instances a deployment has, or its nodes. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "conformance.h"
#include "deployment/deployment_json.h"
#include "deployment/group_instance.h"
#include "deployment/modification.h"

/* ---- a plan out of the nodes of a case, through the form in which plans are stored ---- */

struct rows {
    const json_t *nodes;
    size_t next;
    json_int_t relationship_type; /* of the next relationship: each has one of its own */
};

static json_int_t position_of(const json_t *nodes, const char *id)
{
    for (size_t i = 0; i < json_array_size(nodes); i++) {
        if (!strcmp(json_string_at(json_array_get(nodes, i), "id", ""), id))
            return (json_int_t)i;
    }
    return -1;
}

static json_t *properties_of(const json_t *relationship)
{
    json_t *properties = json_object_get(relationship, "properties");
    return properties ? json_incref(properties) : json_object();
}

static json_t *relationship_rows(struct rows *rows, const json_t *node)
{
    json_t *list = json_array(), *relationship;
    size_t i;
    json_array_foreach(json_object_get(node, "relationships"), i, relationship)
    {
        json_array_append_new(
            list,
            json_pack("{s:I, s:I, s:o, s:i, s:i}", "type", rows->relationship_type++, "target",
                      position_of(rows->nodes, json_string_at(relationship, "target_id", "")),
                      "properties", properties_of(relationship), "source_operations", 0,
                      "target_operations", 0));
    }
    return list;
}

/* A node counts its instances in one place as parsed, and in another as stored. */
static json_int_t instance_count(const json_t *node)
{
    const json_t *capabilities = json_object_get(node, "capabilities");
    const json_t *scalable = json_object_get(capabilities, "scalable");
    return capabilities
               ? json_integer_at(json_object_get(scalable, "properties"), "current_instances", 0)
               : json_integer_at(node, "number_of_instances", 0);
}

static json_t *next_row(void *data, struct error *err)
{
    struct rows *rows = data;
    const json_t *node = json_array_get(rows->nodes, rows->next);
    (void)err;
    return json_pack("{s:s, s:i, s:{}, s:i, s:o, s:{s:I}}", "id", json_string_at(node, "id", ""),
                     "type", (int)rows->next++, "properties", "operations", 0, "relationships",
                     relationship_rows(rows, node), "scalable", "current_instances",
                     instance_count(node));
}

/* A node that hosts itself is a host, whatever its type. */
static json_t *node_type(const json_t *node)
{
    json_t *hierarchy = json_deep_copy(json_object_get(node, "type_hierarchy"));
    if (!hierarchy)
        hierarchy = json_pack("[s]", json_string_at(node, "type", "node"));
    if (!strcmp(json_string_at(node, "host_id", ""), json_string_at(node, "id", "")))
        json_array_insert_new(hierarchy, 0, json_string("cloudify.nodes.Compute"));
    return hierarchy;
}

static json_t *document_of(const json_t *nodes, json_t *scaling_groups)
{
    json_t *node_types = json_array(), *relationship_types = json_array(), *node, *relationship;
    size_t i, j;
    json_array_foreach((json_t *)nodes, i, node)
    {
        json_array_append_new(node_types, node_type(node));
        json_array_foreach(json_object_get(node, "relationships"), j, relationship)
        {
            json_array_append(relationship_types, json_object_get(relationship, "type_hierarchy"));
        }
    }
    return json_pack("{s:i, s:s, s:{}, s:{}, s:{}, s:{}, s:{}, s:O, s:i, s:[], s:[], s:o, s:o, "
                     "s:[], s:[[]]}",
                     "format", 1, "version", "cloudify_dsl_1_4", "inputs", "input_schemas",
                     "outputs", "capabilities", "data_types", "scaling_groups", scaling_groups,
                     "nodes", (int)json_array_size(nodes), "plugins", "workflows", "node_types",
                     node_types, "relationship_types", relationship_types, "operations",
                     "operation_sets");
}

static struct plan *plan_of(const json_t *nodes, json_t *scaling_groups, struct error *err)
{
    struct rows rows = {.nodes = nodes};
    json_t *document = document_of(nodes, scaling_groups);
    struct plan *plan = plan_from_documents(document, next_row, &rows, err);
    json_decref(document);
    return plan;
}

/* ---- the instances of a case ---- */

static bool add_instances(struct instance_set *set, const json_t *list, struct error *err)
{
    json_t *given;
    size_t i;
    int *index = calloc(set->plan->node_count + 1, sizeof *index);
    bool ok = index;
    json_array_foreach((json_t *)list, i, given)
    {
        const char *id = json_string_at(given, "node_id", json_string_at(given, "name", ""));
        const struct plan_node *node = plan_find_node(set->plan, id);
        struct node_instance ni = {.id = (char *)json_string_at(given, "id", ""),
                                   .version = 1,
                                   .host = INSTANCE_NONE,
                                   .container = INSTANCE_NONE,
                                   .group = INSTANCE_NONE};
        if (!node)
            ok = error_set(err, ERROR_NOT_FOUND, "there is no node '%s'", id);
        if (!ok)
            break;
        ni.node = node->index;
        ni.index = ++index[node->index];
        ok = instances_add(set, &ni, err);
    }
    free(index);
    return ok;
}

/* Which of the node's relationships one of an instance is; the second with one target is another
 * one than the first. */
static bool find_relationship(const struct instance_set *set, const struct node_instance *ni,
                              const json_t *given, size_t target, size_t *found)
{
    const struct plan_node *node = instance_node(set, ni);
    for (size_t i = 0; i < node->relationship_count; i++) {
        const struct plan_relationship *r = &node->relationships[i];
        bool taken =
            strcmp(r->type->name, json_string_at(given, "type", "")) != 0 ||
            strcmp(set->plan->nodes[r->target].id, json_string_at(given, "target_name", "")) != 0;
        for (size_t j = 0; j < ni->relationship_count; j++)
            taken |=
                ni->relationships[j].relationship == i && ni->relationships[j].target == target;
        *found = i;
        if (!taken)
            return true;
    }
    return false;
}

static bool relate(struct instance_set *set, size_t source, const json_t *given, struct error *err)
{
    struct node_instance *ni = set->items[source];
    const char *id = json_string_at(given, "target_id", "");
    long target = instances_index(set, id);
    size_t found;
    if (target == INSTANCE_NONE || !find_relationship(set, ni, given, (size_t)target, &found))
        return error_set(err, ERROR_NOT_FOUND, "'%s' has no such relationship to '%s'", ni->id, id);
    if (instance_node(set, ni)->relationships[found].type->is_contained_in)
        ni->container = target;
    return instances_relate(set, source, found, (size_t)target, err);
}

static bool relate_instances(struct instance_set *set, const json_t *list, struct error *err)
{
    json_t *given, *relationship;
    size_t i, j;
    json_array_foreach((json_t *)list, i, given)
    {
        const char *host = json_string_at(given, "host_id", NULL);
        set->items[i]->host = host ? instances_index(set, host) : INSTANCE_NONE;
        json_array_foreach(json_object_get(given, "relationships"), j, relationship)
        {
            if (!relate(set, i, relationship, err))
                return false;
        }
    }
    return true;
}

static int next_group_index(const struct instance_set *set, const char *name)
{
    int index = 1;
    for (size_t i = 0; i < set->group_count; i++)
        index += !strcmp(set->groups[i].name, name);
    return index;
}

/* The groups around one instance, from the outermost one on. */
static bool add_groups(struct instance_set *set, struct node_instance *ni, const json_t *chain,
                       struct error *err)
{
    for (size_t i = json_array_size(chain); i; i--) {
        const json_t *given = json_array_get(chain, i - 1);
        const char *id = json_string_at(given, "id", ""), *name = json_string_at(given, "name", "");
        struct group_instance group = {(char *)id, (char *)name,  next_group_index(set, name),
                                       ni->group,  ni->container, false};
        if (instances_group_index(set, id) == INSTANCE_NONE &&
            !instances_add_group(set, &group, err))
            return false;
        ni->group = instances_group_index(set, id);
    }
    return true;
}

static bool fill(struct instance_set *set, const json_t *list, struct error *err)
{
    json_t *given;
    size_t i;
    if (!add_instances(set, list, err) || !relate_instances(set, list, err))
        return false;
    json_array_foreach((json_t *)list, i, given)
    {
        if (!add_groups(set, set->items[i], json_object_get(given, "scaling_groups"), err))
            return false;
    }
    return true;
}

/* ---- the changes of a case ---- */

static const char **strings_of(const json_t *list, size_t *count)
{
    const char **strings = calloc(json_array_size(list) + 1, sizeof *strings);
    *count = strings ? json_array_size(list) : 0;
    for (size_t i = 0; i < *count; i++)
        strings[i] = json_string_value(json_array_get(list, i));
    return strings;
}

static struct instance_count_change *changes_of(const json_t *modified, size_t *count)
{
    const char *name;
    json_t *given;
    struct instance_count_change *changes = calloc(json_object_size(modified) + 1, sizeof *changes);
    *count = 0;
    json_object_foreach((json_t *)modified, name, given)
    {
        struct instance_count_change *change = &changes[(*count)++];
        change->name = name;
        change->instances = json_integer_at(given, "instances", 0);
        change->include =
            strings_of(json_object_get(given, "removed_ids_include_hint"), &change->include_count);
        change->exclude =
            strings_of(json_object_get(given, "removed_ids_exclude_hint"), &change->exclude_count);
    }
    return changes;
}

static void changes_free(struct instance_count_change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free((void *)changes[i].include);
        free((void *)changes[i].exclude);
    }
    free(changes);
}

static json_t *list_to_json(const struct instance_set *set, const struct change_list *list,
                            const char *what)
{
    json_t *result = json_array();
    for (size_t i = 0; result && i < list->count; i++) {
        const struct changed_instance *item = &list->items[i];
        json_t *shown = planned_instance_to_json(set, set->items[item->instance],
                                                 item->relationships, item->relationship_count);
        if (!shown ||
            (!item->is_related && json_object_set_new(shown, "modification", json_string(what))) ||
            json_array_append(result, shown)) {
            json_decref(result);
            result = NULL;
        }
        json_decref(shown);
    }
    return result;
}

/* {added_and_related, removed_and_related, extended_and_related, reduced_and_related}: lists of
 * instances that carry `modification` where they are not just related. */
static json_t *modification_to_json(const struct modification *m)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "added_and_related",
                     list_to_json(m->instances, &m->added, "added"), "removed_and_related",
                     list_to_json(m->previous, &m->removed, "removed"), "extended_and_related",
                     list_to_json(m->instances, &m->extended, "extended"), "reduced_and_related",
                     list_to_json(m->previous, &m->reduced, "reduced"));
}

static json_t *modify(const struct instance_set *set, const struct plan *plan,
                      const json_t *modified)
{
    struct diagnostics out = {0};
    size_t count;
    struct instance_count_change *changes = changes_of(modified, &count);
    struct modification *modification = modification_new(set, plan, changes, count, &out);
    json_t *answer = modification ? json_pack("{s:o}", "value", modification_to_json(modification))
                                  : answer_diagnostics(&out);
    modification_free(modification);
    changes_free(changes, count);
    diagnostics_release(&out);
    return answer;
}

json_t *answer_modify(const json_t *request)
{
    const json_t *given = json_object_get(request, "modify");
    json_t *groups = json_object_get(given, "scaling_groups");
    struct error err = {0};
    struct plan *before = plan_of(json_object_get(given, "previous_nodes"), groups, &err);
    struct plan *after = plan_of(json_object_get(given, "nodes"), groups, &err);
    struct instance_set *set = before && after ? instances_new(before, &err) : NULL;
    bool ok = set && fill(set, json_object_get(given, "previous_node_instances"), &err);
    json_t *answer =
        ok ? modify(set, after, json_object_get(given, "modified_nodes")) : answer_error(&err);
    instances_free(set);
    plan_free(before);
    plan_free(after);
    return answer;
}
