/* plugins.c - the part of cloudify.h that installs plugins into the store and takes them away. */
#include "api/plugins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/plugin_description.h"
#include "api/runtime.h"
#include "base/files.h"
#include "base/json.h"
#include "base/suggest.h"
#include "dsl/package_version.h"
#include "lua/rockspec.h"
#include "resources/archive.h"
#include "resources/download.h"
#include "storage/plugin_store.h"

/* ---- installing ---- */

/* A rock keeps its plugin.yaml in conf/, where its rockspec had it put. */
static bool lift_conf(const char *folder, struct error *err)
{
    char *from = path_join(folder, "conf/plugin.yaml"), *to = path_join(folder, "plugin.yaml");
    bool ok = (from && to) || error_nomem(err);
    if (ok && file_exists(from) && !file_exists(to) && rename(from, to))
        ok = error_set(err, ERROR_IO, "cannot move '%s': %m", from);
    free(from);
    free(to);
    return ok;
}

/* A rock that was not built has its code in another archive, if at all. */
static bool check_rock(const char *source, const char *folder, struct error *err)
{
    const char *dot = strrchr(source, '.');
    if (!dot || strcmp(dot, ".rock") != 0)
        return true;
    char *manifest = path_join(folder, "rock_manifest");
    bool ok = manifest || error_nomem(err);
    if (ok && !file_exists(manifest))
        ok = error_set(err, ERROR_UNSUPPORTED,
                       "'%s' is no rock that was built: build it, then 'luarocks pack' it", source);
    free(manifest);
    return ok;
}

/* The folder of the plugin in `folder`, which gets what is in the archive; new, or NULL. */
static char *unpack(const char *source, const char *folder, struct error *err)
{
    char *target = path_join(folder, "unpacked");
    char *top = NULL;
    if (!target)
        error_nomem(err);
    else if (archive_unpack(source, target, NULL, err))
        top = archive_top(target, err);
    free(target);
    if (top && check_rock(source, top, err) && lift_conf(top, err))
        return top;
    free(top);
    return NULL;
}

/* Whether the store is inside of `folder`: it would be copied into itself. */
static bool has_store(const char *folder, const struct store *store)
{
    size_t length = strlen(folder);
    const char *directory = store_directory(store);
    return !strncmp(directory, folder, length) && strchr("/", directory[length]);
}

static char *copy(const char *source, const char *folder, const struct store *store,
                  struct error *err)
{
    char *from = realpath(source, NULL), *history = from ? path_join(from, ".git") : NULL;
    char *to = path_join(folder, "unpacked");
    bool ok = (history && to) || error_nomem(err);
    if (ok && has_store(from, store))
        ok = error_set(err, ERROR_INVALID, "the store is in the folder '%s': use another one",
                       source);
    ok = ok && directory_copy(from, to, history, err);
    free(from);
    free(history);
    if (ok)
        return to;
    free(to);
    return NULL;
}

/* The folder of the plugin below `folder`, new; or NULL with `err` set. */
static char *fetch(const char *source, const char *folder, const struct store *store,
                   struct error *err)
{
    if (directory_exists(source))
        return copy(source, folder, store, err);
    if (file_exists(source))
        return unpack(source, folder, err);
    if (download_is_url(source))
        error_set(err, ERROR_UNSUPPORTED,
                  "plugins are installed from folders and archives: download it first");
    else
        error_set(err, ERROR_NOT_FOUND, "there is neither folder nor archive '%s'", source);
    return NULL;
}

static json_t *enter(struct plugin_draft *draft, const char *folder, const char *source,
                     struct error *err)
{
    json_t *description = plugin_describe(folder, err);
    if (!description)
        return NULL;
    json_object_set_new(description, "source", json_string(source));
    const struct plugin_record record = {
        .name = json_string_at(description, "name", ""),
        .version = json_string_at(description, "version", ""),
        .details = description,
    };
    if (lua_folder_check(folder, err) && plugin_draft_commit(draft, folder, &record, err))
        return description;
    json_decref(description);
    return NULL;
}

