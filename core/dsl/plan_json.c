/* plan_json.c - a plan as it is shown, in the shapes of dsl.md 11. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "dsl/plan.h"
#include "dsl/plan_internal.h"

/* Whole numbers are shown as integers, as they are mostly written; unset ones as null. */
static json_t *number_or_null(double value)
{
    if (value < 0)
        return json_null();
    return value == floor(value) && value < 9e15 ? json_integer((json_int_t)value)
                                                 : json_real(value);
}

static json_t *retries_or_null(json_int_t retries)
{
    return retries == OPERATION_RETRIES_UNSET ? json_null() : json_integer(retries);
}

static json_t *recoverable_or_null(int recoverable)
{
    return recoverable < 0 ? json_null() : json_boolean(recoverable);
}

json_t *operation_to_json(const struct operation *operation)
{
    return json_pack("{s:s, s:s, s:s?, s:O, s:b, s:o, s:o, s:o, s:o, s:O*}", "plugin",
                     operation->plugin ? operation->plugin->name : "", "operation",
                     operation->function, "executor", operation->executor, "inputs",
                     operation->inputs, "has_intrinsic_functions", operation->has_functions,
                     "max_retries", retries_or_null(operation->max_retries), "retry_interval",
                     number_or_null(operation->retry_interval), "timeout",
                     number_or_null(operation->timeout), "timeout_recoverable",
                     recoverable_or_null(operation->timeout_recoverable), "inputs_types",
                     operation->inputs_types);
}

static bool add_operation(json_t *result, const struct operation_set *set,
                          const struct operation *operation)
{
    json_t *shown = operation_to_json(operation);
    bool ok = shown;
    if (ok && operations_short_name_is_unique(set, operation))
        ok = !json_object_set(result, operation->short_name, shown);
    ok = ok && !json_object_set(result, operation->name, shown);
    json_decref(shown);
    return ok;
}

json_t *operations_to_json(const struct operation_set *set)
{
    json_t *result = json_object();
    for (size_t i = 0; result && i < set->count; i++) {
        if (!add_operation(result, set, set->items[i])) {
            json_decref(result);
            return NULL;
        }
    }
    return result;
}

json_t *plan_relationship_to_json(const struct plan *plan, const struct plan_relationship *r)
{
    return json_pack("{s:s, s:O, s:s, s:O, s:o, s:o}", "type", r->type->name, "type_hierarchy",
                     r->type->hierarchy, "target_id", plan->nodes[r->target].id, "properties",
                     r->properties, "source_operations", operations_to_json(r->source_operations),
                     "target_operations", operations_to_json(r->target_operations));
}

static json_t *relationships_to_json(const struct plan *plan, const struct plan_node *node)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < node->relationship_count; i++) {
        if (json_array_append_new(list, plan_relationship_to_json(plan, &node->relationships[i]))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* Add the plugins of `set`, each once per executor (dsl.md 6). */
static bool add_plugins(json_t *list, const struct operation_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct operation *operation = set->items[i];
        bool known = !operation->plugin;
        for (size_t j = 0; !known && j < json_array_size(list); j++) {
            const json_t *other = json_array_get(list, j);
            known = !strcmp(json_string_at(other, "name", ""), operation->plugin->name) &&
                    !strcmp(json_string_at(other, "executor", ""), operation->executor);
        }
        if (known)
            continue;
        json_t *record = json_copy(operation->plugin->record);
        if (!record || json_object_set_new(record, "executor", json_string(operation->executor)) ||
            json_array_append_new(list, record))
            return false;
    }
    return true;
}

static json_t *plugins_of(const struct plan *plan, const struct plan_node *node)
{
    json_t *list = json_array();
    bool ok = list && add_plugins(list, node->operations);
    for (size_t i = 0; ok && i < node->relationship_count; i++)
        ok = add_plugins(list, node->relationships[i].source_operations);
    for (size_t i = 0; ok && i < plan->node_count; i++) {
        const struct plan_node *other = &plan->nodes[i];
        for (size_t j = 0; ok && j < other->relationship_count; j++) {
            if (other->relationships[j].target == node->index)
                ok = add_plugins(list, other->relationships[j].target_operations);
        }
    }
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}

/* Those of `plugins` that `executor` runs. */
static json_t *plugins_run_by(const json_t *plugins, const char *executor)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < json_array_size(plugins); i++) {
        json_t *plugin = json_array_get(plugins, i);
        if (!strcmp(json_string_at(plugin, "executor", ""), executor) &&
            json_array_append(list, plugin)) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

json_t *plan_node_to_json(const struct plan *plan, const struct plan_node *node)
{
    json_t *plugins = plugins_of(plan, node);
    json_t *result = json_pack(
        "{s:s, s:s, s:s, s:O, s:O, s:{}, s:{s:{s:O}}, s:o, s:o, s:O, s:o}", "name", node->id, "id",
        node->id, "type", node->type->name, "type_hierarchy", node->type->hierarchy, "properties",
        node->properties, "instances", "capabilities", "scalable", "properties", node->scalable,
        "operations", operations_to_json(node->operations), "relationships",
        relationships_to_json(plan, node), "plugins", plugins, "deployment_plugins_to_install",
        plugins_run_by(plugins, "central_deployment_agent"));
    json_decref(plugins);
    if (result && node->host != PLAN_NONE &&
        json_object_set_new(result, "host_id", json_string(plan->nodes[node->host].id))) {
        json_decref(result);
        return NULL;
    }
    return result;
}

json_t *plan_workflow_to_json(const struct plan_workflow *workflow)
{
    return json_pack("{s:s, s:s, s:O, s:b, s:O?}", "plugin", workflow->plugin->name, "operation",
                     workflow->function, "parameters", workflow->parameters, "is_cascading",
                     workflow->is_cascading, "availability_rules", workflow->availability_rules);
}

static json_t *workflows_to_json(const struct plan *plan)
{
    json_t *result = json_object();
    for (size_t i = 0; result && i < plan->workflow_count; i++) {
        if (json_object_set_new(result, plan->workflows[i].name,
                                plan_workflow_to_json(&plan->workflows[i]))) {
            json_decref(result);
            return NULL;
        }
    }
    return result;
}

static json_t *nodes_to_json(const struct plan *plan)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < plan->node_count; i++) {
        if (json_array_append_new(list, plan_node_to_json(plan, &plan->nodes[i]))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *version_to_json(const struct plan *plan)
{
    size_t length = strlen(plan->version);
    int minor = length ? plan->version[length - 1] - '0' : 0;
    return json_pack("{s:s, s:s, s:[i, i]}", "raw", plan->version, "definitions_name",
                     "cloudify_dsl", "definitions_version", 1, minor);
}

json_t *plan_to_json(const struct plan *plan)
{
    json_t *result = json_pack(
        "{s:o, s:s?, s:O?, s:O, s:O, s:o, s:o, s:O, s:O}", "version", version_to_json(plan),
        "description", plan->description, "metadata", plan->metadata, "inputs", plan->inputs,
        "data_types", plan->data_types, "nodes", nodes_to_json(plan), "workflows",
        workflows_to_json(plan), "outputs", plan->outputs, "capabilities", plan->capabilities);
    if (result && plan_add_sections(plan, result))
        return result;
    json_decref(result);
    return NULL;
}
