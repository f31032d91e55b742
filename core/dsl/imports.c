/* imports.c - the files of a blueprint: found, read, checked, in the order of imports
 * (dsl.md 1 and 2). */
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/files.h"
#include "base/strbuf.h"
#include "dsl/compiler.h"
#include "dsl/plan_internal.h"
#include "dsl/sections.h"

enum { NEWEST_VERSION = 5, FILE_LIMIT = 64 * 1024 * 1024 };

static const char types_import[] = "cloudify/types/types.yaml";
static const char version_prefix[] = "cloudify_dsl_1_";

/* One import while it is being looked for. */
struct search {
    const char *name; /* as written */
    const struct document *importer;
    const struct yaml_node *at;
    const struct path *path;
};

/* The n of "cloudify_dsl_1_n", or -1. */
static int version_number(const char *text)
{
    size_t length = sizeof version_prefix - 1;
    if (strncmp(text, version_prefix, length) || !text[length] || text[length + 1])
        return -1;
    int number = text[length] - '0';
    return number >= 0 && number <= NEWEST_VERSION ? number : -1;
}

static bool unknown_version(struct compiler *c, const struct yaml_node *node)
{
    struct path path = {NULL, "tosca_definitions_version", 0};
    return compiler_error(c, &code_unknown_version, node, &path,
                          "known are cloudify_dsl_1_0 to cloudify_dsl_1_5",
                          "unknown version '%s' in 'tosca_definitions_version'", yaml_string(node));
}

static bool read_main_version(struct compiler *c, const struct yaml_node *root)
{
    const struct yaml_node *node = field_of(root, "tosca_definitions_version");
    struct path path = {NULL, "tosca_definitions_version", 0};
    if (!node)
        return compiler_error(c, &code_version_missing, root, NULL,
                              "add 'tosca_definitions_version: cloudify_dsl_1_5'",
                              "'tosca_definitions_version' is missing");
    if (yaml_kind(node) != YAML_STRING)
        return compiler_error(c, &code_schema, node, &path, NULL,
                              "'tosca_definitions_version' must be a string");
    c->version = version_number(yaml_string(node));
    c->plan->version = plan_text(c->plan, yaml_string(node));
    if (c->version < 0)
        return unknown_version(c, node);
    return c->plan->version || compiler_nomem(c);
}

static bool check_import_version(struct compiler *c, const struct document *document,
                                 const struct search *search)
{
    const struct yaml_node *node = field_of(yaml_root(document->yaml), "tosca_definitions_version");
    if (!node || yaml_kind(node) != YAML_STRING)
        return true;
    int version = version_number(yaml_string(node));
    if (version < 0)
        return unknown_version(c, node);
    if (version <= c->version)
        return true;
    return compiler_error(c, &code_import_newer, search->at, search->path, NULL,
                          "import '%s' is of version %s, newer than the blueprint's "
                          "cloudify_dsl_1_%d",
                          search->name, yaml_string(node), c->version);
}

static bool is_ascii(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text > 127)
            return false;
    }
    return true;
}

static bool check_ascii(struct compiler *c, const struct yaml_node *node);

static bool non_ascii(struct compiler *c, const struct yaml_node *at, const char *text)
{
    return compiler_error(c, &code_non_ascii, at, NULL, NULL,
                          "'%s' has characters that are not ASCII", text);
}

static bool check_ascii_map(struct compiler *c, const struct yaml_node *node)
{
    bool ok = true;
    for (size_t i = 0; i < yaml_count(node); i++) {
        const struct yaml_node *key = yaml_key(node, i);
        if (!is_ascii(yaml_text(key)))
            ok = non_ascii(c, key, yaml_text(key));
        ok &= check_ascii(c, yaml_value(node, i));
    }
    return ok;
}

static bool check_ascii(struct compiler *c, const struct yaml_node *node)
{
    bool ok = true;
    switch (yaml_kind(node)) {
    case YAML_STRING:
        return is_ascii(yaml_string(node)) || non_ascii(c, node, yaml_string(node));
    case YAML_LIST:
        for (size_t i = 0; i < yaml_count(node); i++)
            ok &= check_ascii(c, yaml_item(node, i));
        return ok;
    case YAML_MAP:
        return check_ascii_map(c, node);
    default:
        return true;
    }
}