/* The description of what was installed, new; or NULL with `err` set. */
static json_t *install(struct store *store, const char *source, struct error *err)
{
    struct plugin_draft *draft = plugin_draft_new(store, err);
    char *folder = draft ? fetch(source, plugin_draft_folder(draft), store, err) : NULL;
    json_t *description = folder ? enter(draft, folder, source, err) : NULL;
    plugin_draft_free(draft);
    free(folder);
    if (!description && err->code != ERROR_EXISTS)
        error_context(err, "cannot install '%s'", source);
    return description;
}

/* ---- what is installed ---- */

static int compare_versions(const void *a, const void *b)
{
    const json_t *first = *(json_t *const *)a, *second = *(json_t *const *)b;
    int names = strcmp(json_string_at(first, "name", ""), json_string_at(second, "name", ""));
    return names ? names
                 : package_version_compare(json_string_at(second, "version", ""),
                                           json_string_at(first, "version", ""));
}

json_t *plugin_versions(struct store *store, const char *name, struct error *err)
{
    json_t *rows = plugin_store_list(store, name, err), *sorted = rows ? json_array() : NULL;
    size_t count = json_array_size(rows);
    json_t **order = rows ? malloc((count + 1) * sizeof *order) : NULL;
    bool ok = order && sorted;
    for (size_t i = 0; ok && i < count; i++)
        order[i] = json_array_get(rows, i);
    if (ok)
        qsort(order, count, sizeof *order, compare_versions);
    for (size_t i = 0; ok && i < count; i++)
        ok = !json_array_append(sorted, order[i]);
    free(order);
    json_decref(rows);
    if (ok)
        return sorted;
    error_nomem(err); /* unless there is a better reason */
    json_decref(sorted);
    return NULL;
}

/* Why the plugin of a row cannot be used; "" in `err` if it can. */
static void examine(const json_t *row, struct error *err)
{
    const char *folder = json_string_at(row, "folder", "");
    if (!directory_exists(folder)) {
        error_set(err, ERROR_NOT_FOUND, "its folder '%s' is gone", folder);
        return;
    }
    json_t *description = plugin_describe(folder, err);
    static const char *const keys[] = {"name", "version"};
    for (size_t i = 0; description && i < 2; i++) {
        const char *now = json_string_at(description, keys[i], "");
        const char *then = json_string_at(row, keys[i], "");
        if (strcmp(now, then) != 0)
            error_set(err, ERROR_INVALID, "its %s is '%s' now, it was installed as '%s'", keys[i],
                      now, then);
    }
    if (description)
        lua_folder_check(folder, err);
    json_decref(description);
}

/* The record of a row as cloudify_plugin() gives it, without who uses it; new, or NULL. */
static json_t *plugin_json(const json_t *row)
{
    struct error broken = {0};
    const json_t *details = json_object_get(row, "details");
    examine(row, &broken);
    return json_pack(
        "{s:O, s:O, s:s, s:s?, s:O, s:O, s:O, s:O*, s:O*, s:O*}", "name",
        json_object_get(row, "name"), "version", json_object_get(row, "version"), "status",
        broken.code ? "broken" : "ok", "reason", broken.code ? broken.text : NULL, "plugins",
        json_object_get(details, "plugins"), "installed_at", json_object_get(row, "installed_at"),
        "source", json_object_get(details, "source"), "folder", json_object_get(row, "folder"),
        "dependencies", json_object_get(details, "dependencies"), "bundled",
        json_object_get(details, "bundled"));
}

static json_t *list_all(struct store *store, struct error *err)
{
    json_t *rows = plugin_versions(store, NULL, err), *row, *list = rows ? json_array() : NULL;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        if (!list || json_array_append_new(list, plugin_json(row))) {
            json_decref(list);
            list = NULL;
        }
    }
    json_decref(rows);
    if (!list)
        error_nomem(err); /* unless there is a better reason */
    return list;
}

/* ---- one of them ---- */

