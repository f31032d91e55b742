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
        return hash_bytes(key->of.text, key->count, 0);
    char buffer[32];
    size_t length;
    const char *text = yaml_key_text(key, buffer, &length);
    return hash_bytes(text, length, key->kind + 1u);
}

static bool same_value(const struct yaml_node *a, const struct yaml_node *b)
{
    switch (yaml_kind(a)) {
    case YAML_BOOLEAN:
        return yaml_boolean(a) == yaml_boolean(b);
    case YAML_INTEGER:
        return yaml_integer(a) == yaml_integer(b);
    case YAML_REAL:
        return yaml_real(a) == yaml_real(b);
    default:
        return true;
    }
}

static bool same_key(const struct yaml_node *a, const struct yaml_node *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind != YAML_STRING)
        return same_value(a, b);
    return a->count == b->count && !memcmp(a->of.text, b->of.text, a->count);
}

/* The number of the entry with `key`; that of the entries if there is none. */
static uint32_t find_small(const struct yaml_node *map, const struct yaml_node *key)
{
    uint32_t i = 0;
    while (i < map->count && !same_key(&map->of.children->node[2 * i], key))
        i++;
    return i;
}

/* The slot of `key`, or the free one where it belongs. There is always a free slot. */
static uint32_t *find_slot(const struct yaml_node *map, const struct yaml_node *key)
{
    const struct yaml_children *children = map->of.children;
    uint32_t slot = (uint32_t)hash_key(key) & children->slot_mask;
    while (children->slots[slot] &&
           !same_key(&children->node[2 * (children->slots[slot] - 1)], key))
        slot = (slot + 1) & children->slot_mask;
    return &children->slots[slot];
}

const struct yaml_node *yaml_find(const struct yaml_node *map, const char *key)
{
    size_t length = strlen(key);
    if (map->kind != YAML_MAP || !map->count || length > YAML_LONGEST_TEXT)
        return NULL;
    struct yaml_node wanted = {.kind = YAML_STRING, .of.text = key, .count = (uint32_t)length};
    if (!map->of.children->slots)
        return yaml_value(map, find_small(map, &wanted));
    uint32_t number = *find_slot(map, &wanted);
    return number ? yaml_value(map, number - 1) : NULL;
}

/* The number of the entry with `key`, a new one if there is none. */
static uint32_t find_or_add(struct yaml_node *map, const struct yaml_node *key)
{
    struct yaml_children *children = map->of.children;
    uint32_t i;
    if (children->slots) {
        uint32_t *slot = find_slot(map, key);
        if (!*slot)
            *slot = map->count + 1;
        i = *slot - 1;
    } else {
        i = find_small(map, key);
    }
    if (i == map->count)
        map->count++;
    return i;
}

static struct yaml_node *put_at(struct yaml_node *map, uint32_t i, const struct yaml_node *key,
                                const struct yaml_node *value)
{
    struct yaml_node *entry = &map->of.children->node[2 * i];
    entry[0] = *key;
    entry[0].place = 2 * i;
    entry[0].is_repeated = entry[0].is_over_merged = 0;
    entry[1] = *value;
    entry[1].place = 2 * i + 1;
    return entry;
}

static void put_merged(struct yaml_node *map, const struct yaml_node *key,
                       const struct yaml_node *value)
{
    put_at(map, find_or_add(map, key), key, value);
}

/* The first `merged` entries were brought by merge keys: to write over those is what they are for.
 */
static void put_written(struct yaml_node *map, const struct yaml_node *key,
                        const struct yaml_node *value, uint32_t merged)
{
    uint32_t count = map->count, i = find_or_add(map, key);
    bool is_over_merged = i < merged;
    bool is_repeated =
        i < count && (!is_over_merged || map->of.children->node[2 * i].is_over_merged);
    struct yaml_node *entry = put_at(map, i, key, value);
    entry->is_over_merged = is_over_merged;
    entry->is_repeated = is_repeated;
}

/* Room to find each of `capacity` entries by its key. */
static bool reserve_slots(struct yaml_children *children, size_t capacity, struct arena *arena)
{
    size_t slots = 16;
    if (capacity <= SMALL)
        return true;
    while (slots < capacity * 2)
        slots *= 2;
    children->slots = arena_alloc(arena, slots * sizeof *children->slots);
    children->slot_mask = (uint32_t)(slots - 1);
    return children->slots;
}

static bool reserve(struct yaml_node *map, size_t capacity, const char *file, struct arena *arena)
{
    map->of.children = yaml_children_new(arena, file, 2 * capacity);
    return map->of.children && reserve_slots(map->of.children, capacity, arena);
}

bool yaml_map_index(struct yaml_node *map, struct arena *arena)
{
    struct yaml_children *children = map->of.children;
    children->slots = NULL;
    if (!reserve_slots(children, map->count, arena))
        return false;
    for (uint32_t i = 0; children->slots && i < map->count; i++)
        *find_slot(map, &children->node[2 * i]) = i + 1;
    return true;
}

static bool check_key(const struct yaml_node *key, struct yaml_problem *problem)
{
    const char *text = yaml_text(key);
    if (!text)
        return yaml_problem_set(problem, YAML_PROBLEM_KEY, key, "a key must not be a %s",
                                yaml_kind_name(yaml_kind(key)));
    if (memchr(text, '\0', key->count))
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
        const struct yaml_node *item = yaml_item(value, i);
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
        put_merged(map, yaml_key(from, i), yaml_value(from, i));
}

/* Later puts win, so a list goes backwards: in it the earlier map wins. */
static void merge(struct yaml_node *map, const struct yaml_node *value)
{
    if (value->kind == YAML_MAP)
        put_all(map, value);
    for (size_t i = value->kind == YAML_LIST ? value->count : 0; i > 0; i--)
        put_all(map, yaml_item(value, i - 1));
}

/* Nodes in the map, itself included. */
static uint32_t weigh(const struct yaml_node *map)
{
    size_t weight = 1 + map->count;
    for (size_t i = 0; i < map->count; i++)
        weight += yaml_weight(yaml_value(map, i));
    return weight < UINT32_MAX ? (uint32_t)weight : UINT32_MAX;
}

/* What is merged stands first, as in the reference, so that explicit keys beat it. */
static void fill(struct yaml_node *map, const struct yaml_node *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pairs[2 * i].role == NODE_MERGE_KEY)
            merge(map, &pairs[2 * i + 1]);
    }
    uint32_t merged = map->count;
    for (size_t i = 0; i < count; i++) {
        if (pairs[2 * i].role != NODE_MERGE_KEY)
            put_written(map, &pairs[2 * i], &pairs[2 * i + 1], merged);
    }
    map->of.children->weight = weigh(map);
}

bool yaml_map_build(struct yaml_node *map, const struct yaml_node *pairs, size_t count,
                    const char *file, struct arena *arena, size_t *merged,
                    struct yaml_problem *problem)
{
    *merged = 0;
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *key = &pairs[2 * i];
        if (!check_key(key, problem))
            return false;
        long brought = key->role == NODE_MERGE_KEY ? count_merged(&pairs[2 * i + 1], problem) : 0;
        if (brought < 0)
            return false;
        *merged += (size_t)brought;
    }
    if (*merged + count > YAML_LONGEST_TEXT)
        return yaml_problem_set(problem, YAML_PROBLEM_LIMIT, map, "a dict has too many entries");
    if (*merged + count == 0)
        return true;
    if (!reserve(map, *merged + count, file, arena))
        return yaml_problem_nomem(problem);
    fill(map, pairs, count);
    return true;
}
