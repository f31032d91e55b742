/* plan_load.c - a plan out of what was kept of it (plan.h). What does not fit is damage, and
 * everything is checked before it is used.
 */
#include "base/json.h"
#include "dsl/plan_internal.h"

static bool damaged(struct error *err, const char *what)
{
    return error_set(err, ERROR_STORAGE, "the stored plan is damaged: %s", what);
}

static bool text_at(struct plan *plan, const json_t *object, const char *key, const char **text,
                    struct error *err)
{
    const char *value = json_string_at(object, key, NULL);
    if (!value)
        return damaged(err, key);
    *text = plan_text(plan, value);
    return *text || error_nomem(err);
}

/* The text or null at `key`. */
static bool optional_text_at(struct plan *plan, const json_t *object, const char *key,
                             const char **text, struct error *err)
{
    const char *value = json_string_at(object, key, NULL);
    *text = plan_text(plan, value);
    return !value || *text || error_nomem(err);
}

static bool object_at(struct plan *plan, const json_t *object, const char *key, json_t **value,
                      struct error *err)
{
    json_t *found = json_object_get(object, key);
    if (!json_is_object(found))
        return damaged(err, key);
    *value = plan_keep(plan, json_incref(found));
    return *value || error_nomem(err);
}

/* Nodes have much alike, which is kept once: `like` is what another has there, or NULL. */
static bool shared_object_at(struct plan *plan, const json_t *object, const char *key, json_t *like,
                             json_t **value, struct error *err)
{
    if (!like || !json_equal(like, json_object_get(object, key)))
        return object_at(plan, object, key, value, err);
    *value = like;
    return true;
}

static bool optional_object_at(struct plan *plan, const json_t *object, const char *key,
                               json_t **value, struct error *err)
{
    json_t *found = json_object_get(object, key);
    *value = NULL;
    return !json_is_object(found) || object_at(plan, object, key, value, err);
}

static bool index_at(const json_t *object, const char *key, size_t count, size_t *index,
                     struct error *err)
{
    json_int_t value = json_integer_at(object, key, -1);
    *index = 0;
    if (value < 0 || (size_t)value >= count)
        return damaged(err, key);
    *index = (size_t)value;
    return true;
}

static bool plugin_at(const struct plan *plan, const json_t *object,
                      const struct plan_plugin **plugin, struct error *err)
{
    size_t index = 0;
    *plugin = NULL;
    if (json_integer_at(object, "plugin", 0) == PLAN_NONE)
        return true;
    if (!index_at(object, "plugin", plan->plugin_count, &index, err))
        return false;
    *plugin = &plan->plugins[index];
    return true;
}

static bool read_plugins(struct plan *plan, const json_t *list, struct error *err)
{
    plan->plugins = plan_alloc(plan, json_array_size(list) * sizeof *plan->plugins);
    if (!plan->plugins)
        return error_nomem(err);
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct plan_plugin *plugin = &plan->plugins[plan->plugin_count++];
        json_t *record = plan_keep(plan, json_incref(json_array_get(list, i)));
        if (!record)
            return error_nomem(err);
        if (!plan_plugin_read(plugin, record))
            return damaged(err, "plugins");
    }
    return true;
}

static bool read_workflows(struct plan *plan, const json_t *list, struct error *err)
{
    plan->workflows = plan_alloc(plan, json_array_size(list) * sizeof *plan->workflows);
    if (!plan->workflows)
        return error_nomem(err);
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct plan_workflow *workflow = &plan->workflows[plan->workflow_count++];
        const json_t *stored = json_array_get(list, i);
        workflow->is_cascading = json_boolean_at(stored, "is_cascading", false);
        if (!text_at(plan, stored, "name", &workflow->name, err) ||
            !text_at(plan, stored, "function", &workflow->function, err) ||
            !plugin_at(plan, stored, &workflow->plugin, err) ||
            !object_at(plan, stored, "parameters", &workflow->parameters, err) ||
            !optional_object_at(plan, stored, "availability_rules", &workflow->availability_rules,
                                err))
            return false;
        if (!workflow->plugin)
            return damaged(err, "workflows");
    }
    return true;
}

static bool read_types(struct plan *plan, const json_t *list,
                       struct plan_type *(*add)(struct plan *plan), struct error *err)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *hierarchy = json_array_get(list, i);
        size_t depth = json_array_size(hierarchy);
        const char *name = json_string_value(json_array_get(hierarchy, depth - 1));
        if (!name)
            return damaged(err, "types");
        struct plan_type *type = add(plan);
        if (!type || !(type->hierarchy = plan_keep(plan, json_incref(hierarchy))))
            return error_nomem(err);
        type->name = name;
        plan_type_classify(type);
    }
    return true;
}

