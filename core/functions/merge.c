/* merge.c - {merge: [map, map, ...]}: one map with the keys of all, the later ones winning. */
#include <string.h>

#include "base/json.h"
#include "functions/functions_internal.h"

static bool check(struct evaluation *e, const struct function_call *call)
{
    return json_is_array(call->arguments) ||
           evaluation_fail(e, call->path, FUNCTION_PROBLEM_ARGUMENTS, ERROR_INVALID,
                           "merge needs a list of maps, not %s", json_kind(call->arguments));
}

static bool validate(struct evaluation *e, const struct function_call *call)
{
    for (size_t i = 0; i < json_array_size(call->arguments); i++) {
        const json_t *map = json_array_get(call->arguments, i);
        if (!json_is_object(map))
            return evaluation_fail(e, call->path, FUNCTION_PROBLEM_SIGNATURE, ERROR_INVALID,
                                   "merge needs maps, but item %zu is of type %s", i,
                                   json_kind(map));
    }
    return true;
}

static json_t *evaluate(struct evaluation *e, const struct function_call *call)
{
    if (arguments_have_call(call->arguments))
        return json_incref((json_t *)call->value);
    if (!validate(e, call))
        return NULL;
    json_t *merged = json_object();
    for (size_t i = 0; merged && i < json_array_size(call->arguments); i++) {
        if (json_object_update(merged, json_array_get(call->arguments, i))) {
            json_decref(merged);
            return NULL;
        }
    }
    return merged;
}

const struct function function_merge = {
    .name = "merge", .since = 103, .check = check, .validate = validate, .evaluate = evaluate};
