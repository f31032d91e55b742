/* get_attributes.c - an attribute of all instances of a node: get_attributes_list, _dict. */
#include <stdlib.h>

#include "base/json.h"
#include "functions/functions_internal.h"
#include "functions/instance_attribute.h"

static bool list_check(struct evaluation *e, const struct function_call *call)
{
    return arguments_check_path(e, call, "[node, attribute, key or index, ...]");
}

/* Whether `path` is one attribute, or a list of the steps to one. */
static bool is_attribute_path(const json_t *path)
{
    bool ok = json_is_string(path) || function_is_call(path) || json_array_size(path);
    for (size_t i = 0; ok && i < json_array_size(path); i++) {
        const json_t *step = json_array_get(path, i);
        ok = json_is_string(step) || function_is_call(step) || (i > 0 && json_is_integer(step));
    }
    return ok;
}

/* The key that a path has in the result: its steps, joined by dots. */
static char *path_key(const json_t *path)
{
    struct strbuf key = STRBUF_INIT;
    if (json_is_string(path))
        strbuf_adds(&key, json_string_value(path));
    for (size_t i = 0; i < json_array_size(path); i++) {
        const json_t *step = json_array_get(path, i);
        strbuf_adds(&key, i ? "." : "");
        if (json_is_string(step))
            strbuf_adds(&key, json_string_value(step));
        else
            json_write(&key, step);
    }
    return strbuf_detach(&key);
}

/* Two paths of one key could not be told apart in the result. */
static bool check_keys(struct evaluation *e, const struct function_call *call)
{
    json_t *keys = json_object();
    bool ok = keys;
    for (size_t i = 1; ok && i < json_array_size(call->arguments); i++) {
        const json_t *path = json_array_get(call->arguments, i);
        if (arguments_have_call(path))
            continue;
        char *key = path_key(path);
        if (key && json_object_get(keys, key))
            ok = evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID,
                                 "get_attributes_dict has the attribute '%s' twice", key);
        else
            ok = key && !json_object_set_new(keys, key, json_true());
        free(key);
    }
    json_decref(keys);
    return ok;
}

static bool dict_check(struct evaluation *e, const struct function_call *call)
{
    const json_t *node = json_array_get(call->arguments, 0);
    bool ok =
        json_array_size(call->arguments) >= 2 && (json_is_string(node) || function_is_call(node));
    for (size_t i = 1; ok && i < json_array_size(call->arguments); i++)
        ok = is_attribute_path(json_array_get(call->arguments, i));
    if (!ok)
        return evaluation_fail(e, call->path, FUNCTION_PROBLEM_ARGUMENTS, ERROR_INVALID,
                               "get_attributes_dict needs a list [node, attribute or [attribute, "
                               "key or index, ...], ...]");
    return check_keys(e, call);
}

/* The node that the first argument means. Instance ids in the scope outlive the evaluation. */
static const char *find_node(struct evaluation *e, const struct function_call *call)
{
    struct function_scope scope;
    struct function_instance instance;
    struct error reason = {0};
    const char *name = json_string_value(json_array_get(call->arguments, 0));
    if (!scope_of_node(e, name, &scope, &reason))
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID, "%s: %s",
                        call->function->name, reason.text);
    else if (scope.node)
        return scope.node;
    else if (e->source->instance(e->source->data, scope.self, &instance, e->err))
        return instance.node;
    else if (e->err->code)
        evaluation_source_failed(e, call->path);
    else
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID,
                        "%s: there is no node instance '%s'", call->function->name, scope.self);
    return NULL;
}

static bool check_node(struct evaluation *e, const struct function_call *call, const char *node)
{
    if (!e->source->node_properties)
        return true;
    json_t *properties = e->source->node_properties(e->source->data, node, e->err);
    bool is_known = properties;
    json_decref(properties);
    if (!is_known && e->err->code)
        return evaluation_source_failed(e, call->path);
    return is_known || evaluation_unknown_node(e, call, node);
}

/* Adds what `call` asks of one instance to the result. */
typedef bool add_instance(struct evaluation *e, const struct function_call *call,
                          const struct function_instance *instance, json_t *result);

static bool add_value(struct evaluation *e, const struct function_call *call,
                      const struct function_instance *instance, json_t *result)
{
    json_t *value = instance_attribute(e, call, instance);
    return value && !json_array_append_new(result, value);
}

/* One path is read as get_attribute would read it: by a call of its own. */
static bool add_path(struct evaluation *e, const struct function_call *call, const json_t *path,
                     const struct function_instance *instance, json_t *values)
{
    char *key = path_key(path);
    json_t *arguments = json_pack("[s]", instance->node);
    bool ok = key && arguments &&
              !(json_is_array(path) ? json_array_extend(arguments, (json_t *)path)
                                    : json_array_append(arguments, (json_t *)path));
    struct function_call one = *call;
    one.arguments = arguments;
    json_t *value = ok ? instance_attribute(e, &one, instance) : NULL;
    ok = value && !json_object_set_new(values, key, value);
    json_decref(arguments);
    free(key);
    return ok;
}

static bool add_values(struct evaluation *e, const struct function_call *call,
                       const struct function_instance *instance, json_t *result)
{
    json_t *values = json_object();
    bool ok = values;
    for (size_t i = 1; ok && i < json_array_size(call->arguments); i++)
        ok = add_path(e, call, json_array_get(call->arguments, i), instance, values);
    ok = ok && !json_object_set(result, instance->id, values);
    json_decref(values);
    return ok;
}

/* Takes the reference of `result`. */
static json_t *collect(struct evaluation *e, const struct function_call *call, json_t *result,
                       add_instance *add)
{
    struct function_instance instance;
    if (!e->source->node_instance || !e->source->instance)
        evaluation_unsupported(e, call);
    const char *node = e->err->code ? NULL : find_node(e, call);
    bool ok = result && node && check_node(e, call, node);
    for (size_t i = 0; ok; i++) {
        if (!e->source->node_instance(e->source->data, node, i, &instance, e->err))
            break;
        ok = add(e, call, &instance, result);
    }
    if (ok && e->err->code)
        ok = evaluation_source_failed(e, call->path);
    if (ok)
        return result;
    json_decref(result);
    return NULL;
}

static json_t *list_evaluate(struct evaluation *e, const struct function_call *call)
{
    return collect(e, call, json_array(), add_value);
}

static json_t *dict_evaluate(struct evaluation *e, const struct function_call *call)
{
    return collect(e, call, json_object(), add_values);
}

const struct function function_get_attributes_list = {.name = "get_attributes_list",
                                                      .is_runtime = true,
                                                      .refers = FUNCTION_REFERS_NODE,
                                                      .check = list_check,
                                                      .validate = attribute_validate,
                                                      .evaluate = list_evaluate};
const struct function function_get_attributes_dict = {.name = "get_attributes_dict",
                                                      .is_runtime = true,
                                                      .refers = FUNCTION_REFERS_NODE,
                                                      .check = dict_check,
                                                      .validate = attribute_validate,
                                                      .evaluate = dict_evaluate};
