/* imports.c - from the main file to all that it imports, in the order of imports, and to the
 * sections that they make up together (dsl.md 1, 2). */
#include "dsl/imports.h"

#include <string.h>

#include "base/json.h"

#include "dsl/compiler.h"
#include "dsl/namespace.h"
#include "dsl/plan_internal.h"
#include "dsl/sections.h"

/* ---- one import ---- */

bool import_is_blueprint(const char *name)
{
    return !strncmp(name, "blueprint:", 10);
}

/* The namespace of all that an import brings; `import->namespace` is set. @return false: no memory
 */
static bool join_namespaces(struct compiler *c, struct import *import)
{
    const char *outer = import->importer->namespace;
    size_t length = (size_t)(import->name - import->written);
    size_t delimiter = strlen(NAMESPACE_DELIMITER);
    import->namespace = outer;
    if (length <= delimiter)
        return true;
    struct strbuf text = STRBUF_INIT;
    if (outer)
        strbuf_add_all(&text, outer, NAMESPACE_DELIMITER);
    strbuf_add(&text, import->written, length - delimiter);
    import->namespace = arena_strdup(&c->arena, text.text);
    strbuf_release(&text);
    return import->namespace || compiler_nomem(c);
}

static bool has_own_namespace(const struct import *import)
{
    return import->namespace != import->importer->namespace;
}

