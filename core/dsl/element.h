/* element.h - what each element of the language may hold, as tables; and the check against them.
 *
 * The tables (elements.c, elements_*.c) say all that can be said without looking at another
 * element: keys, kinds, what is required, which DSL version brought it. Whoever reads a tree that
 * has been checked need not look at kinds again.
 */
#ifndef CLOUDIFY_DSL_ELEMENT_H
#define CLOUDIFY_DSL_ELEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "yaml/yaml.h"

/* The kinds of value that a field takes; null is taken for absent everywhere (dsl.md 0). */
enum element_kind {
    TAKES_STRING = 1,
    TAKES_INTEGER = 2,
    TAKES_REAL = 4,
    TAKES_BOOLEAN = 8,
    TAKES_LIST = 16,
    TAKES_MAP = 32,
    TAKES_NUMBER = TAKES_INTEGER | TAKES_REAL,
    TAKES_ANY = 63,
};

/* What a map or a list given to a field holds. */
enum element_shape {
    SHAPE_FREE,    /* not described here */
    SHAPE_ELEMENT, /* the map is `element` */
    SHAPE_NAMED,   /* the map's values are each an `element`, its keys their names */
    SHAPE_LIST,    /* the list's items are each an `element` */
    SHAPE_STRINGS, /* the list's items are strings */
};

/* What the namespace of an import does to the value of a field (dsl.md 2.6). */
enum element_namespace {
    NAMESPACE_CONTENT, /* as the shape says; inputs and nodes that functions name are prefixed */
    NAMESPACE_NAMES,   /* so are its keys, which are names that others refer to */
    NAMESPACE_REFERS,  /* it is such a name, or a list of them */
    NAMESPACE_TYPE,    /* it is such a name, or a primitive type */
    NAMESPACE_CODE,    /* it is the name of a plugin's function or of a script */
    NAMESPACE_NOTHING, /* it stays as it is */
};

struct element;
struct compiler;
struct path;

struct element_field {
    const char *key;
    unsigned kinds; /* of enum element_kind */
    enum element_shape shape;
    const struct element *element;
    enum element_namespace namespace;
    bool required;
    int since;       /* n for DSL version 1_n, 0: always there */
    bool since_late; /* that is checked once what it holds is compiled, by who compiles it */
    const char *description;
    /* What the table cannot say of a value; reports, and returns whether all is well. Or NULL. */
    bool (*check)(struct compiler *c, const char *subject, const struct yaml_node *value,
                  const struct path *path);
};

struct element {
    const char *name;        /* "node template": as messages call it */
    const char *schema_name; /* in the JSON Schema, where `name` is not unique; or NULL */
    unsigned short_form; /* kinds that it may be instead of a map: code, as for NAMESPACE_CODE */
    bool needs_value;    /* a null entry is an error, not an empty one */
    const struct element_field *fields; /* ended by a NULL key */
    const struct element *entries;      /* instead of fields: every key names one of these */
};

/* The root of the language. All others hang below it. */
extern const struct element element_blueprint;

/* Where in the document something stands: a chain up the stack, rendered only for an error. */
struct path {
    const struct path *up;
    const char *key; /* NULL: item number `index` of a list */
    size_t index;
};

/** Append a path as it is shown: "node_templates.db.relationships[0].type". */
void path_write(struct strbuf *out, const struct path *path);

/** The field called `key`, or NULL. */
const struct element_field *element_field(const struct element *element, const char *key);
/**
 * Check `node` and all below it against `element`; every difference goes to the compiler's
 * diagnostics.
 *
 * @param name what the element is called in its section, or NULL
 * @return whether there was none
 */
bool element_check(struct compiler *c, const struct element *element, const char *name,
                   const struct yaml_node *node, const struct path *path);

#endif
