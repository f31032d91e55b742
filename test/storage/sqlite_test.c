/* sqlite_test.c - the rows of a query as a list. */
#include "storage/sqlite.h"

#include <stdlib.h>
#include <string.h>

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
    }
    database_close(db);
    free(path);
    tree_remove(directory, &err);
    return checks_done();
}
