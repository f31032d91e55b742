/* yaml.h - YAML text to a tree in which every node knows its place. Follows dsl.md 0.
 *
 * Scalars are resolved as YAML 1.1 asks for, in the reading of PyYAML's safe loader. A tree is
 * immutable; all of it, texts included, lives in one arena until yaml_document_free().
 */
#ifndef CLOUDIFY_YAML_YAML_H
#define CLOUDIFY_YAML_YAML_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct yaml_document;
struct yaml_node;

enum yaml_kind {
    YAML_NULL,
    YAML_BOOLEAN,
    YAML_INTEGER,
    YAML_REAL,
    YAML_STRING,
    YAML_LIST,
    YAML_MAP,
};

struct yaml_mark {
    const char *file; /* as given to yaml_parse() */
    int line, column; /* 1-based; columns count characters */
};

/* 0 in a member stands for its default. */
struct yaml_limits {
    size_t size;      /* of the text, bytes; 64 MiB */
    size_t depth;     /* collections within each other; 200 */
    size_t expansion; /* nodes that aliases and merge keys add; 1,000,000 or 4 a byte of text */
};

enum yaml_problem_code {
    YAML_PROBLEM_NONE,
    YAML_PROBLEM_SYNTAX,   /* not YAML, or not UTF-8 */
    YAML_PROBLEM_DOCUMENT, /* a second document */
    YAML_PROBLEM_ALIAS,    /* of nothing known, or of a collection that contains it */
    YAML_PROBLEM_MERGE,    /* `<<` with something else than a map or a list of maps */
    YAML_PROBLEM_KEY,      /* a key that is a collection, or has a NUL character */
    YAML_PROBLEM_TAG,      /* an unknown tag, or a value that does not fit its tag */
    YAML_PROBLEM_NUMBER,   /* beyond 64 bits, or not finite */
    YAML_PROBLEM_DATE,     /* dates and times have no type of their own: quote them */
    YAML_PROBLEM_LIMIT,
    YAML_PROBLEM_MEMORY,
};

struct yaml_problem {
    enum yaml_problem_code code;
    char message[256];     /* `what`, without the place */
    struct yaml_mark mark; /* its `file` is the caller's */
};

/**
 * Parse a text with one document; none is the same as `null`.
 *
 * @param text   `length` bytes of UTF-8; not needed afterwards
 * @param file   name for the marks, copied
 * @param limits NULL: all defaults
 * @return a new document, or NULL with `*problem` set
 */
struct yaml_document *yaml_parse(const char *text, size_t length, const char *file,
                                 const struct yaml_limits *limits, struct yaml_problem *problem);
/** Free a document with all of its nodes. NULL is allowed. */
void yaml_document_free(struct yaml_document *document);
/** The outermost node. Borrowed, as all that follows, until yaml_document_free(). */
const struct yaml_node *yaml_root(const struct yaml_document *document);

/** Nodes in `node`, itself included; what an alias stands for counts each time. */
uint32_t yaml_weight(const struct yaml_node *node);
/** Whether all keys and other scalars are ASCII. */
bool yaml_is_ascii(const struct yaml_document *document);

enum yaml_kind yaml_kind(const struct yaml_node *node);
/** "string", "integer", "float", "boolean", "null", "list" or "dict". */
const char *yaml_kind_name(enum yaml_kind kind);
/** Where the node begins; for what an alias stands for, where its anchor is. */
struct yaml_mark yaml_mark(const struct yaml_node *node);

/** A string; NULL for any other kind. */
const char *yaml_string(const struct yaml_node *node);
/** A scalar of any kind as it was written, without quotes and escapes; NULL for a collection. */
const char *yaml_text(const struct yaml_node *node);
/** Bytes of yaml_text(), in which there may be NULs; 0 for a collection. */
size_t yaml_length(const struct yaml_node *node);
/** The value of a boolean; false for any other kind. */
bool yaml_boolean(const struct yaml_node *node);
/** The value of an integer; 0 for any other kind. */
json_int_t yaml_integer(const struct yaml_node *node);
/** The value of a real, always finite, or of an integer; 0 for any other kind. */
double yaml_real(const struct yaml_node *node);

/** Items of a list, or entries of a map; 0 for a scalar. */
size_t yaml_count(const struct yaml_node *node);
/** Item `i` of a list, or NULL. */
const struct yaml_node *yaml_item(const struct yaml_node *list, size_t i);
/**
 * The key of entry `i` of a map, or NULL: any scalar. Merge keys have been replaced by what they
 * stand for. A key given twice is kept once: the last key and value, where the first one stood.
 */
const struct yaml_node *yaml_key(const struct yaml_node *map, size_t i);
/** Whether a key was written more than once in its map. */
bool yaml_key_is_repeated(const struct yaml_node *key);
/** The value of entry `i` of a map, or NULL. */
const struct yaml_node *yaml_value(const struct yaml_node *map, size_t i);
/** The key of a value that yaml_find() or yaml_value() has given. */
const struct yaml_node *yaml_key_of_value(const struct yaml_node *value);
/** The value at the string `key` of a map; NULL if it has none, or is no map. Constant time. */
const struct yaml_node *yaml_find(const struct yaml_node *map, const char *key);

/**
 * The value of a node. Keys that are no strings become their JSON text: `1: a` is {"1": "a"}.
 *
 * @return a new reference, or NULL when out of memory
 */
json_t *yaml_to_json(const struct yaml_node *node);
/** Told which object a map has become. @return false when out of memory */
typedef bool yaml_object_made(void *data, const struct yaml_node *map, const json_t *object);
/** As yaml_to_json(), but tells `made` of every map, the innermost first. */
json_t *yaml_to_json_watched(const struct yaml_node *node, yaml_object_made *made, void *data);

#endif
