/* answer.h - what ctx prints of an answer (runtime.md 10.4). */
#ifndef CLOUDIFY_CTX_ANSWER_H
#define CLOUDIFY_CTX_ANSWER_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/strbuf.h"

/**
 * Append what goes to standard output.
 *
 * @param answer {type: "result", payload, encoding?}; "base64" as encoding: the payload is bytes
 *        that JSON cannot carry. Or {type: "error" or "stop_operation", payload}
 * @param as_json the value as JSON, not as text
 * @return false with `err` set to what goes to standard error instead: ERROR_FAILED, ERROR_NOMEM
 */
bool answer_write(struct strbuf *out, const json_t *answer, bool as_json, struct error *err);

#endif
