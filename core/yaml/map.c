/* map.c - YAML maps: merge keys, repeated keys and finding a key (yaml.h). */
#include <stdlib.h>
#include <string.h>

#include "yaml/yaml_internal.h"

enum { SMALL = 8 }; /* entries up to which a search in order is as quick as a hash */

static uint64_t hash_bytes(const void *data, size_t length, uint64_t seed)
{
    const unsigned char *bytes = data;
    uint64_t h = 14695981039346656037u ^ seed; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        h = (h ^ bytes[i]) * 1099511628211u;
    return h ^ (h >> 32);
}

static uint64_t hash_key(const struct yaml_node *key)
{
    if (key->kind == YAML_STRING)
        return hash_bytes(key->text, key->count, 0);
    char buffer[32];
    size_t length;
    const char *text = yaml_key_text(key, buffer, &length);
    return hash_bytes(text, length, key->kind + 1u);
}

static bool same_key(const struct yaml_node *a, const struct yaml_node *b)
{
    if (a->kind != b->kind)
        return false;
    switch (yaml_kind(a)) {
    case YAML_BOOLEAN:
        return a->value.boolean == b->value.boolean;
    case YAML_INTEGER:
        return a->value.integer == b->value.integer;
    case YAML_REAL:
        return a->value.real == b->value.real;
    case YAML_STRING:
        return a->count == b->count && !memcmp(a->text, b->text, a->count);
    default:
        return true;
    }
}

static struct yaml_entry *find_small(const struct yaml_node *map, const struct yaml_node *key)
{
    struct yaml_entries *entries = map->value.entries;
    for (size_t i = 0; i < map->count; i++) {
        if (same_key(entries->entry[i].key, key))
            return &entries->entry[i];
    }
    return NULL;
}

/* The slot of `key`, or the free one where it belongs. There is always a free slot. */
static uint32_t *find_slot(const struct yaml_node *map, const struct yaml_node *key)
{
    struct yaml_entries *entries = map->value.entries;
    uint32_t slot = (uint32_t)hash_key(key) & entries->slot_mask;
    while (entries->slots[slot] && !same_key(entries->entry[entries->slots[slot] - 1].key, key))
        slot = (slot + 1) & entries->slot_mask;
    return &entries->slots[slot];
}

const struct yaml_node *yaml_find(const struct yaml_node *map, const char *key)
{
    if (map->kind != YAML_MAP)
        return NULL;
    size_t length = strlen(key);
    if (length > UINT32_MAX)
        return NULL;
    struct yaml_node wanted = {.kind = YAML_STRING, .text = key, .count = (uint32_t)length};
    struct yaml_entries *entries = map->value.entries;
    if (!entries->slots) {
        struct yaml_entry *entry = find_small(map, &wanted);
        return entry ? entry->value : NULL;
    }
    uint32_t number = *find_slot(map, &wanted);
    return number ? entries->entry[number - 1].value : NULL;
}

static void put(struct yaml_node *map, const struct yaml_node *key, const struct yaml_node *value)
{
    struct yaml_entries *entries = map->value.entries;
    struct yaml_entry *entry;
    if (entries->slots) {
        uint32_t *slot = find_slot(map, key);
        if (!*slot)
            *slot = ++map->count;
        entry = &entries->entry[*slot - 1];
    } else {
        entry = find_small(map, key);
        if (!entry)
            entry = &entries->entry[map->count++];
    }
    *entry = (struct yaml_entry){key, value};
}

static bool reserve(struct yaml_node *map, size_t capacity, struct arena *arena)
{
    struct yaml_entries *entries =
        arena_alloc(arena, sizeof *entries + capacity * sizeof *entries->entry);
    if (!entries)
        return false;
    if (capacity > SMALL) {
        size_t slots = 16;
        while (slots < capacity * 2)
            slots *= 2;
        entries->slots = arena_alloc(arena, slots * sizeof *entries->slots);
        if (!entries->slots)
            return false;
        entries->slot_mask = (uint32_t)(slots - 1);
    }
    map->value.entries = entries;
    return true;
}

static bool check_key(const struct yaml_node *key, struct yaml_problem *problem)
{
    if (!key->text)
        return yaml_problem_set(problem, YAML_PROBLEM_KEY, key, "a key must not be a %s",
                                yaml_kind_name(yaml_kind(key)));
    if (memchr(key->text, '\0', key->count))
        return yaml_problem_set(problem, YAML_PROBLEM_KEY, key,
                                "a key must not have a NUL character");
    return true;
}

/* How many entries the merge key with `value` brings; -1: it cannot. */
static long count_merged(const struct yaml_node *value, struct yaml_problem *problem)
{
    if (value->kind == YAML_MAP)
        return (long)value->count;
    long count = 0;
    for (size_t i = 0; value->kind == YAML_LIST && i < value->count; i++) {
        const struct yaml_node *item = value->value.items[i];
        if (item->kind != YAML_MAP) {
            yaml_problem_set(problem, YAML_PROBLEM_MERGE, item,
                             "a merge key '<<' needs dicts, got %s",
                             yaml_kind_name(yaml_kind(item)));
            return -1;
        }
        count += (long)item->count;
    }
    if (value->kind == YAML_LIST)
        return count;
    yaml_problem_set(problem, YAML_PROBLEM_MERGE, value,
                     "a merge key '<<' needs a dict or a list of dicts, got %s",
                     yaml_kind_name(yaml_kind(value)));
    return -1;
}

static void put_all(struct yaml_node *map, const struct yaml_node *from)
{
    for (size_t i = 0; i < from->count; i++)
        put(map, from->value.entries->entry[i].key, from->value.entries->entry[i].value);
}

/* Later puts win, so a list goes backwards: in it the earlier map wins. */
static void merge(struct yaml_node *map, const struct yaml_node *value)
{
    if (value->kind == YAML_MAP)
        put_all(map, value);
    for (size_t i = value->kind == YAML_LIST ? value->count : 0; i > 0; i--)
        put_all(map, value->value.items[i - 1]);
}

bool yaml_map_build(struct yaml_node *map, const struct yaml_node *const *pairs, size_t count,
                    struct arena *arena, size_t *merged, struct yaml_problem *problem)
{
    *merged = 0;
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *key = pairs[2 * i];
        if (!check_key(key, problem))
            return false;
        long brought = key->role == NODE_MERGE_KEY ? count_merged(pairs[2 * i + 1], problem) : 0;
        if (brought < 0)
            return false;
        *merged += (size_t)brought;
    }
    if (*merged + count > UINT32_MAX / 4)
        return yaml_problem_set(problem, YAML_PROBLEM_LIMIT, map, "a dict has too many entries");
    if (!reserve(map, *merged + count, arena))
        return yaml_problem_nomem(problem, map->file);
    /* What is merged stands first, as in the reference, so that explicit keys beat it. */
    for (size_t i = 0; i < count; i++) {
        if (pairs[2 * i]->role == NODE_MERGE_KEY)
            merge(map, pairs[2 * i + 1]);
    }
    for (size_t i = 0; i < count; i++) {
        if (pairs[2 * i]->role != NODE_MERGE_KEY)
            put(map, pairs[2 * i], pairs[2 * i + 1]);
    }
    return true;
}
