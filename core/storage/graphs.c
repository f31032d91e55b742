/* graphs.c - the task graphs of executions, and what became of their operations. */
#include "storage/storage_internal.h"

/* ---- operations: writing ---- */

bool operation_add(struct deployment_store *ds, struct operation_record *record, struct error *err)
{
    if (!database_run(ds->state, err,
                      "INSERT INTO operations (id, execution_id, name, type, instance_id, state,"
                      " retry, details, graph, task)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 0), nullif(?, 0))",
                      "ttttttijii", record->id, record->execution_id, record->name, record->type,
                      record->instance_id, record->state, (json_int_t)record->retry,
                      record->details, record->graph, (json_int_t)record->task))
        return false;
    record->row = database_last_row(ds->state);
    return true;
}

bool operation_update(struct deployment_store *ds, const struct operation_record *record,
                      struct error *err)
{
    if (!database_run(ds->state, err,
                      "UPDATE operations SET state = ?, retry = ?, details = coalesce(?, details),"
                      " cpu_seconds = cpu_seconds + ? WHERE row = ?",
                      "tijri", record->state, (json_int_t)record->retry, record->details,
                      record->cpu_seconds, record->row))
        return false;
    return database_changes(ds->state) == 1 ||
           error_set(err, ERROR_NOT_FOUND, "there is no operation '%s'", record->id);
}

/* ---- operations: reading ---- */

static json_t *operation_row(void *data, sqlite3_stmt *query, struct error *err)
{
    struct deployment_store *ds = data;
    json_t *details = column_json(ds->state, query, 8, err);
    if (!details)
        return NULL;
    return json_pack("{s: I, s: o, s: o, s: o, s: o, s: o, s: o, s: I, s: o, s: I, s: f}", "row",
                     column_integer(query, 0), "id", column_string(query, 1), "execution_id",
                     column_string(query, 2), "name", column_string(query, 3), "type",
                     column_string(query, 4), "instance_id", column_string(query, 5), "state",
                     column_string(query, 6), "retry", column_integer(query, 7), "details", details,
                     "task", column_integer(query, 9), "cpu_seconds",
                     sqlite3_column_double(query, 10));
}

#define OPERATIONS                                                                                 \
    "SELECT row, id, execution_id, name, type, instance_id, state, retry, details, task, "         \
    "cpu_seconds"                                                                                  \
    " FROM operations WHERE "

json_t *graph_operations(struct deployment_store *ds, json_int_t graph, struct error *err)
{
    return database_list(
        ds->state, database_query(ds->state, err, OPERATIONS "graph = ? ORDER BY row", "i", graph),
        operation_row, ds, err);
}

/* ---- task graphs ---- */

bool graph_find(struct deployment_store *ds, const char *execution_id, const char *name,
                json_int_t *graph, struct error *err)
{
    sqlite3_stmt *query =
        database_query(ds->state, err, "SELECT id FROM graphs WHERE execution_id = ? AND name = ?",
                       "tt", execution_id, name);
    bool found = query && database_next(ds->state, query, err);
    if (!found)
        return false;
    *graph = column_integer(query, 0);
    database_finish(query);
    return true;
}

static json_t *graph_row(void *data, sqlite3_stmt *query, struct error *err)
{
    (void)data, (void)err;
    return json_pack("{s:I, s:o}", "id", column_integer(query, 0), "name", column_string(query, 1));
}

json_t *graphs_list(struct deployment_store *ds, const char *execution_id, struct error *err)
{
    sqlite3_stmt *query = database_query(
        ds->state, err, "SELECT id, name FROM graphs WHERE execution_id = ? ORDER BY id", "t",
        execution_id);
    return database_list(ds->state, query, graph_row, NULL, err);
}

bool graph_add(struct deployment_store *ds, const char *execution_id, const char *name,
               json_int_t *graph, struct error *err)
{
    if (!database_run(ds->state, err, "INSERT INTO graphs (execution_id, name) VALUES (?, ?)", "tt",
                      execution_id, name))
        return false;
    *graph = database_last_row(ds->state);
    return true;
}

bool graph_remove(struct deployment_store *ds, json_int_t graph, struct error *err)
{
    return database_run(ds->state, err, "DELETE FROM graph_parts WHERE graph = ?", "i", graph) &&
           database_run(ds->state, err, "DELETE FROM graphs WHERE id = ?", "i", graph);
}

bool graph_add_part(struct deployment_store *ds, json_int_t graph, const char *tasks,
                    struct error *err)
{
    return database_run(ds->state, err,
                        "INSERT INTO graph_parts (graph, number, tasks) SELECT ?1,"
                        " coalesce(max(number), 0) + 1, ?2 FROM graph_parts WHERE graph = ?1",
                        "it", graph, tasks);
}

bool graph_parts(struct deployment_store *ds, json_int_t graph,
                 bool (*visit)(void *data, json_t *tasks, struct error *err), void *data,
                 struct error *err)
{
    sqlite3_stmt *query =
        database_query(ds->state, err,
                       "SELECT tasks FROM graph_parts WHERE graph = ? ORDER BY number", "i", graph);
    while (query && database_next(ds->state, query, err)) {
        json_t *tasks = column_json(ds->state, query, 0, err);
        bool go_on = tasks && visit(data, tasks, err);
        json_decref(tasks);
        if (go_on)
            continue;
        database_finish(query);
        break;
    }
    return !err->code;
}

bool graph_add_done(struct deployment_store *ds, json_int_t graph, const json_t *tasks,
                    struct error *err)
{
    return database_run(ds->state, err,
                        "INSERT INTO graph_ends (graph, number, tasks) SELECT ?1,"
                        " coalesce(max(number), 0) + 1, ?2 FROM graph_ends WHERE graph = ?1",
                        "ij", graph, tasks);
}

bool graph_tasks_done(struct deployment_store *ds, json_int_t graph,
                      bool (*visit)(void *data, uint32_t task, struct error *err), void *data,
                      struct error *err)
{
    sqlite3_stmt *query = database_query(
        ds->state, err, "SELECT DISTINCT value FROM graph_ends, json_each(tasks) WHERE graph = ?",
        "i", graph);
    while (query && database_next(ds->state, query, err)) {
        if (visit(data, (uint32_t)column_integer(query, 0), err))
            continue;
        database_finish(query);
        break;
    }
    return !err->code;
}
