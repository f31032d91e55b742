/* deployment_store.c - makes, opens and removes the deployments of a store. */
#include "storage/storage_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/files.h"
#include "base/ids.h"
#include "storage/schema.h"

static const char copy_prefix[] = "blueprint-";

void deployment_store_close(struct deployment_store *ds)
{
    if (!ds)
        return;
    instance_changes_forget(ds);
    database_close(ds->state);
    lock_release(ds->lock);
    free(ds->id);
    free(ds->directory);
    free(ds->workdir);
    free(ds->lock_path);
    free(ds->queue_path);
    free(ds->blueprint_id);
    free(ds->resources);
    free(ds);
}

static struct deployment_store *deployment_store_new(const struct store *store, const char *id,
                                                     struct error *err)
{
    struct deployment_store *ds = calloc(1, sizeof *ds);
    if (ds)
        ds->is_transient = store->is_transient;
    if (ds && (ds->id = strdup(id)) && (ds->directory = path_join(store->deployments, id)) &&
        (ds->workdir = path_join(ds->directory, "workdir")) &&
        (ds->lock_path = path_join(ds->directory, "lock")) &&
        (ds->queue_path = path_join(ds->directory, "queue")))
        return ds;
    error_nomem(err);
    deployment_store_close(ds);
    return NULL;
}

static bool take_lock(struct deployment_store *ds, struct error *err)
{
    ds->lock = lock_take(ds->lock_path, err);
    if (ds->lock)
        return true;
    error_context(err, "deployment '%s'", ds->id);
    return false;
}

static bool open_state(struct deployment_store *ds, enum database_mode mode, struct error *err)
{
    char *path = path_join(ds->directory, "state.db");
    if (!path)
        return error_nomem(err);
    ds->state = database_open(path, mode, &state_schema, err);
    free(path);
    return ds->state;
}

/* ---- the copy of the blueprint's folder ---- */

static bool set_blueprint(struct deployment_store *ds, const char *blueprint_id,
                          const char *copy_name, struct error *err)
{
    char *id = strdup(blueprint_id);
    char *resources = path_join(ds->directory, copy_name);
    if (!id || !resources) {
        free(id);
        free(resources);
        return error_nomem(err);
    }
    free(ds->blueprint_id);
    free(ds->resources);
    ds->blueprint_id = id;
    ds->resources = resources;
    return true;
}

static bool storage_error(struct error *err, const struct error *cause)
{
    if (cause->code != ERROR_IO)
        return error_set(err, cause->code, "%s", cause->text);
    return error_set(err, ERROR_STORAGE, "%s: the copy of the blueprint's folder is not complete",
                     cause->text);
}

static char *new_copy_name(void)
{
    struct strbuf name = STRBUF_INIT;
    char suffix[7];
    id_suffix(suffix, sizeof suffix - 1);
    strbuf_add_all(&name, copy_prefix, suffix);
    return strbuf_detach(&name);
}

static bool copy_folder_to(const struct deployment_store *ds,
                           const struct deployment_record *record, const char *to,
                           struct error *err)
{
    const char *folder = record->folder;
    char *from = realpath(folder, NULL);
    char *deployments = path_directory(ds->directory);
    char *store = deployments ? path_directory(deployments) : NULL;
    bool ok = true;
    if (!from)
        ok = error_set(err, ERROR_NOT_FOUND, "cannot read the blueprint's folder '%s': %s", folder,
                       strerror(errno));
    else if (!store)
        ok = error_nomem(err);
    else {
        struct error cause = {0};
        ok = directory_copy(from, to, store, &cause) &&
             (!record->add_files || record->add_files(record->add_files_data, to, &cause));
        ok = ok || storage_error(err, &cause);
        ok = ok && tree_sync(to, err);
        if (!ok && directory_exists(to))
            tree_remove(to, &cause);
    }
    free(from);
    free(deployments);
    free(store);
    return ok;
}

/*
 * Copies to a directory of its own next to an older copy, which stays in use until the new one is
 * committed. In a transient store the folder serves as its own copy.
 *
 * @return where it is, below the deployment's directory or absolute, new; or NULL with `err` set
 */
static char *copy_folder(const struct deployment_store *ds, const struct deployment_record *record,
                         struct error *err)
{
    char *name = ds->is_transient ? strdup(record->folder) : new_copy_name();
    char *to = name ? path_join(ds->directory, name) : NULL;
    bool ok = to || error_nomem(err);
    ok = ok && (ds->is_transient || copy_folder_to(ds, record, to, err));
    free(to);
    if (ok)
        return name;
    free(name);
    return NULL;
}

