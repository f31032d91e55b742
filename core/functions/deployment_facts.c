/* deployment_facts.c - what a deployment knows of itself: get_label, get_sys, get_consumers. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "functions/functions_internal.h"

/* An index may be written as text, since labels are. */
static bool is_index(const json_t *index)
{
    const char *text = json_string_value(index);
    if (!text)
        return json_is_integer(index) || function_is_call(index);
    size_t digits = strspn(text, "0123456789");
    return digits && digits < 10 && !text[digits];
}

static bool label_check(struct evaluation *e, const struct function_call *call)
{
    const json_t *arguments = call->arguments;
    const json_t *key = json_is_array(arguments) ? json_array_get(arguments, 0) : arguments;
    bool ok = json_is_string(key) || function_is_call(key);
    if (json_is_array(arguments))
        ok = ok && json_array_size(arguments) == 2 && is_index(json_array_get(arguments, 1));
    return ok || evaluation_fail(e, call->path, FUNCTION_PROBLEM_SIGNATURE, ERROR_INVALID,
                                 "get_label needs the key of a label, or a list [key, index]");
}

static json_t *find_label(struct evaluation *e, const struct function_call *call, const char *key)
{
    json_t *values = e->source->label(e->source->data, key, e->err);
    if (!values && e->err->code)
        evaluation_source_failed(e, call->path);
    else if (!values)
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_NOT_FOUND, ERROR_NOT_FOUND,
                        "get_label: the deployment has no label '%s'", key);
    return values;
}

/* One of the values of the label; takes the reference of `values`. */
static json_t *label_at(struct evaluation *e, const struct function_call *call, json_t *values)
{
    const json_t *argument = json_array_get(call->arguments, 1);
    json_int_t index = json_is_string(argument) ? strtol(json_string_value(argument), NULL, 10)
                                                : json_integer_value(argument);
    return evaluation_item(e, call, values, index, "the label has", "values");
}

static json_t *label_evaluate(struct evaluation *e, const struct function_call *call)
{
    bool has_index = json_is_array(call->arguments);
    if (!e->source->label) {
        evaluation_unsupported(e, call);
        return NULL;
    }
    json_t *values = find_label(
        e, call,
        json_string_value(has_index ? json_array_get(call->arguments, 0) : call->arguments));
    return values && has_index ? label_at(e, call, values) : values;
}

static const struct {
    const char *entity, *property;
} system_properties[] = {
    {"tenant", "name"},          {"deployment", "id"},    {"deployment", "name"},
    {"deployment", "blueprint"}, {"deployment", "owner"},
};

static bool check_property(struct evaluation *e, const struct function_call *call,
                           const char *entity, const char *property)
{
    bool has_entity = false;
    for (size_t i = 0; i < sizeof system_properties / sizeof *system_properties; i++) {
        if (strcmp(system_properties[i].entity, entity) != 0)
            continue;
        has_entity = true;
        if (!strcmp(system_properties[i].property, property))
            return true;
    }
    if (!has_entity)
        return evaluation_fail(e, call->path, FUNCTION_PROBLEM_SYSTEM_ENTITY, ERROR_INVALID,
                               "get_sys knows 'tenant' and 'deployment', not '%s'", entity);
    return evaluation_fail(e, call->path, FUNCTION_PROBLEM_SYSTEM_PROPERTY, ERROR_INVALID,
                           "get_sys: a %s has no property '%s'", entity, property);
}

/* More than two items are let pass, as blueprints have them. */
static bool sys_check(struct evaluation *e, const struct function_call *call)
{
    const json_t *entity = json_array_get(call->arguments, 0);
    const json_t *property = json_array_get(call->arguments, 1);
    bool ok = (json_is_string(entity) || function_is_call(entity)) &&
              (json_is_string(property) || function_is_call(property));
    if (!ok)
        return evaluation_fail(e, call->path, FUNCTION_PROBLEM_ARGUMENTS, ERROR_INVALID,
                               "get_sys needs a list [entity, property], such as [deployment, id]");
    if (!json_is_string(entity) || !json_is_string(property))
        return true;
    return check_property(e, call, json_string_value(entity), json_string_value(property));
}

static json_t *sys_evaluate(struct evaluation *e, const struct function_call *call)
{
    if (!e->source->system_property) {
        evaluation_unsupported(e, call);
        return NULL;
    }
    const char *entity = json_string_value(json_array_get(call->arguments, 0));
    const char *property = json_string_value(json_array_get(call->arguments, 1));
    json_t *value = e->source->system_property(e->source->data, entity, property, e->err);
    if (!value && e->err->code)
        evaluation_source_failed(e, call->path);
    else if (!value)
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_NOT_FOUND,
                        "get_sys: this %s has no %s", entity, property);
    return value;
}

static bool consumers_check(struct evaluation *e, const struct function_call *call)
{
    const char *what = json_string_value(call->arguments);
    bool ok = what && (!strcmp(what, "ids") || !strcmp(what, "names") || !strcmp(what, "count"));
    return ok || evaluation_fail(e, call->path, FUNCTION_PROBLEM_ARGUMENTS, ERROR_INVALID,
                                 "get_consumers needs ids, names or count");
}

/* What `key` says of each consumer. */
static json_t *collect(const json_t *consumers, const char *key)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < json_array_size(consumers); i++) {
        if (json_array_append(list, json_object_get(json_array_get(consumers, i), key))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *consumers_evaluate(struct evaluation *e, const struct function_call *call)
{
    if (!e->source->consumers) {
        evaluation_unsupported(e, call);
        return NULL;
    }
    json_t *consumers = e->source->consumers(e->source->data, e->err);
    if (!consumers && e->err->code) {
        evaluation_source_failed(e, call->path);
        return NULL;
    }
    const char *what = json_string_value(call->arguments);
    json_t *result = *what == 'c' ? json_integer((json_int_t)json_array_size(consumers))
                                  : collect(consumers, *what == 'i' ? "id" : "name");
    json_decref(consumers);
    return result;
}

const struct function function_get_label = {
    .name = "get_label", .is_runtime = true, .check = label_check, .evaluate = label_evaluate};
const struct function function_get_sys = {
    .name = "get_sys", .is_runtime = true, .check = sys_check, .evaluate = sys_evaluate};
const struct function function_get_consumers = {.name = "get_consumers",
                                                .is_runtime = true,
                                                .check = consumers_check,
                                                .evaluate = consumers_evaluate};
