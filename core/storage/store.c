/* store.c - the directory of a store and its catalog. */
#include "storage/storage_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/files.h"
#include "storage/schema.h"

const char *network_file_system(long type)
{
    static const struct {
        unsigned long type;
        const char *name;
    } known[] = {{0x6969, "NFS"},        {0x517b, "SMB"},         {0xff534d42, "CIFS"},
                 {0xfe534d42, "SMB2"},   {0x5346414f, "AFS"},     {0x6b414653, "AFS"},
                 {0x73757245, "Coda"},   {0x00c36400, "Ceph"},    {0x0bd00bd0, "Lustre"},
                 {0x01021997, "9P"},     {0x01161970, "GFS2"},    {0x7461636f, "OCFS2"},
                 {0x19830326, "BeeGFS"}, {0x786f4256, "vboxsf"},  {0x47504653, "GPFS"},
                 {0x564c, "NCP"},        {0x20030528, "OrangeFS"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].type == ((unsigned long)type & 0xffffffff))
            return known[i].name;
    return NULL;
}

static bool refuse_network(const char *directory, struct error *err)
{
    struct statfs info;
    if (statfs(directory, &info))
        return error_set(err, ERROR_STORAGE, "cannot use '%s' as a store: %s", directory,
                         strerror(errno));
    const char *name = network_file_system((long)info.f_type);
    return !name || error_set(err, ERROR_UNSUPPORTED,
                              "cannot use '%s' as a store: it is on a network file system (%s), "
                              "where locks and shared memory are not reliable: use a local one",
                              directory, name);
}

/* ---- opening ---- */

static bool make_directory(const char *path, struct error *err)
{
    if (directory_exists(path))
        return true;
    struct error cause = {0};
    if (directory_make(path, 0700, &cause))
        return true;
    if (cause.code == ERROR_NOMEM)
        return error_nomem(err);
    return error_set(err, ERROR_STORAGE, "%s: make it writable or use another store", cause.text);
}

static const char no_store[] = "there is no store at '%s': name another one with --store or "
                               "$CFY_STORE; the first install makes one";

static struct store *store_new(const char *directory, struct error *err)
{
    struct store *store = calloc(1, sizeof *store);
    if (!store) {
        error_nomem(err);
        return NULL;
    }
    store->directory = realpath(directory, NULL);
    if (!store->directory && errno == ENOENT)
        error_set(err, ERROR_NOT_FOUND, no_store, directory);
    else if (!store->directory || access(store->directory, R_OK | X_OK))
        error_set(err, ERROR_STORAGE, "cannot use '%s' as a store: %s", directory, strerror(errno));
    else if (!(store->deployments = path_join(store->directory, "deployments")))
        error_nomem(err);
    else
        return store;
    store_close(store);
    return NULL;
}

struct lock *store_lock(const struct store *store, struct error *err)
{
    char *path = path_join(store->directory, "catalog.lock");
    struct lock *lock = path ? lock_new(path, err) : NULL;
    free(path);
    if (lock && lock_wait(lock, err))
        return lock;
    error_nomem(err); /* unless there is a better reason */
    lock_release(lock);
    return NULL;
}

/* Make the catalog under another name first: a reader never meets one that is half made. */
static bool make_catalog(const struct store *store, const char *path, struct error *err)
{
    char *draft = path_join(store->directory, "catalog.db.new");
    char *wal = path_join(store->directory, "catalog.db.new-wal");
    struct database *db = NULL;
    bool ok = false;
    if (!draft || !wal) {
        error_nomem(err);
        goto out;
    }
    unlink(draft);
    unlink(wal);
    db = database_open(draft, DATABASE_CREATE, &catalog_schema, err);
    ok = db && database_sync(db, err);
    database_close(db);
    if (ok && rename(draft, path))
        ok = error_set(err, ERROR_STORAGE, "cannot write '%s': %s", path, strerror(errno));
    ok = ok && directory_sync(store->directory, err);

out:
    free(draft);
    free(wal);
    return ok;
}

/* Two processes may make the same store: whoever comes second waits for the first. */
static bool ensure_catalog(const struct store *store, const char *path, struct error *err)
{
    if (file_exists(path))
        return true;
    struct lock *lock = make_directory(store->deployments, err) ? store_lock(store, err) : NULL;
    bool ok = lock && (file_exists(path) || make_catalog(store, path, err));
    lock_release(lock);
    return ok;
}

