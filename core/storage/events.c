/* events.c - the events and logs of executions. */
#include <string.h>

#include "storage/storage_internal.h"

/* The records that one statement takes: it costs as much as two rows. */
enum { ROWS = 8 };

static const char *next_record(const char **records)
{
    const char *record = *records;
    *records += strlen(record) + 1;
    return record;
}

static bool add_one(struct deployment_store *ds, const char *execution_id, const char **records,
                    struct error *err)
{
    return database_run(ds->state, err, "INSERT INTO events (execution_id, record) VALUES (?, ?)",
                        "tt", execution_id, next_record(records));
}

static bool add_rows(struct deployment_store *ds, const char *execution_id, const char **records,
                     struct error *err)
{
    const char *r[ROWS];
    for (int i = 0; i < ROWS; i++)
        r[i] = next_record(records);
    return database_run(ds->state, err,
                        "INSERT INTO events (execution_id, record) VALUES (?1, ?2), (?1, ?3),"
                        " (?1, ?4), (?1, ?5), (?1, ?6), (?1, ?7), (?1, ?8), (?1, ?9)",
                        "ttttttttt", execution_id, r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]);
}

bool events_add(struct deployment_store *ds, const char *execution_id, const char *records,
                size_t count, struct error *err)
{
    bool ok = true;
    for (; ok && count >= ROWS; count -= ROWS)
        ok = add_rows(ds, execution_id, &records, err);
    for (; ok && count; count--)
        ok = add_one(ds, execution_id, &records, err);
    return ok;
}

/* What is left of `events` by a filter, the parameters of which are always bound. */
#define WANTED                                                                                     \
    " FROM events WHERE id > ?1"                                                                   \
    " AND (?3 IS NULL OR execution_id = ?3)"                                                       \
    " AND (?4 IS NULL OR record ->> '$.event_type' = ?4"                                           \
    "      OR (?4 = 'log' AND record ->> '$.type' = 'cloudify_log'))"                              \
    " AND (?5 IS NULL OR ?5 IN (record ->> '$.context.node_name',"                                 \
    "      record ->> '$.context.node_id', record ->> '$.context.source_name',"                    \
    "      record ->> '$.context.source_id', record ->> '$.context.target_name',"                  \
    "      record ->> '$.context.target_id'))"                                                     \
    " AND (?6 IS NULL OR record ->> '$.context.operation' = ?6"                                    \
    "      OR record ->> '$.context.operation' GLOB '*.' || ?6)"                                   \
    " AND (?7 IS NULL OR record ->> '$.timestamp' >= ?7)"                                          \
    " AND (?8 IS NULL OR substr(record ->> '$.timestamp', 1, length(?8)) <= ?8)"                   \
    " AND (NOT ?9 OR record ->> '$.level' IS NOT 'debug')"

static sqlite3_stmt *query_events(struct deployment_store *ds, const struct event_filter *filter,
                                  struct error *err)
{
    static const char oldest[] = "SELECT id, record" WANTED " ORDER BY id LIMIT ?2";
    static const char newest[] =
        "SELECT * FROM (SELECT id, record" WANTED " ORDER BY id DESC LIMIT ?2) ORDER BY id";
    json_int_t limit = filter->limit ? filter->limit : -1;
    const char *query = filter->newest ? newest : oldest;
    return database_query(ds->state, err, query, "iitttttti", filter->after, limit,
                          filter->execution_id, filter->type, filter->node, filter->operation,
                          filter->from, filter->to, (json_int_t)filter->without_debug);
}

bool events_list(struct deployment_store *ds, const struct event_filter *filter,
                 bool (*visit)(void *data, json_int_t id, const char *text, size_t length,
                               struct error *err),
                 void *data, struct error *err)
{
    sqlite3_stmt *query = query_events(ds, filter, err);
    while (query && database_next(ds->state, query, err)) {
        const char *text = column_text(query, 1);
        size_t length = (size_t)sqlite3_column_bytes(query, 1);
        if (visit(data, column_integer(query, 0), text, length, err))
            continue;
        database_finish(query);
        break;
    }
    return !err->code;
}
