/* instance_choice.c - see instance_choice.h. */
#include "functions/instance_choice.h"

#include <string.h>

#include "base/json.h"

static bool instance_of_node(struct evaluation *e, const char *node, size_t i,
                             struct function_instance *out)
{
    return e->source->node_instance(e->source->data, node, i, out, e->err);
}

/* The one instance of `node` that instance `id` is related to; false if there are more or none. */
static bool choose_by_relationship(struct evaluation *e, const char *id, const char *node,
                                   struct function_instance *out)
{
    struct function_instance target;
    bool found = false;
    if (!id || !e->source->related_instance)
        return false;
    for (size_t i = 0; e->source->related_instance(e->source->data, id, i, &target, e->err); i++) {
        if (strcmp(target.node, node))
            continue;
        if (found && strcmp(out->id, target.id))
            return false;
        *out = target;
        found = true;
    }
    return found && e->err->code == ERROR_NONE;
}

/* The id of the group called `name` in a list of {name, id}, or NULL. */
static const char *group_id(const json_t *groups, const char *name)
{
    for (size_t i = 0; name && i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        if (!strcmp(json_string_at(group, "name", ""), name))
            return json_string_at(group, "id", NULL);
    }
    return NULL;
}

/* The first group of `own` that `other` has too, or NULL. */
static const char *common_group(const json_t *own, const json_t *other)
{
    for (size_t i = 0; i < json_array_size(own); i++) {
        const char *name = json_string_at(json_array_get(own, i), "name", NULL);
        if (group_id(other, name))
            return name;
    }
    return NULL;
}

static json_t *groups_of(struct evaluation *e, const char *id)
{
    return e->source->scaling_groups(e->source->data, id, e->err);
}

static bool is_in_group(struct evaluation *e, const char *id, const char *name,
                        const char *wanted_id)
{
    json_t *groups = groups_of(e, id);
    const char *own_id = group_id(groups, name);
    bool is_in = own_id && !strcmp(own_id, wanted_id);
    json_decref(groups);
    return is_in;
}

/* The one instance of `node` in the same group instance as instance `id`. */
static bool choose_by_group(struct evaluation *e, const char *id, const char *node,
                            struct function_instance *out)
{
    struct function_instance candidate;
    size_t found = 0;
    if (!id || !e->source->scaling_groups || !instance_of_node(e, node, 0, &candidate))
        return false;
    json_t *own = groups_of(e, id);
    json_t *other = groups_of(e, candidate.id);
    const char *name = common_group(own, other);
    for (size_t i = 0; name && instance_of_node(e, node, i, &candidate); i++) {
        if (is_in_group(e, candidate.id, name, group_id(own, name))) {
            *out = candidate;
            found++;
        }
    }
    json_decref(own);
    json_decref(other);
    return found == 1 && e->err->code == ERROR_NONE;
}

static bool choose_by_node(struct evaluation *e, const char *node, struct function_instance *out,
                           struct error *reason)
{
    const struct function_scope *scope = e->instances;
    struct function_instance first, second;
    if (!instance_of_node(e, node, 0, &first))
        return error_set(reason, ERROR_NOT_FOUND, "node '%s' has no instances", node);
    if (!instance_of_node(e, node, 1, &second)) {
        *out = first;
        return e->err->code == ERROR_NONE;
    }
    if (choose_by_relationship(e, scope->self, node, out))
        return true;
    if (scope->self ? choose_by_group(e, scope->self, node, out)
                    : choose_by_group(e, scope->source, node, out) ||
                          choose_by_group(e, scope->target, node, out))
        return true;
    return error_set(reason, ERROR_CONFLICT,
                     "node '%s' has several instances, and nothing says which one is meant", node);
}

bool choose_instance(struct evaluation *e, const char *name, struct function_instance *out,
                     struct error *reason)
{
    struct function_scope scope;
    if (!function_is_scope_word(name))
        return choose_by_node(e, name, out, reason);
    if (!scope_of_node(e, name, &scope, reason))
        return false;
    if (!scope.self)
        return choose_by_node(e, scope.node, out, reason);
    return e->source->instance(e->source->data, scope.self, out, e->err) ||
           error_set(reason, ERROR_INVALID, "there is no node instance '%s'", scope.self);
}
