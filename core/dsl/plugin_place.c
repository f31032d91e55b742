/* plugin_place.c - see plugin_place.h. */
#include "dsl/plugin_place.h"

#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/json.h"
#include "dsl/blueprint.h"
#include "dsl/package_version.h"
#include "dsl/plan.h"
#include "dsl/plugin_manifest.h"

/* One search; `place` gets what is found. */
struct finder {
    const struct plan_plugin *plugin;
    const struct plugin_search *search;
    struct arena *arena;
    struct plugin_place *place;
};

static bool found(struct finder *finder, enum plugin_place_kind kind, const char *folder,
                  struct error *err)
{
    finder->place->kind = kind;
    finder->place->folder = arena_strdup(finder->arena, folder);
    return finder->place->folder || error_nomem(err);
}

static bool is_found(const struct finder *finder)
{
    return finder->place->kind != PLUGIN_NOWHERE;
}

/* What its folder may be called: as the source says, by its name, by that of its package. */
static size_t folder_names(const struct plan_plugin *plugin, const char *names[3])
{
    const char *source = json_string_at(plugin->record, "source", NULL);
    size_t count = 0;
    if (source && *source && path_is_inside(source) && !strstr(source, "://"))
        names[count++] = source;
    names[count++] = plugin->folder;
    if (plugin->package_name && path_is_inside(plugin->package_name))
        names[count++] = plugin->package_name;
    return count;
}

/* Whether what lies in `folder` may be the version asked for; one that does not tell may be. */
static bool suits(const struct plan_plugin *plugin, const char *folder, struct error *err)
{
    if (!plugin->package_version)
        return true;
    json_t *manifest = plugin_manifest_read(folder, err);
    if (!manifest && err->code == ERROR_NOT_FOUND) {
        error_clear(err);
        return true;
    }
    if (!manifest) {
        error_context(err, "plugin '%s' in '%s'", plugin->name, folder);
        return false;
    }
    const char *version = json_string_at(manifest, "package_version", NULL);
    bool ok = !version || !package_version_compare(version, plugin->package_version);
    json_decref(manifest);
    return ok;
}

static bool look_beside(struct finder *finder, struct error *err)
{
    const char *names[3];
    size_t count = folder_names(finder->plugin, names);
    char *plugins = path_join(finder->search->blueprint_folder, "plugins");
    bool ok = plugins || error_nomem(err);
    for (size_t i = 0; ok && !is_found(finder) && i < count; i++) {
        char *folder = path_join(plugins, names[i]);
        if (!folder)
            ok = error_nomem(err);
        else if (directory_exists(folder))
            ok = found(finder, PLUGIN_BESIDE, folder, err);
        free(folder);
    }
    free(plugins);
    return ok;
}

static bool look_into(struct finder *finder, const char *directory, struct error *err)
{
    const char *names[3];
    size_t count = folder_names(finder->plugin, names);
    for (size_t i = 0; !err->code && !is_found(finder) && i < count; i++) {
        char *folder = path_join(directory, names[i]);
        if (!folder)
            error_nomem(err);
        else if (directory_exists(folder) && suits(finder->plugin, folder, err))
            found(finder, PLUGIN_GIVEN, folder, err);
        free(folder);
    }
    return !err->code;
}

/* The directory may be the plugin itself: its plugin.yaml tells. This comes first, for then a
 * folder in it that is called like the plugin has its modules. */
static bool look_at(struct finder *finder, const char *directory, struct error *err)
{
    struct error ignored = {0};
    json_t *manifest = plugin_manifest_read(directory, &ignored);
    bool is_it =
        manifest && json_has_string(json_object_get(manifest, "plugins"), finder->plugin->folder);
    json_decref(manifest);
    if (is_it && suits(finder->plugin, directory, err))
        found(finder, PLUGIN_GIVEN, directory, err);
    return !err->code;
}

/* ---- installed ones ---- */

static bool take_installed(struct finder *finder, const char *package, const json_t *installed,
                           struct error *err)
{
    struct plugin_place *place = finder->place;
    place->package_name = arena_strdup(finder->arena, package);
    place->package_version = arena_strdup(finder->arena, json_string_at(installed, "version", ""));
    if (!place->package_name || !place->package_version)
        return error_nomem(err);
    return found(finder, PLUGIN_INSTALLED, json_string_at(installed, "folder", ""), err);
}

static bool refuse_version(const struct finder *finder, const char *package, const json_t *list,
                           struct error *err)
{
    struct strbuf versions = STRBUF_INIT;
    for (size_t i = 0; i < json_array_size(list); i++)
        strbuf_add_all(&versions, i ? ", " : "",
                       json_string_at(json_array_get(list, i), "version", ""));
    error_set(err, ERROR_NOT_FOUND, "plugin '%s': version %s of '%s' is not installed, only %s",
              finder->plugin->name, finder->plugin->package_version, package, versions.text);
    strbuf_release(&versions);
    return false;
}

static bool look_among_installed(struct finder *finder, struct error *err)
{
    const struct plan_plugin *plugin = finder->plugin;
    const struct import_resolver *resolver = finder->search->resolver;
    const char *package = plugin->package_name ? plugin->package_name : plugin->folder;
    if (!resolver || !resolver->installed)
        return true;
    json_t *list = resolver->installed(resolver->data, package, err);
    size_t count = json_array_size(list);
    for (size_t i = 0; !err->code && !is_found(finder) && i < count; i++) {
        const json_t *installed = json_array_get(list, i);
        if (!plugin->package_version ||
            !package_version_compare(json_string_at(installed, "version", ""),
                                     plugin->package_version))
            take_installed(finder, package, installed, err);
    }
    if (!err->code && count && !is_found(finder))
        refuse_version(finder, package, list, err);
    json_decref(list);
    return !err->code;
}

bool plugin_place_find(const struct plan_plugin *plugin, const struct plugin_search *search,
                       struct arena *arena, struct plugin_place *place, struct error *err)
{
    struct finder finder = {plugin, search, arena, place};
    const char *const *directory = search->directories;
    *place = plugin->place;
    if (is_found(&finder))
        return true;
    bool ok = look_beside(&finder, err);
    for (; ok && !is_found(&finder) && directory && *directory; directory++)
        ok = look_at(&finder, *directory, err) &&
             (is_found(&finder) || look_into(&finder, *directory, err));
    return ok && (is_found(&finder) || look_among_installed(&finder, err));
}
