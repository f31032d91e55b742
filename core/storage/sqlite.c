/* sqlite.c - see sqlite.h. */
#include "storage/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/json.h"
#include "storage/database_image.h"
#include "storage/fault_disk.h"

enum {
    BUSY_TIMEOUT = 10000, /* milliseconds to wait for another process's transaction */
    SHORT_LOG = 64,       /* pages: a longer log is not left behind */
    LONG_LOG = 1000,      /* pages, after which it is brought into the file while it is in use */
};

struct kept_statement {
    const char *sql; /* known by its address */
    sqlite3_stmt *statement;
};

struct database {
    sqlite3 *handle;
    char *path;
    bool read_only;
    int last_errno; /* of what failed latest, where SQLite keeps none */
    int log_length; /* of the log, after our last commit; pages */
    struct kept_statement *kept;
    size_t kept_count, kept_capacity;
};

static bool disk_error(const struct database *db, int code, struct error *err)
{
    int number = sqlite3_system_errno(db->handle);
    if (!number)
        number = db->last_errno;
    if (code == SQLITE_FULL || number == ENOSPC || number == EDQUOT || number == EFBIG)
        return error_set(err, ERROR_STORAGE,
                         "cannot write '%s': the disk is full (%s): free some space and try again",
                         db->path, strerror(number ? number : ENOSPC));
    if (code == SQLITE_IOERR)
        return error_set(err, ERROR_STORAGE, "cannot read or write '%s': %s: check the disk",
                         db->path, number ? strerror(number) : sqlite3_errmsg(db->handle));
    return error_set(err, ERROR_STORAGE,
                     "cannot write '%s': it, its directory or its file system is read-only or not "
                     "yours: make it writable or use another store",
                     db->path);
}

static bool database_error(const struct database *db, int code, struct error *err)
{
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return error_nomem(err);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(err, ERROR_BUSY,
                         "'%s' has been in use by another process for %d seconds: try again later",
                         db->path, BUSY_TIMEOUT / 1000);
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return disk_error(db, code & 0xff, err);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return error_set(err, ERROR_STORAGE, "'%s' is damaged (%s): restore it from a backup",
                         db->path, sqlite3_errmsg(db->handle));
    default:
        return error_set(err, ERROR_STORAGE, "'%s': %s", db->path, sqlite3_errmsg(db->handle));
    }
}

/* For statements that are run once; others are kept. */
static bool execute(struct database *db, const char *sql, struct error *err)
{
    errno = 0;
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    db->last_errno = code == SQLITE_OK ? 0 : errno;
    return code == SQLITE_OK || database_error(db, code, err);
}

/* ---- opening ---- */

static bool migrate(struct database *db, const struct schema *schema, struct error *err)
{
    int version = (int)database_number(db, "PRAGMA user_version", 0, err);
    if (err->code || version == schema->version)
        return !err->code;
    if (version > schema->version)
        return error_set(err, ERROR_UNSUPPORTED,
                         "'%s' was made by a newer version of this program (schema %d, here %d): "
                         "use that version",
                         db->path, version, schema->version);
    if (version < 0)
        return error_set(err, ERROR_STORAGE,
                         "'%s' is damaged (its schema is numbered %d): restore it from a backup",
                         db->path, version);
    if (!database_begin(db, err))
        return false;
    /* Another process may have been faster. */
    version = (int)database_number(db, "PRAGMA user_version", 0, err);
    bool ok = !err->code && version >= 0;
    for (; ok && version < schema->version; version++)
        ok = execute(db, schema->migrations[version], err);
    char sql[64];
    sqlite3_snprintf(sizeof sql, sql, "PRAGMA user_version = %d", schema->version);
    ok = ok && execute(db, sql, err) && database_commit(db, err);
    if (!ok)
        database_rollback(db);
    return ok;
}

static int on_commit(void *data, sqlite3 *handle, const char *name, int pages)
{
    struct database *db = data;
    db->log_length = pages;
    if (pages >= LONG_LOG)
        sqlite3_wal_checkpoint(handle, name);
    /* The commit has been made: what keeps the log from the file must not make an error of it. A
     * later commit tries again, and meets a disk that is broken itself. */
    return SQLITE_OK;
}

static bool configure(struct database *db, enum database_mode mode, const struct schema *schema,
                      struct error *err)
{
    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    /* A schema from elsewhere must not run functions; a file from elsewhere must not confuse. */
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (mode == DATABASE_READ) {
        int version = (int)database_number(db, "PRAGMA user_version", 0, err);
        if (!err->code && version != schema->version)
            error_set(err, ERROR_UNSUPPORTED,
                      "'%s' is of another version of this program (schema %d, here %d)", db->path,
                      version, schema->version);
        return !err->code;
    }
    static const char *const settings[] = {
        [DATABASE_WRITE] = "PRAGMA synchronous=FULL",
        [DATABASE_CREATE] = "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY",
        [DATABASE_TRANSIENT] = "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY"};
    if (mode == DATABASE_WRITE) {
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        sqlite3_wal_hook(db->handle, on_commit, db);
    }
    return execute(db, settings[mode], err) && migrate(db, schema, err);
}

