/* event_text.h - how an event or log record is handed out: as JSON, or as text for people. */
#ifndef CLOUDIFY_API_EVENT_TEXT_H
#define CLOUDIFY_API_EVENT_TEXT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/strbuf.h"
#include "include/cloudify.h"

/** Whether `form` has the record: debug logs are for CLOUDIFY_EVENTS_DEBUG_TEXT and JSON only. */
bool event_is_shown(const json_t *record, enum cloudify_event_form form);
/**
 * Append the record to `out` in the form `form`, without a newline at its end.
 *
 * @param error_follows whoever reads it is told next why the execution has failed: a text does not
 */
void event_write(struct strbuf *out, const json_t *record, enum cloudify_event_form form,
                 bool error_follows);

#endif
