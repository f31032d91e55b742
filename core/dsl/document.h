/* document.h - the files that a blueprint is made of: as they were read, and as they are imported.
 */
#ifndef CLOUDIFY_DSL_DOCUMENT_H
#define CLOUDIFY_DSL_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/embedded.h"
#include "yaml/yaml.h"

struct compiler;
struct plugin_place;

/* A text that was read, once, however often it is imported. */
struct source {
    char *name; /* as shown in messages: a path or a URL */
    char
        *directory; /* imports are relative to it: a path, or a URL up to its last slash, or NULL */
    char *identity; /* the file's real path, or its name; no two sources have the same */
    bool is_remote; /* `directory` is that of a URL */
    struct yaml_document *yaml;
    bool is_shared;                   /* `yaml` belongs to the process */
    const struct plugin_place *place; /* found as that of a plugin, or NULL */
    struct source *next;
};

/* What one import brings: a source under a namespace (dsl.md 2.2). */
struct document {
    struct source *source;
    const struct yaml_node *root;       /* of the source, with the namespace applied */
    const char *namespace;              /* of all its names, or NULL */
    const struct document *importer;    /* NULL: the main file */
    const struct yaml_node *at;         /* the import in the importer */
    size_t position;                    /* of the import in the list of the importer */
    const struct yaml_node *properties; /* that the import gives to plugins, a dict, or NULL */
    bool is_builtin;                    /* the built-in types, or a file that stands for them */
    bool of_blueprint;                  /* of a blueprint that was uploaded by itself */
};

/**
 * Parse a text as a source.
 *
 * @param name copied
 * @param directory, identity new, taken even in case of an error; `identity` NULL: the name
 * @return a source of the compiler, or NULL: reported
 */
struct source *source_parse(struct compiler *c, const char *name, char *directory, char *identity,
                            const char *text, size_t length);
/**
 * Make an embedded file a source. It is parsed once in a process: a tree does not change.
 *
 * @param file one of embedded_types
 * @param name how it is called in messages, always the same
 */
struct source *source_builtin(struct compiler *c, const char *name,
                              const struct embedded_file *file);
/** Read the regular file `path`; it is not there: NULL and `*absent`; else NULL: reported. */
struct source *source_read(struct compiler *c, const char *path, const struct yaml_node *at,
                           bool *absent);
/** The path of `name` in `directory` as messages show it, without "./"; new, or NULL: reported. */
char *source_path(struct compiler *c, const char *directory, const char *name);
/** The source called `identity`, or NULL. */
struct source *source_find(const struct compiler *c, const char *identity);
/** Whether all of its strings are ASCII; reported. */
bool source_check_ascii(struct compiler *c, const struct source *source);
/** Whether it defines the types from which all others derive. */
bool source_has_root_type(const struct source *source);

/** Add a document to those of the compiler; NULL: no memory, reported. */
struct document *document_add(struct compiler *c, const struct document *document);
/** Free all sources and documents. */
void compiler_free_documents(struct compiler *c);

#endif
