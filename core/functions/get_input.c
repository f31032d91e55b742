/* get_input.c - {get_input: name} or {get_input: [name, key or index, ...]}. */
#include <string.h>

#include "base/json.h"
#include "functions/functions_internal.h"

/* The name of the input: the argument, or the first of a list. */
static const json_t *name_argument(const struct function_call *call)
{
    return json_is_array(call->arguments) ? json_array_get(call->arguments, 0) : call->arguments;
}

static bool check(struct evaluation *e, const struct function_call *call)
{
    const json_t *name = name_argument(call);
    return json_is_string(name) || function_is_call(name) ||
           evaluation_fail(e, call->path, FUNCTION_PROBLEM_ARGUMENTS, ERROR_INVALID,
                           "get_input needs the name of an input, or a list [name, key or index, "
                           "...]");
}

static void unknown_input(struct evaluation *e, const struct function_call *call, const char *name)
{
    struct suggestion suggestion;
    suggestion_init(&suggestion, name);
    if (e->source->suggest_input)
        e->source->suggest_input(e->source->data, &suggestion);
    evaluation_fail(e, call->path, FUNCTION_PROBLEM_UNKNOWN_INPUT, ERROR_INVALID,
                    "get_input refers to an unknown input '%s'", name);
    evaluation_suggest(e, &suggestion);
}

static json_t *find(struct evaluation *e, const struct function_call *call, const char *name)
{
    json_t *value = e->source->input(e->source->data, name, e->err);
    if (!value && e->err->code)
        evaluation_source_failed(e, call->path);
    else if (!value)
        unknown_input(e, call, name);
    return value;
}

static bool validate(struct evaluation *e, const struct function_call *call)
{
    const json_t *name = name_argument(call);
    if (!json_is_string(name) || !e->source->input)
        return true;
    json_t *value = find(e, call, json_string_value(name));
    json_decref(value);
    return value;
}

/* What `type` beside get_input asks for; types that take anything are not listed (dsl.md 4.1). */
static bool fits(const json_t *value, const char *type)
{
    if (!strcmp(type, "integer"))
        return json_is_integer(value);
    if (!strcmp(type, "float"))
        return json_is_number(value);
    if (!strcmp(type, "boolean"))
        return json_is_boolean(value);
    if (!strcmp(type, "list"))
        return json_is_array(value);
    if (!strcmp(type, "dict"))
        return json_is_object(value);
    return strcmp(type, "regex") || json_is_string(value);
}

static bool check_type(struct evaluation *e, const struct function_call *call, const json_t *value,
                       const char *name)
{
    const char *type = json_string_at(call->value, "type", NULL);
    if (!type || function_is_call(value) || fits(value, type))
        return true;
    return evaluation_fail(e, call->path, FUNCTION_PROBLEM_INPUT, ERROR_INVALID,
                           "input '%s' has a value of type %s, not %s", name, json_kind(value),
                           type);
}

static void report(struct evaluation *e, const struct function_call *call, const char *name,
                   enum walk_result result, const char *reason)
{
    struct strbuf path = STRBUF_INIT;
    enum function_problem problem =
        result == WALK_NO_ACCESS ? FUNCTION_PROBLEM_EVALUATION : FUNCTION_PROBLEM_INPUT;
    arguments_write_path(call->arguments, 1, &path);
    evaluation_fail(e, call->path, problem, ERROR_INVALID, "get_input of '%s%s': %s", name,
                    path.text, reason);
    strbuf_release(&path);
}

/* An input may itself be given as a function; it means what it would mean here. */
static json_t *evaluate_found(struct evaluation *e, const struct function_call *call,
                              const char *name, json_t *value)
{
    struct strbuf reason = STRBUF_INIT;
    json_t *evaluated = NULL;
    size_t first = json_is_array(call->arguments) ? 1 : 0;
    enum walk_result result = evaluation_walk(e, call, first, &value, &reason);
    if (result == WALK_FOUND)
        evaluated = evaluation_value(e, value, call->path);
    else if (result == WALK_STAYS)
        evaluated = json_incref((json_t *)call->value);
    else if (result != WALK_FAILED)
        report(e, call, name, result, reason.text);
    if (evaluated && result == WALK_FOUND && !check_type(e, call, evaluated, name)) {
        json_decref(evaluated);
        evaluated = NULL;
    }
    json_decref(value);
    strbuf_release(&reason);
    return evaluated;
}

static json_t *evaluate(struct evaluation *e, const struct function_call *call)
{
    if (arguments_have_call(call->arguments)) {
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID,
                        "get_input has an argument that is known only at runtime");
        return NULL;
    }
    if (!e->source->input) {
        evaluation_unsupported(e, call);
        return NULL;
    }
    const char *name = json_string_value(name_argument(call));
    struct fetch fetch;
    json_t *value = find(e, call, name);
    if (!value)
        return NULL;
    if (!fetch_enter(e, &fetch, call, name, 1, e->scope, e->instances)) {
        json_decref(value);
        return NULL;
    }
    json_t *result = evaluate_found(e, call, name, value);
    fetch_leave(e, &fetch);
    return result;
}

const struct function function_get_input = {.name = "get_input",
                                            .refers = FUNCTION_REFERS_INPUT,
                                            .check = check,
                                            .validate = validate,
                                            .evaluate = evaluate};
