/* get_property.c - {get_property: [node, property, key or index, ...]}. */
#include <string.h>

#include "functions/functions_internal.h"

static bool check(struct evaluation *e, const struct function_call *call)
{
    return arguments_check_path(e, call, "[node, property, key or index, ...]");
}

/* The node may be known only by its instance. The instance's id outlives the evaluation. */
static bool complete_scope(struct evaluation *e, const struct function_call *call,
                           struct function_scope *scope)
{
    struct function_instance instance;
    if (scope->node)
        return true;
    if (!e->source->instance)
        return evaluation_unsupported(e, call);
    if (e->source->instance(e->source->data, scope->self, &instance, e->err)) {
        scope->node = instance.node;
        return true;
    }
    if (e->err->code)
        return evaluation_source_failed(e, call->path);
    return evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID,
                           "get_property: there is no node instance '%s'", scope->self);
}

static bool find_scope(struct evaluation *e, const struct function_call *call,
                       struct function_scope *scope)
{
    struct error reason = {0};
    const char *name = json_string_value(json_array_get(call->arguments, 0));
    if (!scope_of_node(e, name, scope, &reason))
        return evaluation_fail(e, call->path, FUNCTION_PROBLEM_SCOPE, ERROR_INVALID,
                               "get_property: %s", reason.text);
    return complete_scope(e, call, scope);
}

static json_t *find_properties(struct evaluation *e, const struct function_call *call,
                               const char *node)
{
    json_t *properties = e->source->node_properties(e->source->data, node, e->err);
    if (!properties && e->err->code)
        evaluation_source_failed(e, call->path);
    else if (!properties)
        evaluation_unknown_node(e, call, node);
    return properties;
}

static void report(struct evaluation *e, const struct function_call *call, const char *node,
                   const char *reason)
{
    struct strbuf path = STRBUF_INIT;
    arguments_write_path(call->arguments, 1, &path);
    evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID,
                    "get_property of '%s%s': %s", node, path.text, reason);
    strbuf_release(&path);
}

/* Whether SELF, SOURCE or TARGET stand in a call of `value`, as its first argument. */
static bool depends_on_scope(const json_t *value)
{
    struct function_call call;
    if (function_call_read(value, &call)) {
        const char *first = json_string_value(json_array_get(call.arguments, 0));
        if (first && function_is_scope_word(first))
            return true;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (depends_on_scope(json_array_get(value, i)))
            return true;
    }
    for (void *it = json_object_iter((json_t *)value); it;
         it = json_object_iter_next((json_t *)value, it)) {
        if (depends_on_scope(json_object_iter_value(it)))
            return true;
    }
    return false;
}

/* What is left for the runtime in another node's property means SELF there, not here (10.2). */
static bool must_stay(const struct evaluation *e, const struct fetch *fetch, const json_t *value)
{
    const struct function_scope *outer = fetch->outer_scope;
    bool is_own =
        outer->kind == FUNCTION_SCOPE_NODE && outer->node && !strcmp(outer->node, e->scope->node);
    return e->mode == FUNCTIONS_STATIC && !is_own && depends_on_scope(value);
}

static json_t *evaluate_found(struct evaluation *e, const struct fetch *fetch, json_t *value)
{
    const struct function_call *call = fetch->call;
    struct strbuf reason = STRBUF_INIT;
    json_t *evaluated = NULL;
    enum walk_result result = evaluation_walk(e, call, 1, &value, &reason);
    if (result == WALK_FOUND)
        evaluated = evaluation_value(e, value, call->path);
    else if (result != WALK_FAILED && result != WALK_STAYS)
        report(e, call, e->scope->node, reason.text);
    if (result == WALK_STAYS || (evaluated && must_stay(e, fetch, evaluated))) {
        json_decref(evaluated);
        evaluated = json_incref((json_t *)call->value);
    }
    json_decref(value);
    strbuf_release(&reason);
    return evaluated;
}

static json_t *evaluate(struct evaluation *e, const struct function_call *call)
{
    struct function_scope scope;
    struct fetch fetch;
    if (arguments_have_call(call->arguments)) {
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID,
                        "get_property has an argument that is known only at runtime");
        return NULL;
    }
    if (!e->source->node_properties) {
        evaluation_unsupported(e, call);
        return NULL;
    }
    if (!find_scope(e, call, &scope))
        return NULL;
    json_t *properties = find_properties(e, call, scope.node);
    if (!properties)
        return NULL;
    if (!fetch_enter(e, &fetch, call, scope.node, 1, &scope, e->instances)) {
        json_decref(properties);
        return NULL;
    }
    json_t *result = evaluate_found(e, &fetch, properties);
    fetch_leave(e, &fetch);
    return result;
}

/* Steps as far as the plain values go: what lies behind a function is for its evaluation. */
static bool validate_path(struct evaluation *e, const struct function_call *call, const char *node)
{
    struct strbuf reason = STRBUF_INIT;
    json_t *properties = find_properties(e, call, node);
    if (!properties)
        return false;
    enum walk_result result = arguments_peek(call, 1, properties, &reason);
    bool ok = result == WALK_FOUND || result == WALK_STAYS;
    if (!ok)
        report(e, call, node, reason.text);
    json_decref(properties);
    strbuf_release(&reason);
    return ok;
}

static bool validate(struct evaluation *e, const struct function_call *call)
{
    struct function_scope scope;
    struct error reason = {0};
    const char *name = json_string_value(json_array_get(call->arguments, 0));
    if (!name)
        return true;
    if (!scope_of_node(e, name, &scope, &reason))
        return evaluation_fail(e, call->path, FUNCTION_PROBLEM_SCOPE, ERROR_INVALID,
                               "get_property: %s", reason.text);
    if (!scope.node || !e->source->node_properties || arguments_have_call(call->arguments))
        return true;
    return validate_path(e, call, scope.node);
}

const struct function function_get_property = {.name = "get_property",
                                               .refers = FUNCTION_REFERS_NODE,
                                               .check = check,
                                               .validate = validate,
                                               .evaluate = evaluate};
