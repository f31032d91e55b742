/* update.c - see update.h. Nodes are compared in update_nodes.c. */
#include "deployment/update.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "deployment/update_internal.h"

bool update_add_step(struct update *update, const char *action, const char *entity_type,
                     json_t *entity_id, bool supported)
{
    json_t *step =
        json_pack("{s:s, s:s, s:o, s:i, s:b}", "action", action, "entity_type", entity_type,
                  "entity_id", entity_id, "topology_order", 0, "supported", (int)supported);
    update->failed = json_array_append_new(update->steps, step) || update->failed;
    return !update->failed;
}

json_t *update_id(const json_t *prefix, const char *key)
{
    json_t *id = json_copy_whole(prefix);
    if (json_array_append_new(id, json_string(key))) {
        json_decref(id);
        return NULL;
    }
    return id;
}

void update_compare_maps(struct update *update, const char *entity_type, const json_t *prefix,
                         const json_t *before, const json_t *after, bool supported)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)before, key, value)
    {
        if (!json_object_get(after, key))
            update_add_step(update, "remove", entity_type, update_id(prefix, key), supported);
    }
    json_object_foreach((json_t *)after, key, value)
    {
        const json_t *old = json_object_get(before, key);
        if (!old || !json_equal(old, value))
            update_add_step(update, old ? "modify" : "add", entity_type, update_id(prefix, key),
                            supported);
    }
}

static void compare_section(struct update *update, const char *key, const char *entity_type)
{
    json_t *prefix = json_pack("[s]", key);
    update_compare_maps(update, entity_type, prefix, json_object_get(update->before, key),
                        json_object_get(update->after, key), true);
    json_decref(prefix);
}

static void compare_description(struct update *update)
{
    const char *before = json_string_at(update->before, "description", "");
    const char *after = json_string_at(update->after, "description", "");
    if (strcmp(before, after) != 0)
        update_add_step(update, "modify", "description", json_pack("[s]", "description"), true);
}

/* ---- groups, whose members have no order ---- */

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* group -> its members in order; new. */
static json_t *sorted_members(const json_t *groups)
{
    json_t *result = json_object(), *group;
    const char *name;
    json_object_foreach((json_t *)groups, name, group)
    {
        const json_t *members = json_object_get(group, "members");
        size_t count = json_array_size(members);
        const char **texts = calloc(count + 1, sizeof *texts);
        json_t *list = json_array();
        for (size_t i = 0; texts && i < count; i++)
            texts[i] = json_string_value(json_array_get(members, i));
        if (texts)
            qsort(texts, count, sizeof *texts, compare_text);
        for (size_t i = 0; texts && i < count; i++)
            json_array_append_new(list, json_string(texts[i]));
        free(texts);
        json_object_set_new(result, name, list);
    }
    return result;
}

static void compare_groups(struct update *update)
{
    json_t *before = sorted_members(json_object_get(update->before, "groups"));
    json_t *after = sorted_members(json_object_get(update->after, "groups"));
    json_t *prefix = json_pack("[s]", "groups");
    update_compare_maps(update, "group", prefix, before, after, false);
    json_decref(before);
    json_decref(after);
    json_decref(prefix);
}

/* ---- the order of the steps ---- */

static int action_rank(const json_t *step)
{
    const char *action = json_string_at(step, "action", "");
    return !strcmp(action, "remove") ? 0 : !strcmp(action, "add") ? 1 : 2;
}

/* What is removed goes from relationships to nodes, what is added from nodes to relationships. */
static int entity_rank(const json_t *step)
{
    const char *type = json_string_at(step, "entity_type", "");
    int node = !strcmp(type, "node") ? 0 : !strcmp(type, "relationship") ? 1 : 2;
    int action = action_rank(step);
    return action == 0 ? -node : action == 1 ? node : 0;
}

struct ranked_step {
    json_t *step;
    size_t place;
};

static int compare_steps(const void *a, const void *b)
{
    const struct ranked_step *x = a, *y = b;
    int difference = action_rank(x->step) - action_rank(y->step);
    if (!difference)
        difference = entity_rank(x->step) - entity_rank(y->step);
    json_int_t x_order = json_integer_at(x->step, "topology_order", 0);
    json_int_t y_order = json_integer_at(y->step, "topology_order", 0);
    if (!difference)
        difference = (x_order < y_order) - (x_order > y_order);
    return difference ? difference : (x->place > y->place) - (x->place < y->place);
}

/* The steps in order; takes `steps`. */
static json_t *sort_steps(json_t *steps)
{
    size_t count = json_array_size(steps);
    struct ranked_step *ranked = calloc(count + 1, sizeof *ranked);
    json_t *sorted = ranked ? json_array() : NULL;
    for (size_t i = 0; sorted && i < count; i++)
        ranked[i] = (struct ranked_step){json_array_get(steps, i), i};
    if (sorted)
        qsort(ranked, count, sizeof *ranked, compare_steps);
    for (size_t i = 0; sorted && i < count; i++)
        json_array_append(sorted, ranked[i].step);
    free(ranked);
    json_decref(steps);
    return sorted;
}

json_t *update_steps(const json_t *before, const json_t *after)
{
    struct update update = {.before = before, .after = after, .steps = json_array()};
    compare_description(&update);
    update_compare_nodes(&update);
    compare_section(&update, "outputs", "output");
    compare_section(&update, "workflows", "workflow");
    compare_groups(&update);
    if (!update.failed)
        return sort_steps(update.steps);
    json_decref(update.steps);
    return NULL;
}