static bool read_operation(struct plan *plan, const json_t *stored, struct operation *operation,
                           struct error *err)
{
    operation->max_retries = json_integer_at(stored, "max_retries", OPERATION_RETRIES_UNSET);
    operation->retry_interval = json_number_at(stored, "retry_interval", -1);
    operation->timeout = json_number_at(stored, "timeout", -1);
    operation->timeout_recoverable = (int)json_integer_at(stored, "timeout_recoverable", -1);
    operation->has_functions = json_boolean_at(stored, "has_functions", false);
    if (!text_at(plan, stored, "name", &operation->name, err) ||
        !text_at(plan, stored, "function", &operation->function, err) ||
        !optional_text_at(plan, stored, "executor", &operation->executor, err) ||
        !plugin_at(plan, stored, &operation->plugin, err) ||
        !object_at(plan, stored, "inputs", &operation->inputs, err) ||
        !optional_object_at(plan, stored, "inputs_types", &operation->inputs_types, err) ||
        !text_at(plan, stored, "implementation", &operation->implementation, err) ||
        !optional_text_at(plan, stored, "declared_executor", &operation->declared_executor, err) ||
        !optional_object_at(plan, stored, "declared_inputs", &operation->declared_inputs, err))
        return false;
    if (!operation->declared_inputs)
        operation->declared_inputs = operation->inputs;
    operation->short_name = operation_short_name(operation->name);
    return true;
}

static bool read_operations(struct plan *plan, const json_t *list, struct error *err)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct operation *operation = plan_add_operation(plan);
        if (!operation)
            return error_nomem(err);
        if (!read_operation(plan, json_array_get(list, i), operation, err))
            return false;
    }
    return true;
}

static bool read_sets(struct plan *plan, const json_t *list, struct error *err)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *stored = json_array_get(list, i);
        struct operation_set *set = plan_add_set(plan, json_array_size(stored));
        if (!set)
            return error_nomem(err);
        for (size_t j = 0; j < set->count; j++) {
            const json_t *index = json_array_get(stored, j);
            if (!json_is_integer(index) || json_integer_value(index) < 0 ||
                (size_t)json_integer_value(index) >= plan->operation_count)
                return damaged(err, "operation_sets");
            set->items[j] = plan->operations[json_integer_value(index)];
        }
    }
    return true;
}

/* A document from before there was a section has none of it. */
static bool section_at(struct plan *plan, const json_t *document, const char *key, json_t **section,
                       struct error *err)
{
    json_t *found = json_object_get(document, key);
    if (found && !json_is_object(found))
        return damaged(err, key);
    *section = plan_keep(plan, found ? json_incref(found) : json_object());
    return *section || error_nomem(err);
}

static bool read_imported_blueprints(struct plan *plan, const json_t *document, struct error *err)
{
    json_t *found = json_object_get(document, "imported_blueprints");
    if (found && !json_is_array(found))
        return damaged(err, "imported_blueprints");
    plan->imported_blueprints = plan_keep(plan, found ? json_incref(found) : json_array());
    return plan->imported_blueprints || error_nomem(err);
}

static bool read_sections(struct plan *plan, const json_t *document, struct error *err)
{
    const char *key;
    json_t **section;
    for (size_t i = 0; (key = plan_section(plan, i, &section)); i++) {
        if (!section_at(plan, document, key, section, err))
            return false;
    }
    return read_imported_blueprints(plan, document, err) &&
           section_at(plan, document, "unscaled_groups", &plan->unscaled_groups, err);
}

