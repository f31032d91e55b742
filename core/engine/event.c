/* event.c - see event.h. */
#include "engine/event.h"

#include <string.h>

#include "base/json.h"

void event_set_context(struct event *event, const json_t *context)
{
    event->deployment_id = json_string_at(context, "deployment_id", "");
    event->node_id = json_string_at(context, "node_id", "");
    event->source_id = json_string_at(context, "source_id", "");
    event->target_id = json_string_at(context, "target_id", "");
    event->operation = json_string_at(context, "operation", "");
    event->causes = json_object_get(context, "task_error_causes");
    event->of_subgraph = json_is_null(json_object_get(context, "operation"));
}

struct event event_of_record(const json_t *record)
{
    const json_t *message = json_object_get(record, "message");
    bool is_log = !strcmp(json_string_at(record, "type", ""), "cloudify_log");
    struct event event = {
        .timestamp = json_string_at(record, "timestamp", ""),
        .type = is_log ? NULL : json_string_at(record, "event_type", ""),
        .level = json_string_at(record, "level", ""),
        .logger = json_string_at(record, "logger", ""),
        .text = json_string_at(message, "text", ""),
        .arguments = json_object_get(message, "arguments"),
    };
    event_set_context(&event, json_object_get(record, "context"));
    return event;
}

void event_write_record(struct strbuf *out, const struct event *event, const char *context)
{
    bool is_log = !event->type;
    strbuf_addc(out, '{');
    json_write_member(out, "type", is_log ? "cloudify_log" : "cloudify_event");
    json_write_member(out, "timestamp", event->timestamp);
    json_write_member(out, "message_code", NULL);
    if (is_log) {
        json_write_member(out, "logger", event->logger);
        json_write_member(out, "level", event->level);
    } else {
        json_write_member(out, "event_type", event->type);
    }
    strbuf_add_all(out, ",\"context\":", context, ",\"message\":{");
    json_write_member(out, "text", event->text);
    if (!is_log) {
        strbuf_adds(out, ",\"arguments\":");
        json_write(out, event->arguments);
    }
    strbuf_adds(out, "}}");
}
