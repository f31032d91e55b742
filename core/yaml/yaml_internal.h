/* yaml_internal.h - what the files of yaml/ share: the tree as it lies in memory. */
#ifndef CLOUDIFY_YAML_YAML_INTERNAL_H
#define CLOUDIFY_YAML_YAML_INTERNAL_H

#include <stdint.h>

#include "base/arena.h"
#include "yaml/yaml.h"

/* Two plain scalars mean something as keys, and nothing elsewhere. */
enum node_role {
    NODE_ORDINARY,
    NODE_MERGE_KEY,   /* << */
    NODE_DEFAULT_KEY, /* =, as a key the string "=" */
};

struct yaml_entry {
    const struct yaml_node *key, *value;
};

struct yaml_entries {
    uint32_t *slots; /* entry number + 1, or 0, by hash of the key; NULL in a small map */
    uint32_t slot_mask;
    struct yaml_entry entry[];
};

struct yaml_node {
    const char *file;
    const char *text; /* of a scalar, as written */
    union {
        bool boolean;
        json_int_t integer;
        double real;
        const struct yaml_node **items;
        struct yaml_entries *entries;
    } value;
    int line, column;
    uint32_t count;     /* items, entries, or bytes of text */
    uint32_t weight;    /* nodes in it, itself included, aliases written out; 0 while it is built */
    unsigned char kind; /* enum yaml_kind */
    unsigned char role; /* enum node_role */
};

struct yaml_document {
    struct arena arena;
    const struct yaml_node *root;
};

/** Record a problem at the place of `node`. @return false */
bool yaml_problem_set(struct yaml_problem *problem, enum yaml_problem_code code,
                      const struct yaml_node *node, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/** Record that memory ran out. @return false */
bool yaml_problem_nomem(struct yaml_problem *problem, const char *file);
/** How many bytes of `text` to show in a message: not too many, and no half character. */
int yaml_excerpt(const char *text, size_t length);

/**
 * Give a scalar its kind and value, from its `text` and `count`.
 *
 * @param tag   explicit tag, or NULL
 * @param plain written without quotes (and without a tag): the text decides
 */
bool yaml_scalar_resolve(struct yaml_node *node, const char *tag, bool plain, struct arena *arena,
                         struct yaml_problem *problem);

/** The text of a key in JSON, in `buffer` unless it is a string. */
const char *yaml_key_text(const struct yaml_node *key, char buffer[32], size_t *length);

/**
 * Make `map` from `count` pairs key, value; merge keys are replaced and repeated keys united.
 *
 * @param merged set to the number of entries that merge keys brought
 */
bool yaml_map_build(struct yaml_node *map, const struct yaml_node *const *pairs, size_t count,
                    struct arena *arena, size_t *merged, struct yaml_problem *problem);

#endif
