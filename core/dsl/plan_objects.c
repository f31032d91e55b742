/* plan_objects.c - what a plan itself knows of the values of object types (object_source.h). */
#include <string.h>

#include "base/json.h"
#include "dsl/object_source.h"
#include "dsl/plan.h"

static bool fits_pattern(const json_t *pattern, const char *name)
{
    const char *starts = json_string_at(pattern, "starts_with", "");
    const char *ends = json_string_at(pattern, "ends_with", "");
    const char *equals = json_string_at(pattern, "equals_to", NULL);
    size_t length = strlen(name), end = strlen(ends);
    return !strncmp(name, starts, strlen(starts)) && end <= length &&
           !strcmp(name + length - end, ends) &&
           strstr(name, json_string_at(pattern, "contains", "")) &&
           (!equals || !strcmp(name, equals));
}

static bool is_listed(const json_t *list, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *item = json_string_value(json_array_get(list, i));
        if (item && !strcmp(item, name))
            return true;
    }
    return !list;
}

bool object_name_fits(const json_t *constraints, const char *name)
{
    return is_listed(json_object_get(constraints, "valid_values"), name) &&
           fits_pattern(json_object_get(constraints, "name_pattern"), name);
}

static bool has_node_type(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->node_type_count; i++) {
        if (!strcmp(plan->node_types[i]->name, name))
            return true;
    }
    return false;
}

static bool has_operation(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->node_count; i++) {
        if (operations_find(plan->nodes[i].operations, name))
            return true;
    }
    return false;
}

static bool is_in_plan(const struct plan *plan, const char *type, const char *name)
{
    if (!strcmp(type, "node_id"))
        return plan_find_node(plan, name);
    if (!strcmp(type, "node_type"))
        return has_node_type(plan, name);
    if (!strcmp(type, "scaling_group"))
        return json_object_get(plan->scaling_groups, name);
    return !strcmp(type, "operation_name") && has_operation(plan, name);
}

static bool has(void *data, const char *type, const json_t *value, const json_t *constraints,
                struct error *err)
{
    const char *name = json_string_value(value);
    if (json_object_get(constraints, "deployment_id"))
        return error_set(err, ERROR_UNSUPPORTED,
                         "is looked up in another deployment, which is not possible here");
    return name && is_in_plan(data, type, name) && object_name_fits(constraints, name);
}

struct object_source plan_object_source(const struct plan *plan)
{
    return (struct object_source){.data = (void *)plan, .has_blueprint = true, .has = has};
}