/* The copies of blueprints that are used no more. */
static bool remove_other_copies(const struct deployment_store *ds, struct error *err)
{
    DIR *directory = opendir(ds->directory);
    if (!directory)
        return error_set(err, ERROR_STORAGE, "cannot read '%s': %s", ds->directory,
                         strerror(errno));
    bool ok = true;
    struct dirent *entry;
    while (ok && (entry = readdir(directory))) {
        if (strncmp(entry->d_name, copy_prefix, sizeof copy_prefix - 1) ||
            !strcmp(entry->d_name, path_base(ds->resources)))
            continue;
        char *path = path_join(ds->directory, entry->d_name);
        ok = path ? tree_remove(path, err) : error_nomem(err);
        free(path);
    }
    closedir(directory);
    return ok;
}

/* ---- making ---- */

/* All but the commit. */
static bool write_all(struct deployment_store *ds, const struct deployment_record *record,
                      const char *copy_name, struct error *err)
{
    if (!database_begin(ds->state, err))
        return false;
    if (state_write(ds->state, record, copy_name, err) &&
        (!record->execution ||
         execution_insert(ds->state, record->execution, record->blueprint_id, err)))
        return true;
    database_rollback(ds->state);
    return false;
}

static bool make_directories(const struct deployment_store *ds, struct error *err)
{
    struct error cause = {0};
    if (directory_make(ds->workdir, 0700, &cause))
        return true;
    return error_set(err, cause.code == ERROR_NOMEM ? ERROR_NOMEM : ERROR_STORAGE,
                     "%s: make it writable, free some space or use another store", cause.text);
}

static bool make_durable(const struct store *store, struct deployment_store *ds, struct error *err)
{
    return store->is_transient ||
           (database_sync(ds->state, err) && directory_sync(ds->directory, err) &&
            directory_sync(store->deployments, err));
}

static bool fill(struct store *store, struct deployment_store *ds,
                 const struct deployment_record *record, struct error *err)
{
    if (!make_directories(ds, err) || !take_lock(ds, err))
        return false;
    char *copy_name = copy_folder(ds, record, err);
    FAULT_POINT("create.copied");
    bool ok = copy_name && set_blueprint(ds, record->blueprint_id, copy_name, err) &&
              open_state(ds, ds->is_transient ? DATABASE_TRANSIENT : DATABASE_CREATE, err) &&
              write_all(ds, record, copy_name, err) && database_commit(ds->state, err) &&
              make_durable(store, ds, err);
    free(copy_name);
    return ok;
}

/* The commit point of making a deployment. @param in_doubt set if SQLite may yet find in its log
 * what it could not make durable */
static bool enter(struct store *store, const char *id, bool *in_doubt, struct error *err)
{
    char now[CLOCK_TEXT_SIZE];
    clock_timestamp(now);
    if (!database_begin(store->catalog, err))
        return false;
    if (!database_run(store->catalog, err, "INSERT INTO deployments (id, created_at) VALUES (?, ?)",
                      "tt", id, now)) {
        database_rollback(store->catalog);
        return false;
    }
    *in_doubt = !database_commit(store->catalog, err);
    return !*in_doubt;
}

/* Under the lock of the store, which keeps others from cleaning away what is not yet entered. What
 * cannot or must not be removed after a failure is at the next creation, unless it counts then. */
static struct deployment_store *create(struct store *store, const struct deployment_record *record,
                                       struct error *err)
{
    bool in_doubt = false;
    if (store_has_deployment(store, record->id, err))
        error_set(err, ERROR_EXISTS, "deployment '%s' exists", record->id);
    if (err->code || !store_clean(store, err))
        return NULL;
    struct deployment_store *ds = deployment_store_new(store, record->id, err);
    if (!ds)
        return NULL;
    FAULT_POINT("create.begun");
    if (fill(store, ds, record, err) && enter(store, record->id, &in_doubt, err))
        return ds;
    struct error ignored = {0};
    if (!in_doubt && directory_exists(ds->directory))
        tree_remove(ds->directory, &ignored);
    deployment_store_close(ds);
    return NULL;
}

struct deployment_store *deployment_create(struct store *store,
                                           const struct deployment_record *record,
                                           struct error *err)
{
    struct lock *lock = deployment_id_check(record->id, err) ? store_lock(store, err) : NULL;
    struct deployment_store *ds = lock ? create(store, record, err) : NULL;
    lock_release(lock);
    return ds;
}

static bool renew(struct deployment_store *ds, const struct deployment_record *record,
                  struct error *err)
{
    char *copy_name = copy_folder(ds, record, err);
    bool ok = copy_name && (ds->is_transient || directory_sync(ds->directory, err)) &&
              write_all(ds, record, copy_name, err);
    bool is_written = ok;
    /* If this fails, both copies stay: it is not known which of them counts. */
    ok = ok && database_commit(ds->state, err) &&
         set_blueprint(ds, record->blueprint_id, copy_name, err);
    if (ok || !is_written) {
        struct error ignored = {0}; /* what cannot be removed now is at the next renewal */
        remove_other_copies(ds, &ignored);
    }
    free(copy_name);
    return ok;
}

