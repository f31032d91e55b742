/* plugin_store.c - see plugin_store.h. */
#include "storage/plugin_store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/files.h"
#include "base/strbuf.h"
#include "storage/storage_internal.h"

static const char draft_name[] = ".draft";

/* What is being installed; holds the lock of the store. */
struct plugin_draft {
    struct store *store;
    struct lock *lock;
    char *plugins; /* the directory of all of them */
    char *folder;
};

bool plugin_name_check(const char *text, const char *what, struct error *err)
{
    enum { LONGEST = 100 };
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "_-.+!";
    size_t length = strlen(text);
    if (length && length <= LONGEST && !strchr("-.+!", text[0]) && strspn(text, allowed) == length)
        return true;
    return error_set(err, ERROR_INVALID,
                     "%s '%s' must begin with a letter, a digit or '_', go on with these, '-', "
                     "'.', '+' or '!', and be at most %d characters long",
                     what, text, LONGEST);
}

char *plugin_store_folder(const struct store *store, const char *name, const char *version)
{
    struct strbuf path = STRBUF_INIT;
    strbuf_add_all(&path, store->directory, "/plugins/", name, "/", version);
    return strbuf_detach(&path);
}

static bool is_installed(struct store *store, const char *name, const char *version,
                         struct error *err)
{
    sqlite3_stmt *query =
        database_query(store->catalog, err, "SELECT 1 FROM plugins WHERE name = ? AND version = ?",
                       "tt", name, version);
    bool found = query && database_next(store->catalog, query, err);
    if (found)
        database_finish(query);
    return found;
}

/* ---- cleaning: what is in no catalog was left half done ---- */

/* Call `visit` for each entry of `path` but "." and ".."; one that is missing has none. */
static bool each_entry(const char *path, struct store *store,
                       bool (*visit)(struct store *store, const char *path, const char *name,
                                     struct error *err),
                       struct error *err)
{
    DIR *directory = opendir(path);
    if (!directory)
        return errno == ENOENT ||
               error_set(err, ERROR_STORAGE, "cannot read '%s': %s", path, strerror(errno));
    bool ok = true;
    struct dirent *entry;
    while (ok && (entry = readdir(directory))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        char *below = path_join(path, entry->d_name);
        ok = below ? visit(store, below, entry->d_name, err) : error_nomem(err);
        free(below);
    }
    closedir(directory);
    return ok;
}

static bool clean_version(struct store *store, const char *path, const char *version,
                          struct error *err)
{
    char *above = path_directory(path);
    bool installed = above && is_installed(store, path_base(above), version, err);
    if (!above)
        error_nomem(err);
    free(above);
    return !err->code && (installed || tree_remove(path, err));
}

static bool clean_plugin(struct store *store, const char *path, const char *name, struct error *err)
{
    if (name[0] == '.' || !directory_exists(path))
        return tree_remove(path, err);
    if (!each_entry(path, store, clean_version, err))
        return false;
    rmdir(path); /* unless there is something in it */
    return true;
}

static bool clean(struct store *store, struct error *err)
{
    char *plugins = path_join(store->directory, "plugins");
    bool ok = plugins ? each_entry(plugins, store, clean_plugin, err) : error_nomem(err);
    free(plugins);
    return ok;
}

/* ---- installing ---- */

static bool storage_error(struct error *err, const struct error *cause)
{
    return error_set(err, cause->code == ERROR_NOMEM ? ERROR_NOMEM : ERROR_STORAGE,
                     "%s: make it writable, free some space or use another store", cause->text);
}

static bool make_folder(const char *path, struct error *err)
{
    struct error cause = {0};
    return directory_make(path, 0700, &cause) || storage_error(err, &cause);
}

struct plugin_draft *plugin_draft_new(struct store *store, struct error *err)
{
    struct plugin_draft *draft = calloc(1, sizeof *draft);
    if (draft) {
        draft->store = store;
        draft->plugins = path_join(store->directory, "plugins");
        draft->folder = draft->plugins ? path_join(draft->plugins, draft_name) : NULL;
    }
    if (!draft || !draft->folder)
        error_nomem(err);
    else if ((draft->lock = store_lock(store, err)) && clean(store, err) &&
             make_folder(draft->folder, err))
        return draft;
    plugin_draft_free(draft);
    return NULL;
}

