/* events.c - the events and logs of executions. */
#include "storage/storage_internal.h"

bool event_add(struct deployment_store *ds, const char *execution_id, const json_t *record,
               struct error *err)
{
    return database_run(ds->state, err, "INSERT INTO events (execution_id, record) VALUES (?, ?)",
                        "tj", execution_id, record);
}

static sqlite3_stmt *query_events(struct deployment_store *ds, const struct event_filter *filter,
                                  struct error *err)
{
    json_int_t limit = filter->limit ? filter->limit : -1;
    if (!filter->execution_id)
        return database_query(ds->state, err,
                              "SELECT id, record FROM events WHERE id > ? ORDER BY id LIMIT ?",
                              "ii", filter->after, limit);
    return database_query(ds->state, err,
                          "SELECT id, record FROM events WHERE id > ? AND execution_id = ?"
                          " ORDER BY id LIMIT ?",
                          "iti", filter->after, filter->execution_id, limit);
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