/* Under the lock of the store, so that no plugin is removed that it is about to use. */
bool deployment_renew(struct store *store, struct deployment_store *ds,
                      const struct deployment_record *record, struct error *err)
{
    struct lock *lock = store_lock(store, err);
    bool ok = lock && renew(ds, record, err);
    lock_release(lock);
    return ok;
}

/* ---- opening and removing ---- */

static bool check_known(struct store *store, const char *id, struct error *err)
{
    return store_has_deployment(store, id, err) ||
           error_set(err, ERROR_NOT_FOUND, "there is no deployment '%s'", id);
}

bool deployment_store_reload(struct deployment_store *ds, struct error *err)
{
    sqlite3_stmt *query = database_query(
        ds->state, err, "SELECT blueprint_id, blueprint_directory FROM deployment", "");
    if (!query || !database_next(ds->state, query, err))
        return error_set(err, ERROR_STORAGE, "'%s' is damaged: restore it from a backup",
                         ds->directory);
    const char *id = column_text(query, 0);
    const char *copy_name = column_text(query, 1);
    bool ok = id && copy_name ? set_blueprint(ds, id, copy_name, err) : error_nomem(err);
    database_finish(query);
    return ok;
}

/* Bring a database of an older version up to date, which no reader can do; not while an engine, who
 * has the lock, is at work on it. */
static bool upgrade(struct deployment_store *ds, struct error *err)
{
    bool ok = take_lock(ds, err) && open_state(ds, DATABASE_WRITE, err);
    database_close(ds->state);
    lock_release(ds->lock);
    ds->state = NULL;
    ds->lock = NULL;
    return ok;
}

static bool open_to_read(struct deployment_store *ds, struct error *err)
{
    struct error cause = {0};
    if (open_state(ds, DATABASE_READ, &cause))
        return true;
    if (cause.code == ERROR_UNSUPPORTED)
        return upgrade(ds, err) && open_state(ds, DATABASE_READ, err);
    *err = cause;
    return false;
}

static bool open_to_write(struct deployment_store *ds, enum store_mode mode, struct error *err)
{
    return (mode != STORE_WRITE || take_lock(ds, err)) &&
           open_state(ds, ds->is_transient ? DATABASE_TRANSIENT : DATABASE_WRITE, err);
}

struct deployment_store *deployment_open(struct store *store, const char *id, enum store_mode mode,
                                         struct error *err)
{
    if (!check_known(store, id, err))
        return NULL;
    struct deployment_store *ds = deployment_store_new(store, id, err);
    if (!ds)
        return NULL;
    if ((mode == STORE_READ ? open_to_read(ds, err) : open_to_write(ds, mode, err)) &&
        deployment_store_reload(ds, err))
        return ds;
    deployment_store_close(ds);
    return NULL;
}

static bool forget(struct store *store, const char *id, struct error *err)
{
    return database_run(store->catalog, err, "DELETE FROM deployments WHERE id = ?", "t", id);
}

static bool clean(struct store *store, struct error *err)
{
    struct lock *lock = store_lock(store, err);
    bool ok = lock && store_clean(store, err);
    lock_release(lock);
    return ok;
}

bool deployment_remove(struct store *store, const char *id, struct error *err)
{
    if (!check_known(store, id, err))
        return false;
    struct deployment_store *ds = deployment_store_new(store, id, err);
    if (!ds)
        return false;
    /* The database stays closed: a damaged one must not keep a deployment from being removed. */
    bool ok = take_lock(ds, err) && forget(store, id, err);
    if (ok && !clean(store, err)) {
        ok = false;
        error_context(err, "deployment '%s' is removed, but not all its files", id);
    }
    deployment_store_close(ds);
    return ok;
}

/* ---- what it is ---- */

const char *deployment_store_id(const struct deployment_store *ds)
{
    return ds->id;
}

const char *deployment_store_blueprint_id(const struct deployment_store *ds)
{
    return ds->blueprint_id;
}

const char *deployment_store_resources(const struct deployment_store *ds)
{
    return ds->resources;
}

const char *deployment_store_workdir(const struct deployment_store *ds)
{
    return ds->workdir;
}

bool deployment_store_begin(struct deployment_store *ds, struct error *err)
{
    return database_begin(ds->state, err);
}

bool deployment_store_commit(struct deployment_store *ds, struct error *err)
{
    if (instance_changes_write(ds, err))
        return database_commit(ds->state, err);
    database_rollback(ds->state);
    return false;
}

void deployment_store_rollback(struct deployment_store *ds)
{
    instance_changes_forget(ds);
    database_rollback(ds->state);
}

json_int_t deployment_store_data_version(struct deployment_store *ds, struct error *err)
{
    return database_number(ds->state, "PRAGMA data_version", -1, err);
}
