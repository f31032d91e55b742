/* execution_events.c - the records that tell what happens: runtime.md section 5.
 *
 * A record is made in two steps. First its context is written, as JSON, into `e->context`, and what
 * people are shown of it is set in a struct event; then tell() adds the rest.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cut_text.h"
#include "base/json.h"
#include "base/utf8.h"
#include "engine/event.h"
#include "engine/execution_internal.h"
#include "engine/task_error.h"

/* Bytes of a turn's records; with so many they are stored before it is over. */
enum { RECORDS_IN_MEMORY = 256 * 1024 };

static bool out_of_memory(struct execution *e)
{
    struct error err = {0};
    error_nomem(&err);
    return execution_abort(e, &err);
}

bool execution_events_init(struct execution *e)
{
    const struct execution_options *options = &e->options;
    e->base_context = e->context = e->records = (struct strbuf)STRBUF_INIT;
    strbuf_addc(&e->base_context, '{');
    json_write_member(&e->base_context, "blueprint_id", options->blueprint_id);
    json_write_member(&e->base_context, "deployment_id", options->deployment_id);
    json_write_member(&e->base_context, "execution_id", options->execution_id);
    json_write_member(&e->base_context, "workflow_id", options->workflow->name);
    strbuf_adds(&e->base_context, ",\"tenant\":{\"name\":\"default_tenant\"}");
    return !e->base_context.failed;
}

void execution_events_release(struct execution *e)
{
    strbuf_release(&e->base_context);
    strbuf_release(&e->context);
    strbuf_release(&e->records);
}

/* ---- telling ---- */

static bool keep(struct execution *e, const struct event *event)
{
    size_t start = e->records.length;
    strbuf_addc(&e->context, '}');
    event_write_record(&e->records, event, e->context.text);
    strbuf_addc(&e->records, '\0');
    if (e->context.failed || e->records.failed)
        return out_of_memory(e);
    e->record_count++;
    if (e->options.on_event) {
        e->options.on_event(e->options.on_event_data, event, e->records.text + start);
        e->told_events++;
    }
    return e->records.length < RECORDS_IN_MEMORY || execution_keep_events(e);
}

bool execution_keep_events(struct execution *e)
{
    struct error err = {0};
    bool ok = events_add(e->options.store, e->options.execution_id, e->base_context.text,
                         e->records.text, e->record_count, &err);
    strbuf_truncate(&e->records, 0);
    e->record_count = 0;
    return ok || execution_abort(e, &err);
}

static json_t *masked(struct execution *e, const char *text)
{
    return mask_string(e->disclosure.mask, text, strlen(text));
}

/* Of a very long one the beginning. */
static json_t *masked_message(struct execution *e, const char *text)
{
    json_t *whole = masked(e, text);
    if (json_string_length(whole) <= CUT_TEXT_LIMIT)
        return whole;
    json_t *cut = cut_text(json_string_value(whole), json_string_length(whole));
    json_decref(whole);
    return cut;
}

/* Masked, what others than the engine may have said; without a timestamp, of now. */
static bool tell(struct execution *e, struct event event)
{
    char now[CLOCK_TEXT_SIZE];
    if (!event.timestamp) {
        clock_timestamp(now);
        event.timestamp = now;
    }
    json_t *text = masked_message(e, event.text);
    json_t *name = masked(e, event.type ? event.type : event.logger);
    json_t *arguments = mask_json(e->disclosure.mask, (json_t *)event.arguments);
    bool ok = text && name && (arguments || !event.arguments);
    if (ok) {
        *(event.type ? &event.type : &event.logger) = json_string_value(name);
        event.text = json_string_value(text);
        event.arguments = arguments;
        ok = keep(e, &event);
    } else {
        out_of_memory(e);
    }
    json_decref(arguments);
    json_decref(name);
    json_decref(text);
    return ok;
}

/* ---- contexts ---- */

static const struct plan_node *node_of(const struct execution *e, long instance)
{
    return instance_node(e->options.instances, e->options.instances->items[instance]);
}

/* Write which instance it is; its id, borrowed. */
static const char *add_instance(struct execution *e, const char *id_key, const char *name_key,
                                long instance)
{
    const char *id = e->options.instances->items[instance]->id;
    json_write_member(&e->context, id_key, id);
    json_write_member(&e->context, name_key, node_of(e, instance)->id);
    return id;
}

/* Begin an event of the execution itself. */
static struct event begin(struct execution *e)
{
    strbuf_truncate(&e->context, 0);
    strbuf_add(&e->context, e->base_context.text, e->base_context.length);
    return (struct event){.deployment_id = e->options.deployment_id,
                          .node_id = "",
                          .source_id = "",
                          .target_id = "",
                          .operation = ""};
}

/* Begin one of what happens to an instance outside of operations. */
static struct event begin_of_instance(struct execution *e, long instance)
{
    struct event event = begin(e);
    if (instance != TASK_NO_INSTANCE)
        event.node_id = add_instance(e, "node_id", "node_name", instance);
    return event;
}

static void add_sides(struct execution *e, const struct task *task, struct event *event)
{
    long source = task->related_is_target ? task->instance : task->related;
    long target = task->related_is_target ? task->related : task->instance;
    event->source_id = add_instance(e, "source_id", "source_name", source);
    event->target_id = add_instance(e, "target_id", "target_name", target);
}