static bool check_document_ascii(struct compiler *c, const struct document *document)
{
    return yaml_is_ascii(document->yaml) || check_ascii(c, yaml_root(document->yaml));
}

static void document_free(struct document *document)
{
    if (!document)
        return;
    yaml_document_free(document->yaml);
    free(document->directory);
    free(document->identity);
    free(document->name);
    free(document);
}

void compiler_free_documents(struct compiler *c)
{
    for (size_t i = 0; i < c->document_count; i++)
        document_free(c->documents[i]);
    free(c->documents);
    c->documents = NULL;
    c->document_count = 0;
}

static bool add_document(struct compiler *c, struct document *document)
{
    size_t size = (c->document_count + 1) * sizeof *c->documents;
    struct document **documents = realloc(c->documents, size);
    if (!documents)
        return compiler_nomem(c);
    c->documents = documents;
    documents[c->document_count++] = document;
    return true;
}

static void report_problem(struct compiler *c, const struct yaml_problem *problem)
{
    const struct diagnostic_place place = {problem->mark.file, problem->mark.line,
                                           problem->mark.column, NULL};
    bool too_much = problem->code == YAML_PROBLEM_LIMIT;
    diagnostics_add(c->out, too_much ? &code_limit : &code_yaml_syntax, &place, NULL, "%s",
                    problem->message);
}

/* Parse `text` as the document called `name`. NULL: reported. */
static struct document *parse_document(struct compiler *c, const char *name, const char *text,
                                       size_t length)
{
    struct document *document = calloc(1, sizeof *document);
    if (!document || !(document->name = strdup(name))) {
        document_free(document);
        compiler_nomem(c);
        return NULL;
    }
    struct yaml_problem problem = {0};
    document->yaml = yaml_parse(text, length, document->name, NULL, &problem);
    if (document->yaml)
        return document;
    if (problem.code == YAML_PROBLEM_MEMORY)
        compiler_nomem(c);
    else
        report_problem(c, &problem);
    document_free(document);
    return NULL;
}

static bool check_root(struct compiler *c, const struct document *document)
{
    const struct yaml_node *root = yaml_root(document->yaml);
    if (yaml_kind(root) == YAML_MAP || yaml_kind(root) == YAML_NULL)
        return true;
    return compiler_error(c, &code_schema, root, NULL, NULL, "a blueprint must be a dict");
}

static char *shown_name(const char *directory, const char *name)
{
    return !strcmp(directory, ".") ? strdup(name) : path_join(directory, name);
}

/* The document in the file `path`; takes `path`. NULL: reported, or not there if `*absent`. */
static struct document *read_file(struct compiler *c, char *path, const struct search *search,
                                  bool *absent)
{
    struct error err = {0};
    size_t length = 0;
    struct document *document = NULL;
    char *text = NULL;
    *absent = false;
    if (!path) {
        compiler_nomem(c);
        return NULL;
    }
    *absent = !file_exists(path);
    if (*absent)
        goto done;
    text = file_read_regular(path, FILE_LIMIT, &length, &err);
    if (!text) {
        compiler_error(c, search ? &code_import_not_found : &code_blueprint_not_found,
                       search ? search->at : NULL, search ? search->path : NULL, NULL, "%s",
                       err.text);
        goto done;
    }
    document = parse_document(c, path, text, length);
    if (document) {
        document->directory = path_directory(path);
        document->identity = realpath(path, NULL);
        if (!document->directory || !document->identity) {
            document_free(document);
            document = NULL;
            compiler_nomem(c);
        }
    }
done:
    free(text);
    free(path);
    return document;
}

