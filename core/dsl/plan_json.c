/* plan_json.c - a plan as it is shown, in the shapes of dsl.md 11. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "base/strbuf.h"
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

static json_t *operation_to_json(const struct operation *operation, bool is_prepared)
{
    const struct operation *o = operation;
    bool runs = o->plugin; /* what is declared of one that does nothing is not shown here */
    return json_pack("{s:s, s:s, s:s?, s:O, s:b, s:o, s:o, s:o, s:o, s:O*}", "plugin",
                     runs ? o->plugin->name : "", "operation", o->function, "executor", o->executor,
                     "inputs", o->inputs, "has_intrinsic_functions",
                     is_prepared && o->has_functions, "max_retries",
                     runs ? retries_or_null(o->max_retries) : json_null(), "retry_interval",
                     runs ? number_or_null(o->retry_interval) : json_null(), "timeout",
                     runs ? number_or_null(o->timeout) : json_null(), "timeout_recoverable",
                     runs ? recoverable_or_null(o->timeout_recoverable) : json_null(),
                     "inputs_types", o->inputs_types);
}

static json_t *declared_form(const struct operation *o)
{
    return json_pack("{s:s, s:O, s:s?, s:o, s:o, s:o, s:o}", "implementation", o->implementation,
                     "inputs", o->declared_inputs, "executor", o->declared_executor, "max_retries",
                     retries_or_null(o->max_retries), "retry_interval",
                     number_or_null(o->retry_interval), "timeout", number_or_null(o->timeout),
                     "timeout_recoverable", recoverable_or_null(o->timeout_recoverable));
}

/* The operations by interface, as declared. */
static json_t *interfaces_to_json(const struct operation_set *set)
{
    json_t *result = json_object();
    bool ok = result;
    for (size_t i = 0; ok && i < set->count; i++) {
        const struct operation *o = set->items[i];
        size_t length = (size_t)(o->short_name - o->name);
        struct strbuf name = STRBUF_INIT;
        strbuf_add(&name, o->name, length ? length - 1 : 0);
        json_t *interface = json_object_get(result, name.text);
        if (!interface) {
            interface = json_object();
            ok = interface && !json_object_set_new(result, name.text, interface);
        }
        ok = ok && !name.failed && !json_object_set_new(interface, o->short_name, declared_form(o));
        strbuf_release(&name);
    }
    if (ok)
        return result;
    json_decref(result);
    return NULL;
}

static bool add_operation(json_t *result, const struct operation_set *set,
                          const struct operation *operation, bool is_prepared)
{
    json_t *shown = operation_to_json(operation, is_prepared);
    bool ok = shown;
    if (ok && operations_short_name_is_unique(set, operation))
        ok = !json_object_set(result, operation->short_name, shown);
    ok = ok && !json_object_set(result, operation->name, shown);
    json_decref(shown);
    return ok;
}

json_t *operations_to_json(const struct operation_set *set, bool is_prepared)
{
    json_t *result = json_object();
    for (size_t i = 0; result && i < set->count; i++) {
        if (!add_operation(result, set, set->items[i], is_prepared)) {
            json_decref(result);
            return NULL;
        }
    }
    return result;
}

json_t *plan_relationship_to_json(const struct plan *plan, const struct plan_relationship *r)
{
    return json_pack("{s:s, s:O, s:s, s:O, s:o, s:o, s:o, s:o}", "type", r->type->name,
                     "type_hierarchy", r->type->hierarchy, "target_id", plan->nodes[r->target].id,
                     "properties", r->properties, "source_interfaces",
                     interfaces_to_json(r->source_operations), "target_interfaces",
                     interfaces_to_json(r->target_operations), "source_operations",
                     operations_to_json(r->source_operations, plan->prepared), "target_operations",
                     operations_to_json(r->target_operations, plan->prepared));
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
        json_t *record = json_copy_whole(operation->plugin->record);
        if (!record || json_object_set_new(record, "executor", json_string(operation->executor)) ||
            json_array_append_new(list, record))
            return false;
    }
    return true;
}