/* SQLite would let others read the file, and gives what it puts beside it the same mode. It is not
 * open yet: closing a descriptor of it drops all locks that the process has on it. */
static bool make_private(struct database *db, const struct schema *schema, struct error *err)
{
    int fd = open(db->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && database_image_write(schema, fd);
    db->last_errno = errno;
    if (fd >= 0)
        close(fd);
    return ok || disk_error(db, SQLITE_CANTOPEN, err);
}

struct database *database_open(const char *path, enum database_mode mode,
                               const struct schema *schema, struct error *err)
{
    struct database *db = calloc(1, sizeof *db);
    fault_disk_use();
    if (!db || !(db->path = strdup(path))) {
        error_nomem(err);
        goto fail;
    }
    db->read_only = mode == DATABASE_READ;
    bool may_make = mode == DATABASE_CREATE || mode == DATABASE_TRANSIENT;
    bool is_new = !file_exists(path);
    if (!may_make && is_new) {
        error_set(err, ERROR_NOT_FOUND, "there is no file '%s'", path);
        goto fail;
    }
    if (is_new && !make_private(db, schema, err))
        goto fail;
    int flags = mode == DATABASE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (may_make)
        flags |= SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        database_error(db, code, err);
        goto fail;
    }
    if (configure(db, mode, schema, err)) {
        if (is_new)
            database_image_keep(schema, db->handle);
        return db;
    }

fail:
    database_close(db);
    return NULL;
}

void database_close(struct database *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < db->kept_count; i++)
        sqlite3_finalize(db->kept[i].statement);
    free(db->kept);
    if (db->log_length >= SHORT_LOG)
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    sqlite3_close(db->handle);
    free(db->path);
    free(db);
}

bool directory_sync(const char *path, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        error_set(err, ERROR_STORAGE, "cannot make '%s' durable: %s: check the disk", path,
                  strerror(errno));
    if (fd >= 0)
        close(fd);
    return ok;
}

/* Through SQLite's own descriptor: to open the file here and close it again would give up the locks
 * that SQLite holds on it, and another process might then take away the log. */
static bool sync_file(struct database *db, struct error *err)
{
    sqlite3_file *file = NULL;
    int code = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code == SQLITE_OK && file && file->pMethods) {
        code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
        db->last_errno = errno;
    }
    return code == SQLITE_OK || database_error(db, code, err);
}

bool database_sync(struct database *db, struct error *err)
{
    return execute(db, "PRAGMA journal_mode=WAL", err) && sync_file(db, err) &&
           execute(db, "PRAGMA synchronous=FULL", err);
}

/* ---- statements ---- */

static bool make_room(struct database *db)
{
    if (db->kept_count < db->kept_capacity)
        return true;
    size_t capacity = db->kept_capacity ? db->kept_capacity * 2 : 32;
    struct kept_statement *kept = realloc(db->kept, capacity * sizeof *kept);
    if (!kept)
        return false;
    db->kept = kept;
    db->kept_capacity = capacity;
    return true;
}

/* The statement for `sql`, ready to be bound. */
static sqlite3_stmt *keep(struct database *db, const char *sql, struct error *err)
{
    for (size_t i = 0; i < db->kept_count; i++)
        if (db->kept[i].sql == sql)
            return db->kept[i].statement;
    if (!make_room(db)) {
        error_nomem(err);
        return NULL;
    }
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    if (code != SQLITE_OK) {
        database_error(db, code, err);
        return NULL;
    }
    db->kept[db->kept_count++] = (struct kept_statement){sql, statement};
    return statement;
}

static int bind_json(sqlite3_stmt *statement, int number, const json_t *value)
{
    if (!value)
        return sqlite3_bind_null(statement, number);
    char *text = json_text(value);
    return text ? sqlite3_bind_text(statement, number, text, -1, free) : SQLITE_NOMEM;
}

static int bind_reference(sqlite3_stmt *statement, int index, json_int_t number)
{
    return number ? sqlite3_bind_int64(statement, index, number) : SQLITE_OK;
}

/* Texts must stay as they are until the statement is reset; those bound here do, as database_run()
 * and the callers of database_query() hold them. */
