/* imports.h - what the imports of a blueprint bring; private to dsl/ (dsl.md 2.2 to 2.5). */
#ifndef CLOUDIFY_DSL_IMPORTS_H
#define CLOUDIFY_DSL_IMPORTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct compiler;
struct document;
struct entry;
struct map;
struct path;
struct source;
struct yaml_node;

/* One entry of a list of imports, while it is being looked for. */
struct import {
    const char *written;   /* "ns--types.yaml" */
    const char *name;      /* the part of it after the namespace */
    const char *namespace; /* of all that it brings: that of its importer and its own; or NULL */
    const struct document *importer;
    const struct yaml_node *at;
    const struct path *path;
};

/* imports.c */

/** Whether `name` is that of a blueprint that was uploaded by itself. */
bool import_is_blueprint(const char *name);

/* import_entry.c */

/** What an entry of a list of imports names, alone or as the key of properties; NULL: nothing. */
const struct yaml_node *import_entry_name(const struct yaml_node *entry);
/** Where the part of an import after its namespace begins; `name` itself if there is none. */
const char *import_without_namespace(const char *name);
/**
 * Whether an entry of a list of imports is right by itself, and new in the list; else reported.
 *
 * @param seen the names of the entries before it, to which its own is added
 */
bool import_entry_check(struct compiler *c, const struct yaml_node *item, struct map *seen,
                        const struct path *path);

/* import_location.c */

/** The source that an import stands for; it may be one that is known. NULL: reported. */
struct source *import_locate(struct compiler *c, const struct import *import);

/* plugin_import.c */

/** The source of `plugin:NAME...` in one of the directories of plugins. NULL: reported. */
struct source *plugin_import_locate(struct compiler *c, const struct import *import);

/* import_properties.c */

/** Whether what `document` is given for its plugins suits them (dsl.md 2.3); reported. */
bool import_check_properties(struct compiler *c, const struct document *document);
/** The properties of a plugin, with the values that its import gives; new, or NULL: no memory. */
json_t *import_plugin_properties(struct compiler *c, const struct entry *plugin);

#endif
