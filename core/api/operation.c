/* operation.c - runs one operation of a node instance for the embedding API. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/runtime.h"
#include "base/json.h"
#include "base/suggest.h"

/* The only instance of the node `id`, for those who name that instead. */
static const struct node_instance *instance_of_node(struct instance_set *set, const char *id,
                                                    struct error *err)
{
    const struct plan_node *node = plan_find_node(set->plan, id);
    size_t count = 0;
    const size_t *instances = node ? instances_of_node(set, node->index, &count) : NULL;
    if (count == 1)
        return set->items[instances[0]];
    if (count)
        error_set(err, ERROR_INVALID, "node '%s' has %zu instances: name one of them, such as '%s'",
                  id, count, set->items[instances[0]]->id);
    return NULL;
}

static const struct node_instance *find_instance(struct instance_set *set, const char *id,
                                                 struct error *err)
{
    const struct node_instance *ni = instances_find(set, id);
    struct suggestion suggestion;
    if (!ni)
        ni = instance_of_node(set, id, err);
    if (ni || err->code)
        return ni;
    suggestion_init(&suggestion, id);
    for (size_t i = 0; i < set->count; i++)
        suggestion_consider(&suggestion, set->items[i]->id);
    error_set(err, ERROR_NOT_FOUND,
              suggestion.best ? "there is no node instance '%s', did you mean '%s'?"
                              : "there is no node instance '%s'",
              id, suggestion.best);
    return NULL;
}

/* The first that a plugin implements. */
static const struct operation *any_operation(const struct plan_node *node)
{
    for (size_t i = 0; i < node->operations->count; i++)
        if (node->operations->items[i]->plugin)
            return node->operations->items[i];
    return NULL;
}

/* Of several with a short name, that of the lifecycle is meant. */
static const struct operation *find_operation(const struct plan_node *node, const char *name)
{
    if (!name)
        return any_operation(node);
    char lifecycle[256];
    const struct operation *found = operations_find(node->operations, name);
    if (!found && !strchr(name, '.') &&
        (size_t)snprintf(lifecycle, sizeof lifecycle, "cloudify.interfaces.lifecycle.%s", name) <
            sizeof lifecycle)
        found = operations_find(node->operations, lifecycle);
    return found && found->plugin ? found : NULL;
}

static void unknown_operation(const struct plan_node *node, const char *name, struct error *err)
{
    struct strbuf names = STRBUF_INIT;
    for (size_t i = 0; i < node->operations->count; i++) {
        const struct operation *operation = node->operations->items[i];
        if (!operation->plugin)
            continue;
        strbuf_adds(&names, names.length ? ", " : "; it has ");
        bool is_meant = find_operation(node, operation->short_name) == operation;
        strbuf_adds(&names, is_meant ? operation->short_name : operation->name);
    }
    if (name)
        error_set(err, ERROR_NOT_FOUND, "node '%s' has no operation '%s'%s", node->id, name,
                  names.length ? names.text : " that a plugin implements");
    else
        error_set(err, ERROR_NOT_FOUND, "node '%s' has no operation that a plugin implements",
                  node->id);
    strbuf_release(&names);
}

/* Inputs may have any name, but for those that are spelt almost as one that the operation has. */
static bool check_inputs(const struct operation *operation, const json_t *inputs, struct error *err)
{
    const char *name, *known;
    json_t *value, *declared;
    json_object_foreach((json_t *)inputs, name, value)
    {
        struct suggestion suggestion;
        suggestion_init(&suggestion, name);
        json_object_foreach(operation->declared_inputs, known, declared)
        {
            suggestion_consider(&suggestion, known);
        }
        if (suggestion_is_close(&suggestion))
            return error_set(err, ERROR_INVALID,
                             "operation '%s' has no input '%s', did you mean '%s'? "
                             "(--allow-custom-parameters hands it over all the same)",
                             operation->name, name, suggestion.best);
    }
    return true;
}

/* The parameters of execute_operation that run `operation` of `instance`; new, or NULL.
 * @param any_inputs also those that seem misspelt */
static json_t *parameters_of(const struct run *stored, const char *instance, const char *operation,
                             json_t *inputs, bool any_inputs, struct error *err)
{
    const struct node_instance *ni = find_instance(stored->instances, instance, err);
    const struct plan_node *node = ni ? &stored->plan->nodes[ni->node] : NULL;
    const struct operation *found = node ? find_operation(node, operation) : NULL;
    json_t *parameters = NULL;
    if (node && !found)
        unknown_operation(node, operation, err);
    else if (node && (any_inputs || check_inputs(found, inputs, err)))
        parameters =
            json_pack("{s:s, s:[s], s:O, s:b}", "operation", found->name, "node_instance_ids",
                      ni->id, "operation_kwargs", inputs, "allow_kwargs_override", true);
    if (node && !parameters && !err->code)
        error_nomem(err);
    return parameters;
}

/* Who wants to see an operation run does not want to see it five times. */
static struct cloudify_execution_options once_by_default(
    const struct cloudify_execution_options *options)
{
    struct cloudify_execution_options once = *options;
    if (!once.retries_given) {
        once.retries_given = true;
        once.task_retries = 0;
    }
    return once;
}

char *cloudify_run_operation(struct cloudify *c, const char *deployment, const char *instance,
                             const char *operation, const char *inputs,
                             const struct cloudify_execution_options *options,
                             struct cloudify_error *err)
{
    struct error why = {0};
    json_t *given = runtime_object(inputs, "inputs", &why);
    struct run stored = {
        .ds = given ? runtime_deployment(c, deployment, STORE_READ, &why) : NULL,
    };
    json_t *parameters = stored.ds && runtime_load(&stored, &why)
                             ? parameters_of(&stored, instance, operation, given,
                                             options->allow_custom_parameters, &why)
                             : NULL;
    char *text = parameters ? json_text(parameters) : NULL, *record = NULL;
    runtime_unload(&stored);
    json_decref(parameters);
    json_decref(given);
    if (text) {
        struct cloudify_execution_options once = once_by_default(options);
        record = cloudify_execute(c, deployment, "execute_operation", text, &once, err);
    } else {
        if (!why.code)
            error_nomem(&why);
        runtime_error(err, &why);
    }
    free(text);
    return record;
}
