/* yaml_internal.h - what the files of yaml/ share: the tree as it lies in memory. */
#ifndef CLOUDIFY_YAML_YAML_INTERNAL_H
#define CLOUDIFY_YAML_YAML_INTERNAL_H

#include <stdint.h>

#include "base/arena.h"
#include "yaml/yaml.h"

/* What is special about a scalar. Two plain ones mean something as keys, and nothing elsewhere. */
enum node_role {
    NODE_ORDINARY,
    NODE_TRUE,        /* the boolean */
    NODE_MERGE_KEY,   /* << */
    NODE_DEFAULT_KEY, /* =, as a key the string "=" */
};

struct yaml_number {
    union {
        json_int_t integer;
        double real;
    } value;
    char text[]; /* as written */
};

/* A blueprint has some seventy nodes for each node template, so each byte here counts. */
struct yaml_node {
    union {
        const char *text; /* of a string, a null or a boolean, as written */
        const struct yaml_number *number;
        struct yaml_children *children; /* of a list or a map; NULL: it is empty */
    } of;
    uint32_t line : 28, kind : 4;   /* enum yaml_kind */
    uint32_t column : 28, role : 2; /* enum node_role */
    /* Of a key: it was written more than once; it was written over one that a merge key brought. */
    uint32_t is_repeated : 1, is_over_merged : 1;
    uint32_t count; /* items, entries, or bytes of text */
    uint32_t place; /* among the children that it is one of */
};

/* No text is longer, so neither lines nor columns nor children need more bits. */
enum { YAML_LONGEST_TEXT = (1 << 28) - 1 };

/* The items of a list; or the entries of a map, each a key and then its value. What an alias
 * stands for is a copy of the node with the same children. */
struct yaml_children {
    const char *file;
    uint32_t *slots; /* entry number + 1, or 0, by hash of the key; NULL in a small map */
    uint32_t slot_mask;
    uint32_t weight; /* nodes in the list or map, itself included, aliases written out */
    struct yaml_node node[];
};

struct yaml_document {
    struct arena arena;
    const struct yaml_node *root;
    bool has_non_ascii;
};

/** Room for `count` children, zeroed; or NULL. */
struct yaml_children *yaml_children_new(struct arena *arena, const char *file, size_t count);
/** Record a problem at the place of `node`. @return false */
bool yaml_problem_set(struct yaml_problem *problem, enum yaml_problem_code code,
                      const struct yaml_node *node, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/** Record that memory ran out. @return false */
bool yaml_problem_nomem(struct yaml_problem *problem);
/** How many bytes of `text` to show in a message: not too many, and no half character. */
int yaml_excerpt(const char *text, size_t length);

/* A scalar as it stands in the text. */
struct yaml_scalar {
    const char *text; /* `length` bytes and a NUL */
    size_t length;
    const char *tag; /* explicit, or NULL */
    bool is_plain;   /* written without quotes and without a tag: the text decides */
};

/**
 * Give the node of a scalar, whose place is known, its kind and role.
 *
 * @param number set to the value of an integer or a real
 */
bool yaml_scalar_resolve(struct yaml_node *node, const struct yaml_scalar *scalar,
                         struct yaml_number *number, struct yaml_problem *problem);

/** The text of a key in JSON, in `buffer` unless it is a string. */
const char *yaml_key_text(const struct yaml_node *key, char buffer[32], size_t *length);

/**
 * Make `map` from `count` pairs key, value; merge keys are replaced and repeated keys united.
 *
 * @param merged set to the number of entries that merge keys brought
 */
bool yaml_map_build(struct yaml_node *map, const struct yaml_node *pairs, size_t count,
                    const char *file, struct arena *arena, size_t *merged,
                    struct yaml_problem *problem);
/** Let the keys of `map` be found, as they are now. @return false: no memory */
bool yaml_map_index(struct yaml_node *map, struct arena *arena);

#endif
