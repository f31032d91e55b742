/* event_text.h - an event or log record as a text for people: runtime.md 5.5. */
#ifndef CLOUDIFY_API_EVENT_TEXT_H
#define CLOUDIFY_API_EVENT_TEXT_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "engine/event.h"
#include "include/cloudify.h"

/** Whether `form` has the event: debug logs are for CLOUDIFY_EVENTS_DEBUG_TEXT and JSON only. */
bool event_is_shown(const struct event *event, enum cloudify_event_form form);
/**
 * Append the text, without a newline at its end.
 *
 * @param error_follows whoever reads it is told next why the execution has failed: a text does not
 */
void event_write_text(struct strbuf *out, const struct event *event, bool error_follows);

#endif