static bool unknown_plugin(struct store *store, const char *name, struct error *err)
{
    json_t *rows = plugin_store_list(store, NULL, err), *row;
    struct suggestion suggestion;
    size_t i;
    suggestion_init(&suggestion, name);
    json_array_foreach(rows, i, row)
        suggestion_consider(&suggestion, json_string_at(row, "name", ""));
    if (suggestion.best)
        error_set(err, ERROR_NOT_FOUND, "plugin '%s' is not installed, did you mean '%s'?", name,
                  suggestion.best);
    else
        error_set(err, ERROR_NOT_FOUND, "plugin '%s' is not installed, see 'cfy plugins list'",
                  name);
    json_decref(rows);
    return false;
}

static bool unknown_version(const char *name, const char *version, const json_t *rows,
                            struct error *err)
{
    struct strbuf known = STRBUF_INIT;
    for (size_t i = 0; i < json_array_size(rows); i++)
        strbuf_add_all(&known, i ? ", " : "",
                       json_string_at(json_array_get(rows, i), "version", ""));
    if (version)
        error_set(err, ERROR_NOT_FOUND, "version %s of plugin '%s' is not installed, only %s",
                  version, name, known.text);
    else
        error_set(err, ERROR_INVALID,
                  "of plugin '%s' several versions are installed: say which: %s", name, known.text);
    strbuf_release(&known);
    return false;
}

/* The row of a version (NULL: the newest, or with `only` the only one), new; or NULL. */
static json_t *find(struct store *store, const char *name, const char *version, bool only,
                    struct error *err)
{
    json_t *rows = plugin_versions(store, name, err), *row, *found = NULL;
    size_t i, count = json_array_size(rows);
    json_array_foreach(rows, i, row)
    {
        bool is_it = version ? !package_version_compare(json_string_at(row, "version", ""), version)
                             : !only || count == 1;
        if (!found && is_it)
            found = json_incref(row);
    }
    if (rows && !count)
        unknown_plugin(store, name, err);
    else if (rows && !found)
        unknown_version(name, version, rows, err);
    json_decref(rows);
    return found;
}

static json_t *describe_one(struct store *store, const char *name, const char *version,
                            struct error *err)
{
    json_t *row = find(store, name, version, false, err);
    json_t *users =
        row ? plugin_store_users(store, name, json_string_at(row, "version", ""), err) : NULL;
    json_t *record = users ? plugin_json(row) : NULL;
    if (users && (!record || json_object_set(record, "deployments", users))) {
        error_nomem(err);
        json_decref(record);
        record = NULL;
    }
    json_decref(users);
    json_decref(row);
    return record;
}

/* ---- cloudify.h ---- */

char *cloudify_plugin_install(struct cloudify *c, const char *source, struct cloudify_error *err)
{
    struct error why = {0};
    struct store *store = runtime_store(c, STORE_WRITE, &why);
    json_t *description = store ? install(store, source, &why) : NULL;
    json_t *record = NULL;
    if (description)
        record = describe_one(store, json_string_at(description, "name", ""),
                              json_string_at(description, "version", ""), &why);
    json_decref(description);
    return runtime_result(record, &why, err);
}

char *cloudify_plugins(struct cloudify *c, struct cloudify_error *err)
{
    struct error why = {0};
    struct store *store = runtime_store(c, STORE_READ, &why);
    json_t *list = store ? list_all(store, &why) : NULL;
    if (!store && why.code == ERROR_NOT_FOUND) /* where there is no store, there are none in it */
        list = json_array();
    return runtime_result(list, &why, err);
}

char *cloudify_plugin(struct cloudify *c, const char *name, const char *version,
                      struct cloudify_error *err)
{
    struct error why = {0};
    struct store *store = runtime_store(c, STORE_READ, &why);
    json_t *record = store ? describe_one(store, name, version, &why) : NULL;
    if (!store)
        error_context(&why, "no plugin '%s'", name);
    return runtime_result(record, &why, err);
}

bool cloudify_plugin_uninstall(struct cloudify *c, const char *name, const char *version,
                               bool force, struct cloudify_error *err)
{
    struct error why = {0};
    struct store *store = runtime_store(c, STORE_WRITE, &why);
    json_t *row = store ? find(store, name, version, true, &why) : NULL;
    bool ok =
        row && plugin_store_remove(store, name, json_string_at(row, "version", ""), force, &why);
    json_decref(row);
    return ok || runtime_error(err, &why);
}
