/* get_secret.c - {get_secret: name}, or {get_secret: [name, key or index, ...]} into its JSON. */

#include "base/json.h"
#include "functions/functions_internal.h"

static bool is_step(const json_t *step)
{
    return json_is_string(step) || json_is_integer(step) || function_is_call(step);
}

static bool check(struct evaluation *e, const struct function_call *call)
{
    const json_t *arguments = call->arguments;
    bool ok =
        json_is_string(arguments) || function_is_call(arguments) || json_array_size(arguments) >= 2;
    for (size_t i = 0; ok && i < json_array_size(arguments); i++) {
        const json_t *step = json_array_get(arguments, i);
        ok = is_step(step) && (i > 0 || !json_is_integer(step));
    }
    return ok || evaluation_fail(e, call->path, FUNCTION_PROBLEM_SIGNATURE, ERROR_INVALID,
                                 "get_secret needs the name of a secret, or a list [name, key or "
                                 "index, ...]");
}

static json_t *find(struct evaluation *e, const struct function_call *call, const char *name)
{
    json_t *text = e->source->secret(e->source->secrets, name, e->err);
    if (!text && e->err->code)
        evaluation_source_failed(e, call->path);
    else if (!text)
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_NOT_FOUND, ERROR_NOT_FOUND,
                        "get_secret: there is no secret '%s'", name);
    return text;
}

/* What a message would show of a text that cannot be parsed could be the secret itself. */
static json_t *parse(struct evaluation *e, const struct function_call *call, const json_t *text,
                     const char *name)
{
    struct error unused = {0};
    json_t *value = json_parse(json_string_value(text) ? json_string_value(text) : "",
                               json_string_length(text), "", &unused);
    if (!value)
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID,
                        "get_secret: the secret '%s' is not JSON", name);
    return value;
}

static json_t *walk(struct evaluation *e, const struct function_call *call, json_t *value,
                    const char *name)
{
    struct strbuf reason = STRBUF_INIT;
    enum walk_result result = evaluation_walk(e, call, 1, &value, &reason);
    if (result != WALK_FOUND) {
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID,
                        "get_secret of '%s': %s", name, reason.text);
        json_decref(value);
        value = NULL;
    }
    strbuf_release(&reason);
    return value;
}

static json_t *evaluate(struct evaluation *e, const struct function_call *call)
{
    bool is_path = json_is_array(call->arguments);
    const char *name =
        json_string_value(is_path ? json_array_get(call->arguments, 0) : call->arguments);
    if (!e->source->secret) {
        evaluation_unsupported(e, call);
        return NULL;
    }
    json_t *text = find(e, call, name);
    if (!text || !is_path)
        return text;
    json_t *value = parse(e, call, text, name);
    json_decref(text);
    return value ? walk(e, call, value, name) : NULL;
}

const struct function function_get_secret = {
    .name = "get_secret", .is_runtime = true, .check = check, .evaluate = evaluate};