static struct document *read_builtin_types(struct compiler *c)
{
    static const char *const variants[] = {"types_1_3.yaml", "types_1_3.yaml", "types_1_3.yaml",
                                           "types_1_3.yaml", "types_1_4.yaml", "types.yaml"};
    const char *wanted = variants[c->version];
    const struct embedded_file *file = embedded_find(embedded_types, wanted);
    if (!file) {
        compiler_error(c, &code_import_not_found, NULL, NULL, NULL,
                       "the built-in '%s' is not part of this program", wanted);
        return NULL;
    }
    struct strbuf name = STRBUF_INIT;
    strbuf_addf(&name, "cloudify/types/%s", wanted);
    struct document *document = parse_document(c, name.text, file->text, file->length);
    strbuf_release(&name);
    if (document)
        document->is_builtin = true;
    return document;
}

static bool not_found(struct compiler *c, const struct search *search, const char *tried)
{
    compiler_error(c, &code_import_not_found, search->at, search->path, NULL,
                   "import '%s' is not found: tried %s", search->name, tried);
    return false;
}

/* The first of `directories` (NULL-ended) that has the file `name`. */
static struct document *read_from(struct compiler *c, const char *const *directories,
                                  const char *name, const struct search *search)
{
    struct strbuf tried = STRBUF_INIT;
    struct document *document = NULL;
    bool absent = true;
    for (size_t i = 0; directories[i] && absent && !document; i++) {
        char *path = shown_name(directories[i], name);
        if (path && !strstr(tried.text, path))
            strbuf_addf(&tried, "%s'%s'", tried.length ? ", " : "", path);
        document = read_file(c, path, search, &absent);
    }
    if (!document && absent)
        not_found(c, search, tried.length ? tried.text : "no directory");
    strbuf_release(&tried);
    return document;
}

static struct document *read_plain(struct compiler *c, const struct search *search)
{
    const char *directories[4] = {NULL};
    size_t count = 0;
    if (search->importer->directory)
        directories[count++] = search->importer->directory;
    if (!count || strcmp(directories[0], c->directory))
        directories[count++] = c->directory;
    if (c->options && c->options->resources)
        directories[count++] = c->options->resources;
    return read_from(c, search->name[0] == '/' ? (const char *const[]){".", NULL} : directories,
                     search->name, search);
}

/* `plugin:NAME` is plugin.yaml of the folder plugins/NAME beside the blueprint, or of NAME in one
 * of the plugin directories. */
static struct document *read_plugin(struct compiler *c, const char *plugin,
                                    const struct search *search)
{
    if (!path_is_inside(plugin) || strchr(plugin, '?')) {
        compiler_error(c, &code_unsupported, search->at, search->path, NULL,
                       "import '%s': a plugin must be given by its name alone", search->name);
        return NULL;
    }
    size_t count = 0;
    while (c->options && c->options->plugin_directories && c->options->plugin_directories[count])
        count++;
    const char **directories = compiler_alloc(c, (count + 2) * sizeof *directories);
    char *beside = path_join(c->directory, "plugins");
    struct strbuf name = STRBUF_INIT;
    struct document *document = NULL;
    if (directories && beside) {
        directories[0] = beside;
        for (size_t i = 0; i < count; i++)
            directories[i + 1] = c->options->plugin_directories[i];
        strbuf_addf(&name, "%s/plugin.yaml", plugin);
        document = read_from(c, directories, name.text, search);
    } else {
        compiler_nomem(c);
    }
    strbuf_release(&name);
    free(beside);
    return document;
}

static struct document *read_remote(struct compiler *c, const struct search *search)
{
    const struct import_resolver *resolver = c->options ? c->options->resolver : NULL;
    if (!resolver) {
        compiler_error(c, &code_import_not_found, search->at, search->path, NULL,
                       "import '%s' is not found: only files, plugins and '%s' can be imported",
                       search->name, types_import);
        return NULL;
    }
    struct error err = {0};
    size_t length = 0;
    char *text = resolver->read(resolver->data, search->name, &length, &err);
    if (!text) {
        compiler_error(c, &code_import_not_found, search->at, search->path, NULL, "import '%s': %s",
                       search->name, err.text);
        return NULL;
    }
    struct document *document = parse_document(c, search->name, text, length);
    free(text);
    return document;
}

static bool is_remote(const char *name)
{
    static const char *const schemes[] = {"http:", "https:", "ftp:", "file:", "blueprint:"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (!strncmp(name, schemes[i], strlen(schemes[i])))
            return true;
    }
    return false;
}

