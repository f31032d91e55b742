/* modification_request.c - see modification_request.h. */
#include "engine/modification_request.h"

#include <stdlib.h>

void modification_request_release(struct modification_request *request)
{
    free(request->items);
    free(request->hints);
}

static bool read_hints(struct modification_request *request, const char *name, const json_t *change,
                       const char *key, const char *const **hints, size_t *count, struct error *err)
{
    const json_t *list = json_object_get(change, key);
    size_t i;
    json_t *id;
    *hints = request->hints + request->hint_count;
    *count = json_array_size(list);
    if (list && !json_is_array(list))
        return error_set(err, ERROR_INVALID, "modification of '%s': %s must be a list of ids", name,
                         key);
    json_array_foreach(list, i, id)
    {
        if (!json_is_string(id))
            return error_set(err, ERROR_INVALID, "modification of '%s': %s must be a list of ids",
                             name, key);
        request->hints[request->hint_count++] = json_string_value(id);
    }
    return true;
}

static bool read_change(struct modification_request *request, const char *name,
                        const json_t *change, struct error *err)
{
    struct instance_count_change *item = &request->items[request->count++];
    const json_t *instances = json_object_get(change, "instances");
    item->name = name;
    item->instances = json_integer_value(instances);
    if (!json_is_integer(instances))
        return error_set(err, ERROR_INVALID,
                         "modification of '%s': 'instances' must say how many it shall have", name);
    return read_hints(request, name, change, "removed_ids_include_hint", &item->include,
                      &item->include_count, err) &&
           read_hints(request, name, change, "removed_ids_exclude_hint", &item->exclude,
                      &item->exclude_count, err);
}

static size_t count_hints(const json_t *changes)
{
    const char *name;
    json_t *change;
    size_t count = 0;
    json_object_foreach((json_t *)changes, name, change) count +=
        json_array_size(json_object_get(change, "removed_ids_include_hint")) +
        json_array_size(json_object_get(change, "removed_ids_exclude_hint"));
    return count;
}

bool modification_request_read(struct modification_request *request, const json_t *changes,
                               struct error *err)
{
    const char *name;
    json_t *change;
    if (!json_object_size(changes))
        return error_set(err, ERROR_INVALID,
                         "a modification must name a node or a scaling group, and how many "
                         "instances it shall have");
    request->items = calloc(json_object_size(changes), sizeof *request->items);
    request->hints = calloc(count_hints(changes) + 1, sizeof *request->hints);
    bool ok = (request->items && request->hints) || error_nomem(err);
    json_object_foreach((json_t *)changes, name, change) ok =
        ok && read_change(request, name, change, err);
    return ok;
}
