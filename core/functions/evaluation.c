/* evaluation.c - what the functions do in common: errors with paths, values fetched from
 * elsewhere, steps into values, and what SELF, SOURCE and TARGET mean. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "functions/functions_internal.h"

static void write_steps(const struct function_path *path, struct strbuf *out)
{
    if (!path)
        return;
    write_steps(path->parent, out);
    if (!path->key)
        strbuf_addf(out, "[%zu]", path->index);
    else
        strbuf_addf(out, out->length ? ".%s" : "%s", path->key);
}

/* Values of long chains have long paths: the ends say most. */
static void shorten(struct strbuf *text)
{
    enum { LONGEST = 400, KEPT = 195 };
    if (text->length <= LONGEST)
        return;
    struct strbuf short_text = STRBUF_INIT;
    strbuf_add(&short_text, text->text, KEPT);
    strbuf_adds(&short_text, "...");
    strbuf_adds(&short_text, text->text + text->length - KEPT);
    strbuf_release(text);
    *text = short_text;
}

static void add_place(struct evaluation *e, const struct function_path *path)
{
    struct strbuf place = STRBUF_INIT;
    strbuf_adds(&place, e->path);
    write_steps(path, &place);
    shorten(&place);
    if (place.length)
        error_context(e->err, "%s", place.text);
    snprintf(e->failure->path, sizeof e->failure->path, "%s", place.length ? place.text : "");
    strbuf_release(&place);
}

static void set_failure(struct evaluation *e, enum function_problem problem,
                        const struct function_path *path)
{
    e->failure->problem = problem;
    e->failure->call = e->origin;
    add_place(e, path);
}

bool evaluation_fail(struct evaluation *e, const struct function_path *path,
                     enum function_problem problem, enum error_code code, const char *fmt, ...)
{
    va_list args;
    if (e->err->code != ERROR_NONE)
        return false;
    /* In full: of a secret that is cut off anywhere but at the end the rest would not be masked. */
    va_start(args, fmt);
    error_vset(e->err, code, fmt, args);
    va_end(args);
    set_failure(e, problem, path);
    return false;
}

bool evaluation_charge(struct evaluation *e, const struct function_path *path, size_t values)
{
    bool is_within = values <= WORK_LIMIT - e->work;
    e->work = is_within ? e->work + values : WORK_LIMIT;
    return is_within || evaluation_fail(e, path, FUNCTION_PROBLEM_RECURSION, ERROR_LIMIT,
                                        "functions bring more than %d values", WORK_LIMIT);
}

json_t *evaluation_item(struct evaluation *e, const struct function_call *call, json_t *list,
                        json_int_t index, const char *holds, const char *noun)
{
    json_int_t count = (json_int_t)json_array_size(list);
    json_t *item = NULL;
    if (index < -count || index >= count)
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID,
                        "%s: index %" JSON_INTEGER_FORMAT
                        " is out of range, %s %" JSON_INTEGER_FORMAT " %s",
                        call->function->name, index, holds, count, noun);
    else
        item = json_incref(json_array_get(list, (size_t)(index < 0 ? index + count : index)));
    json_decref(list);
    return item;
}

bool evaluation_source_failed(struct evaluation *e, const struct function_path *path)
{
    set_failure(e, FUNCTION_PROBLEM_OTHER, path);
    return false;
}

bool evaluation_suggest(struct evaluation *e, const struct suggestion *suggestion)
{
    if (suggestion->best)
        snprintf(e->failure->hint, sizeof e->failure->hint, "did you mean '%s'?", suggestion->best);
    return false;
}

bool evaluation_unknown_node(struct evaluation *e, const struct function_call *call,
                             const char *name)
{
    struct suggestion suggestion;
    suggestion_init(&suggestion, name);
    if (e->source->suggest_node)
        e->source->suggest_node(e->source->data, &suggestion);
    evaluation_fail(e, call->path, FUNCTION_PROBLEM_UNKNOWN_NODE, ERROR_INVALID,
                    "%s refers to an unknown node '%s'", call->function->name, name);
    return evaluation_suggest(e, &suggestion);
}

bool evaluation_unsupported(struct evaluation *e, const struct function_call *call)
{
    return evaluation_fail(e, call->path, FUNCTION_PROBLEM_UNSUPPORTED, ERROR_UNSUPPORTED,
                           "%s is not supported here", call->function->name);
}

