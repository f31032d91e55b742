/* execution_events.c - the records that tell what happens: runtime.md section 5. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"
#include "dispatch/message.h"
#include "engine/execution_internal.h"
#include "engine/task_error.h"

static bool out_of_memory(struct execution *e)
{
    struct error err = {0};
    error_nomem(&err);
    return execution_abort(e, &err);
}

bool execution_record(struct execution *e, json_t *record)
{
    struct error err = {0};
    if (!record)
        return out_of_memory(e);
    bool ok = event_add(e->options.store, e->options.execution_id, record, &err);
    if (ok && e->options.on_events && json_array_append(e->records, record))
        ok = error_nomem(&err);
    json_decref(record);
    return ok || execution_abort(e, &err);
}

static json_t *masked_text(struct execution *e, const char *text)
{
    return mask_string(e->disclosure.mask, text, strlen(text));
}

/* What both kinds of records of runtime.md 5.2 and 5.3 begin with. `timestamp` NULL: now. */
static json_t *record_new(const char *type, const char *timestamp)
{
    char now[CLOCK_TEXT_SIZE];
    if (!timestamp)
        clock_timestamp(now);
    json_t *record = json_object();
    if (json_set_text(record, "type", type) &&
        json_set_text(record, "timestamp", timestamp ? timestamp : now) &&
        json_set_text(record, "message_code", NULL))
        return record;
    json_decref(record);
    return NULL;
}

/* Masked, and of a very long one the beginning: it is told by others than the engine. */
static json_t *message_of(struct execution *e, const char *text)
{
    json_t *message = json_object(), *masked = masked_text(e, text);
    if (masked && json_string_length(masked) > MESSAGE_TEXT_LIMIT) {
        json_t *cut = message_text(json_string_value(masked), json_string_length(masked));
        json_decref(masked);
        masked = cut;
    }
    if (json_set_value(message, "text", masked))
        return message;
    json_decref(message);
    return NULL;
}

/* Both take `context`. */

static json_t *event_record(struct execution *e, const char *timestamp, const char *type,
                            json_t *context, const char *text, json_t *arguments)
{
    json_t *record = record_new("cloudify_event", timestamp), *message = message_of(e, text);
    json_t *told = arguments ? mask_json(e->disclosure.mask, arguments) : json_null();
    int failed = json_object_set_new_nocheck(message, "arguments", told) |
                 json_object_set_new_nocheck(record, "event_type", masked_text(e, type)) |
                 json_object_set_new_nocheck(record, "context", context) |
                 json_object_set_new_nocheck(record, "message", message);
    if (!failed)
        return record;
    json_decref(record);
    return NULL;
}

static json_t *log_record(struct execution *e, const char *timestamp, const char *level,
                          const char *logger, json_t *context, const char *text)
{
    json_t *record = record_new("cloudify_log", timestamp);
    int failed = json_object_set_new_nocheck(record, "context", context) |
                 json_object_set_new_nocheck(record, "logger", masked_text(e, logger)) |
                 json_object_set_new_nocheck(record, "level", json_string_nocheck(level)) |
                 json_object_set_new_nocheck(record, "message", message_of(e, text));
    if (!failed)
        return record;
    json_decref(record);
    return NULL;
}

static const struct plan_node *node_of(const struct execution *e, long instance)
{
    return instance_node(e->options.instances, e->options.instances->items[instance]);
}

static bool set_instance(const struct execution *e, json_t *context, const char *id_key,
                         const char *name_key, long instance)
{
    return json_set_text(context, id_key, e->options.instances->items[instance]->id) &&
           json_set_text(context, name_key, node_of(e, instance)->id);
}

/* The context of what happens to an instance outside of operations. */
static json_t *instance_context(const struct execution *e, long instance)
{
    json_t *context = json_copy(e->base_context);
    if (context && instance != TASK_NO_INSTANCE &&
        !set_instance(e, context, "node_id", "node_name", instance)) {
        json_decref(context);
        return NULL;
    }
    return context;
}

bool execution_workflow_event(struct execution *e, const char *type, const char *text,
                              json_t *arguments)
{
    json_t *context = json_copy(e->base_context);
    return execution_record(e,
                            context ? event_record(e, NULL, type, context, text, arguments) : NULL);
}

bool execution_warning(struct execution *e, const char *text)
{
    json_t *context = json_copy(e->base_context);
    return execution_record(e, context ? log_record(e, NULL, "warning", "engine", context, text)
                                       : NULL);
}

static bool add_operation(const struct execution *e, const struct task *task, json_t *context)
{
    const struct operation *operation = task->operation;
    bool ok = json_set_text(context, "task_id", task->id) &&
              json_set_text(context, "task_name", task->text) &&
              json_set_text(context, "task_queue", NULL) &&
              json_set_text(context, "task_target", NULL) &&
              json_set_text(context, "operation", operation->name) &&
              json_set_text(context, "plugin", operation->plugin->name);
    if (!ok || task->related == TASK_NO_INSTANCE)
        return ok && set_instance(e, context, "node_id", "node_name", task->instance);
    long source = task->related_is_target ? task->instance : task->related;
    long target = task->related_is_target ? task->related : task->instance;
    return set_instance(e, context, "source_id", "source_name", source) &&
           set_instance(e, context, "target_id", "target_name", target);
}

/* Subgraphs happen to no operation. runtime.md 5.3 has no ids at all here, which would leave a
 * reader without the deployment. */
static bool add_no_operation(json_t *context)
{
    static const char *const keys[] = {"task_id",     "task_name", "task_queue",
                                       "task_target", "operation", "plugin"};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof keys / sizeof *keys; i++)
        ok = json_set_text(context, keys[i], NULL);
    return ok;
}