struct store *store_open(const char *directory, enum store_mode mode, struct error *err)
{
    if (mode == STORE_WRITE && !make_directory(directory, err))
        return NULL;
    struct store *store = store_new(directory, err);
    if (!store)
        return NULL;
    char *path = path_join(store->directory, "catalog.db");
    if (!path)
        error_nomem(err);
    else if (mode == STORE_READ && !file_exists(path))
        error_set(err, ERROR_NOT_FOUND, no_store, directory);
    else if (refuse_network(store->directory, err) &&
             (mode == STORE_READ || ensure_catalog(store, path, err)))
        store->catalog = database_open(path, mode == STORE_READ ? DATABASE_READ : DATABASE_WRITE,
                                       &catalog_schema, err);
    free(path);
    if (store->catalog)
        return store;
    store_close(store);
    return NULL;
}

struct store *store_open_transient(const char *directory, struct error *err)
{
    struct store *store = make_directory(directory, err) ? store_new(directory, err) : NULL;
    if (!store)
        return NULL;
    store->is_transient = true;
    char *path = path_join(store->directory, "catalog.db");
    if (!path)
        error_nomem(err);
    else if (make_directory(store->deployments, err) && refuse_network(store->directory, err))
        store->catalog = database_open(path, DATABASE_TRANSIENT, &catalog_schema, err);
    free(path);
    if (store->catalog)
        return store;
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    database_close(store->catalog);
    free(store->deployments);
    free(store->directory);
    free(store);
}

const char *store_directory(const struct store *store)
{
    return store->directory;
}

/* ---- the catalog ---- */

bool deployment_id_check(const char *id, struct error *err)
{
    enum { LONGEST = 200 };
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    size_t length = strlen(id);
    if (length && length <= LONGEST && strchr(first, id[0]) &&
        strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") == length)
        return true;
    return error_set(err, ERROR_INVALID,
                     "deployment id '%s' must begin with a letter, a digit or '_', go on with "
                     "these, '-' or '.', and be at most %d characters long",
                     id, LONGEST);
}

json_t *store_deployments(struct store *store, struct error *err)
{
    sqlite3_stmt *query =
        database_query(store->catalog, err, "SELECT id FROM deployments ORDER BY id", "");
    return database_list(store->catalog, query, row_text, NULL, err);
}

bool store_has_deployment(struct store *store, const char *id, struct error *err)
{
    sqlite3_stmt *query =
        database_query(store->catalog, err, "SELECT 1 FROM deployments WHERE id = ?", "t", id);
    bool found = query && database_next(store->catalog, query, err);
    if (found)
        database_finish(query);
    return found;
}

static bool has_execution(struct store *store, const char *id, const char *execution_id,
                          struct error *err)
{
    struct deployment_store *ds = deployment_open(store, id, STORE_READ, err);
    if (!ds)
        return false;
    json_t *found = execution_get(ds, execution_id, err);
    if (err->code == ERROR_NOT_FOUND)
        error_clear(err);
    deployment_store_close(ds);
    json_decref(found);
    return found != NULL;
}

char *store_find_execution(struct store *store, const char *execution_id, struct error *err)
{
    json_t *ids = store_deployments(store, err);
    char *found = NULL;
    for (size_t i = 0; ids && !found && !err->code && i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        if (!has_execution(store, id, execution_id, err))
            continue;
        found = strdup(id);
        if (!found)
            error_nomem(err);
    }
    json_decref(ids);
    if (!found && !err->code)
        error_set(err, ERROR_NOT_FOUND, "there is no execution '%s', see 'cfy executions list'",
                  execution_id);
    return found;
}

/* ---- cleaning ---- */

static bool clean_one(struct store *store, const char *name, struct error *err)
{
    if (store_has_deployment(store, name, err))
        return true;
    if (err->code)
        return false;
    char *path = path_join(store->deployments, name);
    bool ok = path ? tree_remove(path, err) : error_nomem(err);
    free(path);
    return ok;
}

bool store_clean(struct store *store, struct error *err)
{
    DIR *directory = opendir(store->deployments);
    if (!directory)
        return error_set(err, ERROR_STORAGE, "cannot read '%s': %s", store->deployments,
                         strerror(errno));
    bool ok = true;
    struct dirent *entry;
    while (ok && (entry = readdir(directory)))
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            ok = clean_one(store, entry->d_name, err);
    closedir(directory);
    return ok;
}

static int sync_entry(const char *path, const struct stat *info, int kind, struct FTW *unused)
{
    (void)info;
    (void)unused;
    if (kind != FTW_F && kind != FTW_DP)
        return 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int code = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    return code;
}

bool tree_sync(const char *path, struct error *err)
{
    enum { OPEN_DIRECTORIES = 16 };
    if (nftw(path, sync_entry, OPEN_DIRECTORIES, FTW_PHYS | FTW_DEPTH) == 0)
        return true;
    return error_set(err, ERROR_STORAGE, "cannot make '%s' durable: %s: check the disk", path,
                     strerror(errno));
}
