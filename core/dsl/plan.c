/* plan.c - see plan.h: memory and lookups. */
#include "dsl/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "dsl/plan_internal.h"

struct plan *plan_new(void)
{
    struct plan *plan = calloc(1, sizeof *plan);
    struct plan_storage *storage = calloc(1, sizeof *storage);
    if (!plan || !storage || !(storage->values = json_array())) {
        free(plan);
        free(storage);
        return NULL;
    }
    plan->storage = storage;
    return plan;
}

void plan_free(struct plan *plan)
{
    if (!plan)
        return;
    struct plan_storage *storage = plan->storage;
    free(plan->node_types);
    free(plan->relationship_types);
    free(plan->operation_sets);
    free(plan->operations);
    map_release(&storage->node_index);
    plan_marks_release(&storage->marks);
    json_decref(storage->values);
    arena_release(&storage->arena);
    free(storage);
    free(plan);
}

void *plan_alloc(struct plan *plan, size_t size)
{
    return arena_alloc(&plan->storage->arena, size ? size : 1);
}

const char *plan_text(struct plan *plan, const char *text)
{
    struct plan_storage *storage = plan->storage;
    return text ? text_pool_keep(&storage->texts, &storage->arena, text, strlen(text)) : NULL;
}

json_t *plan_keep(struct plan *plan, json_t *value)
{
    return json_array_append_new(plan->storage->values, value) ? NULL : value;
}

/* Room for one more pointer in `*items`. */
static bool grow(void *items_pointer, size_t count, size_t *capacity)
{
    void ***items = items_pointer;
    if (count < *capacity)
        return true;
    size_t wanted = *capacity ? *capacity * 2 : 16;
    void **grown = realloc(*items, wanted * sizeof *grown);
    if (!grown)
        return false;
    *items = grown;
    *capacity = wanted;
    return true;
}

struct plan_type *plan_add_node_type(struct plan *plan)
{
    struct plan_type *type = plan_alloc(plan, sizeof *type);
    if (!type ||
        !grow(&plan->node_types, plan->node_type_count, &plan->storage->node_type_capacity))
        return NULL;
    type->index = plan->node_type_count;
    plan->node_types[plan->node_type_count++] = type;
    return type;
}

struct plan_type *plan_add_relationship_type(struct plan *plan)
{
    struct plan_type *type = plan_alloc(plan, sizeof *type);
    if (!type || !grow(&plan->relationship_types, plan->relationship_type_count,
                       &plan->storage->relationship_type_capacity))
        return NULL;
    type->index = plan->relationship_type_count;
    plan->relationship_types[plan->relationship_type_count++] = type;
    return type;
}

struct operation *plan_add_operation(struct plan *plan)
{
    struct operation *operation = plan_alloc(plan, sizeof *operation);
    if (!operation ||
        !grow(&plan->operations, plan->operation_count, &plan->storage->operation_capacity))
        return NULL;
    operation->index = plan->operation_count;
    plan->operations[plan->operation_count++] = operation;
    return operation;
}

struct operation_set *plan_add_set(struct plan *plan, size_t count)
{
    struct operation_set *set = plan_alloc(plan, sizeof *set);
    if (!set ||
        !grow(&plan->operation_sets, plan->operation_set_count, &plan->storage->set_capacity))
        return NULL;
    set->items = plan_alloc(plan, count * sizeof *set->items);
    if (!set->items)
        return NULL;
    set->count = count;
    set->index = plan->operation_set_count;
    plan->operation_sets[plan->operation_set_count++] = set;
    return set;
}

const char *plan_local_name(const char *name)
{
    const char *rest = name, *next;
    while ((next = strstr(rest, "--")))
        rest = next + 2;
    return rest;
}

bool plan_plugin_read(struct plan_plugin *plugin, json_t *record)
{
    *plugin = (struct plan_plugin){
        .name = json_string_at(record, "name", NULL),
        .executor = json_string_at(record, "executor", NULL),
        .package_name = json_string_at(record, "package_name", NULL),
        .package_version = json_string_at(record, "package_version", NULL),
        .install = json_boolean_at(record, "install", true),
        .record = record,
    };
    plugin->folder = plugin->name ? plan_local_name(plugin->name) : NULL;
    return plugin->name && plugin->executor;
}

bool plan_index_nodes(struct plan *plan)
{
    for (size_t i = 0; i < plan->node_count; i++) {
        if (!map_set(&plan->storage->node_index, plan->nodes[i].id, &plan->nodes[i]))
            return false;
    }
    return true;
}

bool plan_type_is(const struct plan_type *type, const char *name)
{
    return json_has_string(type->hierarchy, name);
}

/* Copies of a built-in type under a namespace count too (dsl.md 5.1). */
static bool hierarchy_contains(const struct plan_type *type, const char *part)
{
    for (size_t i = 0; i < json_array_size(type->hierarchy); i++) {
        const char *ancestor = json_string_value(json_array_get(type->hierarchy, i));
        if (ancestor && strstr(ancestor, part))
            return true;
    }
    return false;
}

void plan_type_classify(struct plan_type *type)
{
    type->is_host = hierarchy_contains(type, "cloudify.nodes.Compute");
    type->is_contained_in = plan_type_is(type, "cloudify.relationships.contained_in");
    type->is_connected_to = plan_type_is(type, "cloudify.relationships.connected_to");
    type->is_depends_on = plan_type_is(type, "cloudify.relationships.depends_on");
}

const struct plan_node *plan_find_node(const struct plan *plan, const char *id)
{
    return map_get(&plan->storage->node_index, id);
}

const struct plan_workflow *plan_find_workflow(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->workflow_count; i++) {
        if (!strcmp(plan->workflows[i].name, name))
            return &plan->workflows[i];
    }
    return NULL;
}

const char *operation_short_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

bool operations_short_name_is_unique(const struct operation_set *set,
                                     const struct operation *operation)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->items[i] != operation && !strcmp(set->items[i]->short_name, operation->short_name))
            return false;
    }
    return true;
}

const struct operation *operations_find(const struct operation_set *set, const char *name)
{
    const struct operation *found = NULL;
    for (size_t i = 0; i < set->count; i++) {
        if (!strcmp(set->items[i]->name, name))
            return set->items[i];
        if (!strcmp(set->items[i]->short_name, name))
            found = set->items[i];
    }
    return found && operations_short_name_is_unique(set, found) ? found : NULL;
}
