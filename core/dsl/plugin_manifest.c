/* plugin_manifest.c - see plugin_manifest.h. */
#include "dsl/plugin_manifest.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/files.h"
#include "dsl/package_version.h"
#include "yaml/yaml.h"

enum { SIZE_LIMIT = 64 * 1024 * 1024 };

/* The path of the file, new; or NULL with `err` set. */
static char *find_file(const char *folder, struct error *err)
{
    static const char *const names[] = {"plugin.yaml",     "plugin_1_5.yaml", "plugin_1_4.yaml",
                                        "plugin_1_3.yaml", "plugin_1_2.yaml", "plugin_1_1.yaml",
                                        "plugin_1_0.yaml"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = path_join(folder, names[i]);
        if (!path) {
            error_nomem(err);
            return NULL;
        }
        if (file_exists(path))
            return path;
        free(path);
    }
    error_set(err, ERROR_NOT_FOUND, "it has no plugin.yaml");
    return NULL;
}

static struct yaml_document *parse(const char *path, struct error *err)
{
    struct yaml_problem problem = {0};
    size_t length;
    char *text = file_read_regular(path, SIZE_LIMIT, &length, err);
    struct yaml_document *document =
        text ? yaml_parse(text, length, path_base(path), NULL, &problem) : NULL;
    if (text && !document)
        error_set(err, ERROR_INVALID, "%s:%d:%d: %s", path_base(path), problem.mark.line,
                  problem.mark.column, problem.message);
    free(text);
    return document;
}

static bool refuse(const struct yaml_node *at, struct error *err, const char *what)
{
    struct yaml_mark mark = yaml_mark(at);
    return error_set(err, ERROR_INVALID, "%s:%d:%d: %s", mark.file, mark.line, mark.column, what);
}

/* Keep the string at `key` unless another plugin of the file has given it. */
static bool take(const struct yaml_node *plugin, const char *key, json_t *manifest,
                 struct error *err)
{
    const struct yaml_node *value = yaml_find(plugin, key);
    char what[256];
    if (!value || yaml_kind(value) == YAML_NULL)
        return true;
    if (yaml_kind(value) != YAML_STRING) {
        snprintf(what, sizeof what, "'%s' must be a string, not a %s: put it in quotes", key,
                 yaml_kind_name(yaml_kind(value)));
        return refuse(value, err, what);
    }
    if (!json_is_null(json_object_get(manifest, key)))
        return true;
    return !json_object_set_new(manifest, key, json_string(yaml_string(value))) || error_nomem(err);
}

static bool check_version(const struct yaml_node *plugin, struct error *err)
{
    const struct yaml_node *value = yaml_find(plugin, "package_version");
    const char *version = value ? yaml_string(value) : NULL;
    char what[256];
    if (!version || package_version_check(version))
        return true;
    snprintf(what, sizeof what, "package_version '%.100s' is no version: write it like '1.4.2'",
             version);
    return refuse(value, err, what);
}

static bool take_plugin(const struct yaml_node *name, const struct yaml_node *plugin,
                        json_t *manifest, struct error *err)
{
    if (!yaml_string(name))
        return refuse(name, err, "the name of a plugin must be a string");
    if (yaml_kind(plugin) != YAML_MAP)
        return refuse(plugin, err, "a plugin must be a dict");
    if (json_array_append_new(json_object_get(manifest, "plugins"), json_string(yaml_string(name))))
        return error_nomem(err);
    return take(plugin, "package_name", manifest, err) &&
           take(plugin, "package_version", manifest, err) && check_version(plugin, err);
}

static bool take_plugins(const struct yaml_node *root, json_t *manifest, struct error *err)
{
    const struct yaml_node *plugins = yaml_find(root, "plugins");
    if (!plugins || yaml_kind(plugins) != YAML_MAP || !yaml_count(plugins))
        return refuse(plugins ? plugins : root, err,
                      "it declares no plugin: it needs a section 'plugins'");
    bool ok = true;
    for (size_t i = 0; ok && i < yaml_count(plugins); i++)
        ok = take_plugin(yaml_key(plugins, i), yaml_value(plugins, i), manifest, err);
    return ok;
}

json_t *plugin_manifest_read(const char *folder, struct error *err)
{
    char *path = find_file(folder, err);
    struct yaml_document *document = path ? parse(path, err) : NULL;
    json_t *manifest = NULL;
    if (document) {
        manifest = json_pack("{s:s, s:[], s:n, s:n}", "file", path_base(path), "plugins",
                             "package_name", "package_version");
        if (!manifest)
            error_nomem(err);
        else if (!take_plugins(yaml_root(document), manifest, err)) {
            json_decref(manifest);
            manifest = NULL;
        }
    }
    yaml_document_free(document);
    free(path);
    return manifest;
}
