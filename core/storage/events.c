/* events.c - the events, logs and operations of executions. */
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

bool operation_add(struct deployment_store *ds, struct operation_record *record, struct error *err)
{
    if (!database_run(ds->state, err,
                      "INSERT INTO operations (id, execution_id, name, type, instance_id, state,"
                      " retry, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                      "ttttttij", record->id, record->execution_id, record->name, record->type,
                      record->instance_id, record->state, (json_int_t)record->retry,
                      record->details))
        return false;
    record->row = database_last_row(ds->state);
    return true;
}

bool operation_update(struct deployment_store *ds, const struct operation_record *record,
                      struct error *err)
{
    if (!database_run(ds->state, err,
                      "UPDATE operations SET state = ?, retry = ?, details = coalesce(?, details)"
                      " WHERE row = ?",
                      "tiji", record->state, (json_int_t)record->retry, record->details,
                      record->row))
        return false;
    return database_changes(ds->state) == 1 ||
           error_set(err, ERROR_NOT_FOUND, "there is no operation '%s'", record->id);
}

static json_t *operation_json(struct deployment_store *ds, sqlite3_stmt *query, struct error *err)
{
    json_t *details = column_json(ds->state, query, 8, err);
    if (!details)
        return NULL;
    json_t *record =
        json_pack("{s: I, s: o, s: o, s: o, s: o, s: o, s: o, s: I, s: o}", "row",
                  column_integer(query, 0), "id", column_string(query, 1), "execution_id",
                  column_string(query, 2), "name", column_string(query, 3), "type",
                  column_string(query, 4), "instance_id", column_string(query, 5), "state",
                  column_string(query, 6), "retry", column_integer(query, 7), "details", details);
    if (!record)
        error_nomem(err);
    return record;
}

json_t *operations_list(struct deployment_store *ds, const char *execution_id, const char *state,
                        struct error *err)
{
    json_t *list = json_array();
    if (!list)
        error_nomem(err);
    sqlite3_stmt *query =
        list ? database_query(ds->state, err,
                              "SELECT row, id, execution_id, name, type, instance_id, state, retry,"
                              " details FROM operations"
                              " WHERE execution_id = ?1 AND (?2 IS NULL OR state = ?2)"
                              " ORDER BY row",
                              "tt", execution_id, state)
             : NULL;
    while (query && database_next(ds->state, query, err)) {
        json_t *record = operation_json(ds, query, err);
        if (record && !json_array_append_new(list, record))
            continue;
        database_finish(query);
        error_nomem(err);
        break;
    }
    if (!err->code)
        return list;
    json_decref(list);
    return NULL;
}
