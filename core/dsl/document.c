/* document.c - see document.h. */
#include "dsl/document.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "dsl/compiler.h"

enum {
    FILE_LIMIT = 64 * 1024 * 1024,
    DOCUMENT_LIMIT = 10000,
    WEIGHT_LIMIT = 20000000, /* values in all documents together */
};

static void source_free(struct source *source)
{
    if (!source->is_shared)
        yaml_document_free(source->yaml);
    free(source->name);
    free(source->directory);
    free(source->identity);
    free(source);
}

static void report_problem(struct compiler *c, const struct yaml_problem *problem)
{
    const struct diagnostic_place place = {problem->mark.file, problem->mark.line,
                                           problem->mark.column, NULL};
    bool too_much = problem->code == YAML_PROBLEM_LIMIT;
    if (problem->code == YAML_PROBLEM_MEMORY)
        compiler_nomem(c);
    else
        diagnostics_add(c->out, too_much ? &code_limit : &code_yaml_syntax, &place, NULL, "%s",
                        problem->message);
}

/* @param shared the tree of `text`, parsed before; or NULL */
static struct source *source_new(struct compiler *c, const char *name, char *directory,
                                 char *identity, const char *text, size_t length,
                                 struct yaml_document *shared)
{
    struct yaml_problem problem = {0};
    struct source *source = calloc(1, sizeof *source);
    if (!source) {
        free(directory);
        free(identity);
        compiler_nomem(c);
        return NULL;
    }
    source->directory = directory;
    source->identity = identity ? identity : strdup(name);
    source->name = strdup(name);
    source->is_shared = shared;
    if (source->name && source->identity)
        source->yaml = shared ? shared : yaml_parse(text, length, name, NULL, &problem);
    else
        problem.code = YAML_PROBLEM_MEMORY;
    if (!source->yaml) {
        report_problem(c, &problem);
        source_free(source);
        return NULL;
    }
    source->next = c->sources;
    c->sources = source;
    return source;
}

struct source *source_parse(struct compiler *c, const char *name, char *directory, char *identity,
                            const char *text, size_t length)
{
    return source_new(c, name, directory, identity, text, length, NULL);
}

struct source *source_builtin(struct compiler *c, const char *name,
                              const struct embedded_file *file)
{
    enum { FILES = 8 };
    static struct yaml_document *_Atomic trees[FILES]; /* by their place among the files */
    size_t place = (size_t)(file - embedded_types);
    assert(place < FILES);
    struct yaml_document *tree = atomic_load(&trees[place]), *none = NULL;
    struct source *source = source_new(c, name, NULL, NULL, file->text, file->length, tree);
    if (source && !tree)
        source->is_shared = atomic_compare_exchange_strong(&trees[place], &none, source->yaml);
    return source;
}

char *source_path(struct compiler *c, const char *directory, const char *name)
{
    char *path = !strcmp(directory, ".") ? strdup(name) : path_join(directory, name);
    if (!path)
        compiler_nomem(c);
    return path;
}

struct source *source_find(const struct compiler *c, const char *identity)
{
    struct source *source = c->sources;
    while (source && strcmp(source->identity, identity))
        source = source->next;
    return source;
}

struct source *source_read(struct compiler *c, const char *path, const struct yaml_node *at,
                           bool *absent)
{
    struct error err = {0};
    size_t length = 0;
    char *identity = realpath(path, NULL);
    *absent = !identity && !file_exists(path);
    struct source *source = identity ? source_find(c, identity) : NULL;
    if (*absent || source) {
        free(identity);
        return source;
    }
    char *text = file_read_regular(path, FILE_LIMIT, &length, &err);
    char *folder = text ? path_directory(path) : NULL;
    if (folder) {
        source = source_parse(c, path, folder, identity, text, length);
    } else if (text) {
        free(identity);
        compiler_nomem(c);
    } else {
        free(identity);
        compiler_error(c, at ? &code_import_not_found : &code_blueprint_not_found, at, NULL, NULL,
                       "%s", err.text);
    }
    free(text);
    return source;
}

static bool check_ascii(struct compiler *c, const struct yaml_node *node)
{
    bool ok = true;
    if (yaml_kind(node) == YAML_STRING) {
        for (const char *text = yaml_string(node); *text; text++) {
            if ((unsigned char)*text > 127)
                return compiler_error(c, &code_non_ascii, node, NULL, NULL,
                                      "'%s' has characters that are not ASCII", yaml_string(node));
        }
    }
    for (size_t i = 0; i < yaml_count(node); i++) {
        bool is_map = yaml_kind(node) == YAML_MAP;
        ok &= !is_map || check_ascii(c, yaml_key(node, i));
        ok &= check_ascii(c, is_map ? yaml_value(node, i) : yaml_item(node, i));
    }
    return ok;
}

bool source_check_ascii(struct compiler *c, const struct source *source)
{
    return yaml_is_ascii(source->yaml) || check_ascii(c, yaml_root(source->yaml));
}

bool source_has_root_type(const struct source *source)
{
    const struct yaml_node *types = field_of(yaml_root(source->yaml), "node_types");
    return field_of(types, "cloudify.nodes.Root");
}

static bool too_many(struct compiler *c, const struct document *document, const char *what,
                     size_t limit)
{
    struct path imports = {NULL, "imports", 0}, path = {&imports, NULL, document->position};
    return compiler_error(c, &code_limit, document->at, &path, NULL,
                          "the imports bring more than %zu %s", limit, what);
}

struct document *document_add(struct compiler *c, const struct document *document)
{
    c->document_weight += yaml_weight(document->root);
    if (c->document_count == DOCUMENT_LIMIT) {
        too_many(c, document, "files", DOCUMENT_LIMIT);
        return NULL;
    }
    if (c->document_count && c->document_weight > WEIGHT_LIMIT) {
        too_many(c, document, "values", WEIGHT_LIMIT);
        return NULL;
    }
    struct document *added = compiler_alloc(c, sizeof *added);
    struct document **documents =
        realloc(c->documents, (c->document_count + 1) * sizeof *c->documents);
    if (documents)
        c->documents = documents;
    if (!documents || !added) {
        compiler_nomem(c);
        return NULL;
    }
    *added = *document;
    documents[c->document_count++] = added;
    return added;
}

void compiler_free_documents(struct compiler *c)
{
    struct source *source = c->sources;
    while (source) {
        struct source *next = source->next;
        source_free(source);
        source = next;
    }
    free(c->documents);
    c->sources = NULL;
    c->documents = NULL;
    c->document_count = 0;
}
