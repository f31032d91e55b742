/* plan_store.c - a plan as it is kept: one document, one row per node (plan.h). */
#include <stddef.h>
#include <string.h>

#include "base/json.h"
#include "dsl/plan_internal.h"

/* A list made of `count` items by `make`, new; NULL: no memory. */
static json_t *list_of(const struct plan *plan, size_t count,
                       json_t *(*make)(const struct plan *plan, size_t i))
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++) {
        if (json_array_append_new(list, make(plan, i))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *plugin_document(const struct plan *plan, size_t i)
{
    return json_incref(plan->plugins[i].record);
}

static long plugin_index(const struct plan *plan, const struct plan_plugin *plugin)
{
    return plugin ? (long)(plugin - plan->plugins) : PLAN_NONE;
}

static json_t *node_type_document(const struct plan *plan, size_t i)
{
    return json_incref(plan->node_types[i]->hierarchy);
}

static json_t *relationship_type_document(const struct plan *plan, size_t i)
{
    return json_incref(plan->relationship_types[i]->hierarchy);
}

static json_t *operation_document(const struct plan *plan, size_t i)
{
    const struct operation *o = plan->operations[i];
    json_t *declared = o->declared_inputs == o->inputs ? NULL : o->declared_inputs;
    return json_pack("{s:s, s:i, s:s, s:s?, s:O, s:O?, s:I, s:f, s:f, s:i, s:b, s:s, s:s?, s:O?}",
                     "name", o->name, "plugin", (int)plugin_index(plan, o->plugin), "function",
                     o->function, "executor", o->executor, "inputs", o->inputs, "inputs_types",
                     o->inputs_types, "max_retries", o->max_retries, "retry_interval",
                     o->retry_interval, "timeout", o->timeout, "timeout_recoverable",
                     o->timeout_recoverable, "has_functions", o->has_functions, "implementation",
                     o->implementation, "declared_executor", o->declared_executor,
                     "declared_inputs", declared);
}

static json_t *set_document(const struct plan *plan, size_t i)
{
    const struct operation_set *set = plan->operation_sets[i];
    json_t *list = json_array();
    for (size_t j = 0; list && j < set->count; j++) {
        if (json_array_append_new(list, json_integer((json_int_t)set->items[j]->index))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *workflow_document(const struct plan *plan, size_t i)
{
    const struct plan_workflow *w = &plan->workflows[i];
    return json_pack("{s:s, s:i, s:s, s:O, s:b, s:O?}", "name", w->name, "plugin",
                     (int)plugin_index(plan, w->plugin), "function", w->function, "parameters",
                     w->parameters, "is_cascading", w->is_cascading, "availability_rules",
                     w->availability_rules);
}

/* Sections that are kept as they are shown. */
static const struct shown_section {
    const char *key;
    size_t offset; /* of the object in struct plan */
} shown_sections[] = {
    {"groups", offsetof(struct plan, groups)},
    {"policies", offsetof(struct plan, policies)},
    {"policy_types", offsetof(struct plan, policy_types)},
    {"policy_triggers", offsetof(struct plan, policy_triggers)},
    {"scaling_groups", offsetof(struct plan, scaling_groups)},
    {"relationships", offsetof(struct plan, relationships)},
    {"requirements", offsetof(struct plan, requirements)},
    {"labels", offsetof(struct plan, labels)},
    {"blueprint_labels", offsetof(struct plan, blueprint_labels)},
    {"resource_tags", offsetof(struct plan, resource_tags)},
    {"deployment_settings", offsetof(struct plan, deployment_settings)},
    {"namespaces_mapping", offsetof(struct plan, namespaces_mapping)},
};

const char *plan_section(const struct plan *plan, size_t i, json_t ***section)
{
    if (i >= sizeof shown_sections / sizeof *shown_sections)
        return NULL;
    *section = (json_t **)((char *)plan + shown_sections[i].offset);
    return shown_sections[i].key;
}

bool plan_add_sections(const struct plan *plan, json_t *document)
{
    const char *key;
    json_t **section;
    for (size_t i = 0; (key = plan_section(plan, i, &section)); i++) {
        if (json_object_set(document, key, *section))
            return false;
    }
    return true;
}

json_t *plan_document(const struct plan *plan)
{
    json_t *document = json_pack(
        "{s:i, s:s, s:s?, s:O?, s:O, s:O, s:O, s:O, s:O, s:O, s:b, s:i, s:o, s:o, s:o, s:o, s:o, "
        "s:o, s:O}",
        "format", PLAN_DOCUMENT_FORMAT, "version", plan->version, "description", plan->description,
        "metadata", plan->metadata, "inputs", plan->inputs, "input_schemas", plan->input_schemas,
        "outputs", plan->outputs, "capabilities", plan->capabilities, "data_types",
        plan->data_types, "unscaled_groups", plan->unscaled_groups, "prepared", plan->prepared,
        "nodes", (int)plan->node_count, "plugins",
        list_of(plan, plan->plugin_count, plugin_document), "workflows",
        list_of(plan, plan->workflow_count, workflow_document), "node_types",
        list_of(plan, plan->node_type_count, node_type_document), "relationship_types",
        list_of(plan, plan->relationship_type_count, relationship_type_document), "operations",
        list_of(plan, plan->operation_count, operation_document), "operation_sets",
        list_of(plan, plan->operation_set_count, set_document), "imported_blueprints",
        plan->imported_blueprints);
    if (document && plan_add_sections(plan, document))
        return document;
    json_decref(document);
    return NULL;
}

static json_t *relationship_row(const struct plan_relationship *r)
{
    return json_pack("{s:i, s:i, s:O, s:i, s:i}", "type", (int)r->type->index, "target",
                     (int)r->target, "properties", r->properties, "source_operations",
                     (int)r->source_operations->index, "target_operations",
                     (int)r->target_operations->index);
}

json_t *plan_node_row(const struct plan *plan, const struct plan_node *node)
{
    (void)plan;
    json_t *relationships = json_array();
    for (size_t i = 0; relationships && i < node->relationship_count; i++) {
        if (json_array_append_new(relationships, relationship_row(&node->relationships[i]))) {
            json_decref(relationships);
            return NULL;
        }
    }
    return json_pack("{s:s, s:i, s:O, s:i, s:o, s:i, s:O, s:b}", "id", node->id, "type",
                     (int)node->type->index, "properties", node->properties, "operations",
                     (int)node->operations->index, "relationships", relationships, "host",
                     (int)node->host, "scalable", node->scalable, "deploy_given",
                     node->deploy_given);
}