static void add_operation(struct execution *e, const struct task *task, struct event *event)
{
    json_write_member(&e->context, "task_id", uuid_text(&task->id).text);
    json_write_member(&e->context, "task_name", task->text);
    json_write_member(&e->context, "task_queue", NULL);
    json_write_member(&e->context, "task_target", NULL);
    json_write_member(&e->context, "operation", task->operation->name);
    json_write_member(&e->context, "plugin", task->operation->plugin->name);
    event->operation = task->operation->name;
    if (task->related == TASK_NO_INSTANCE)
        event->node_id = add_instance(e, "node_id", "node_name", task->instance);
    else
        add_sides(e, task, event);
}

/* Subgraphs happen to no operation. runtime.md 5.3 has no ids at all here, which would leave a
 * reader without the deployment. */
static void add_no_operation(struct execution *e, struct event *event)
{
    static const char *const keys[] = {"task_id",     "task_name", "task_queue",
                                       "task_target", "operation", "plugin"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_write_member(&e->context, keys[i], NULL);
    event->of_subgraph = true;
}

static struct event begin_of_task(struct execution *e, const struct task *task)
{
    if (task->kind == TASK_LOCAL)
        return begin_of_instance(e, task->instance);
    struct event event = begin(e);
    if (task->kind == TASK_SUBGRAPH)
        add_no_operation(e, &event);
    else if (task->kind == TASK_OPERATION)
        add_operation(e, task, &event);
    return event;
}

/* What who sends an event says of its context goes before what is known: the whole, which `event`
 * borrows from; new, or NULL when out of memory. */
static json_t *merge_context(struct execution *e, struct event *event, json_t *said)
{
    struct error err = {0};
    strbuf_addc(&e->context, '}');
    json_t *context = json_read(e->context.text, e->context.length, "context", &err);
    json_t *more = mask_json(e->disclosure.mask, said);
    bool ok = context && more && !json_object_update(context, more);
    json_decref(more);
    if (!ok) {
        json_decref(context);
        return NULL;
    }
    strbuf_truncate(&e->context, 0);
    json_write(&e->context, context);
    strbuf_truncate(&e->context, e->context.length - 1);
    event_set_context(event, context);
    return context;
}

/* ---- events ---- */

bool execution_workflow_event(struct execution *e, const char *type, const char *text,
                              json_t *arguments)
{
    struct event event = begin(e);
    event.type = type;
    event.text = text;
    event.arguments = arguments;
    return tell(e, event);
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
        strbuf_add_all(text, "Sending task '", task->text, "'");
    else
        strbuf_add_all(text, task->kind == TASK_SUBGRAPH ? "Subgraph " : "Task ",
                       task_state_name(task->state), " '", task->text, "'");
    if (outcome)
        add_result(text, outcome);
    if (e->options.dry_run && task->kind != TASK_SUBGRAPH)
        strbuf_adds(text, " (dry run)");
    if (task->current_retries > 0 && task->total_retries < 0)
        strbuf_addf(text, " [retry %d]", task->current_retries);
    else if (task->current_retries > 0)
        strbuf_addf(text, " [retry %d/%d]", task->current_retries, task->total_retries);
}

/* What each attempt has besides, and what a task failed by. */
static void add_attempt(struct execution *e, const struct task *task, const json_t *causes)
{
    json_write_integer_member(&e->context, "task_current_retries", task->current_retries);
    json_write_integer_member(&e->context, "task_total_retries", task->total_retries);
    if (causes)
        json_write_value_member(&e->context, "task_error_causes", causes);
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
    const json_t *error = outcome ? outcome->error : NULL;
    json_t *causes = error ? task_error_causes(error) : NULL;
    struct strbuf text = STRBUF_INIT;
    task_text(e, &text, task, outcome);
    struct event event = begin_of_task(e, task);
    add_attempt(e, task, causes);
    event.type = types[task->state];
    event.timestamp = timestamp;
    event.text = text.text;
    event.causes = causes;
    bool ok = text.failed || (error && !causes) ? out_of_memory(e) : tell(e, event);
    strbuf_release(&text);
    json_decref(causes);
    return ok;
}

bool execution_send_event(struct execution *e, const struct task *task)
{
    struct event event = begin_of_instance(e, task->instance);
    json_t *said = json_object_get(task->payload, "context");
    json_t *context = said ? merge_context(e, &event, said) : NULL;
    if (said && !context)
        return out_of_memory(e);
    event.type = task->kind == TASK_NODE_EVENT ? "workflow_node_event" : task->event_type;
    event.text = task->text;
    event.arguments = json_object_get(task->payload, "arguments");
    bool ok = tell(e, event);
    json_decref(context);
    return ok;
}

/* ---- logs ---- */

bool execution_warning(struct execution *e, const char *text)
{
    struct event event = begin(e);
    event.level = "warning";
    event.logger = "engine";
    event.text = text;
    return tell(e, event);
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
    struct event event = begin_of_instance(e, instance);
    event.level = level;
    event.logger = logger;
    event.text = text;
    if (tell(e, event))
        return true;
    return error_set(err, e->fatal.code, "%s", e->fatal.text);
}

bool execution_operation_record(struct execution *e, const struct task *task, const json_t *message)
{
    char logger[sizeof "ctx." + UUID_TEXT_SIZE];
    snprintf(logger, sizeof logger, "ctx.%s", uuid_text(&task->id).text);
    struct event event = begin_of_task(e, task);
    event.timestamp = json_string_at(message, "timestamp", NULL);
    event.text = json_string_at(message, "text", "");
    event.level = json_string_at(message, "level", "info");
    event.logger = json_string_at(message, "logger", logger);
    if (!strcmp(json_string_at(message, "type", "log"), "event"))
        event.type = json_string_at(message, "event_type", "plugin_event");
    return tell(e, event);
}
