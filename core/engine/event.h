/* event.h - an event or a log record, as it is told to the store and to whoever listens:
 * runtime.md 5.2 and 5.3.
 */
#ifndef CLOUDIFY_ENGINE_EVENT_H
#define CLOUDIFY_ENGINE_EVENT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/strbuf.h"

/* All is borrowed. */
struct event {
    const char *timestamp;
    const char *type;           /* of an event: "task_started"; NULL: it is a log record */
    const char *level, *logger; /* of a log record */
    const char *text;           /* the message */
    const json_t *arguments;    /* of the message of an event, or NULL */
    /* What people are shown of the context; "" where it has none. */
    const char *deployment_id, *node_id, *source_id, *target_id, *operation;
    const json_t *causes; /* of the error of a task, the oldest first, or NULL */
    bool of_subgraph;     /* to which no operation happens */
};

/** What a stored record tells; borrowed from `record`. */
struct event event_of_record(const json_t *record);
/** Take over what people are shown of `context`, from which it is borrowed. */
void event_set_context(struct event *event, const json_t *context);
/**
 * Append the event as the JSON object that is stored.
 *
 * @param context its whole context, a JSON object
 */
void event_write_record(struct strbuf *out, const struct event *event, const char *context);

#endif
