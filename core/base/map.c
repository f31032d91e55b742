/* map.c - see map.h: open addressing over an array of entries that keeps insertion order. */
#include "base/map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static size_t hash(const char *key)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (const unsigned char *c = (const unsigned char *)key; *c; c++)
        h = (h ^ *c) * 1099511628211u;
    return (size_t)(h ^ (h >> 32));
}

/* The slot that holds `key`, or the free one where it belongs. There is always a free slot. */
static size_t find_slot(const struct map *map, const char *key)
{
    size_t mask = map->slot_count - 1;
    size_t slot = hash(key) & mask;
    while (map->slots[slot] && strcmp(map->entries[map->slots[slot] - 1].key, key))
        slot = (slot + 1) & mask;
    return slot;
}

static struct map_entry *find(const struct map *map, const char *key)
{
    if (!map->slot_count)
        return NULL;
    unsigned entry = map->slots[find_slot(map, key)];
    return entry ? &map->entries[entry - 1] : NULL;
}

static bool grow_slots(struct map *map)
{
    size_t slot_count = map->slot_count ? map->slot_count * 2 : 16;
    unsigned *slots = calloc(slot_count, sizeof *slots);
    if (!slots)
        return false;
    free(map->slots);
    map->slots = slots;
    map->slot_count = slot_count;
    for (size_t i = 0; i < map->count; i++)
        slots[find_slot(map, map->entries[i].key)] = (unsigned)i + 1;
    return true;
}

static bool grow_entries(struct map *map)
{
    size_t capacity = map->capacity ? map->capacity * 2 : 8;
    struct map_entry *entries = realloc(map->entries, capacity * sizeof *entries);
    if (!entries)
        return false;
    map->entries = entries;
    map->capacity = capacity;
    return true;
}

void *map_get(const struct map *map, const char *key)
{
    const struct map_entry *entry = find(map, key);
    return entry ? entry->value : NULL;
}

bool map_has(const struct map *map, const char *key)
{
    return find(map, key) != NULL;
}

bool map_set(struct map *map, const char *key, void *value)
{
    struct map_entry *entry = find(map, key);
    if (entry) {
        entry->value = value;
        return true;
    }
    if ((map->count + 1) * 4 > map->slot_count * 3 && !grow_slots(map))
        return false;
    if (map->count == map->capacity && !grow_entries(map))
        return false;
    char *copy = strdup(key);
    if (!copy)
        return false;
    map->entries[map->count].key = copy;
    map->entries[map->count].value = value;
    map->slots[find_slot(map, key)] = (unsigned)++map->count;
    return true;
}

void map_release(struct map *map)
{
    for (size_t i = 0; i < map->count; i++)
        free((char *)map->entries[i].key);
    free(map->entries);
    free(map->slots);
    *map = (struct map){0};
}