/* Argument number `i` of the path within the owner, or NULL. */
static const json_t *fetch_key(const struct fetch *fetch, size_t i)
{
    return json_array_get(fetch->call->arguments, fetch->first + i);
}

static bool same_fetch(const struct fetch *a, const struct fetch *b)
{
    if (a->call->function != b->call->function || strcmp(a->owner, b->owner))
        return false;
    for (size_t i = 0;; i++) {
        const json_t *left = fetch_key(a, i), *right = fetch_key(b, i);
        if (!left || !right)
            return left == right;
        if (!json_equal(left, right))
            return false;
    }
}

static void write_fetch(const struct fetch *fetch, struct strbuf *out)
{
    strbuf_addf(out, "'%s", fetch->owner);
    arguments_write_path(fetch->call->arguments, fetch->first, out);
    strbuf_adds(out, "'");
}

/* The chain from the first time that `fetch` was wanted down to now. */
static void write_circle(const struct fetch *at, const struct fetch *fetch, struct strbuf *out)
{
    if (!same_fetch(at, fetch))
        write_circle(at->parent, fetch, out);
    write_fetch(at, out);
    strbuf_adds(out, " -> ");
}

static bool circle(struct evaluation *e, const struct fetch *fetch)
{
    struct strbuf text = STRBUF_INIT;
    write_circle(e->fetches, fetch, &text);
    write_fetch(fetch, &text);
    shorten(&text);
    evaluation_fail(e, fetch->call->path, FUNCTION_PROBLEM_RECURSION, ERROR_LIMIT,
                    "%s refers to itself: %s", fetch->call->function->name, text.text);
    strbuf_release(&text);
    return false;
}

bool fetch_enter(struct evaluation *e, struct fetch *fetch, const struct function_call *call,
                 const char *owner, size_t first, const struct function_scope *scope,
                 const struct function_scope *instances)
{
    *fetch = (struct fetch){e->fetches, call, owner, first, e->scope, e->instances};
    for (const struct fetch *at = e->fetches; at; at = at->parent) {
        if (same_fetch(at, fetch))
            return circle(e, fetch);
    }
    if (e->fetch_depth >= NESTING_LIMIT)
        return evaluation_fail(e, call->path, FUNCTION_PROBLEM_RECURSION, ERROR_LIMIT,
                               "functions refer to each other over %d levels deep", NESTING_LIMIT);
    e->fetch_depth++;
    e->fetches = fetch;
    e->scope = scope;
    e->instances = instances;
    return true;
}

void fetch_leave(struct evaluation *e, const struct fetch *fetch)
{
    e->fetch_depth--;
    e->fetches = fetch->parent;
    e->scope = fetch->outer_scope;
    e->instances = fetch->outer_instances;
}

/* A key of a map as text: numbers are written in YAML as they are in JSON paths. */
static const char *key_text(const json_t *key, char buffer[32])
{
    if (json_is_string(key))
        return json_string_value(key);
    if (!json_is_integer(key))
        return NULL;
    snprintf(buffer, 32, "%" JSON_INTEGER_FORMAT, json_integer_value(key));
    return buffer;
}

static enum walk_result step_into_list(const json_t *list, const json_t *key, const json_t **item,
                                       struct strbuf *reason)
{
    json_int_t count = (json_int_t)json_array_size(list);
    if (!json_is_integer(key)) {
        strbuf_adds(reason, "a list needs an integer, not ");
        json_write(reason, key);
        return WALK_NO_INDEX;
    }
    json_int_t index = json_integer_value(key);
    if (index < -count || index >= count) {
        strbuf_addf(reason,
                    "index %" JSON_INTEGER_FORMAT
                    " is out of range, the list has %" JSON_INTEGER_FORMAT " items",
                    index, count);
        return WALK_MISSING;
    }
    *item = json_array_get(list, (size_t)(index < 0 ? index + count : index));
    return WALK_FOUND;
}

static enum walk_result step(const json_t *value, const json_t *key, const json_t **item,
                             struct strbuf *reason)
{
    char buffer[32];
    if (json_is_array(value))
        return step_into_list(value, key, item, reason);
    if (!json_is_object(value)) {
        strbuf_addf(reason, "a value of type %s has no ", json_kind(value));
        json_write(reason, key);
        return WALK_NO_ACCESS;
    }
    const char *name = key_text(key, buffer);
    *item = name ? json_object_get(value, name) : NULL;
    if (*item)
        return WALK_FOUND;
    struct strbuf hint = STRBUF_INIT;
    strbuf_adds(reason, "there is no ");
    json_write(reason, key);
    if (name && suggest_key(value, name, &hint))
        strbuf_addf(reason, " (%s)", hint.text);
    strbuf_release(&hint);
    return WALK_MISSING;
}

