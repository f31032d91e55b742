/* storage_source.c - see storage_source.h. */
#include "storage_source.h"

#include <string.h>

#include "base/json.h"

/* The item of a list of objects whose `key` is `value`, borrowed, or NULL. */
static json_t *find(const json_t *list, const char *key, const char *value)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *item = json_array_get(list, i);
        if (!strcmp(json_string_at(item, key, ""), value))
            return item;
    }
    return NULL;
}

json_t *storage_instance(const json_t *storage, const char *id)
{
    return find(json_object_get(storage, "node_instances"), "id", id);
}

static json_t *find_node(const json_t *storage, const char *id)
{
    return find(json_object_get(storage, "nodes"), "id", id);
}

void storage_add_node(json_t *storage, const json_t *node)
{
    if (!find_node(storage, json_string_at(node, "id", "")))
        json_array_append(json_object_get(storage, "nodes"), (json_t *)node);
}

static json_t *get_input(void *data, const char *name, struct error *err)
{
    (void)err;
    return json_incref(json_object_get(json_object_get(data, "inputs"), name));
}

static json_t *get_node_properties(void *data, const char *id, struct error *err)
{
    const json_t *node = find_node(data, id);
    json_t *properties = json_object_get(node, "properties");
    (void)err;
    return !node ? NULL : properties ? json_incref(properties) : json_object();
}

static bool describe(const json_t *instance, struct function_instance *out)
{
    *out = (struct function_instance){
        .id = json_string_at(instance, "id", NULL),
        .node = json_string_at(instance, "node_id", NULL),
        .index = json_integer_at(instance, "index", 1),
        .runtime_properties = json_object_get(instance, "runtime_properties"),
    };
    return instance;
}

static bool get_instance(void *data, const char *id, struct function_instance *out,
                         struct error *err)
{
    (void)err;
    return describe(storage_instance(data, id), out);
}

static bool get_node_instance(void *data, const char *node, size_t i, struct function_instance *out,
                              struct error *err)
{
    const json_t *list = json_object_get(data, "node_instances");
    (void)err;
    for (size_t at = 0; at < json_array_size(list); at++) {
        const json_t *instance = json_array_get(list, at);
        if (!strcmp(json_string_at(instance, "node_id", ""), node) && !i--)
            return describe(instance, out);
    }
    return false;
}

static bool get_related_instance(void *data, const char *id, size_t i,
                                 struct function_instance *out, struct error *err)
{
    const json_t *relationships = json_object_get(storage_instance(data, id), "relationships");
    const char *target = json_string_at(json_array_get(relationships, i), "target_id", "");
    (void)err;
    return describe(storage_instance(data, target), out);
}

/* Whether relationships of the type `type` are a kind of containment, as their node tells. */
static bool is_containment(const json_t *storage, const json_t *instance, const char *type)
{
    const json_t *node = find_node(storage, json_string_at(instance, "node_id", ""));
    const json_t *relationship = find(json_object_get(node, "relationships"), "type", type);
    const json_t *hierarchy = json_object_get(relationship, "type_hierarchy");
    for (size_t i = 0; i < json_array_size(hierarchy); i++) {
        if (!strcmp(json_string_value(json_array_get(hierarchy, i)),
                    "cloudify.relationships.contained_in"))
            return true;
    }
    return false;
}

static const json_t *container_of(const json_t *storage, const json_t *instance)
{
    const json_t *relationships = json_object_get(instance, "relationships");
    for (size_t i = 0; i < json_array_size(relationships); i++) {
        const json_t *relationship = json_array_get(relationships, i);
        if (is_containment(storage, instance, json_string_at(relationship, "type", "")))
            return storage_instance(storage, json_string_at(relationship, "target_id", ""));
    }
    return NULL;
}

static json_t *get_scaling_groups(void *data, const char *id, struct error *err)
{
    json_t *groups = json_array();
    const json_t *instance = storage_instance(data, id);
    for (; groups && instance; instance = container_of(data, instance)) {
        json_t *own = json_object_get(instance, "scaling_groups");
        if (own && json_array_extend(groups, own)) {
            json_decref(groups);
            groups = NULL;
        }
    }
    if (!groups)
        error_nomem(err);
    return groups;
}

/* Without any secrets in the storage each has a value made of its name. */
static json_t *get_secret(void *data, const char *name, struct error *err)
{
    const json_t *secrets = json_object_get(data, "secrets");
    (void)err;
    return json_object_size(secrets) ? json_incref(json_object_get(secrets, name))
                                     : json_sprintf("%s_value", name);
}

static json_t *get_capability(void *data, const char *deployment, const char *name,
                              struct error *err)
{
    const json_t *all = json_object_get(json_object_get(data, "capabilities"), deployment);
    (void)err;
    return json_incref(json_object_get(all, name));
}

static json_t *get_group_capability(void *data, const json_t *arguments, struct error *err)
{
    const char *group = json_string_value(json_array_get(arguments, 0));
    const char *name = json_string_value(json_array_get(arguments, 1));
    const json_t *groups = json_object_get(data, "group_capabilities");
    (void)err;
    return group && name ? json_incref(json_object_get(json_object_get(groups, group), name))
                         : NULL;
}

static json_t *get_label(void *data, const char *key, struct error *err)
{
    (void)err;
    return json_incref(json_object_get(json_object_get(data, "labels"), key));
}

static json_t *get_system_property(void *data, const char *entity, const char *property,
                                   struct error *err)
{
    const char *key = !strcmp(property, "id") ? "deployment_id" : "deployment_name";
    (void)err;
    return strcmp(entity, "deployment") ? NULL : json_incref(json_object_get(data, key));
}

static json_t *get_consumers(void *data, struct error *err)
{
    json_t *list = json_array(), *consumer;
    const char *id;
    (void)err;
    json_object_foreach(json_object_get(data, "consumers"), id, consumer)
    {
        json_array_append_new(list, json_pack("{s:s, s:O}", "id", id, "name", consumer));
    }
    return list;
}

struct value_source storage_source(json_t *storage)
{
    return (struct value_source){
        .data = storage,
        .input = get_input,
        .node_properties = get_node_properties,
        .instance = get_instance,
        .node_instance = get_node_instance,
        .related_instance = get_related_instance,
        .scaling_groups = get_scaling_groups,
        .secret = get_secret,
        .secrets = storage,
        .capability = get_capability,
        .group_capability = get_group_capability,
        .label = get_label,
        .system_property = get_system_property,
        .consumers = get_consumers,
    };
}
