/* imports.c - where the embedding API finds what a blueprint imports. */
#include "api/runtime.h"
#include "resources/download.h"

/* The signature of struct import_resolver. */
static char *read_import(void *data, const char *name, size_t *length, struct error *err)
{
    (void)data;
    return download(name, NULL, length, err);
}

struct blueprint_options runtime_blueprint_options(const struct cloudify *c)
{
    static const struct import_resolver resolver = {.read = read_import};
    return (struct blueprint_options){
        .resolver = &resolver,
        .plugin_directories = c->options.plugin_directories,
        .import_rules = c->options.import_rules,
        .import_rules_only = c->options.import_rules_only,
    };
}
