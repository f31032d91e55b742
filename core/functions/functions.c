/* functions.c - see functions.h: recognising calls, validating and evaluating values. */
#include "functions/functions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "functions/functions_internal.h"

static int compare_name(const void *name, const void *function)
{
    return strcmp(name, (*(const struct function *const *)function)->name);
}

/* In the order of their names. */
static const struct function *const functions[] = {&function_concat,
                                                   &function_get_attribute,
                                                   &function_get_attributes_dict,
                                                   &function_get_attributes_list,
                                                   &function_get_capability,
                                                   &function_get_consumers,
                                                   &function_get_environment_capability,
                                                   &function_get_group_capability,
                                                   &function_get_input,
                                                   &function_get_label,
                                                   &function_get_property,
                                                   &function_get_secret,
                                                   &function_get_sys,
                                                   &function_merge,
                                                   &function_string_find,
                                                   &function_string_lower,
                                                   &function_string_replace,
                                                   &function_string_split,
                                                   &function_string_upper};
enum { FUNCTION_COUNT = sizeof functions / sizeof *functions };

const struct function *function_find(const char *name)
{
    const struct function *const *found =
        bsearch(name, functions, FUNCTION_COUNT, sizeof *functions, compare_name);
    return found ? *found : NULL;
}

bool function_is_known(const char *name)
{
    return function_find(name);
}

void functions_suggest(struct suggestion *suggestion)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        suggestion_consider(suggestion, functions[i]->name);
}

bool function_call_read(const json_t *value, struct function_call *call)
{
    if (!json_is_object(value) || json_object_size(value) > 2)
        return false;
    *call = (struct function_call){.value = value, .origin = value};
    for (void *it = json_object_iter((json_t *)value); it;
         it = json_object_iter_next((json_t *)value, it)) {
        const char *key = json_object_iter_key(it);
        if (!strcmp(key, "type"))
            continue;
        call->function = function_find(key);
        call->arguments = json_object_iter_value(it);
        if (!call->function)
            return false;
    }
    return call->function;
}

bool function_is_call(const json_t *value)
{
    struct function_call call;
    return function_call_read(value, &call);
}

const char *function_name(const json_t *value)
{
    struct function_call call;
    return function_call_read(value, &call) ? call.function->name : NULL;
}

enum function_refers function_refers(const char *name)
{
    const struct function *function = function_find(name);
    return function ? function->refers : FUNCTION_REFERS_NOTHING;
}

bool functions_contain(const json_t *value)
{
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            if (functions_contain(json_array_get(value, i)))
                return true;
        }
        return false;
    }
    if (!json_is_object(value))
        return false;
    return function_is_call(value) || functions_contain_in_members(value);
}

bool functions_contain_in_members(const json_t *object)
{
    for (void *it = json_object_iter((json_t *)object); it;
         it = json_object_iter_next((json_t *)object, it)) {
        if (functions_contain(json_object_iter_value(it)))
            return true;
    }
    return false;
}

bool function_lacks_secret(const json_t *value, const struct function_failure *failure)
{
    const char *name = function_name(value);
    return failure->problem == FUNCTION_PROBLEM_NOT_FOUND && failure->call == value && name &&
           !strcmp(name, "get_secret");
}

static json_t *evaluate_object(struct evaluation *e, const json_t *object,
                               const struct function_path *path)
{
    json_t *copy = NULL;
    for (void *it = json_object_iter((json_t *)object); it;
         it = json_object_iter_next((json_t *)object, it)) {
        struct function_path step = {.parent = path, .key = json_object_iter_key(it)};
        const json_t *old = json_object_iter_value(it);
        json_t *new = evaluation_value(e, old, &step);
        if (!new)
            goto fail;
        if (new == old) {
            json_decref(new);
            continue;
        }
        if (!copy)
            copy = json_copy_whole(object);
        if (json_object_set_new_nocheck(copy, step.key, new) != 0) {
            evaluation_fail(e, path, FUNCTION_PROBLEM_OTHER, ERROR_NOMEM, "out of memory");
            goto fail;
        }
    }
    return copy ? copy : json_incref((json_t *)object);

fail:
    json_decref(copy);
    return NULL;
}

static json_t *evaluate_array(struct evaluation *e, const json_t *array,
                              const struct function_path *path)
{
    json_t *copy = NULL;
    for (size_t i = 0; i < json_array_size(array); i++) {
        struct function_path step = {.parent = path, .index = i};
        const json_t *old = json_array_get(array, i);
        json_t *new = evaluation_value(e, old, &step);
        if (!new)
            goto fail;
        if (new == old) {
            json_decref(new);
            continue;
        }
        if (!copy)
            copy = json_copy_whole(array);
        if (json_array_set_new(copy, i, new) != 0) {
            evaluation_fail(e, path, FUNCTION_PROBLEM_OTHER, ERROR_NOMEM, "out of memory");
            goto fail;
        }
    }
    return copy ? copy : json_incref((json_t *)array);

fail:
    json_decref(copy);
    return NULL;
}

static bool stays(const struct evaluation *e, const struct function_call *call)
{
    return e->mode == FUNCTIONS_STATIC && call->function->is_runtime;
}