static struct document *read_import(struct compiler *c, const struct search *search)
{
    if (!strcmp(search->name, types_import))
        return read_builtin_types(c);
    if (strstr(search->name, "--")) {
        compiler_error(c, &code_unsupported, search->at, search->path, NULL,
                       "import '%s': namespaces are not supported by this version", search->name);
        return NULL;
    }
    if (!strncmp(search->name, "plugin:", 7))
        return read_plugin(c, search->name + 7, search);
    return is_remote(search->name) ? read_remote(c, search) : read_plain(c, search);
}

static bool is_known(const struct compiler *c, const struct document *document)
{
    const char *identity = document->identity ? document->identity : document->name;
    for (size_t i = 0; i < c->document_count; i++) {
        const struct document *known = c->documents[i];
        if (!strcmp(identity, known->identity ? known->identity : known->name))
            return true;
    }
    return false;
}

/* A file met again, also in a circle, is not read twice. */
static bool import_one(struct compiler *c, const struct search *search)
{
    struct document *document = read_import(c, search);
    if (!document)
        return false;
    bool keep = !is_known(c, document);
    bool ok = !keep || (check_root(c, document) && check_import_version(c, document, search) &&
                        (document->is_builtin || check_document_ascii(c, document)));
    if (keep && ok && add_document(c, document))
        return true;
    document_free(document);
    return ok;
}

static bool is_repeated(const struct yaml_node *list, size_t index)
{
    const char *name = yaml_string(yaml_item(list, index));
    for (size_t i = 0; i < index; i++) {
        const struct yaml_node *item = yaml_item(list, i);
        if (yaml_kind(item) == YAML_STRING && !strcmp(yaml_string(item), name))
            return true;
    }
    return false;
}

static bool import_item(struct compiler *c, const struct document *importer,
                        const struct yaml_node *list, size_t index, const struct path *path)
{
    const struct yaml_node *item = yaml_item(list, index);
    const struct yaml_node *at = item;
    if (yaml_kind(item) == YAML_MAP)
        return compiler_error(c, &code_unsupported, at, path, NULL,
                              "imports with properties are not supported by this version");
    if (yaml_kind(item) != YAML_STRING)
        return compiler_error(c, &code_import_entry, at, path, NULL, "an import must be a string");
    if (is_repeated(list, index))
        return compiler_error(c, &code_duplicate_import, at, path, NULL, "'%s' is imported twice",
                              yaml_string(item));
    struct search search = {yaml_string(item), importer, at, path};
    return import_one(c, &search);
}

static bool import_all(struct compiler *c, const struct document *importer)
{
    const struct yaml_node *list = field_of(yaml_root(importer->yaml), "imports");
    bool ok = true;
    if (!list || yaml_kind(list) != YAML_LIST)
        return true; /* a wrong kind is reported with the other elements */
    struct path imports = {NULL, "imports", 0};
    for (size_t i = 0; i < yaml_count(list); i++) {
        struct path path = {&imports, NULL, i};
        ok &= import_item(c, importer, list, i, &path);
    }
    return ok;
}

static bool load_main(struct compiler *c, const char *path)
{
    bool absent = false;
    struct document *document = read_file(c, strdup(path), NULL, &absent);
    if (!document)
        return absent ? compiler_error(c, &code_blueprint_not_found, NULL, NULL, NULL,
                                       "blueprint '%s' does not exist", path)
                      : false;
    if (!add_document(c, document)) {
        document_free(document);
        return false;
    }
    c->directory = document->directory;
    return check_root(c, document) && read_main_version(c, yaml_root(document->yaml)) &&
           check_document_ascii(c, document);
}

bool compiler_load(struct compiler *c, const char *path)
{
    if (!load_main(c, path))
        return false;
    bool ok = true;
    for (size_t i = 0; i < c->document_count; i++)
        ok &= import_all(c, c->documents[i]);
    for (size_t i = 0; i < c->document_count; i++)
        ok &= element_check(c, &element_blueprint, NULL, yaml_root(c->documents[i]->yaml), NULL);
    return ok && compiler_merge(c);
}