/* What relationships run on the node that they lead to. */
struct incoming {
    size_t *first; /* per node: where its sets begin; one more, where the last ones end */
    const struct operation_set **sets;
};

static void incoming_release(struct incoming *incoming)
{
    free(incoming->first);
    free(incoming->sets);
}

static bool incoming_init(struct incoming *incoming, const struct plan *plan)
{
    size_t count = 0;
    *incoming = (struct incoming){calloc(plan->node_count + 2, sizeof *incoming->first), NULL};
    for (size_t i = 0; incoming->first && i < plan->node_count; i++) {
        const struct plan_node *node = &plan->nodes[i];
        for (size_t j = 0; j < node->relationship_count; j++)
            incoming->first[node->relationships[j].target + 2]++;
        count += node->relationship_count;
    }
    incoming->sets = calloc(count + 1, sizeof *incoming->sets);
    if (!incoming->first || !incoming->sets)
        return false;
    /* Each entry ends up one further than its place: the sets that are filled in move it there. */
    for (size_t i = 2; i < plan->node_count + 2; i++)
        incoming->first[i] += incoming->first[i - 1];
    for (size_t i = 0; i < plan->node_count; i++) {
        const struct plan_node *node = &plan->nodes[i];
        for (size_t j = 0; j < node->relationship_count; j++) {
            const struct plan_relationship *r = &node->relationships[j];
            incoming->sets[incoming->first[r->target + 1]++] = r->target_operations;
        }
    }
    return true;
}

