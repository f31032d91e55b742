/* sqlite_test.c - the rows of a query as a list; commits whose log grows long. */
#include "storage/sqlite.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../check.h"
#include "base/files.h"

static const char *const migrations[] = {
    "CREATE TABLE words (word TEXT); INSERT INTO words VALUES ('one'), ('two'), ('three')"};
static const struct schema schema = {.migrations = migrations, .version = 1};

static sqlite3_stmt *query_words(struct database *db, struct error *err)
{
    return database_query(db, err, "SELECT word FROM words ORDER BY rowid", "");
}

static json_t *words(struct database *db, struct error *err)
{
    return database_list(db, query_words(db, err), row_text, NULL, err);
}

/* The second row has no value; without a text in `reason` nobody says why. */
static json_t *fail_second(void *reason, sqlite3_stmt *query, struct error *err)
{
    if (strcmp(column_text(query, 0), "two") == 0) {
        if (reason)
            error_set(err, ERROR_STORAGE, "%s", (const char *)reason);
        return NULL;
    }
    return row_text(NULL, query, err);
}

static void test_list(struct database *db)
{
    struct error err = {0};
    json_t *list = words(db, &err), *expected = json_pack("[s, s, s]", "one", "two", "three");
    CHECK(json_equal(list, expected), "all rows in their order");
    json_decref(list);
    json_decref(expected);
    list = database_list(db, database_query(db, &err, "SELECT word FROM words WHERE 0", ""),
                         row_text, NULL, &err);
    CHECK(json_is_array(list) && !json_array_size(list), "no row is an empty list");
    json_decref(list);
}

static void test_failing_row(struct database *db, const char *reason, enum error_code code,
                             const char *text)
{
    struct error err = {0};
    json_t *list = database_list(db, query_words(db, &err), fail_second, (void *)reason, &err);
    CHECK(!list && err.code == code && !strcmp(err.text, text), "says '%s'", err.text);
    error_clear(&err);
    list = words(db, &err);
    CHECK(json_array_size(list) == 3, "the query begins anew");
    json_decref(list);
}

/* An execution may come to use nearly all that there are in the source. */
static void test_many_statements(struct database *db)
{
    enum { STATEMENTS = 100 };
    static char texts[STATEMENTS][16];
    struct error err = {0};
    bool ok = true;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; ok && i < STATEMENTS; i++) {
            snprintf(texts[i], sizeof texts[i], "SELECT %d", i);
            ok = database_number(db, texts[i], -1, &err) == i;
        }
    }
    CHECK(ok, "each of many statements is kept: %s", err.text);
}

/* As a damaged file may have it. */
static void test_impossible_version(const char *directory)
{
    struct error err = {0};
    char *path = path_join(directory, "versions.db"), expected[200];
    struct database *db = path ? database_open(path, DATABASE_CREATE, &schema, &err) : NULL;
    CHECK(db && database_run(db, &err, "PRAGMA user_version = -5", ""), "version -5: %s", err.text);
    database_close(db);
    snprintf(expected, sizeof expected,
             "'%s' is damaged (its schema is numbered -5): restore it from a backup", path);
    CHECK(!database_open(path, DATABASE_WRITE, &schema, &err) && err.code == ERROR_STORAGE &&
              !strcmp(err.text, expected),
          "is damage: %s", err.text);
    free(path);
}

static void test_failing_query(struct database *db)
{
    struct error err = {0};
    sqlite3_stmt *query = database_query(db, &err, "SELECT word FROM nowhere", "");
    char said[sizeof err.text];
    strcpy(said, err.text);
    json_t *list = database_list(db, query, row_text, NULL, &err);
    CHECK(!list && err.code == ERROR_STORAGE && !strcmp(err.text, said), "still says '%s'",
          err.text);
    database_finish(query);
}

/* A process that keeps all others from bringing the log of `path` into the file, as one does that
 * is about to do so itself (walformat in SQLite's documents); it has the lock when this returns. */
static pid_t hold_log(const char *path)
{
    enum { CHECKPOINT_LOCK = 121 };
    struct flock lock = {.l_type = F_WRLCK, .l_start = CHECKPOINT_LOCK, .l_len = 1};
    char *index = NULL, said = 0;
    int ends[2];
    if (asprintf(&index, "%s-shm", path) < 0 || pipe(ends) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        int file = open(index, O_RDWR);
        said = fcntl(file, F_SETLK, &lock) == 0;
        said = write(ends[1], &said, 1) == 1;
        for (;;)
            pause();
    }
    close(ends[1]);
    CHECK(read(ends[0], &said, 1) == 1 && said == 1, "a process holds the log");
    close(ends[0]);
    free(index);
    return pid;
}

static void test_held_log(struct database *db, const char *path)
{
    struct error err = {0};
    bool ok = database_begin(db, &err);
    pid_t holder = hold_log(path);
    ok = ok &&
         database_run(db, &err,
                      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                      " WHERE i < 1500) INSERT INTO words SELECT hex(randomblob(2048)) FROM n",
                      "") &&
         database_commit(db, &err);
    CHECK(ok, "a commit is one, though the log cannot be brought into the file: %s", err.text);
    error_clear(&err);
    CHECK(database_number(db, "SELECT count(*) FROM words", 0, &err) == 1503, "all of it is there");
    kill(holder, SIGKILL);
    waitpid(holder, NULL, 0);
    CHECK(database_run(db, &err, "DELETE FROM words", ""), "and work goes on: %s", err.text);
}

int main(void)
{
    struct error err = {0};
    char directory[] = "/tmp/sqlite_test_XXXXXX";
    char *path = mkdtemp(directory) ? path_join(directory, "words.db") : NULL;
    struct database *db = path ? database_open(path, DATABASE_CREATE, &schema, &err) : NULL;
    if (CHECK(db, "the database is open: %s", err.text)) {
        test_list(db);
        test_failing_row(db, NULL, ERROR_NOMEM, "out of memory");
        test_failing_row(db, "word 2 is damaged", ERROR_STORAGE, "word 2 is damaged");
        test_failing_query(db);
        test_many_statements(db);
        CHECK(database_sync(db, &err), "it is made durable: %s", err.text);
    }
    database_close(db);
    test_impossible_version(directory);
    db = path ? database_open(path, DATABASE_WRITE, &schema, &err) : NULL;
    if (CHECK(db, "it is open again: %s", err.text))
        test_held_log(db, path);
    database_close(db);
    free(path);
    tree_remove(directory, &err);
    return checks_done();
}
