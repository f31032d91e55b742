/* execution_request.c - operation_requests, self-contained documents (docs/protocol.md). */
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/json.h"
#include "base/json_strings.h"
#include "dispatch/message.h"
#include "deployment/group_instance.h"
#include "engine/execution_internal.h"

/* `document`, if all of it could be made; taken. json_pack() would check each text. */
static json_t *whole(json_t *document, bool ok, struct error *err)
{
    if (ok)
        return document;
    json_decref(document);
    error_nomem(err);
    return NULL;
}

json_t *execution_node_document(struct execution *e, size_t node,
                                const struct function_scope *scope, struct error *err)
{
    const struct plan_node *n = &e->options.plan->nodes[node];
    json_t *properties = execution_node_properties(e, node, scope, err);
    if (!properties)
        return NULL;
    json_t *document = json_object();
    bool ok = json_set_value(document, "properties", properties) &&
              json_set_text(document, "id", n->id) && json_set_text(document, "name", n->id) &&
              json_set_text(document, "type", n->type->name) &&
              json_set_value(document, "type_hierarchy", json_incref(n->type->hierarchy)) &&
              json_set_value(document, "number_of_instances",
                             json_integer((json_int_t)n->instance_count));
    return whole(document, ok, err);
}

static json_t *relationship_documents(const struct execution *e, const struct node_instance *ni)
{
    const struct instance_set *set = e->options.instances;
    const struct plan_node *node = instance_node(set, ni);
    json_t *list = json_array();
    for (size_t i = 0; list && i < ni->relationship_count; i++) {
        const struct plan_relationship *r = &node->relationships[ni->relationships[i].relationship];
        const struct node_instance *target = set->items[ni->relationships[i].target];
        json_t *item = json_object();
        bool ok = json_set_text(item, "type", r->type->name) &&
                  json_set_value(item, "type_hierarchy", json_incref(r->type->hierarchy)) &&
                  json_set_text(item, "target_id", target->id) &&
                  json_set_text(item, "target_node_id", instance_node(set, target)->id);
        if (json_array_append_new(list, item) || !ok) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

json_t *execution_instance_document(struct execution *e, size_t instance, struct error *err)
{
    const struct instance_set *set = e->options.instances;
    const struct node_instance *ni = set->items[instance];
    const char *host = ni->host == INSTANCE_NONE ? NULL : set->items[ni->host]->id;
    json_t *document = json_object();
    bool ok = json_set_text(document, "id", ni->id) &&
              json_set_text(document, "node_id", instance_node(set, ni)->id) &&
              json_set_value(document, "index", json_integer(ni->index)) &&
              json_set_text(document, "state", ni->state) &&
              json_set_value(document, "version", json_integer((json_int_t)ni->version)) &&
              json_set_value(document, "runtime_properties", json_incref(ni->runtime_properties)) &&
              json_set_value(document, "system_properties", json_incref(ni->system_properties)) &&
              json_set_value(document, "relationships", relationship_documents(e, ni)) &&
              json_set_text(document, "host_id", host) &&
              json_set_value(document, "scaling_groups", instance_scaling_groups(set, ni));
    return whole(document, ok, err);
}

/* The properties of a plugin by their names in its own file; functions in their values mean the
 * same for all nodes (dsl.md 8.2). */
static json_t *plugin_properties(struct execution *e, const struct plan_plugin *plugin,
                                 struct error *err)
{
    const struct function_scope scope = {.path = plugin->name};
    struct value_source source = execution_source(e);
    json_t *properties = json_object(), *schema;
    const char *name;
    bool ok = properties;
    json_object_foreach(json_object_get(plugin->record, "properties"), name, schema)
    {
        ok = ok && !json_object_set_new(
                       properties, plan_local_name(name),
                       functions_evaluate(schema, &scope, &source, FUNCTIONS_RUNTIME, NULL, err));
    }
    if (ok)
        return properties;
    json_decref(properties);
    return NULL;
}

/* The part of a request that tells the plugin; made once per plugin. */
static json_t *plugin_document(struct execution *e, const struct plan_plugin *plugin,
                               struct error *err)
{
    json_t *document = map_get(&e->plugins, plugin->name);
    if (document)
        return document;
    json_t *properties = plugin_properties(e, plugin, err);
    if (!properties)
        return NULL;
    const json_t *place = json_object_get(e->options.plugin_places, plugin->name);
    struct strbuf workdir = STRBUF_INIT;
    strbuf_add_all(&workdir, e->options.work_directory, "/plugins/", plugin->name);
    document = json_pack(
        "{s:s, s:s, s:s*, s:s?, s:s?, s:s?, s:o, s:o, s:s}", "name", plugin->name, "folder",
        plugin->folder, "prefix", json_string_at(place, "folder", NULL), "source",
        json_string_at(plugin->record, "source", NULL), "package_name",
        json_string_at(place, "package_name", plugin->package_name), "package_version",
        json_string_at(place, "package_version", plugin->package_version), "properties", properties,
        "directories", json_strings(e->options.plugin_directories), "workdir", workdir.text);
    strbuf_release(&workdir);
    if (document && !map_set(&e->plugins, plugin->name, document)) {
        json_decref(document);
        return NULL;
    }
    return document;
}

static json_t *inputs(struct execution *e, const struct task *task, struct error *err)
{
    const struct operation *operation = task->operation;
    json_t *values = json_copy_whole(operation->inputs);
    if (!values || (task->payload && json_object_update(values, task->payload))) {
        error_nomem(err);
        json_decref(values);
        return NULL;
    }
    if (!operation->has_functions && !functions_contain_in_members(task->payload))
        return values;
    struct function_scope scope = execution_scope(e, task);
    struct value_source source = execution_source(e);
    json_t *evaluated =
        functions_evaluate_members(values, &scope, &source, FUNCTIONS_RUNTIME, NULL, err);
    json_decref(values);
    return evaluated;
}

/* {node, instance} of one side. */
static json_t *side(struct execution *e, long instance, struct error *err)
{
    const struct node_instance *ni = e->options.instances->items[instance];
    const struct plan_node *node = instance_node(e->options.instances, ni);
    struct function_scope scope = {
        .kind = FUNCTION_SCOPE_NODE, .node = node->id, .self = ni->id, .path = node->id};
    json_t *node_document = execution_node_document(e, ni->node, &scope, err);
    if (!node_document)
        return NULL;
    json_t *instance_document = execution_instance_document(e, (size_t)instance, err);
    json_t *both = json_object();
    bool ok = json_set_value(both, "node", node_document);
    ok = json_set_value(both, "instance", instance_document) && ok;
    return whole(both, ok, err);
}

static bool add_sides(struct execution *e, const struct task *task, json_t *request,
                      struct error *err)
{
    json_t *own = side(e, task->instance, err);
    if (!own)
        return false;
    if (task->related == TASK_NO_INSTANCE) {
        bool ok = !json_object_update(request, own);
        json_decref(own);
        return ok || error_nomem(err);
    }
    const char *own_name = task->related_is_target ? "source" : "target";
    const char *other_name = task->related_is_target ? "target" : "source";
    if (json_object_set_new(request, own_name, own))
        return error_nomem(err);
    json_t *other = side(e, task->related, err);
    if (!other)
        return false;
    return !json_object_set_new(request, other_name, other) || error_nomem(err);
}

/* The tags of the deployment's resources, whose functions are evaluated anew for each operation
 * (dsl.md 9). */
static json_t *resource_tags(struct execution *e, const struct task *task, struct error *err)
{
    json_t *tags = e->options.plan->resource_tags;
    if (!tags)
        return json_object();
    if (!functions_contain_in_members(tags))
        return json_incref(tags);
    struct function_scope scope = execution_scope(e, task);
    scope.path = "resource_tags";
    struct value_source source = execution_source(e);
    return functions_evaluate_members(tags, &scope, &source, FUNCTIONS_RUNTIME, NULL, err);
}

static json_t *deployment_document(struct execution *e, const struct task *task, struct error *err)
{
    const char *id = e->options.deployment_id;
    const json_t *settings = e->options.plan->deployment_settings;
    json_t *document = json_object();
    bool ok =
        json_set_text(document, "id", id) &&
        json_set_text(document, "display_name", json_string_at(settings, "display_name", id)) &&
        json_set_value(document, "resource_tags", resource_tags(e, task, err));
    return whole(document, ok, err);
}

static json_t *context_document(struct execution *e, const struct task *task, struct error *err)
{
    json_t *document = json_object(), *blueprint = json_object();
    bool ok = json_set_text(blueprint, "id", e->options.blueprint_id);
    ok = json_set_value(document, "blueprint", blueprint) && ok &&
         json_set_text(document, "execution_id", e->options.execution_id) &&
         json_set_text(document, "workflow_id", e->options.workflow->name) &&
         json_set_value(document, "workflow_parameters", json_incref(e->options.parameters)) &&
         json_set_value(document, "deployment", deployment_document(e, task, err));
    return whole(document, ok, err);
}

/* What is the same for all operations: also the context, unless it has functions, which are
 * evaluated anew for each. */
static json_t *common_members(struct execution *e, const struct task *task, struct error *err)
{
    json_t *common = json_object();
    bool ok = json_set_text(common, "resources", e->options.resources_directory) &&
              json_set_text(common, "workdir", e->options.work_directory);
    if (ok && !functions_contain_in_members(e->options.plan->resource_tags))
        ok = json_set_value(common, "context", context_document(e, task, err));
    return whole(common, ok, err);
}

/* The very same values for each request, so that they need not be sent each time. */
static bool add_common(struct execution *e, const struct task *task, json_t *request,
                       struct error *err)
{
    if (!e->common)
        e->common = common_members(e, task, err);
    if (!e->common || json_object_update(request, e->common))
        return false;
    return json_object_get(e->common, "context") ||
           json_set_value(request, "context", context_document(e, task, err));
}

static json_t *operation_document(const struct task *task, struct error *err)
{
    const char *relationship = NULL;
    if (task->related != TASK_NO_INSTANCE)
        relationship = task->related_is_target ? "source" : "target";
    double timeout = task->operation->timeout;
    json_t *document = json_object();
    bool recoverable = task->operation->timeout_recoverable > 0;
    bool ok = json_set_text(document, "name", task->operation->name) &&
              json_set_value(document, "retry_number", json_integer(task->current_retries)) &&
              json_set_value(document, "max_retries", json_integer(task->total_retries)) &&
              json_set_text(document, "relationship", relationship) &&
              json_set_value(document, "timeout_recoverable", json_boolean(recoverable)) &&
              (timeout <= 0 || json_set_value(document, "timeout", json_real(timeout)));
    return whole(document, ok, err);
}

/* "webserver.tasks.start" is the function "start" of the module "webserver.tasks". */
static bool add_function(json_t *request, const char *path)
{
    const char *dot = strrchr(path, '.');
    size_t length = dot ? (size_t)(dot - path) : 0;
    return json_set_value(request, "module", json_stringn_nocheck(path, length)) &&
           json_set_text(request, "function", dot ? dot + 1 : path);
}

static bool add_output(const struct execution *e, const struct task *task, json_t *request)
{
    char *output = path_join(e->options.work_directory, "output");
    char *file = output ? path_join(output, uuid_text(&task->id).text) : NULL;
    bool ok = file && json_set_text(request, "output", file);
    free(file);
    free(output);
    return ok;
}

json_t *execution_request(struct execution *e, struct task *task, struct error *err)
{
    json_t *request = message_new(MESSAGE_OPERATION_REQUEST);
    json_t *plugin = plugin_document(e, task->operation->plugin, err);
    json_t *values = inputs(e, task, err);
    if (!request || !plugin || !values)
        goto fail;
    if (!json_set_text(request, "id", uuid_text(&task->id).text) ||
        !add_common(e, task, request, err) ||
        !json_set_value(request, "operation", operation_document(task, err)) ||
        !json_set_value(request, "plugin", json_incref(plugin)) ||
        !json_set_value(request, "inputs", json_incref(values)) ||
        !json_set_value(request, "resume", json_boolean(task->resume)) ||
        !add_function(request, task->operation->function) || !add_output(e, task, request) ||
        !add_sides(e, task, request, err))
        goto fail;
    json_decref(values);
    return request;

fail:
    if (err->code == ERROR_NONE)
        error_nomem(err);
    json_decref(values);
    json_decref(request);
    return NULL;
}