static bool bind_all(struct database *db, sqlite3_stmt *statement, const char *types, va_list args,
                     struct error *err)
{
    int code = SQLITE_OK;
    for (int i = 0; types[i] && code == SQLITE_OK; i++) {
        if (types[i] == 't')
            code =
                sqlite3_bind_text(statement, i + 1, va_arg(args, const char *), -1, SQLITE_STATIC);
        else if (types[i] == 'i')
            code = sqlite3_bind_int64(statement, i + 1, va_arg(args, json_int_t));
        else if (types[i] == 'n')
            code = bind_reference(statement, i + 1, va_arg(args, json_int_t));
        else if (types[i] == 'r')
            code = sqlite3_bind_double(statement, i + 1, va_arg(args, double));
        else
            code = bind_json(statement, i + 1, va_arg(args, const json_t *));
    }
    return code == SQLITE_OK || database_error(db, code, err);
}

/* Of an error that a commit meets SQLite keeps no number. */
static int step(struct database *db, sqlite3_stmt *statement)
{
    errno = 0;
    int code = sqlite3_step(statement);
    db->last_errno = code == SQLITE_ROW || code == SQLITE_DONE ? 0 : errno;
    return code;
}

void database_finish(sqlite3_stmt *query)
{
    if (!query)
        return;
    sqlite3_reset(query);
    sqlite3_clear_bindings(query);
}

bool database_next(struct database *db, sqlite3_stmt *query, struct error *err)
{
    int code = step(db, query);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        database_error(db, code, err);
    database_finish(query);
    return false;
}

bool database_run(struct database *db, struct error *err, const char *sql, const char *types, ...)
{
    sqlite3_stmt *statement = keep(db, sql, err);
    if (!statement)
        return false;
    va_list args;
    va_start(args, types);
    bool ok = bind_all(db, statement, types, args, err);
    va_end(args);
    int code = ok ? step(db, statement) : SQLITE_ERROR;
    if (ok && code != SQLITE_DONE && code != SQLITE_ROW)
        ok = database_error(db, code, err);
    database_finish(statement);
    return ok;
}

sqlite3_stmt *database_query(struct database *db, struct error *err, const char *sql,
                             const char *types, ...)
{
    sqlite3_stmt *query = keep(db, sql, err);
    if (!query)
        return NULL;
    va_list args;
    va_start(args, types);
    bool ok = bind_all(db, query, types, args, err);
    va_end(args);
    if (ok)
        return query;
    database_finish(query);
    return NULL;
}

json_int_t database_number(struct database *db, const char *sql, json_int_t fallback,
                           struct error *err)
{
    sqlite3_stmt *query = database_query(db, err, sql, "");
    if (!query || !database_next(db, query, err))
        return fallback;
    json_int_t number = sqlite3_column_int64(query, 0);
    database_finish(query);
    return number;
}

json_t *database_list(struct database *db, sqlite3_stmt *query,
                      json_t *(*row)(void *data, sqlite3_stmt *query, struct error *err),
                      void *data, struct error *err)
{
    json_t *list = query ? json_array() : NULL;
    bool ok = list;
    while (ok && database_next(db, query, err))
        ok = !json_array_append_new(list, row(data, query, err));
    if (ok && !err->code)
        return list;
    error_nomem(err); /* unless there is a better reason */
    database_finish(query);
    json_decref(list);
    return NULL;
}

int database_changes(const struct database *db)
{
    return sqlite3_changes(db->handle);
}

json_int_t database_last_row(const struct database *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

/* ---- transactions ---- */

bool database_begin(struct database *db, struct error *err)
{
    /* A deferred transaction that reads before it writes fails as soon as another one writes. */
    return database_run(db, err, db->read_only ? "BEGIN" : "BEGIN IMMEDIATE", "");
}

bool database_in_transaction(const struct database *db)
{
    return !sqlite3_get_autocommit(db->handle);
}

bool database_commit(struct database *db, struct error *err)
{
    if (database_run(db, err, "COMMIT", ""))
        return true;
    database_rollback(db);
    return false;
}

void database_rollback(struct database *db)
{
    /* The one failure there can be, no transaction, is what is wanted. */
    if (!sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- columns ---- */

const char *column_text(sqlite3_stmt *query, int column)
{
    return (const char *)sqlite3_column_text(query, column);
}

json_int_t column_integer(sqlite3_stmt *query, int column)
{
    return sqlite3_column_int64(query, column);
}

json_t *column_json(struct database *db, sqlite3_stmt *query, int column, struct error *err)
{
    const char *text = column_text(query, column);
    if (!text)
        return json_null();
    json_t *value = json_read(text, (size_t)sqlite3_column_bytes(query, column), db->path, err);
    if (!value && err->code == ERROR_INVALID)
        err->code = ERROR_STORAGE;
    return value;
}

json_t *column_string(sqlite3_stmt *query, int column)
{
    const char *text = column_text(query, column);
    return text ? json_string(text) : json_null();
}

json_t *row_text(void *unused, sqlite3_stmt *query, struct error *err)
{
    (void)unused, (void)err;
    return column_string(query, 0);
}
