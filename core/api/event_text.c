/* event_text.c - see event_text.h. */
#include "api/event_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define MARGIN "    "

bool event_is_shown(const struct event *event, enum cloudify_event_form form)
{
    return event->type || form != CLOUDIFY_EVENTS_TEXT || strcmp(event->level, "debug") != 0;
}

static const char *last_part(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* "[webserver_a1b2c3.start] " or "[source->target|establish] ", or nothing. */
static void add_who(struct strbuf *out, const struct event *event)
{
    const char *operation = last_part(event->operation), *node = event->node_id;
    if (*event->source_id)
        strbuf_add_all(out, "[", event->source_id, "->", event->target_id, *operation ? "|" : "",
                       operation, "] ");
    else if (*node || *operation)
        strbuf_add_all(out, "[", node, *node && *operation ? "." : "", operation, "] ");
}

static void add_level(struct strbuf *out, const char *level)
{
    for (; *level; level++)
        strbuf_addc(out, *level >= 'a' && *level <= 'z' ? (char)(*level - 'a' + 'A') : *level);
    strbuf_adds(out, ": ");
}

/* Each line of `text` after a newline and `margin`. */
static void add_lines(struct strbuf *out, const char *margin, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        strbuf_add_all(out, "\n", margin);
        strbuf_add(out, text, length);
        text += length + (text[length] == '\n');
    }
}

/* What begins in the middle of a line, with its further lines below. */
static void add_rest(struct strbuf *out, const char *margin, const char *text)
{
    size_t length = strcspn(text, "\n");
    strbuf_add(out, text, length);
    add_lines(out, margin, text + length + (text[length] == '\n'));
}

/* The error itself, which the message has told already, is the last one: where it was raised; then
 * what it was caused by, the newest first. */
static void add_causes(struct strbuf *out, const json_t *causes)
{
    const char *margin = MARGIN;
    for (size_t i = json_array_size(causes); i > 0; i--) {
        const json_t *cause = json_array_get(causes, i - 1);
        if (i < json_array_size(causes)) {
            margin = MARGIN MARGIN;
            strbuf_addf(out, "\n" MARGIN "caused by: %s: ", json_string_at(cause, "type", ""));
            add_rest(out, margin, json_string_at(cause, "message", ""));
        }
        add_lines(out, margin, json_string_at(cause, "traceback", ""));
        add_lines(out, margin, json_string_at(cause, "excerpt", ""));
    }
}

/* Why a subgraph has failed, its tasks have told. */
static void add_subgraph(struct strbuf *out, const char *text, const json_t *causes)
{
    const json_t *last = json_array_get(causes, json_array_size(causes) - 1);
    const char *reason = json_string_at(last, "message", "");
    const char *arrow = strstr(text, " -> ");
    if (last && arrow && !strncmp(arrow + 4, reason, strlen(reason))) {
        strbuf_add(out, text, (size_t)(arrow - text));
        text = arrow + 4 + strlen(reason);
    }
    add_rest(out, MARGIN, text);
}

/* Without the tracebacks that tasks have told, and without the reason if that follows. */
static void add_failure(struct strbuf *out, const char *text, const char *reason,
                        bool error_follows)
{
    const char *tracebacks = strstr(reason, "\nTraceback of ");
    size_t length = strlen(text) - (tracebacks ? strlen(tracebacks) : 0);
    if (error_follows && strlen(text) >= strlen(reason) + 2)
        length = strlen(text) - strlen(reason) - 2;
    char *told = strndup(text, length);
    if (told)
        add_rest(out, MARGIN, told);
    free(told);
    if (tracebacks && strstr(tracebacks, "\nTraceback of the workflow ") == tracebacks)
        add_lines(out, MARGIN, tracebacks + 1);
}

static void add_message(struct strbuf *out, const struct event *event, bool error_follows)
{
    const char *reason = json_string_at(event->arguments, "error", "");
    if (event->of_subgraph) {
        add_subgraph(out, event->text, event->causes);
    } else if (event->type && !strcmp(event->type, "workflow_failed")) {
        add_failure(out, event->text, reason, error_follows);
    } else {
        strbuf_adds(out, event->text);
        add_causes(out, event->causes);
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

void event_write_text(struct strbuf *out, const struct event *event, bool error_follows)
{
    add_time(out, event->timestamp);
    strbuf_adds(out, event->type ? "  CFY " : "  LOG ");
    if (*event->deployment_id) /* subgraphs of older stores happened in none */
        strbuf_add_all(out, "<", event->deployment_id, "> ");
    add_who(out, event);
    if (!event->type)
        add_level(out, event->level);
    add_message(out, event, error_follows);
}