static bool same_namespace(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static bool is_known(const struct compiler *c, const struct source *source, const char *namespace)
{
    for (size_t i = 0; i < c->document_count; i++) {
        const struct document *known = c->documents[i];
        if (known->source == source && same_namespace(known->namespace, namespace))
            return true;
    }
    return false;
}

/* A file that imports itself under a namespace would go on for ever, each time one deeper. */
static bool check_circle(struct compiler *c, const struct import *import,
                         const struct source *source)
{
    for (const struct document *above = import->importer; above; above = above->importer) {
        if (above->source == source)
            return compiler_error(c, &code_import_circle, import->at, import->path, NULL,
                                  "import '%s': the file imports itself, each time in a further "
                                  "namespace",
                                  import->written);
    }
    return true;
}

static bool check_blueprint_namespace(struct compiler *c, const struct import *import)
{
    if (!import->namespace)
        return compiler_error(c, &code_import_without_namespace, import->at, import->path, NULL,
                              "import '%s': a blueprint must be imported under a namespace: write "
                              "'NAMESPACE--%s'",
                              import->written, import->name);
    const json_t *other = json_object_get(c->plan->namespaces_mapping, import->namespace);
    if (!other || !strcmp(json_string_value(other), import->name + strlen("blueprint:")))
        return true;
    return compiler_error(c, &code_import_namespace_taken, import->at, import->path, NULL,
                          "import '%s': the namespace '%s' is that of blueprint '%s' already",
                          import->written, import->namespace, json_string_value(other));
}

/* Which blueprint a namespace stands for: its scripts are found there (dsl.md 2.3). */
static bool record_blueprint(struct compiler *c, const struct import *import)
{
    const char *id = import->name + strlen("blueprint:");
    struct plan *plan = c->plan;
    bool is_nested = import->importer->of_blueprint;
    bool is_listed = is_nested && json_has_string(plan->imported_blueprints, id);
    return (is_listed || !json_array_append_new(plan->imported_blueprints, json_string(id))) &&
           (!json_object_set_new(plan->namespaces_mapping, import->namespace, json_string(id)) ||
            compiler_nomem(c));
}

static bool check_root(struct compiler *c, const struct source *source,
                       const struct diagnostic_code *code)
{
    const struct yaml_node *root = yaml_root(source->yaml);
    if (yaml_kind(root) == YAML_MAP || yaml_kind(root) == YAML_NULL)
        return true;
    return compiler_error(c, code, root, NULL, NULL, "a blueprint must be a dict, not %s",
                          yaml_kind_name(yaml_kind(root)));
}

static bool add_import(struct compiler *c, const struct import *import, struct source *source,
                       size_t position, const struct yaml_node *properties)
{
    bool is_builtin = source_has_root_type(source);
    bool is_blueprint = import_is_blueprint(import->name);
    struct document document = {
        .source = source,
        .namespace = is_builtin ? NULL : import->namespace,
        .importer = import->importer,
        .at = import->at,
        .position = position,
        .properties = properties,
        .is_builtin = is_builtin,
        .of_blueprint = is_blueprint || import->importer->of_blueprint,
    };
    if (is_builtin && has_own_namespace(import))
        return compiler_error(c, &code_import_namespace_taken, import->at, import->path, NULL,
                              "import '%s': the built-in types cannot be put under a namespace",
                              import->written);
    if (is_known(c, source, document.namespace))
        return true;
    if (!check_circle(c, import, source) || !check_root(c, source, &code_import_kind) ||
        !source_check_ascii(c, source) || (is_blueprint && !record_blueprint(c, import)))
        return false;
    document.root = document.namespace ? namespace_apply(c, source->yaml, document.namespace)
                                       : yaml_root(source->yaml);
    return document.root && document_add(c, &document);
}

static bool import_item(struct compiler *c, const struct document *importer,
                        const struct yaml_node *item, size_t position, const struct path *path)
{
    const struct yaml_node *name = import_entry_name(item), *given = yaml_value(item, 0);
    struct import import = {.written = yaml_string(name),
                            .name = import_without_namespace(yaml_string(name)),
                            .importer = importer,
                            .at = name,
                            .path = path};
    if (!join_namespaces(c, &import) ||
        (import_is_blueprint(import.name) && !check_blueprint_namespace(c, &import)))
        return false;
    struct source *source = import_locate(c, &import);
    bool has_properties = given && yaml_kind(given) == YAML_MAP;
    return source && add_import(c, &import, source, position, has_properties ? given : NULL);
}

static bool import_all(struct compiler *c, const struct document *importer)
{
    const struct yaml_node *list = field_of(importer->root, "imports");
    bool is_valid = true;
    if (!list || yaml_kind(list) != YAML_LIST)
        return true; /* a wrong kind is reported with the other elements */
    struct path imports = {NULL, "imports", 0};
    struct map seen = {0};
    for (size_t i = 0; i < yaml_count(list); i++) {
        struct path path = {&imports, NULL, i};
        is_valid &= import_entry_check(c, yaml_item(list, i), &seen, &path);
    }
    map_release(&seen);
    bool ok = is_valid;
    for (size_t i = 0; is_valid && i < yaml_count(list); i++) {
        struct path path = {&imports, NULL, i};
        ok &= import_item(c, importer, yaml_item(list, i), i, &path);
    }
    return ok;
}

/* ---- all of them ---- */

static bool load_main(struct compiler *c, const char *path)
{
    bool absent = false;
    struct source *source = source_read(c, path, NULL, &absent);
    if (!source)
        return absent ? compiler_error(c, &code_blueprint_not_found, NULL, NULL, NULL,
                                       "blueprint '%s' does not exist", path)
                      : false;
    c->directory = source->directory;
    const struct document document = {.source = source, .root = yaml_root(source->yaml)};
    return check_root(c, source, &code_schema) && compiler_read_version(c, document.root) &&
           source_check_ascii(c, source) && document_add(c, &document);
}

/* A failed import does not keep the others from being looked for. */
static bool load_imports(struct compiler *c)
{
    bool ok = true;
    for (size_t i = 0; i < c->document_count; i++)
        ok &= import_all(c, c->documents[i]);
    for (size_t i = 0; ok && i < c->document_count; i++)
        ok &= document_check_version(c, c->documents[i]) &&
              import_check_properties(c, c->documents[i]);
    return ok;
}

bool compiler_load(struct compiler *c, const char *path)
{
    if (!load_main(c, path))
        return false;
    bool ok = load_imports(c);
    ok = ok && compiler_merge(c);
    for (size_t i = 0; i < c->document_count; i++)
        ok &= element_check(c, &element_blueprint, NULL, c->documents[i]->root, NULL);
    return ok;
}
