/* map.h - names to pointers; keeps the order of insertion. */
#ifndef CLOUDIFY_BASE_MAP_H
#define CLOUDIFY_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

struct map_entry {
    const char *key; /* a copy owned by the map */
    void *value;     /* borrowed */
};

/* Start with `struct map map = {0};`. Entries stand in the order in which their keys came. */
struct map {
    struct map_entry *entries;
    size_t count;
    size_t capacity;
    unsigned *slots; /* entry number + 1, or 0 */
    size_t slot_count;
};

/** The value of `key`, or NULL. */
void *map_get(const struct map *map, const char *key);
/** Whether `key` is there, even with a NULL value. */
bool map_has(const struct map *map, const char *key);
/** Set `key`, copied, to `value`, in place of an old value. @return false when out of memory */
bool map_set(struct map *map, const char *key, void *value);
/** Empty the map; what the values point to is the caller's. */
void map_release(struct map *map);

#endif