/* `value` is the call `origin` with evaluated arguments; takes the reference. */
static json_t *evaluate_call(struct evaluation *e, const json_t *origin, json_t *value,
                             const struct function_path *path)
{
    struct function_call call;
    json_t *result = NULL;
    const json_t *outer = e->origin;
    function_call_read(value, &call);
    call.origin = origin;
    call.path = path;
    e->origin = origin;
    /* Of a call that stays the arguments are checked where it is evaluated. */
    if (stays(e, &call))
        result = json_incref(value);
    else if (!call.function->check(e, &call))
        result = NULL;
    else
        result = call.function->evaluate(e, &call);
    if (!result) /* the first error wins: only a lack of memory says nothing itself */
        evaluation_fail(e, path, FUNCTION_PROBLEM_OTHER, ERROR_NOMEM, "out of memory");
    e->origin = outer;
    json_decref(value);
    /* cppcheck-suppress returnDanglingLifetime ; a new value: no function keeps its call */
    return result;
}

json_t *evaluation_value(struct evaluation *e, const json_t *value,
                         const struct function_path *path)
{
    /* What is written is as long as it is; only what calls fetch may be much more than that. */
    if (e->fetches && !evaluation_charge(e, path, text_values(json_string_length(value))))
        return NULL;
    if (!json_is_object(value) && !json_is_array(value))
        return json_incref((json_t *)value);
    if (e->depth >= NESTING_LIMIT) {
        if (!functions_contain(value))
            return json_incref((json_t *)value);
        evaluation_fail(e, path, FUNCTION_PROBLEM_RECURSION, ERROR_LIMIT,
                        "functions are nested over %d levels deep", NESTING_LIMIT);
        return NULL;
    }
    e->depth++;
    json_t *result =
        json_is_object(value) ? evaluate_object(e, value, path) : evaluate_array(e, value, path);
    e->depth--;
    return function_is_call(result) ? evaluate_call(e, value, result, path) : result;
}

static bool validate_value(struct evaluation *e, const json_t *value,
                           const struct function_path *path);

static bool validate_items(struct evaluation *e, const json_t *value,
                           const struct function_path *path)
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        struct function_path step = {.parent = path, .index = i};
        if (!validate_value(e, json_array_get(value, i), &step))
            return false;
    }
    for (void *it = json_object_iter((json_t *)value); it;
         it = json_object_iter_next((json_t *)value, it)) {
        struct function_path step = {.parent = path, .key = json_object_iter_key(it)};
        if (!validate_value(e, json_object_iter_value(it), &step))
            return false;
    }
    return true;
}

static bool validate_call(struct evaluation *e, const struct function_call *call)
{
    const struct function *function = call->function;
    if (!e->source)
        return function->check(e, call);
    if (e->version < function->since)
        return evaluation_fail(e, call->path, FUNCTION_PROBLEM_VERSION, ERROR_INVALID,
                               "%s needs version %d.%d of the language or a later one, not %d.%d",
                               function->name, function->since / 100, function->since % 100,
                               e->version / 100, e->version % 100);
    if (!function->check(e, call))
        return false;
    return !function->validate || function->validate(e, call);
}

static bool validate_value(struct evaluation *e, const json_t *value,
                           const struct function_path *path)
{
    struct function_call call;
    if (!json_is_object(value) && !json_is_array(value))
        return true;
    if (!validate_items(e, value, path))
        return false;
    if (!function_call_read(value, &call))
        return true;
    call.path = path;
    e->origin = value;
    return validate_call(e, &call);
}

static struct evaluation begin(const struct function_scope *scope,
                               const struct value_source *source, struct function_failure *failure,
                               struct error *err)
{
    failure->problem = FUNCTION_PROBLEM_NONE;
    failure->call = NULL;
    failure->path[0] = failure->hint[0] = '\0';
    return (struct evaluation){
        .source = source,
        .scope = scope,
        .instances = scope,
        .path = scope->path ? scope->path : "",
        .is_tolerant = scope->kind == FUNCTION_SCOPE_OUTPUTS,
        .failure = failure,
        .err = err,
    };
}

/* For those who only get the text. */
static void append_hint(const struct function_failure *failure, struct error *err)
{
    size_t length = strlen(err->text);
    if (*failure->hint)
        snprintf(err->text + length, sizeof err->text - length, " (%s)", failure->hint);
}

bool functions_validate(const json_t *value, const struct function_scope *scope,
                        const struct value_source *source, int version,
                        struct function_failure *failure, struct error *err)
{
    struct function_failure own;
    struct evaluation e = begin(scope, source, failure ? failure : &own, err);
    e.mode = FUNCTIONS_STATIC;
    e.version = version;
    bool ok = validate_value(&e, value, NULL);
    if (!failure)
        append_hint(&own, err);
    return ok;
}

typedef json_t *evaluate_kind(struct evaluation *e, const json_t *value,
                              const struct function_path *path);

static json_t *run(evaluate_kind *evaluate, const json_t *value, const struct function_scope *scope,
                   const struct value_source *source, enum function_mode mode,
                   struct function_failure *failure, struct error *err)
{
    struct function_failure own;
    struct evaluation e = begin(scope, source, failure ? failure : &own, err);
    e.mode = mode;
    json_t *result = evaluate(&e, value, NULL);
    if (!failure)
        append_hint(&own, err);
    /* The result refers to nothing of `e`; its evaluator got only the address. */
    // cppcheck-suppress returnDanglingLifetime
    return result;
}

json_t *functions_evaluate(const json_t *value, const struct function_scope *scope,
                           const struct value_source *source, enum function_mode mode,
                           struct function_failure *failure, struct error *err)
{
    return run(evaluation_value, value, scope, source, mode, failure, err);
}

json_t *functions_evaluate_members(const json_t *object, const struct function_scope *scope,
                                   const struct value_source *source, enum function_mode mode,
                                   struct function_failure *failure, struct error *err)
{
    return run(evaluate_object, object, scope, source, mode, failure, err);
}