const char *plugin_draft_folder(const struct plugin_draft *draft)
{
    return draft->folder;
}

void plugin_draft_free(struct plugin_draft *draft)
{
    struct error ignored = {0}; /* what is left the next one clears away */
    if (!draft)
        return;
    if (draft->lock && directory_exists(draft->folder))
        tree_remove(draft->folder, &ignored);
    lock_release(draft->lock);
    free(draft->plugins);
    free(draft->folder);
    free(draft);
}

/* The folder gets its name before the row is committed that makes it count. */
static bool enter(struct plugin_draft *draft, const struct plugin_record *record, const char *from,
                  const char *folder, struct error *err)
{
    struct database *catalog = draft->store->catalog;
    char now[CLOCK_TEXT_SIZE];
    clock_timestamp(now);
    if (!database_begin(catalog, err))
        return false;
    if (!database_run(catalog, err,
                      "INSERT INTO plugins (name, version, installed_at, details)"
                      " VALUES (?, ?, ?, ?)",
                      "tttj", record->name, record->version, now, record->details)) {
        database_rollback(catalog);
        return false;
    }
    if (rename(from, folder)) {
        error_set(err, ERROR_STORAGE, "cannot make '%s': %s", folder, strerror(errno));
        database_rollback(catalog);
        return false;
    }
    FAULT_POINT("plugin.renamed");
    char *above = path_directory(folder);
    bool ok = above ? directory_sync(above, err) : error_nomem(err);
    free(above);
    if (ok)
        return database_commit(catalog, err);
    database_rollback(catalog);
    return false;
}

bool plugin_draft_commit(struct plugin_draft *draft, const char *from,
                         const struct plugin_record *record, struct error *err)
{
    if (!plugin_name_check(record->name, "the name of a plugin", err) ||
        !plugin_name_check(record->version, "the version of a plugin", err))
        return false;
    if (is_installed(draft->store, record->name, record->version, err))
        return error_set(err, ERROR_EXISTS,
                         "plugin '%s' %s is installed already: raise its version in plugin.yaml, "
                         "or 'cfy plugins uninstall %s %s' first",
                         record->name, record->version, record->name, record->version);
    char *above = path_join(draft->plugins, record->name);
    char *folder = above ? path_join(above, record->version) : NULL;
    bool ok = folder || error_nomem(err);
    ok = ok && !err->code && tree_sync(from, err) && make_folder(above, err) &&
         directory_sync(draft->plugins, err) && directory_sync(draft->store->directory, err) &&
         enter(draft, record, from, folder, err);
    free(above);
    free(folder);
    return ok;
}

/* ---- what is installed ---- */

static json_t *plugin_row(void *data, sqlite3_stmt *query, struct error *err)
{
    struct store *store = data;
    json_t *details = column_json(store->catalog, query, 3, err);
    char *folder = plugin_store_folder(store, column_text(query, 0), column_text(query, 1));
    json_t *row = NULL;
    if (details && folder)
        row = json_pack("{s:o, s:o, s:o, s:s, s:O}", "name", column_string(query, 0), "version",
                        column_string(query, 1), "installed_at", column_string(query, 2), "folder",
                        folder, "details", details);
    json_decref(details);
    free(folder);
    return row;
}

json_t *plugin_store_list(struct store *store, const char *name, struct error *err)
{
    sqlite3_stmt *query = database_query(store->catalog, err,
                                         "SELECT name, version, installed_at, details FROM plugins"
                                         " WHERE ?1 IS NULL OR name = ?1 ORDER BY name, version",
                                         "t", name);
    return database_list(store->catalog, query, plugin_row, store, err);
}

/* ---- who uses it ---- */

json_t *deployment_store_plugins(struct deployment_store *ds, struct error *err)
{
    json_t *plugins = json_object();
    sqlite3_stmt *query =
        plugins ? database_query(ds->state, err, "SELECT name, place FROM plugins", "") : NULL;
    while (query && database_next(ds->state, query, err)) {
        json_t *place = column_json(ds->state, query, 1, err);
        if (!place || json_object_set_new(plugins, column_text(query, 0), place)) {
            database_finish(query);
            error_nomem(err);
            break;
        }
    }
    if (!plugins)
        error_nomem(err);
    if (!err->code)
        return plugins;
    json_decref(plugins);
    return NULL;
}