enum walk_result arguments_peek(const struct function_call *call, size_t first, const json_t *value,
                                struct strbuf *reason)
{
    for (size_t i = first; i < json_array_size(call->arguments); i++) {
        if (function_is_call(value))
            return WALK_STAYS;
        const json_t *key = json_array_get(call->arguments, i);
        enum walk_result result = step(value, key, &value, reason);
        if (result != WALK_FOUND)
            return result;
    }
    return WALK_FOUND;
}

enum walk_result evaluation_walk(struct evaluation *e, const struct function_call *call,
                                 size_t first, json_t **value, struct strbuf *reason)
{
    for (size_t i = first; i < json_array_size(call->arguments); i++) {
        if (function_is_call(*value)) {
            json_t *evaluated = evaluation_value(e, *value, call->path);
            if (!evaluated)
                return WALK_FAILED;
            json_decref(*value);
            *value = evaluated;
            if (function_is_call(evaluated))
                return WALK_STAYS;
        }
        const json_t *item = NULL;
        enum walk_result result = step(*value, json_array_get(call->arguments, i), &item, reason);
        if (result != WALK_FOUND)
            return result;
        json_t *next = json_incref((json_t *)item);
        json_decref(*value);
        *value = next;
    }
    return WALK_FOUND;
}

bool arguments_have_call(const json_t *value)
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (function_is_call(json_array_get(value, i)))
            return true;
    }
    return function_is_call(value);
}

bool arguments_check_path(struct evaluation *e, const struct function_call *call,
                          const char *expected)
{
    size_t count = json_array_size(call->arguments);
    bool ok = count >= 2;
    for (size_t i = 0; ok && i < count; i++) {
        const json_t *argument = json_array_get(call->arguments, i);
        ok = json_is_string(argument) || function_is_call(argument) ||
             (i > 0 && json_is_integer(argument));
    }
    return ok || evaluation_fail(e, call->path, FUNCTION_PROBLEM_ARGUMENTS, ERROR_INVALID,
                                 "%s needs a list %s", call->function->name, expected);
}

void arguments_write_path(const json_t *arguments, size_t first, struct strbuf *out)
{
    for (size_t i = first; i < json_array_size(arguments); i++) {
        const json_t *key = json_array_get(arguments, i);
        if (json_is_string(key)) {
            strbuf_addf(out, ".%s", json_string_value(key));
        } else {
            strbuf_addc(out, '[');
            json_write(out, key);
            strbuf_addc(out, ']');
        }
    }
}

bool function_is_scope_word(const char *name)
{
    return !strcmp(name, "SELF") || !strcmp(name, "SOURCE") || !strcmp(name, "TARGET");
}

static bool set_scope(struct function_scope *out, const char *node, const char *instance)
{
    *out = (struct function_scope){.kind = FUNCTION_SCOPE_NODE, .node = node, .self = instance};
    return node || instance;
}

bool scope_of_node(const struct evaluation *e, const char *name, struct function_scope *out,
                   struct error *reason)
{
    const struct function_scope *scope = e->scope;
    bool is_self = !strcmp(name, "SELF");
    enum function_scope_kind kind = is_self ? FUNCTION_SCOPE_NODE : FUNCTION_SCOPE_RELATIONSHIP;
    if (!function_is_scope_word(name)) {
        bool is_own =
            scope->kind == FUNCTION_SCOPE_NODE && scope->node && !strcmp(scope->node, name);
        return set_scope(out, name, is_own ? scope->self : NULL);
    }
    if (scope->kind != kind && scope->kind != FUNCTION_SCOPE_NONE)
        return error_set(reason, ERROR_INVALID, "%s means something only in a %s", name,
                         is_self ? "node" : "relationship");
    bool found = is_self        ? set_scope(out, scope->node, scope->self)
                 : *name == 'S' ? set_scope(out, scope->source_node, scope->source)
                                : set_scope(out, scope->target_node, scope->target);
    return found || error_set(reason, ERROR_INVALID, "nothing here is %s", name);
}
