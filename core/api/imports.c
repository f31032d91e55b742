/* imports.c - where the embedding API finds what a blueprint imports. */
#include "api/plugins.h"
#include "api/runtime.h"
#include "resources/download.h"

/* The signature of struct import_resolver. */
static char *read_import(void *data, const char *name, size_t *length, struct error *err)
{
    (void)data;
    return download(name, NULL, length, err);
}

/* The same. Where there is no store, or one of a program that knew no plugins, none is installed.
 */
static json_t *list_installed(void *data, const char *package, struct error *err)
{
    struct cloudify *c = data;
    struct store *store = runtime_store(c, STORE_READ, err);
    if (!store && (err->code == ERROR_NOT_FOUND || err->code == ERROR_UNSUPPORTED)) {
        error_clear(err);
        return json_array();
    }
    return store ? plugin_versions(store, package, err) : NULL;
}

const struct import_resolver *runtime_resolver(struct cloudify *c)
{
    c->resolver =
        (struct import_resolver){.data = c, .read = read_import, .installed = list_installed};
    return &c->resolver;
}

struct blueprint_options runtime_blueprint_options(struct cloudify *c)
{
    return (struct blueprint_options){
        .resolver = runtime_resolver(c),
        .plugin_directories = c->options.plugin_directories,
        .import_rules = c->options.import_rules,
        .import_rules_only = c->options.import_rules_only,
    };
}
