/* get_attribute.c - {get_attribute: [node, attribute, key or index, ...]} (dsl.md 10.3). */
#include <string.h>

#include "functions/functions_internal.h"
#include "functions/instance_attribute.h"
#include "functions/instance_choice.h"

static bool check(struct evaluation *e, const struct function_call *call)
{
    return arguments_check_path(e, call, "[node, attribute, key or index, ...]");
}

bool attribute_validate(struct evaluation *e, const struct function_call *call)
{
    struct function_scope scope;
    struct error reason = {0};
    const char *name = json_string_value(json_array_get(call->arguments, 0));
    if (!name)
        return true;
    if (!scope_of_node(e, name, &scope, &reason))
        return evaluation_fail(e, call->path, FUNCTION_PROBLEM_SCOPE, ERROR_INVALID, "%s: %s",
                               call->function->name, reason.text);
    if (function_is_scope_word(name) || !e->source->node_properties)
        return true;
    json_t *properties = e->source->node_properties(e->source->data, name, e->err);
    if (!properties && e->err->code)
        return evaluation_source_failed(e, call->path);
    if (!properties)
        return evaluation_unknown_node(e, call, name);
    json_decref(properties);
    return true;
}

/* The value in `properties`, evaluated; null where there is none; takes the reference. */
static json_t *look_up(struct evaluation *e, const struct function_call *call, json_t *properties)
{
    struct strbuf reason = STRBUF_INIT;
    json_t *value = NULL;
    switch (evaluation_walk(e, call, 1, &properties, &reason)) {
    case WALK_FOUND:
        value = evaluation_value(e, properties, call->path);
        break;
    case WALK_NO_INDEX:
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID, "%s: %s",
                        call->function->name, reason.text);
        break;
    case WALK_STAYS: /* at runtime nothing does */
    case WALK_MISSING:
    case WALK_NO_ACCESS:
        value = json_null();
        break;
    case WALK_FAILED:
        break;
    }
    json_decref(properties);
    strbuf_release(&reason);
    return value;
}

/* What every instance has without being told. */
static json_t *built_in(const struct function_call *call, const struct function_instance *instance)
{
    const char *name = json_string_value(json_array_get(call->arguments, 1));
    if (!name || json_array_size(call->arguments) != 2)
        return json_null();
    if (!strcmp(name, "node_instance_id"))
        return json_string(instance->id);
    return strcmp(name, "node_instance_index") ? json_null() : json_integer(instance->index);
}

static json_t *node_properties(struct evaluation *e, const struct function_call *call,
                               const char *node)
{
    json_t *properties = NULL;
    if (e->source->node_properties)
        properties = e->source->node_properties(e->source->data, node, e->err);
    if (!properties && e->err->code) {
        evaluation_source_failed(e, call->path);
        return NULL;
    }
    return properties ? properties : json_null();
}

static json_t *read_attribute(struct evaluation *e, const struct function_call *call,
                              const struct function_instance *instance)
{
    json_t *value = look_up(e, call, json_incref((json_t *)instance->runtime_properties));
    if (json_is_null(value))
        value = built_in(call, instance);
    if (!json_is_null(value))
        return value;
    json_t *properties = node_properties(e, call, instance->node);
    return properties ? look_up(e, call, properties) : NULL;
}

/* Part of the value of outputs: the words are those that readers of outputs know (dsl.md 10.3). */
static json_t *error_value(const char *name, const struct error *reason)
{
    static const char prefix[] = "Unable to evaluate get_attribute function";
    if (reason->code == ERROR_NOT_FOUND)
        return json_sprintf("<ERROR: %s: Node %s has no instances.>", prefix, name);
    if (reason->code == ERROR_CONFLICT)
        return json_sprintf("<ERROR: %s: More than one node instance found for node \"%s\". Cannot "
                            "resolve a node instance unambiguously.>",
                            prefix, name);
    return json_sprintf("<ERROR: %s: %s>", prefix, reason->text);
}

/* Outputs say what is wrong and go on, so that the others can still be read. */
static json_t *no_instance(struct evaluation *e, const struct function_call *call, const char *name,
                           const struct error *reason)
{
    if (e->is_tolerant)
        return error_value(name, reason);
    evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID, "get_attribute: %s",
                    reason->text);
    return NULL;
}

json_t *instance_attribute(struct evaluation *e, const struct function_call *call,
                           const struct function_instance *instance)
{
    struct fetch fetch;
    struct function_scope scope = {
        .kind = FUNCTION_SCOPE_NODE, .node = instance->node, .self = instance->id};
    if (!fetch_enter(e, &fetch, call, instance->id, 1, &scope, &scope))
        return NULL;
    json_t *value = read_attribute(e, call, instance);
    fetch_leave(e, &fetch);
    return value;
}

static json_t *evaluate(struct evaluation *e, const struct function_call *call)
{
    struct function_instance instance;
    struct error reason = {0};
    if (!e->source->node_instance || !e->source->instance) {
        evaluation_unsupported(e, call);
        return NULL;
    }
    const char *name = json_string_value(json_array_get(call->arguments, 0));
    if (!choose_instance(e, name, &instance, &reason)) {
        if (e->err->code == ERROR_NONE)
            return no_instance(e, call, name, &reason);
        evaluation_source_failed(e, call->path);
        return NULL;
    }
    return instance_attribute(e, call, &instance);
}

const struct function function_get_attribute = {.name = "get_attribute",
                                                .is_runtime = true,
                                                .refers = FUNCTION_REFERS_NODE,
                                                .check = check,
                                                .validate = attribute_validate,
                                                .evaluate = evaluate};
