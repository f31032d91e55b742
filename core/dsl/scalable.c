/* scalable.c - see scalable.h. */
#include "dsl/scalable.h"

#include <string.h>

#include "dsl/plan_internal.h"
#include "functions/functions.h"

bool scalable_error(const struct scalable_owner *owner, const struct diagnostic_code *code,
                    const struct yaml_node *at, const char *key, const char *what)
{
    struct path path = {owner->path, key, 0};
    return compiler_error(owner->c, code, at, &path, NULL, "%s: '%s' %s", owner->subject, key,
                          what);
}

/* The number at `key` as JSON, new: an integer or a function; NULL: reported. */
static json_t *read_count(const struct scalable_owner *owner, const struct yaml_node *properties,
                          const char *key, json_int_t fallback, json_int_t least)
{
    const struct yaml_node *node = field_of(properties, key);
    bool unbounded = !strcmp(key, "max_instances");
    if (!node)
        return json_integer(fallback);
    if (yaml_kind(node) == YAML_STRING) {
        if (unbounded && !strcmp(yaml_string(node), "UNBOUNDED"))
            return json_integer(-1);
        scalable_error(owner, &code_instance_count_literal, node, key,
                       "must be a number or 'UNBOUNDED'");
        return NULL;
    }
    json_t *value = compiler_json(owner->c, node);
    if (json_is_object(value) && !function_is_call(value))
        scalable_error(owner, &code_instance_count_function, node, key,
                       "must be a number or a function");
    else if (json_is_integer(value) && json_integer_value(value) < least &&
             !(unbounded && json_integer_value(value) == -1))
        scalable_error(owner, &code_instance_count, node, key,
                       least > 0 ? "is too small: it must be at least 1"
                                 : "is too small: it must be at least 0");
    else
        return value;
    json_decref(value);
    return NULL;
}

static bool check_order(const struct scalable_owner *owner, const json_t *scalable)
{
    const json_t *least = json_object_get(scalable, "min_instances");
    const json_t *first = json_object_get(scalable, "default_instances");
    const json_t *most = json_object_get(scalable, "max_instances");
    bool bounded = json_is_integer(most) && json_integer_value(most) >= 0;
    if (json_is_integer(least) && json_is_integer(first) &&
        json_integer_value(first) < json_integer_value(least))
        return scalable_error(owner, &code_instance_count, owner->at, "default_instances",
                              "is less than 'min_instances'");
    if (bounded && json_is_integer(first) && json_integer_value(first) > json_integer_value(most))
        return scalable_error(owner, &code_instance_count, owner->at, "default_instances",
                              "is more than 'max_instances'");
    if (bounded && json_is_integer(least) && json_integer_value(least) > json_integer_value(most))
        return scalable_error(owner, &code_instance_count, owner->at, "min_instances",
                              "is more than 'max_instances'");
    return true;
}

static json_t *make_scalable(const struct scalable_owner *owner, const struct yaml_node *properties,
                             const struct yaml_node *deploy)
{
    json_t *first = deploy ? json_integer(yaml_integer(deploy))
                           : read_count(owner, properties, "default_instances", 1, 0);
    json_t *scalable =
        json_pack("{s:o*, s:o*, s:O*, s:O*, s:O*}", "min_instances",
                  read_count(owner, properties, "min_instances", 0, 0), "max_instances",
                  read_count(owner, properties, "max_instances", -1, 1), "default_instances", first,
                  "current_instances", first, "planned_instances", first);
    json_decref(first);
    if (json_object_size(scalable) == 5)
        return scalable;
    json_decref(scalable);
    return NULL;
}

json_t *scalable_compile(const struct scalable_owner *owner, const struct yaml_node *properties,
                         const struct yaml_node *deploy)
{
    size_t errors = owner->c->out->errors;
    json_t *scalable = make_scalable(owner, properties, deploy);
    json_t *kept = scalable ? plan_keep(owner->c->plan, scalable) : NULL;
    if (!kept && owner->c->out->errors == errors)
        compiler_nomem(owner->c);
    return kept && check_order(owner, kept) ? kept : NULL;
}
