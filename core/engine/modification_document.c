/* modification_document.c - see modification_document.h. */
#include "engine/modification_document.h"

#include <stdlib.h>

#include "base/json.h"
#include "deployment/group_instance.h"

static json_t *list_document(const struct instance_set *set, const struct change_list *changes)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < changes->count; i++) {
        const struct changed_instance *item = &changes->items[i];
        json_t *entry = json_pack(
            "{s:s, s:b, s:o}", "id", set->items[item->instance]->id, "related", item->is_related,
            "relationships",
            instance_relationships_to_json(set, item->relationships, item->relationship_count));
        if (json_array_append_new(list, entry)) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* The ids of the scaling group instances of `set` that `other` does not have. */
static json_t *groups_document(const struct instance_set *set, const struct instance_set *other)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < set->group_count; i++) {
        const struct group_instance *group = &set->groups[i];
        if (!group->is_gone && instances_group_index(other, group->id) == INSTANCE_NONE &&
            json_array_append_new(list, json_string(group->id))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

json_t *modification_document(const struct modification *m, const json_t *changes)
{
    return json_pack("{s:O, s:o, s:o, s:o, s:o}", "changes", changes, "added",
                     list_document(m->instances, &m->added), "removed",
                     list_document(m->previous, &m->removed), "added_groups",
                     groups_document(m->instances, m->previous), "removed_groups",
                     groups_document(m->previous, m->instances));
}

/* ---- views ---- */

static int compare_items(const void *a, const void *b)
{
    const struct changed_instance *x = a, *y = b;
    return (x->instance > y->instance) - (x->instance < y->instance);
}

const struct changed_instance *modification_view_find(const struct modification_view *view,
                                                      size_t instance)
{
    const struct changed_instance key = {.instance = instance};
    return view->list.count
               ? bsearch(&key, view->list.items, view->list.count, sizeof key, compare_items)
               : NULL;
}

/* Read what list_document() has written; who has left since is left out. */
static bool read_item(struct change_list *list, const struct instance_set *set, const json_t *item,
                      size_t *related, struct error *err)
{
    size_t i;
    json_t *pair;
    long instance = instances_index(set, json_string_at(item, "id", ""));
    if (instance == INSTANCE_NONE)
        return true;
    size_t limit = instance_node(set, set->items[instance])->relationship_count;
    struct changed_instance *changed = &list->items[list->count++];
    changed->instance = (size_t)instance;
    changed->is_related = json_boolean_at(item, "related", false);
    changed->relationships = list->relationships + *related;
    json_array_foreach(json_object_get(item, "relationships"), i, pair)
    {
        const char *id = json_string_value(json_array_get(pair, 1));
        long target = id ? instances_index(set, id) : INSTANCE_NONE;
        if (target == INSTANCE_NONE)
            continue;
        size_t relationship = (size_t)json_integer_value(json_array_get(pair, 0));
        if (relationship >= limit)
            return error_set(err, ERROR_STORAGE,
                             "the stored modification is damaged: node instance '%s' has no "
                             "relationship %zu",
                             set->items[instance]->id, relationship);
        changed->relationships[changed->relationship_count++] =
            (struct instance_relationship){relationship, (size_t)target};
    }
    *related += changed->relationship_count;
    return true;
}

bool modification_view_read(struct modification_view *view, const struct instance_set *set,
                            const json_t *document, struct error *err)
{
    size_t i, related = 0;
    json_t *item;
    const json_t *items = json_object_get(document, view->what);
    json_array_foreach(items, i, item) related +=
        json_array_size(json_object_get(item, "relationships"));
    view->list.items = calloc(json_array_size(items) + 1, sizeof *view->list.items);
    view->list.relationships = calloc(related + 1, sizeof *view->list.relationships);
    if (!view->list.items || !view->list.relationships)
        return error_nomem(err);
    related = 0;
    json_array_foreach(items, i, item)
    {
        if (!read_item(&view->list, set, item, &related, err))
            return false;
    }
    qsort(view->list.items, view->list.count, sizeof *view->list.items, compare_items);
    return true;
}

void modification_view_release(struct modification_view *view)
{
    free(view->list.items);
    free(view->list.relationships);
}
