/* answer.c - see answer.h. */
#include "ctx/answer.h"

#include <string.h>

#include "base/base64.h"
#include "base/json.h"

/* What a script tests with -z: null, false, zero, and what is empty. */
static bool is_empty(const json_t *value)
{
    return !value || json_is_null(value) || json_is_false(value) ||
           (json_is_string(value) && !json_string_length(value)) ||
           (json_is_number(value) && json_number_value(value) == 0) ||
           (json_is_array(value) && !json_array_size(value)) ||
           (json_is_object(value) && !json_object_size(value));
}

/* True is written as scripts for Cloudify compare it. */
static void write_text(struct strbuf *out, const json_t *value)
{
    if (is_empty(value))
        return;
    if (json_is_string(value))
        strbuf_add(out, json_string_value(value), json_string_length(value));
    else if (json_is_true(value))
        strbuf_adds(out, "True");
    else
        json_write(out, value);
}

static bool write_bytes(struct strbuf *out, const json_t *payload, bool as_json, struct error *err)
{
    if (as_json)
        return error_set(err, ERROR_FAILED, "the value is not text: JSON cannot show it");
    return base64_decode(out, json_string_value(payload), json_string_length(payload)) ||
           error_set(err, ERROR_FAILED, "the answer is damaged");
}

static bool refuse(const json_t *payload, bool stop, struct error *err)
{
    const char *message = json_string_at(payload, "message", "");
    const char *type = json_string_at(payload, "type", "Error");
    return stop ? error_set(err, ERROR_FAILED, "%s", message)
                : error_set(err, ERROR_FAILED, "%s: %s", type, message);
}

bool answer_write(struct strbuf *out, const json_t *answer, bool as_json, struct error *err)
{
    const char *type = json_string_at(answer, "type", "");
    const json_t *payload = json_object_get(answer, "payload");
    if (strcmp(type, "result") != 0)
        return refuse(payload, !strcmp(type, "stop_operation"), err);
    if (!strcmp(json_string_at(answer, "encoding", ""), "base64") && json_is_string(payload))
        return write_bytes(out, payload, as_json, err);
    if (as_json)
        json_write(out, payload);
    else
        write_text(out, payload);
    return !out->failed || error_nomem(err);
}
