/* sqlite.h - one connection to one database file, with errors of ours and kept statements.
 * Private to storage/.
 */
#ifndef CLOUDIFY_STORAGE_SQLITE_H
#define CLOUDIFY_STORAGE_SQLITE_H

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct database;

enum database_mode {
    DATABASE_READ,
    DATABASE_WRITE,
    DATABASE_TRANSIENT, /* made where it is missing; no crash need be survived */
    DATABASE_CREATE,    /* a new file, written without waiting for the disk: database_sync() it */
};

/* What a database looks like. Version N is reached from N - 1 by the script `migrations[N - 1]`. */
struct schema {
    const char *const *migrations;
    int version;
};

/**
 * Open the database `path` and bring its schema up to date. A short write-ahead log outlives the
 * connection: for a process that makes a few commits, its end means several waits for the disk
 * more.
 *
 * @return a new connection (database_close() it), or NULL with `err` set: ERROR_STORAGE,
 *         ERROR_BUSY, ERROR_NOMEM, ERROR_NOT_FOUND (no such file), ERROR_UNSUPPORTED (made by a
 *         newer version)
 */
struct database *database_open(const char *path, enum database_mode mode,
                               const struct schema *schema, struct error *err);
/** NULL is allowed. An open transaction is rolled back. */
void database_close(struct database *db);
/** Make all that a DATABASE_CREATE has written durable, and from now on each commit: only now there
 *  is a write-ahead log, which what is new does not need. */
bool database_sync(struct database *db, struct error *err);

/** Start a write transaction; on a connection for reading, a consistent view. */
bool database_begin(struct database *db, struct error *err);
/** End it durably; if that fails, it is rolled back. */
bool database_commit(struct database *db, struct error *err);
/** Whether there is one. */
bool database_in_transaction(const struct database *db);
/** Undo it; without a transaction nothing happens. */
void database_rollback(struct database *db);

/**
 * Run a statement that gives no rows. It is compiled once per connection and kept.
 *
 * @param sql a string literal: it is known by its address
 * @param types a letter for each parameter: `t` const char * (NULL is null), `i` json_int_t, `n`
 * one where 0 is null, `r` double, `j` const json_t *, stored as compact JSON (NULL is null)
 */
bool database_run(struct database *db, struct error *err, const char *sql, const char *types, ...);
/**
 * Start a query; the parameters are those of database_run().
 *
 * @return the statement, borrowed, to be given to database_next() until there is no more row or
 *         to database_finish(); or NULL with `err` set
 */
sqlite3_stmt *database_query(struct database *db, struct error *err, const char *sql,
                             const char *types, ...);
/** @return whether there is a row; if not, the query is finished, with `err` set if it failed. */
bool database_next(struct database *db, sqlite3_stmt *query, struct error *err);
/** Finish a query before its last row. NULL is allowed. */
void database_finish(sqlite3_stmt *query);
/** The number in the first row of a query without parameters, `fallback` without a row. */
json_int_t database_number(struct database *db, const char *sql, json_int_t fallback,
                           struct error *err);
/**
 * The rows of a query as a JSON list, finished in any case.
 *
 * @param query a query just started; NULL: `err` is set already
 * @param row renders the current row, with `data` handed on: new, or NULL with `err` set or else
 *        when out of memory
 * @return new, or NULL with `err` set
 */
json_t *database_list(struct database *db, sqlite3_stmt *query,
                      json_t *(*row)(void *data, sqlite3_stmt *query, struct error *err),
                      void *data, struct error *err);
/** How many rows the last database_run() has changed. */
int database_changes(const struct database *db);
/** The row id that the last database_run() has inserted. */
json_int_t database_last_row(const struct database *db);

/** The text in `column`, or NULL; borrowed, until the next row. */
const char *column_text(sqlite3_stmt *query, int column);
json_int_t column_integer(sqlite3_stmt *query, int column);
/** The JSON value in `column`, json_null() for null; new, or NULL with `err` set. */
json_t *column_json(struct database *db, sqlite3_stmt *query, int column, struct error *err);
/** The text in `column` as a JSON string or null; new, or NULL when out of memory. */
json_t *column_string(sqlite3_stmt *query, int column);

/** A row of database_list() that is the text in its first column. */
json_t *row_text(void *unused, sqlite3_stmt *query, struct error *err);

/** Make the directory entry changes in `path` durable. */
bool directory_sync(const char *path, struct error *err);

#endif
