/* concat.c - {concat: [...]}: the texts of its arguments, joined. */
#include <string.h>

#include "base/json.h"
#include "functions/functions_internal.h"

static bool check(struct evaluation *e, const struct function_call *call)
{
    return json_is_array(call->arguments) ||
           evaluation_fail(e, call->path, FUNCTION_PROBLEM_ARGUMENTS, ERROR_INVALID,
                           "concat needs a list, not %s", json_kind(call->arguments));
}

/* What is no string is written as JSON: `true`, `null`, `[1,"a"]` (dsl.md 10.2, REC). */
static json_t *evaluate(struct evaluation *e, const struct function_call *call)
{
    (void)e;
    struct strbuf text = STRBUF_INIT;
    if (functions_contain(call->arguments))
        return json_incref((json_t *)call->value);
    for (size_t i = 0; i < json_array_size(call->arguments); i++) {
        const json_t *part = json_array_get(call->arguments, i);
        if (json_is_string(part))
            strbuf_add(&text, json_string_value(part), json_string_length(part));
        else
            json_write(&text, part);
    }
    json_t *result = text.failed ? NULL : json_stringn_nocheck(text.text, text.length);
    strbuf_release(&text);
    return result;
}

const struct function function_concat = {
    .name = "concat", .since = 101, .check = check, .evaluate = evaluate};
