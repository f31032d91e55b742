/* execution_tasks.c - the tasks that workflows ask for (runtime.md 3.3, 6.4). */
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "dsl/values.h"
#include "engine/execution_internal.h"

const struct execution_options *execution_options(const struct execution *e)
{
    return &e->options;
}

struct task_graph *execution_graph(struct execution *e)
{
    return e->graph;
}

struct instance_set *execution_instances(struct execution *e)
{
    return e->options.instances;
}

/* Stricter than in blueprints, where what is like a string accepts everything. */
static bool fits(const char *type, const json_t *value)
{
    return type_accepts(type, value) && (strcmp(type, "string") || json_is_string(value));
}

static bool check_kwargs(const struct operation *operation, const struct operation_call *call,
                         struct error *err)
{
    const char *name;
    json_t *value;
    json_object_foreach(call->kwargs, name, value)
    {
        if (!call->allow_kwargs_override && json_object_get(operation->inputs, name))
            return error_set(err, ERROR_INVALID,
                             "operation '%s': argument '%s' redefines an input of the operation; "
                             "allow_kwargs_override permits that",
                             operation->name, name);
        const char *type = json_string_at(operation->inputs_types, name, "");
        if (!json_is_null(value) && !functions_contain(value) && !fits(type, value))
            return error_set(err, ERROR_INVALID,
                             "operation '%s': argument '%s' must be of type '%s', not %s",
                             operation->name, name, type, json_kind(value));
    }
    return true;
}

/* The instances that an operation concerns, and what it is. */
struct mapped {
    const struct operation *operation; /* NULL: mapped to nothing */
    long instance, related;
    bool related_is_target;
};

static bool map_call(const struct execution *e, const struct operation_call *call,
                     struct mapped *out, struct error *err)
{
    const struct instance_set *set = e->options.instances;
    const struct node_instance *ni = set->items[call->instance];
    const struct plan_node *node = instance_node(set, ni);
    *out = (struct mapped){.instance = call->instance, .related = TASK_NO_INSTANCE};
    const struct operation_set *operations = node->operations;
    if (call->relationship >= 0) {
        if ((size_t)call->relationship >= ni->relationship_count)
            return error_set(err, ERROR_INVALID, "node instance '%s': has no relationship %ld",
                             ni->id, call->relationship);
        const struct instance_relationship *r = &ni->relationships[call->relationship];
        const struct plan_relationship *type = &node->relationships[r->relationship];
        operations = call->on_target ? type->target_operations : type->source_operations;
        out->instance = call->on_target ? (long)r->target : call->instance;
        out->related = call->on_target ? call->instance : (long)r->target;
        out->related_is_target = !call->on_target;
    }
    const struct operation *operation = operations_find(operations, call->operation);
    out->operation = operation && operation->plugin ? operation : NULL;
    return true;
}

/* Agents have no part in this runtime, so their operations are nothing to do; what the original's
 * extensions did would be missed. */
static bool check_plugin(const struct operation *operation, bool *skip, struct error *err)
{
    const char *plugin = operation->plugin->name;
    *skip = !strcmp(plugin, "agent");
    if (strcmp(plugin, "cfy_extensions"))
        return true;
    return error_set(err, ERROR_UNSUPPORTED,
                     "operation '%s' (%s): plugin 'cfy_extensions' is not supported by this "
                     "runtime; remove the operation or map it to a plugin of yours",
                     operation->name, operation->function);
}

struct task_retries execution_retries(const struct execution *e, enum task_kind kind,
                                      const struct operation *operation)
{
    struct task_retries retries = {e->options.task_retries, e->options.task_retry_interval};
    if (kind == TASK_SUBGRAPH)
        return (struct task_retries){e->options.subgraph_retries, 0};
    if (kind != TASK_OPERATION && kind != TASK_LOCAL)
        return (struct task_retries){0, 0};
    if (operation && operation->max_retries != OPERATION_RETRIES_UNSET)
        retries.total =
            operation->max_retries < INT32_MAX ? (int32_t)operation->max_retries : INT32_MAX;
    if (operation && operation->retry_interval >= 0)
        retries.interval = operation->retry_interval;
    return retries;
}

