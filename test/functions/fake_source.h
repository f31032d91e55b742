/* fake_source.h - a value_source over one JSON object, for the tests of functions.
 *
 * {inputs: {name: value}, nodes: {id: properties},
 *  instances: [{id, node, index, runtime_properties, related: [id], groups: [{name, id}]}],
 *  secrets: {name: text}, capabilities: {deployment: {name: value}}, groups: {group: value},
 *  labels: {key: [value]}, system: {entity: {property: value}}, consumers: [{id, name}]}
 */
#ifndef CLOUDIFY_TEST_FUNCTIONS_FAKE_SOURCE_H
#define CLOUDIFY_TEST_FUNCTIONS_FAKE_SOURCE_H

#include <string.h>

#include "base/json.h"
#include "functions/functions.h"

static json_t *fake_input(void *data, const char *name, struct error *err)
{
    if (!strcmp(name, "broken"))
        error_set(err, ERROR_STORAGE, "the store is damaged");
    return json_incref(json_object_get(json_object_get(data, "inputs"), name));
}

static json_t *fake_node_properties(void *data, const char *node, struct error *err)
{
    (void)err;
    return json_incref(json_object_get(json_object_get(data, "nodes"), node));
}

static bool fake_describe(const json_t *instance, struct function_instance *out)
{
    *out = (struct function_instance){
        .id = json_string_at(instance, "id", NULL),
        .node = json_string_at(instance, "node", NULL),
        .index = json_integer_at(instance, "index", 1),
        .runtime_properties = json_object_get(instance, "runtime_properties"),
    };
    return instance;
}

static json_t *fake_find(void *data, const char *id)
{
    json_t *instances = json_object_get(data, "instances");
    for (size_t i = 0; i < json_array_size(instances); i++) {
        json_t *instance = json_array_get(instances, i);
        if (!strcmp(json_string_at(instance, "id", ""), id))
            return instance;
    }
    return NULL;
}

static bool fake_instance(void *data, const char *id, struct function_instance *out,
                          struct error *err)
{
    json_t *instance = fake_find(data, id);
    (void)err;
    return instance && fake_describe(instance, out);
}

static bool fake_node_instance(void *data, const char *node, size_t i,
                               struct function_instance *out, struct error *err)
{
    json_t *instances = json_object_get(data, "instances");
    (void)err;
    for (size_t at = 0; at < json_array_size(instances); at++) {
        json_t *instance = json_array_get(instances, at);
        if (!strcmp(json_string_at(instance, "node", ""), node) && i-- == 0)
            return fake_describe(instance, out);
    }
    return false;
}

static bool fake_related_instance(void *data, const char *id, size_t i,
                                  struct function_instance *out, struct error *err)
{
    json_t *related = json_object_get(fake_find(data, id), "related");
    const char *target = json_string_value(json_array_get(related, i));
    return target && fake_instance(data, target, out, err);
}

static json_t *fake_scaling_groups(void *data, const char *id, struct error *err)
{
    (void)err;
    return json_incref(json_object_get(fake_find(data, id), "groups"));
}

static json_t *fake_member(json_t *object, const char *section, const char *key)
{
    return json_incref(json_object_get(json_object_get(object, section), key));
}

static json_t *fake_secret(void *data, const char *name, struct error *err)
{
    if (!strcmp(name, "broken"))
        error_set(err, ERROR_STORAGE, "the store is damaged");
    return fake_member(data, "secrets", name);
}

static json_t *fake_capability(void *data, const char *deployment, const char *name,
                               struct error *err)
{
    (void)err;
    return fake_member(json_object_get(data, "capabilities"), deployment, name);
}

static json_t *fake_group_capability(void *data, const json_t *arguments, struct error *err)
{
    const char *group = json_string_value(json_array_get(arguments, 0));
    (void)err;
    return group ? fake_member(data, "groups", group) : NULL;
}

static json_t *fake_label(void *data, const char *key, struct error *err)
{
    (void)err;
    return fake_member(data, "labels", key);
}

static json_t *fake_system_property(void *data, const char *entity, const char *property,
                                    struct error *err)
{
    (void)err;
    return fake_member(json_object_get(data, "system"), entity, property);
}

static json_t *fake_consumers(void *data, struct error *err)
{
    (void)err;
    return json_incref(json_object_get(data, "consumers"));
}

/* What lies outside a deployment. */
static inline struct value_source fake_world(json_t *storage)
{
    return (struct value_source){
        .data = storage,
        .secret = fake_secret,
        .secrets = storage,
        .capability = fake_capability,
        .group_capability = fake_group_capability,
        .label = fake_label,
        .system_property = fake_system_property,
        .consumers = fake_consumers,
        .node_properties = fake_node_properties,
        .instance = fake_instance,
        .node_instance = fake_node_instance,
    };
}

static inline struct value_source fake_source(json_t *storage)
{
    return (struct value_source){
        .data = storage,
        .input = fake_input,
        .node_properties = fake_node_properties,
        .instance = fake_instance,
        .node_instance = fake_node_instance,
        .related_instance = fake_related_instance,
        .scaling_groups = fake_scaling_groups,
    };
}

#endif
