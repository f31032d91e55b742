/* deployment_plugins.c - see plugins.h: a deployment keeps the plugins that it was created with. */
#include <stdlib.h>
#include <string.h>

#include "api/plugins.h"
#include "api/runtime.h"
#include "base/files.h"
#include "base/json.h"
#include "dsl/plugin_place.h"
#include "storage/plugin_store.h"

/* ---- at the creation ---- */

/* A path below the copy of the blueprint's folder that is free for a plugin from `from`; one that
 * is copied already has it. New, or NULL: no memory. */
static char *choose_target(const struct deployment_plugins *plugins, const char *folder,
                           const char *name, const char *from)
{
    struct strbuf path = STRBUF_INIT;
    for (int number = 1;; number++) {
        strbuf_truncate(&path, 0);
        strbuf_add_all(&path, "plugins/", name);
        if (number > 1)
            strbuf_addf(&path, ".%d", number);
        const char *other = json_string_at(plugins->copies, path.text, NULL);
        char *beside = path_join(folder, path.text);
        bool is_free = beside && !file_exists(beside) && (!other || !strcmp(other, from));
        bool is_over = is_free || !beside || path.failed;
        free(beside);
        if (is_over)
            break;
    }
    return strbuf_detach(&path);
}

static json_t *place_given(struct cloudify *c, struct deployment_plugins *plugins,
                           const char *folder, const struct plan_plugin *plugin, const char *from)
{
    if (c->setting.is_transient) /* which copies nothing */
        return json_pack("{s:s}", "folder", from);
    char *target = choose_target(plugins, folder, plugin->folder, from);
    json_t *place = target ? json_pack("{s:s}", "folder", target) : NULL;
    if (place && json_object_set_new(plugins->copies, target, json_string(from))) {
        json_decref(place);
        place = NULL;
    }
    free(target);
    return place;
}

/* In the plugin's record in the store; NULL: no memory. */
static json_t *place_record(struct cloudify *c, struct deployment_plugins *plugins,
                            const char *folder, const struct plan_plugin *plugin,
                            const struct plugin_place *place)
{
    switch (place->kind) {
    case PLUGIN_BESIDE:
        return json_pack("{s:s}", "folder", place->folder + strlen(folder) + 1);
    case PLUGIN_GIVEN:
        return place_given(c, plugins, folder, plugin, place->folder);
    case PLUGIN_INSTALLED:
        return json_pack("{s:s, s:s}", "package_name", place->package_name, "package_version",
                         place->package_version);
    case PLUGIN_NOWHERE:
        break;
    }
    return json_object();
}

static bool find_plugin(struct cloudify *c, struct deployment_plugins *plugins,
                        const struct plan_plugin *plugin, const struct plugin_search *search,
                        struct arena *arena, struct error *err)
{
    struct plugin_place place = {0};
    if (!path_is_inside(plugin->folder))
        return error_set(err, ERROR_INVALID, "plugin '%s': not a name for a folder",
                         plugin->folder);
    if (!plugin_place_find(plugin, search, arena, &place, err))
        return false;
    if (place.kind == PLUGIN_NOWHERE && c->setting.project)
        place = (struct plugin_place){.kind = PLUGIN_GIVEN, .folder = c->setting.project};
    if (place.kind == PLUGIN_NOWHERE)
        return true;
    json_t *record = place_record(c, plugins, search->blueprint_folder, plugin, &place);
    return !json_object_set_new(plugins->places, plugin->name, record) || error_nomem(err);
}

bool deployment_plugins_find(struct cloudify *c, const struct plan *plan, const char *folder,
                             struct deployment_plugins *plugins, struct error *err)
{
    const struct plugin_search search = {.blueprint_folder = folder,
                                         .directories = c->options.plugin_directories,
                                         .resolver = runtime_resolver(c)};
    struct arena arena = {0};
    plugins->places = json_object();
    plugins->copies = json_object();
    bool ok = (plugins->places && plugins->copies) || error_nomem(err);
    for (size_t i = 0; ok && i < plan->plugin_count; i++)
        ok = find_plugin(c, plugins, &plan->plugins[i], &search, &arena, err);
    arena_release(&arena);
    return ok;
}

void deployment_plugins_release(struct deployment_plugins *plugins)
{
    json_decref(plugins->places);
    json_decref(plugins->copies);
}

/* ---- as the deployment is stored, under the lock of the store ---- */

/* The absolute folder of an installed plugin, new; NULL: it is no installed one, or no memory. */
static char *installed_folder(const struct store *store, const json_t *place)
{
    const char *name = json_string_at(place, "package_name", NULL);
    const char *version = json_string_at(place, "package_version", NULL);
    return name && version ? plugin_store_folder(store, name, version) : NULL;
}

static bool check_installed(const struct store *store, const char *plugin, const json_t *place,
                            struct error *err)
{
    char *folder = installed_folder(store, place);
    bool ok = !folder || directory_exists(folder) ||
              error_set(err, ERROR_NOT_FOUND, "plugin '%s': version %s was uninstalled just now",
                        plugin, json_string_at(place, "package_version", ""));
    free(folder);
    return ok;
}

static bool copy_plugin(const char *copy, const char *target, const char *from, struct error *err)
{
    char *to = path_join(copy, target);
    bool ok = to ? directory_copy(from, to, NULL, err) : error_nomem(err);
    free(to);
    return ok;
}

bool deployment_plugins_add(const struct deployment_plugins *plugins, const struct store *store,
                            const char *copy, struct error *err)
{
    const char *name;
    json_t *value;
    bool ok = true;
    json_object_foreach(plugins->places, name, value) ok =
        ok && check_installed(store, name, value, err);
    json_object_foreach(plugins->copies, name, value) ok =
        ok && copy_plugin(copy, name, json_string_value(value), err);
    return ok;
}

/* ---- as it runs ---- */

static bool add_folder(const struct store *store, const struct deployment_store *ds, json_t *place,
                       struct error *err)
{
    const char *below = json_string_at(place, "folder", NULL);
    char *folder =
        below ? path_join(deployment_store_resources(ds), below) : installed_folder(store, place);
    bool ok = folder && !json_object_set_new(place, "folder", json_string(folder));
    free(folder);
    return ok || error_nomem(err);
}

json_t *deployment_plugins_places(const struct store *store, struct deployment_store *ds,
                                  struct error *err)
{
    json_t *places = deployment_store_plugins(ds, err), *place;
    const char *name;
    bool ok = places;
    json_object_foreach(places, name, place) ok = ok && add_folder(store, ds, place, err);
    if (ok)
        return places;
    json_decref(places);
    return NULL;
}