bool deployment_store_add_plugin(struct store *store, struct deployment_store *ds, const char *name,
                                 const char *package_name, const char *package_version,
                                 struct error *err)
{
    json_t *place =
        json_pack("{s:s, s:s}", "package_name", package_name, "package_version", package_version);
    bool ok = place
                  ? database_run(ds->state, err, "INSERT INTO plugins (name, place) VALUES (?, ?)",
                                 "tj", name, place)
                  : error_nomem(err);
    json_decref(place);
    /* Asked afterwards: from then on nobody takes it away. */
    return ok &&
           (is_installed(store, package_name, package_version, err) ||
            error_set(err, ERROR_NOT_FOUND, "plugin '%s': version %s was uninstalled just now",
                      name, package_version));
}

/* STORE_REQUEST, which needs no lock either, brings the tables of an older version up to date. */
static struct deployment_store *open_to_look(struct store *store, const char *id, struct error *err)
{
    struct deployment_store *ds = deployment_open(store, id, STORE_READ, err);
    if (ds || err->code != ERROR_UNSUPPORTED)
        return ds;
    error_clear(err);
    return deployment_open(store, id, STORE_REQUEST, err);
}

/* Whether the deployment `id` uses the plugin; false also with `err` set. */
static bool uses(struct store *store, const char *id, const char *name, const char *version,
                 struct error *err)
{
    struct deployment_store *ds = open_to_look(store, id, err);
    sqlite3_stmt *query =
        ds ? database_query(ds->state, err,
                            "SELECT 1 FROM plugins WHERE place ->> 'package_name' = ?"
                            " AND place ->> 'package_version' = ?",
                            "tt", name, version)
           : NULL;
    bool found = query && database_next(ds->state, query, err);
    if (found)
        database_finish(query);
    if (!ds || err->code)
        error_context(err, "deployment '%s'", id);
    deployment_store_close(ds);
    return found;
}

json_t *plugin_store_users(struct store *store, const char *name, const char *version,
                           struct error *err)
{
    json_t *ids = store_deployments(store, err), *users = json_array();
    for (size_t i = 0; ids && users && !err->code && i < json_array_size(ids); i++) {
        json_t *id = json_array_get(ids, i);
        if (uses(store, json_string_value(id), name, version, err) && json_array_append(users, id))
            error_nomem(err);
    }
    json_decref(ids);
    if (!users)
        error_nomem(err);
    if (!err->code)
        return users;
    json_decref(users);
    return NULL;
}

/* ---- removing ---- */

static bool check_unused(struct store *store, const char *name, const char *version,
                         struct error *err)
{
    json_t *users = plugin_store_users(store, name, version, err);
    size_t count = json_array_size(users);
    struct strbuf names = STRBUF_INIT;
    for (size_t i = 0; i < count; i++)
        strbuf_addf(&names, "%s'%s'", i ? ", " : "", json_string_value(json_array_get(users, i)));
    if (count)
        error_set(err, ERROR_STATE,
                  "plugin '%s' %s is used by deployment%s %s: delete %s first, or use --force",
                  name, version, count == 1 ? "" : "s", names.text, count == 1 ? "it" : "them");
    strbuf_release(&names);
    json_decref(users);
    return !err->code;
}

/* Once the row is gone it does not count, whatever happens to its folder. */
static bool forget(struct store *store, const char *name, const char *version, struct error *err)
{
    return database_run(store->catalog, err, "DELETE FROM plugins WHERE name = ? AND version = ?",
                        "tt", name, version);
}

static bool remove_plugin(struct store *store, const char *name, const char *version, bool force,
                          struct error *err)
{
    if (!is_installed(store, name, version, err))
        return error_set(err, ERROR_NOT_FOUND, "plugin '%s' %s is not installed", name, version);
    if ((!force && !check_unused(store, name, version, err)) || !forget(store, name, version, err))
        return false;
    FAULT_POINT("plugin.forgotten");
    if (clean(store, err))
        return true;
    error_context(err, "plugin '%s' %s is uninstalled, but not all its files", name, version);
    return false;
}

bool plugin_store_remove(struct store *store, const char *name, const char *version, bool force,
                         struct error *err)
{
    struct lock *lock = store_lock(store, err);
    bool ok = lock && remove_plugin(store, name, version, force, err);
    lock_release(lock);
    return ok;
}