static void configure(const struct execution *e, struct task *task, const struct mapped *mapped,
                      const struct operation_call *call)
{
    const struct operation *operation = mapped->operation;
    task->operation = operation;
    task->instance = mapped->instance;
    task->related = mapped->related;
    task->related_is_target = mapped->related_is_target;
    task->payload = json_object_size(call->kwargs) ? json_incref(call->kwargs) : NULL;
    task->send_events = call->send_events;
    struct task_retries retries = execution_retries(e, TASK_OPERATION, operation);
    task->total_retries = retries.total;
    task->retry_interval = retries.interval;
}

struct task *execution_operation_task(struct execution *e, const struct operation_call *call,
                                      struct error *err)
{
    struct mapped mapped;
    bool skip = false;
    if (!map_call(e, call, &mapped, err))
        return NULL;
    if (!mapped.operation)
        return task_graph_task(e->graph, TASK_NOP, call->operation, err);
    if (!check_plugin(mapped.operation, &skip, err))
        return NULL;
    if (skip)
        return task_graph_task(e->graph, TASK_NOP, call->operation, err);
    if (!check_kwargs(mapped.operation, call, err))
        return NULL;
    struct task *task = task_graph_task(e->graph, TASK_OPERATION, mapped.operation->function, err);
    if (task)
        configure(e, task, &mapped, call);
    return task;
}

struct task *execution_state_task(struct execution *e, long instance, const char *state,
                                  struct error *err)
{
    json_t *text = json_string(state);
    if (!text) {
        error_set(err, ERROR_INVALID, "the state of a node instance must be UTF-8");
        return NULL;
    }
    json_decref(text);
    struct task *task = task_graph_task(e->graph, TASK_SET_STATE, state, err);
    if (task)
        task->instance = instance;
    return task;
}

/* What is told with an event, besides its text. */
static bool set_event_payload(struct task *task, json_t *context, json_t *arguments,
                              struct error *err)
{
    if (!context && !arguments)
        return true;
    task->payload = json_pack("{s:O*, s:O*}", "context", context, "arguments", arguments);
    return task->payload || error_nomem(err);
}

struct task *execution_get_state_task(struct execution *e, long instance, struct error *err)
{
    struct task *task = task_graph_task(e->graph, TASK_GET_STATE, "get_state", err);
    if (task)
        task->instance = instance;
    return task;
}

struct task *execution_node_event_task(struct execution *e, long instance, const char *text,
                                       json_t *context, struct error *err)
{
    struct task *task = task_graph_task(e->graph, TASK_NODE_EVENT, text, err);
    if (!task || !set_event_payload(task, context, NULL, err))
        return NULL;
    task->instance = instance;
    return task;
}

struct task *execution_workflow_event_task(struct execution *e, const char *text,
                                           const char *event_type, json_t *context,
                                           json_t *arguments, struct error *err)
{
    struct task *task = task_graph_task(e->graph, TASK_WORKFLOW_EVENT, text, err);
    if (!task || !set_event_payload(task, context, arguments, err) ||
        !task_graph_set_event_type(e->graph, task, event_type ? event_type : "workflow_stage", err))
        return NULL;
    return task;
}

struct task *execution_subgraph(struct execution *e, const char *name, struct error *err)
{
    return task_graph_task(e->graph, TASK_SUBGRAPH, name, err);
}

struct task *execution_local_task(struct execution *e, const char *name, int function,
                                  const char *info, struct error *err)
{
    struct task *task = task_graph_task(e->graph, TASK_LOCAL, name, err);
    if (!task)
        return NULL;
    struct task_retries retries = execution_retries(e, TASK_LOCAL, NULL);
    task->function = function;
    task->payload = info ? json_string(info) : NULL;
    task->total_retries = retries.total;
    task->retry_interval = retries.interval;
    return task;
}
