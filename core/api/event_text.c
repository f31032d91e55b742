/* event_text.c - see event_text.h. */
#include "api/event_text.h"

#include <string.h>

#include "base/json.h"

static bool is_log(const json_t *record)
{
    return !strcmp(json_string_at(record, "type", ""), "cloudify_log");
}

bool event_is_shown(const json_t *record, enum cloudify_event_form form)
{
    return form != CLOUDIFY_EVENTS_TEXT || !is_log(record) ||
           strcmp(json_string_at(record, "level", ""), "debug");
}

static const char *last_part(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* "[webserver_a1b2c3.start] " or "[source->target|establish] ", or nothing. */
static void add_who(struct strbuf *out, const json_t *context)
{
    const char *operation = last_part(json_string_at(context, "operation", ""));
    const char *node = json_string_at(context, "node_id", "");
    const char *source = json_string_at(context, "source_id", "");
    const char *target = json_string_at(context, "target_id", "");
    if (*source)
        strbuf_add_all(out, "[", source, "->", target, *operation ? "|" : "", operation, "] ");
    else if (*node || *operation)
        strbuf_add_all(out, "[", node, *node && *operation ? "." : "", operation, "] ");
}

static void add_level(struct strbuf *out, const char *level)
{
    for (; *level; level++)
        strbuf_addc(out, *level >= 'a' && *level <= 'z' ? (char)(*level - 'a' + 'A') : *level);
    strbuf_adds(out, ": ");
}

static void add_indented(struct strbuf *out, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        strbuf_adds(out, "\n    ");
        strbuf_add(out, text, length);
        text += length + (text[length] == '\n');
    }
}

static void add_causes(struct strbuf *out, const json_t *causes)
{
    size_t index;
    const json_t *cause;
    json_array_foreach(causes, index, cause)
    {
        if (json_array_size(causes) > 1)
            strbuf_addf(out, "\n    cause %zu of %zu: %s: %s", index + 1, json_array_size(causes),
                        json_string_at(cause, "type", ""), json_string_at(cause, "message", ""));
        add_indented(out, json_string_at(cause, "traceback", ""));
        add_indented(out, json_string_at(cause, "excerpt", ""));
    }
}

static void add_time(struct strbuf *out, const char *timestamp)
{
    char time[sizeof "2026-11-23 01:02:35.618"] = "";
    strncat(time, timestamp, sizeof time - 1);
    if (strlen(time) > 10)
        time[10] = ' ';
    strbuf_adds(out, time);
}

/* The form of runtime.md 5.5. */
static void add_text(struct strbuf *out, const json_t *record)
{
    const json_t *context = json_object_get(record, "context");
    const json_t *message = json_object_get(record, "message");
    add_time(out, json_string_at(record, "timestamp", ""));
    const char *deployment = json_string_at(context, "deployment_id", "");
    strbuf_adds(out, is_log(record) ? "  LOG " : "  CFY ");
    if (*deployment) /* subgraphs happen in none (runtime.md 5.3) */
        strbuf_add_all(out, "<", deployment, "> ");
    add_who(out, context);
    if (is_log(record))
        add_level(out, json_string_at(record, "level", ""));
    strbuf_adds(out, json_string_at(message, "text", ""));
    if (*deployment) /* a subgraph has failed for what has been told of */
        add_causes(out, json_object_get(context, "task_error_causes"));
}

void event_write(struct strbuf *out, const json_t *record, enum cloudify_event_form form)
{
    if (form == CLOUDIFY_EVENTS_JSON)
        json_write(out, record);
    else
        add_text(out, record);
}