static bool read_document(struct plan *plan, const json_t *document, struct error *err)
{
    if (json_integer_at(document, "format", 0) != PLAN_DOCUMENT_FORMAT)
        return damaged(err, "its format is unknown");
    plan->prepared = json_boolean_at(document, "prepared", false);
    json_int_t nodes = json_integer_at(document, "nodes", -1);
    if (nodes < 0 || nodes > 100000000)
        return damaged(err, "nodes");
    plan->nodes = plan_alloc(plan, (size_t)nodes * sizeof *plan->nodes);
    plan->node_count = plan->nodes ? (size_t)nodes : 0;
    return (plan->nodes || error_nomem(err)) &&
           text_at(plan, document, "version", &plan->version, err) &&
           optional_text_at(plan, document, "description", &plan->description, err) &&
           optional_object_at(plan, document, "metadata", &plan->metadata, err) &&
           object_at(plan, document, "inputs", &plan->inputs, err) &&
           object_at(plan, document, "input_schemas", &plan->input_schemas, err) &&
           object_at(plan, document, "outputs", &plan->outputs, err) &&
           object_at(plan, document, "capabilities", &plan->capabilities, err) &&
           object_at(plan, document, "data_types", &plan->data_types, err) &&
           read_sections(plan, document, err) &&
           read_plugins(plan, json_object_get(document, "plugins"), err) &&
           read_workflows(plan, json_object_get(document, "workflows"), err) &&
           read_types(plan, json_object_get(document, "node_types"), plan_add_node_type, err) &&
           read_types(plan, json_object_get(document, "relationship_types"),
                      plan_add_relationship_type, err) &&
           read_operations(plan, json_object_get(document, "operations"), err) &&
           read_sets(plan, json_object_get(document, "operation_sets"), err);
}

static bool read_relationship(struct plan *plan, const json_t *stored, struct plan_relationship *r,
                              const struct plan_relationship *like, struct error *err)
{
    size_t type = 0, source = 0, target = 0;
    if (!index_at(stored, "type", plan->relationship_type_count, &type, err) ||
        !index_at(stored, "target", plan->node_count, &r->target, err) ||
        !index_at(stored, "source_operations", plan->operation_set_count, &source, err) ||
        !index_at(stored, "target_operations", plan->operation_set_count, &target, err) ||
        !shared_object_at(plan, stored, "properties", like ? like->properties : NULL,
                          &r->properties, err))
        return false;
    r->type = plan->relationship_types[type];
    r->source_operations = plan->operation_sets[source];
    r->target_operations = plan->operation_sets[target];
    return true;
}

static bool read_relationships(struct plan *plan, const json_t *list, struct plan_node *node,
                               const struct plan_node *like, struct error *err)
{
    node->relationships = plan_alloc(plan, json_array_size(list) * sizeof *node->relationships);
    if (!node->relationships)
        return error_nomem(err);
    for (size_t i = 0; i < json_array_size(list); i++) {
        bool other = like && i < like->relationship_count;
        if (!read_relationship(plan, json_array_get(list, i),
                               &node->relationships[node->relationship_count++],
                               other ? &like->relationships[i] : NULL, err))
            return false;
    }
    return true;
}

/* `like`: the node before it, or NULL. */
static bool read_node(struct plan *plan, const json_t *row, struct plan_node *node,
                      const struct plan_node *like, struct error *err)
{
    size_t type = 0, set = 0;
    json_int_t host = json_integer_at(row, "host", PLAN_NONE);
    if (!text_at(plan, row, "id", &node->id, err) ||
        !index_at(row, "type", plan->node_type_count, &type, err) ||
        !index_at(row, "operations", plan->operation_set_count, &set, err) ||
        !shared_object_at(plan, row, "properties", like ? like->properties : NULL,
                          &node->properties, err) ||
        !shared_object_at(plan, row, "scalable", like ? like->scalable : NULL, &node->scalable,
                          err))
        return false;
    if (host < PLAN_NONE || host >= (json_int_t)plan->node_count)
        return damaged(err, "host");
    node->host = (long)host;
    node->deploy_given = json_boolean_at(row, "deploy_given", false);
    node->type = plan->node_types[type];
    node->operations = plan->operation_sets[set];
    node->instance_count = json_integer_at(node->scalable, "current_instances", 0);
    return read_relationships(plan, json_object_get(row, "relationships"), node, like, err);
}

struct plan *plan_from_documents(const json_t *document,
                                 json_t *(*next_row)(void *data, struct error *err), void *data,
                                 struct error *err)
{
    struct plan *plan = plan_new();
    if (!plan) {
        error_nomem(err);
        return NULL;
    }
    bool ok = read_document(plan, document, err);
    for (size_t i = 0; ok && i < plan->node_count; i++) {
        json_t *row = next_row(data, err);
        plan->nodes[i].index = i;
        ok = row ? read_node(plan, row, &plan->nodes[i], i ? &plan->nodes[i - 1] : NULL, err)
                 : damaged(err, "a node is missing");
        json_decref(row);
    }
    if (ok && (plan_index_nodes(plan) || error_nomem(err)))
        return plan;
    plan_free(plan);
    return NULL;
}
