/* get_capability.c - what other deployments offer: get_capability, get_environment_capability,
 * get_group_capability. */

#include "base/json.h"
#include "functions/functions_internal.h"

static const char PARENT_LABEL[] = "csys-obj-parent"; /* names the environment of a deployment */

static bool is_step(const json_t *step)
{
    return json_is_string(step) || json_is_integer(step) || function_is_call(step);
}

static bool check_steps(struct evaluation *e, const struct function_call *call,
                        const char *expected)
{
    bool ok = json_array_size(call->arguments) >= 2;
    for (size_t i = 0; ok && i < json_array_size(call->arguments); i++)
        ok = is_step(json_array_get(call->arguments, i));
    return ok || evaluation_fail(e, call->path, FUNCTION_PROBLEM_ARGUMENTS, ERROR_INVALID,
                                 "%s needs a list %s", call->function->name, expected);
}

static bool check(struct evaluation *e, const struct function_call *call)
{
    return check_steps(e, call, "[deployment, capability, key or index, ...]");
}

/* Names may be written as numbers. */
static json_t *name_text(const json_t *name)
{
    return json_is_integer(name) ? json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(name))
                                 : json_incref((json_t *)name);
}

static json_t *find(struct evaluation *e, const struct function_call *call, const char *deployment,
                    const char *name)
{
    if (!e->source->capability) {
        evaluation_unsupported(e, call);
        return NULL;
    }
    json_t *value = e->source->capability(e->source->data, deployment, name, e->err);
    if (!value && e->err->code)
        evaluation_source_failed(e, call->path);
    else if (!value)
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_NOT_FOUND, ERROR_NOT_FOUND,
                        "%s: deployment '%s' has no capability '%s'", call->function->name,
                        deployment, name);
    return value;
}

/* Takes the reference of `value`. */
static json_t *walk(struct evaluation *e, const struct function_call *call, size_t first,
                    json_t *value)
{
    struct strbuf reason = STRBUF_INIT;
    enum walk_result result = evaluation_walk(e, call, first, &value, &reason);
    if (result != WALK_FOUND) {
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID, "%s: %s",
                        call->function->name, reason.text);
        json_decref(value);
        value = NULL;
    }
    strbuf_release(&reason);
    return value;
}

/* The capability `name` of `deployment`, then the steps from argument `first` on. */
static json_t *evaluate_named(struct evaluation *e, const struct function_call *call,
                              const json_t *deployment, const json_t *name, size_t first)
{
    json_t *deployment_text = name_text(deployment), *text = name_text(name);
    json_t *value = NULL;
    if (json_is_string(deployment_text) && json_is_string(text))
        value = find(e, call, json_string_value(deployment_text), json_string_value(text));
    else
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID,
                        "%s: names of deployments and capabilities are texts",
                        call->function->name);
    json_decref(deployment_text);
    json_decref(text);
    return value ? walk(e, call, first, value) : NULL;
}

static json_t *evaluate(struct evaluation *e, const struct function_call *call)
{
    return evaluate_named(e, call, json_array_get(call->arguments, 0),
                          json_array_get(call->arguments, 1), 2);
}

static bool environment_check(struct evaluation *e, const struct function_call *call)
{
    static const char expected[] = "[capability, key or index, ...]";
    if (json_is_string(call->arguments))
        return true;
    if (json_array_size(call->arguments) >= 2)
        return check_steps(e, call, expected);
    return evaluation_fail(e, call->path, FUNCTION_PROBLEM_SIGNATURE, ERROR_INVALID,
                           "get_environment_capability needs the name of a capability, or a list "
                           "%s",
                           expected);
}

static json_t *environment_evaluate(struct evaluation *e, const struct function_call *call)
{
    const json_t *arguments = call->arguments;
    json_t *result = NULL;
    if (!e->source->label) {
        evaluation_unsupported(e, call);
        return NULL;
    }
    json_t *parents = e->source->label(e->source->data, PARENT_LABEL, e->err);
    const json_t *parent = json_array_get(parents, 0);
    if (!parents && e->err->code)
        evaluation_source_failed(e, call->path);
    else if (!parent)
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_EVALUATION, ERROR_INVALID,
                        "get_environment_capability: the deployment has no label '%s'",
                        PARENT_LABEL);
    else
        result =
            evaluate_named(e, call, parent,
                           json_is_array(arguments) ? json_array_get(arguments, 0) : arguments, 1);
    json_decref(parents);
    return result;
}

static bool group_check(struct evaluation *e, const struct function_call *call)
{
    bool ok = json_array_size(call->arguments) >= 2;
    for (size_t i = 0; ok && i < json_array_size(call->arguments); i++) {
        const json_t *step = json_array_get(call->arguments, i);
        ok = is_step(step) || (i == 1 && json_array_size(step));
    }
    return ok || evaluation_fail(e, call->path, FUNCTION_PROBLEM_ARGUMENTS, ERROR_INVALID,
                                 "get_group_capability needs a list [group, capability or list of "
                                 "them, key or index, ...]");
}

static json_t *group_evaluate(struct evaluation *e, const struct function_call *call)
{
    if (!e->source->group_capability) {
        evaluation_unsupported(e, call);
        return NULL;
    }
    json_t *value = e->source->group_capability(e->source->data, call->arguments, e->err);
    if (!value && e->err->code)
        evaluation_source_failed(e, call->path);
    else if (!value)
        evaluation_fail(e, call->path, FUNCTION_PROBLEM_NOT_FOUND, ERROR_NOT_FOUND,
                        "get_group_capability: there is no such group");
    return value;
}

const struct function function_get_capability = {
    .name = "get_capability", .is_runtime = true, .check = check, .evaluate = evaluate};
const struct function function_get_environment_capability = {.name = "get_environment_capability",
                                                             .is_runtime = true,
                                                             .check = environment_check,
                                                             .evaluate = environment_evaluate};
const struct function function_get_group_capability = {.name = "get_group_capability",
                                                       .is_runtime = true,
                                                       .check = group_check,
                                                       .evaluate = group_evaluate};