static json_t *task_context(const struct execution *e, const struct task *task)
{
    if (task->kind == TASK_LOCAL)
        return instance_context(e, task->instance);
    json_t *context = json_copy(e->base_context);
    bool ok = context;
    if (ok && task->kind == TASK_SUBGRAPH)
        ok = add_no_operation(context);
    else if (ok && task->kind == TASK_OPERATION)
        ok = add_operation(e, task, context);
    if (ok)
        return context;
    json_decref(context);
    return NULL;
}

static json_t *task_event_context(const struct execution *e, const struct task *task,
                                  const struct task_outcome *outcome)
{
    json_t *context = task_context(e, task);
    bool ok =
        context &&
        !json_object_set_new(context, "task_current_retries",
                             json_integer(task->current_retries)) &&
        !json_object_set_new(context, "task_total_retries", json_integer(task->total_retries));
    if (ok && outcome && outcome->error)
        ok = !json_object_set_new(context, "task_error_causes", task_error_causes(outcome->error));
    if (ok)
        return context;
    json_decref(context);
    return NULL;
}

static void add_result(struct strbuf *text, const struct task_outcome *outcome)
{
    if (outcome->value && json_is_string(outcome->value)) {
        strbuf_addf(text, " - %s", json_string_value(outcome->value));
    } else if (outcome->value && !json_is_null(outcome->value)) {
        strbuf_adds(text, " - ");
        json_write(text, outcome->value);
    }
    if (outcome->error)
        strbuf_addf(text, " -> %s", json_string_at(outcome->error, "message", ""));
}

/* The texts of runtime.md 5.4, suffixes included. */
static void task_text(const struct execution *e, struct strbuf *text, const struct task *task,
                      const struct task_outcome *outcome)
{
    if (task->state == TASK_SENDING)
        strbuf_addf(text, "Sending task '%s'", task->text);
    else
        strbuf_addf(text, "%s %s '%s'", task->kind == TASK_SUBGRAPH ? "Subgraph" : "Task",
                    task_state_name(task->state), task->text);
    if (outcome)
        add_result(text, outcome);
    if (e->options.dry_run && task->kind != TASK_SUBGRAPH)
        strbuf_adds(text, " (dry run)");
    if (task->current_retries > 0 && task->total_retries < 0)
        strbuf_addf(text, " [retry %d]", task->current_retries);
    else if (task->current_retries > 0)
        strbuf_addf(text, " [retry %d/%d]", task->current_retries, task->total_retries);
}

bool execution_task_event(struct execution *e, const struct task *task,
                          const struct task_outcome *outcome, const char *timestamp)
{
    static const char *const types[] = {
        [TASK_SENDING] = "sending_task",         [TASK_STARTED] = "task_started",
        [TASK_RESCHEDULED] = "task_rescheduled", [TASK_SUCCEEDED] = "task_succeeded",
        [TASK_FAILED] = "task_failed",
    };
    bool failure = task->state == TASK_FAILED || task->state == TASK_RESCHEDULED;
    if (!types[task->state] || (!task->send_events && !failure))
        return true;
    struct strbuf text = STRBUF_INIT;
    task_text(e, &text, task, outcome);
    json_t *context = task_event_context(e, task, outcome);
    bool ok =
        execution_record(e, context && !text.failed ? event_record(e, timestamp, types[task->state],
                                                                   context, text.text, NULL)
                                                    : NULL);
    strbuf_release(&text);
    return ok;
}

bool execution_send_event(struct execution *e, const struct task *task)
{
    json_t *context = instance_context(e, task->instance);
    json_t *told = json_object_get(task->payload, "context");
    json_t *more = mask_json(e->disclosure.mask, told);
    bool ok = context && (!told || (more && !json_object_update(context, more)));
    json_decref(more);
    if (!ok) {
        json_decref(context);
        return out_of_memory(e);
    }
    const char *type = task->kind == TASK_NODE_EVENT ? "workflow_node_event" : task->event_type;
    return execution_record(e, event_record(e, NULL, type, context, task->text,
                                            json_object_get(task->payload, "arguments")));
}

bool execution_log(struct execution *e, long instance, const char *level, const char *text,
                   struct error *err)
{
    char logger[512];
    if (instance == TASK_NO_INSTANCE)
        snprintf(logger, sizeof logger, "ctx.%s", e->options.execution_id);
    else
        snprintf(logger, sizeof logger, "ctx.%s-%s", e->options.execution_id,
                 e->options.instances->items[instance]->id);
    json_t *context = instance_context(e, instance);
    json_t *record = context ? log_record(e, NULL, level, logger, context, text) : NULL;
    if (execution_record(e, record))
        return true;
    return error_set(err, e->fatal.code, "%s", e->fatal.text);
}

bool execution_operation_record(struct execution *e, const struct task *task, const json_t *message)
{
    const char *type = json_string_at(message, "type", "log");
    const char *text = json_string_at(message, "text", "");
    json_t *context = task_context(e, task);
    if (!context)
        return out_of_memory(e);
    const char *timestamp = json_string_at(message, "timestamp", NULL);
    if (!strcmp(type, "event")) {
        const char *event_type = json_string_at(message, "event_type", "plugin_event");
        return execution_record(e, event_record(e, timestamp, event_type, context, text, NULL));
    }
    char logger[sizeof "ctx." + UUID_TEXT_SIZE];
    snprintf(logger, sizeof logger, "ctx.%s", task->id);
    return execution_record(e,
                            log_record(e, timestamp, json_string_at(message, "level", "info"),
                                       json_string_at(message, "logger", logger), context, text));
}
