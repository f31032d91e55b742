/* plugin_description.c - see plugin_description.h. */
#include "api/plugin_description.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/json.h"
#include "dsl/package_version.h"
#include "dsl/plugin_manifest.h"
#include "lua/rockspec.h"

/* ---- rockspecs ---- */

static int is_rockspec(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && dot != entry->d_name && !strcmp(dot, ".rockspec");
}

/* The version without the revision: "1.0" of "1.0-1"; new, or NULL: no memory. */
static char *upstream_version(const char *version)
{
    const char *dash = strrchr(version, '-');
    return strndup(version, dash ? (size_t)(dash - version) : strlen(version));
}

/* Whether `candidate` (rockspecs both) suits a plugin of `version` (or NULL) better than `best`. */
static bool is_better(const json_t *candidate, const json_t *best, const char *version)
{
    char *own = upstream_version(json_string_at(candidate, "version", ""));
    char *other = best ? upstream_version(json_string_at(best, "version", "")) : NULL;
    bool better = !other;
    if (own && other) {
        bool own_fits = version && !package_version_compare(own, version);
        bool other_fits = version && !package_version_compare(other, version);
        better = own_fits != other_fits ? own_fits : package_version_compare(own, other) > 0;
    }
    free(own);
    free(other);
    return better;
}

/* The rockspec of the plugin with its `file`, new; NULL: it has none, or `err` is set. */
static json_t *find_rockspec(const char *folder, const char *version, struct error *err)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_rockspec, alphasort);
    json_t *best = NULL;
    if (count < 0)
        error_set(err, ERROR_IO, "cannot read the folder '%s': %m", folder);
    for (int i = 0; i < count; i++) {
        char *path = err->code ? NULL : path_join(folder, entries[i]->d_name);
        json_t *rockspec = path ? rockspec_read(path, err) : NULL;
        if (rockspec && is_better(rockspec, best, version)) {
            json_object_set_new(rockspec, "file", json_string(entries[i]->d_name));
            json_decref(best);
            best = json_incref(rockspec);
        }
        json_decref(rockspec);
        free(path);
        free(entries[i]);
    }
    free(entries);
    if (!err->code)
        return best;
    json_decref(best);
    return NULL;
}

char *dependency_name(const char *dependency)
{
    dependency += strspn(dependency, " \t");
    return strndup(dependency, strcspn(dependency, " \t=<>~@"));
}

/* Lua and Cloudify are there wherever the plugin runs. */
static bool is_provided(const char *dependency)
{
    char *name = dependency_name(dependency);
    bool provided = name && (!strcmp(name, "lua") || !strcmp(name, "cloudify"));
    free(name);
    return provided;
}

static json_t *dependencies_of(const json_t *rockspec)
{
    json_t *list = json_array(), *dependency;
    size_t i;
    json_array_foreach(json_object_get(rockspec, "dependencies"), i, dependency)
    {
        if (!is_provided(json_string_value(dependency)))
            json_array_append(list, dependency);
    }
    return list;
}

/* ---- bundled rocks: rocks/lib/luarocks/rocks-5.4/NAME/VERSION ---- */

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool add_rock(const char *folder, const char *name, json_t *rocks, struct error *err)
{
    struct dirent **versions = NULL;
    int count = scandir(folder, &versions, is_visible, alphasort);
    bool ok = count <= 0 || !json_object_set_new(rocks, name, json_string(versions[0]->d_name)) ||
              error_nomem(err);
    for (int i = 0; i < count; i++)
        free(versions[i]);
    free(versions);
    return ok;
}

json_t *rocks_in_tree(const char *tree, struct error *err)
{
    char *folder = path_join(tree, "lib/luarocks/rocks-5.4");
    struct dirent **names = NULL;
    int count = folder ? scandir(folder, &names, is_visible, alphasort) : -1;
    json_t *rocks = json_object();
    bool ok = folder && rocks;
    for (int i = 0; i < count; i++) {
        char *path = ok ? path_join(folder, names[i]->d_name) : NULL;
        ok = path && (!directory_exists(path) || add_rock(path, names[i]->d_name, rocks, err));
        free(path);
        free(names[i]);
    }
    free(names);
    free(folder);
    if (ok)
        return rocks;
    error_nomem(err); /* unless there is a better reason */
    json_decref(rocks);
    return NULL;
}

static json_t *bundled_rocks(const char *folder, struct error *err)
{
    char *tree = path_join(folder, "rocks");
    json_t *rocks = tree ? rocks_in_tree(tree, err) : NULL;
    if (!tree)
        error_nomem(err);
    free(tree);
    return rocks;
}

/* ---- the whole ---- */

/* The version by plugin.yaml or rockspec, new; NULL with `err` set. */
static char *choose_version(const json_t *manifest, const json_t *rockspec, struct error *err)
{
    const char *version = json_string_at(manifest, "package_version", NULL);
    const char *rock = json_string_at(rockspec, "version", NULL);
    char *chosen = version ? strdup(version) : rock ? upstream_version(rock) : NULL;
    if (!version && !rock)
        error_set(err, ERROR_INVALID,
                  "%s: no plugin in it has a 'package_version', nor is there a rockspec",
                  json_string_at(manifest, "file", ""));
    else if (!chosen)
        error_nomem(err);
    else if (package_version_check(chosen))
        return chosen;
    else
        error_set(err, ERROR_INVALID, "%s: '%s' is no version: write it like '1.4.2-1'",
                  json_string_at(rockspec, "file", ""), rock);
    free(chosen);
    return NULL;
}

static const char *choose_name(const json_t *manifest, const json_t *rockspec)
{
    const char *first = json_string_value(json_array_get(json_object_get(manifest, "plugins"), 0));
    const char *name = json_string_at(manifest, "package_name", NULL);
    return name ? name : json_string_at(rockspec, "package", first);
}

static json_t *describe(const char *folder, const json_t *manifest, struct error *err)
{
    json_t *rockspec =
        find_rockspec(folder, json_string_at(manifest, "package_version", NULL), err);
    char *version = err->code ? NULL : choose_version(manifest, rockspec, err);
    json_t *bundled = version ? bundled_rocks(folder, err) : NULL;
    json_t *description = NULL;
    if (bundled)
        description = json_pack("{s:s, s:s, s:O, s:s?, s:s?, s:o, s:O}", "name",
                                choose_name(manifest, rockspec), "version", version, "plugins",
                                json_object_get(manifest, "plugins"), "rockspec",
                                json_string_at(rockspec, "file", NULL), "rock_version",
                                json_string_at(rockspec, "version", NULL), "dependencies",
                                dependencies_of(rockspec), "bundled", bundled);
    if (!description)
        error_nomem(err); /* unless there is a better reason */
    json_decref(rockspec);
    json_decref(bundled);
    free(version);
    return description;
}

json_t *plugin_describe(const char *folder, struct error *err)
{
    json_t *manifest = plugin_manifest_read(folder, err);
    json_t *description = manifest ? describe(folder, manifest, err) : NULL;
    json_decref(manifest);
    return description;
}