static json_t *plugins_of(const struct plan_node *node, const struct incoming *incoming)
{
    json_t *list = json_array();
    bool ok = list && add_plugins(list, node->operations);
    for (size_t i = 0; ok && i < node->relationship_count; i++)
        ok = add_plugins(list, node->relationships[i].source_operations);
    for (size_t i = incoming->first[node->index]; ok && i < incoming->first[node->index + 1]; i++)
        ok = add_plugins(list, incoming->sets[i]);
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

static json_t *node_to_json(const struct plan *plan, const struct plan_node *node,
                            const struct incoming *incoming)
{
    json_t *plugins = plugins_of(node, incoming);
    json_t *result = json_pack(
        "{s:s, s:s, s:s, s:O, s:O, s:{}, s:{s:{s:O}}, s:o, s:o, s:o, s:O, s:o}", "name", node->id,
        "id", node->id, "type", node->type->name, "type_hierarchy", node->type->hierarchy,
        "properties", node->properties, "instances", "capabilities", "scalable", "properties",
        node->scalable, "interfaces", interfaces_to_json(node->operations), "operations",
        operations_to_json(node->operations, plan->prepared), "relationships",
        relationships_to_json(plan, node), "plugins", plugins, "deployment_plugins_to_install",
        plugins_run_by(plugins, "central_deployment_agent"));
    json_decref(plugins);
    if (result && node->deploy_given &&
        json_object_set(json_object_get(result, "instances"), "deploy",
                        json_object_get(node->scalable, "default_instances"))) {
        json_decref(result);
        return NULL;
    }
    if (result && node->host != PLAN_NONE &&
        json_object_set_new(result, "host_id", json_string(plan->nodes[node->host].id))) {
        json_decref(result);
        return NULL;
    }
    return result;
}

json_t *plan_node_to_json(const struct plan *plan, const struct plan_node *node)
{
    struct incoming incoming;
    json_t *result = incoming_init(&incoming, plan) ? node_to_json(plan, node, &incoming) : NULL;
    incoming_release(&incoming);
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
    struct incoming incoming;
    json_t *list = incoming_init(&incoming, plan) ? json_array() : NULL;
    for (size_t i = 0; list && i < plan->node_count; i++) {
        if (json_array_append_new(list, node_to_json(plan, &plan->nodes[i], &incoming))) {
            json_decref(list);
            list = NULL;
        }
    }
    incoming_release(&incoming);
    return list;
}

static json_t *version_to_json(const struct plan *plan)
{
    size_t length = strlen(plan->version);
    int minor = length ? plan->version[length - 1] - '0' : 0;
    return json_pack("{s:s, s:s, s:[i, i]}", "raw", plan->version, "definitions_name",
                     "cloudify_dsl", "definitions_version", 1, minor);
}

/* Add to `list` those of `more` that it does not have by name. */
static bool add_by_name(json_t *list, const json_t *more, struct map *seen)
{
    size_t i;
    json_t *plugin;
    json_array_foreach((json_t *)more, i, plugin)
    {
        const char *name = json_string_at(plugin, "name", "");
        if (!map_has(seen, name) &&
            (!map_set(seen, name, plugin) || json_array_append(list, plugin)))
            return false;
    }
    return true;
}

static json_t *workflow_plugins(const struct plan *plan)
{
    json_t *list = json_array();
    struct map seen = {0};
    bool ok = list;
    for (size_t i = 0; ok && i < plan->workflow_count; i++) {
        json_t *one = json_pack("[O]", plan->workflows[i].plugin->record);
        ok = one && add_by_name(list, one, &seen);
        json_decref(one);
    }
    map_release(&seen);
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}

/* Of all nodes what stands at `key`, each plugin once by name. */
static json_t *plugins_of_nodes(const json_t *nodes, const char *key)
{
    json_t *list = json_array(), *node;
    struct map seen = {0};
    bool ok = list;
    size_t i;
    json_array_foreach((json_t *)nodes, i, node)
    {
        ok = ok && add_by_name(list, json_object_get(node, key), &seen);
    }
    map_release(&seen);
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}

/* What agents on hosts need, on the shown node of each host (dsl.md 6). */
static bool add_host_plugins(const struct plan *plan, json_t *nodes)
{
    struct map *seen = calloc(plan->node_count + 1, sizeof *seen);
    bool ok = seen && json_is_array(nodes);
    for (size_t i = 0; ok && i < plan->node_count; i++) {
        if (plan->nodes[i].type->is_host)
            ok = !json_object_set_new(json_array_get(nodes, i), "plugins_to_install", json_array());
    }
    for (size_t i = 0; ok && i < plan->node_count; i++) {
        long host = plan->nodes[i].host;
        if (host == PLAN_NONE)
            continue;
        json_t *wanted =
            plugins_run_by(json_object_get(json_array_get(nodes, i), "plugins"), "host_agent");
        json_t *list = json_object_get(json_array_get(nodes, (size_t)host), "plugins_to_install");
        ok = wanted && list && add_by_name(list, wanted, &seen[host]);
        json_decref(wanted);
    }
    for (size_t i = 0; seen && i < plan->node_count; i++)
        map_release(&seen[i]);
    free(seen);
    return ok;
}

json_t *plan_to_json(const struct plan *plan)
{
    json_t *nodes = nodes_to_json(plan);
    if (!add_host_plugins(plan, nodes)) {
        json_decref(nodes);
        return NULL;
    }
    json_t *result = json_pack(
        "{s:o, s:s?, s:O?, s:O, s:O, s:o, s:o, s:O, s:O, s:o, s:o, s:o, s:O}", "version",
        version_to_json(plan), "description", plan->description, "metadata", plan->metadata,
        "inputs", plan->inputs, "data_types", plan->data_types, "nodes", nodes, "workflows",
        workflows_to_json(plan), "outputs", plan->outputs, "capabilities", plan->capabilities,
        "deployment_plugins_to_install", plugins_of_nodes(nodes, "deployment_plugins_to_install"),
        "host_agent_plugins_to_install", plugins_of_nodes(nodes, "plugins_to_install"),
        "workflow_plugins_to_install", workflow_plugins(plan), "imported_blueprints",
        plan->imported_blueprints);
    if (result && plan_add_sections(plan, result))
        return result;
    json_decref(result);
    return NULL;
}
