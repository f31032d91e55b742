/* executions.c - the executions of a deployment, and which of them an engine has left behind. */
#include "storage/storage_internal.h"

#include <string.h>

#include "base/json.h"

static bool is_one_of(const char *status, const char *const *names)
{
    while (*names && strcmp(status, *names))
        names++;
    return *names;
}

/* In these states an engine is at work, or should be (runtime.md 11.9). */
static bool is_active(const char *status)
{
    static const char *const names[] = {"pending",          "started",         "cancelling",
                                        "force_cancelling", "kill_cancelling", NULL};
    return is_one_of(status, names);
}

static bool is_end(const char *status)
{
    static const char *const names[] = {"terminated", "failed", "cancelled", NULL};
    return is_one_of(status, names);
}

/* ---- writing ---- */

bool execution_insert(struct database *state, const struct execution_record *record,
                      const char *blueprint_id, struct error *err)
{
    char now[CLOCK_TEXT_SIZE];
    clock_timestamp(now);
    return database_run(state, err,
                        "INSERT INTO executions (id, workflow_id, blueprint_id, is_dry_run, status,"
                        " parameters, options, created_at)"
                        " VALUES (?, ?, ?, ?, 'pending', ?, coalesce(?, '{}'), ?)",
                        "tttijjt", record->id, record->workflow_id, blueprint_id,
                        (json_int_t)record->dry_run, record->parameters, record->options, now);
}

bool execution_add(struct deployment_store *ds, const struct execution_record *record,
                   struct error *err)
{
    return execution_insert(ds->state, record, ds->blueprint_id, err);
}

static bool set_started(struct database *state, const char *id, const char *status,
                        struct error *err)
{
    char now[CLOCK_TEXT_SIZE];
    clock_timestamp(now);
    struct process_identity self = process_identity_self();
    return database_run(state, err,
                        "UPDATE executions SET status = ?, started_at = coalesce(started_at, ?),"
                        " ended_at = NULL, error = NULL, engine_pid = ?, engine_start = ?,"
                        " cancel = 0"
                        " WHERE id = ?",
                        "ttiit", status, now, (json_int_t)self.pid, (json_int_t)self.start_ticks,
                        id);
}

static bool set_ended(struct database *state, const char *id, const char *status,
                      const char *error_text, struct error *err)
{
    char now[CLOCK_TEXT_SIZE];
    clock_timestamp(now);
    return database_run(state, err,
                        "UPDATE executions SET status = ?, ended_at = ?, error = ? WHERE id = ?",
                        "tttt", status, now, error_text, id);
}

bool execution_set_status(struct deployment_store *ds, const char *id, const char *status,
                          const char *error_text, struct error *err)
{
    bool ok;
    if (!strcmp(status, "started"))
        ok = set_started(ds->state, id, status, err);
    else if (is_end(status))
        ok = set_ended(ds->state, id, status, error_text, err);
    else
        ok = database_run(ds->state, err, "UPDATE executions SET status = ? WHERE id = ?", "tt",
                          status, id);
    if (ok && database_changes(ds->state) != 1)
        return error_set(err, ERROR_NOT_FOUND, "there is no execution '%s'", id);
    return ok;
}

bool execution_is_queued(struct deployment_store *ds, const char *id, struct error *err)
{
    sqlite3_stmt *query =
        database_query(ds->state, err, "SELECT status FROM executions WHERE id = ?", "t", id);
    bool found = query && database_next(ds->state, query, err);
    bool queued = found && !strcmp(column_text(query, 0), "queued");
    if (found)
        database_finish(query);
    return queued;
}

bool execution_make_pending(struct deployment_store *ds, const char *id, const json_t *parameters,
                            struct error *err)
{
    return database_run(ds->state, err,
                        "UPDATE executions SET status = 'pending', parameters = ?, cancel = 0,"
                        " ended_at = NULL, error = NULL WHERE id = ?",
                        "jt", parameters, id);
}

bool execution_note_cancel(struct deployment_store *ds, const char *id, int level,
                           struct error *err)
{
    return database_run(ds->state, err,
                        "UPDATE executions SET cancel = max(cancel, ?) WHERE id = ? AND"
                        " ended_at IS NULL",
                        "it", (json_int_t)level, id);
}

int execution_noted_cancel(struct deployment_store *ds, const char *id, struct error *err)
{
    sqlite3_stmt *query =
        database_query(ds->state, err, "SELECT cancel FROM executions WHERE id = ?", "t", id);
    int level = query && database_next(ds->state, query, err) ? (int)column_integer(query, 0) : 0;
    database_finish(query);
    return level;
}

/* ---- reading ---- */

#define COLUMNS                                                                                    \
    "SELECT id, workflow_id, blueprint_id, is_dry_run, status, parameters, created_at,"            \
    " started_at, ended_at, error, engine_pid, engine_start, options, number FROM executions "

struct status {
    const char *name, *display;
};

static struct status shown_status(const char *status, bool abandoned, bool waiting)
{
    if (!strcmp(status, "queued") && !waiting)
        return (struct status){"queued", "queued (nobody waiting)"};
    if (abandoned && is_active(status))
        return (struct status){"interrupted", "interrupted"};
    return (struct status){status, strcmp(status, "terminated") ? status : "completed"};
}

static json_t *engine_json(sqlite3_stmt *query)
{
    if (sqlite3_column_type(query, 10) == SQLITE_NULL)
        return json_null();
    return json_pack("{s: I, s: I}", "pid", column_integer(query, 10), "start_time",
                     column_integer(query, 11));
}

/* Whether an execution that has not ended is none of `engine`'s, the one at work: pid 0 if there is
 * none, NULL if that is not known. */
static bool is_abandoned(sqlite3_stmt *query, const struct process_identity *engine)
{
    if (!engine || !engine->pid)
        return engine;
    if (sqlite3_column_type(query, 10) == SQLITE_NULL)
        return false;
    return column_integer(query, 10) != engine->pid ||
           (unsigned long long)column_integer(query, 11) != engine->start_ticks;
}

/* What a row of executions is seen with. */
struct view {
    struct deployment_store *ds;
    const struct process_identity *engine; /* see is_abandoned() */
};

static json_t *execution_row(void *data, sqlite3_stmt *query, struct error *err)
{
    const struct view *view = data;
    struct deployment_store *ds = view->ds;
    const char *stored = column_text(query, 4);
    json_t *parameters = stored ? column_json(ds->state, query, 5, err) : NULL;
    json_t *options = parameters ? column_json(ds->state, query, 12, err) : NULL;
    if (!options) {
        json_decref(parameters);
        return NULL;
    }
    bool waiting =
        !strcmp(stored, "queued") && queue_is_waited_for(ds, column_integer(query, 13), options);
    struct status status = shown_status(stored, is_abandoned(query, view->engine), waiting);
    return json_pack(
        "{s: o, s: o, s: s, s: o, s: b, s: s, s: s, s: o, s: o, s: o, s: o, s: o, s: o, s: o, s: "
        "b}",
        "id", column_string(query, 0), "workflow_id", column_string(query, 1), "deployment_id",
        ds->id, "blueprint_id", column_string(query, 2), "is_dry_run",
        (int)column_integer(query, 3), "status", status.name, "status_display", status.display,
        "parameters", parameters, "options", options, "created_at", column_string(query, 6),
        "started_at", column_string(query, 7), "ended_at", column_string(query, 8), "error",
        column_string(query, 9), "engine", engine_json(query), "waiting", waiting);
}

/* @param id NULL: all */
static json_t *read_rows(struct deployment_store *ds, const char *id,
                         const struct process_identity *engine, struct error *err)
{
    struct view view = {.ds = ds, .engine = engine};
    sqlite3_stmt *query = id ? database_query(ds->state, err, COLUMNS "WHERE id = ?", "t", id)
                             : database_query(ds->state, err, COLUMNS "ORDER BY number", "");
    return database_list(ds->state, query, execution_row, &view, err);
}

static bool has_active(const json_t *list)
{
    size_t i;
    json_t *record;
    json_array_foreach(list, i,
                       record) if (is_active(json_string_at(record, "status", ""))) return true;
    return false;
}

/* Who holds the lock of the deployment; pid 0: nobody. @return false: not known, or `err` is set */
static bool find_engine(const struct deployment_store *ds, struct process_identity *engine,
                        struct error *err)
{
    struct lock_holder holder = {0};
    bool held = lock_is_held(ds->lock_path, &holder, err);
    *engine = holder.process;
    return !err->code && (!held || holder.process.pid);
}

/* An engine writes the end of its execution before it gives back the lock. So if the lock is found
 * free, or another's, after a row was read as active, only a second look at the row tells: an
 * execution that is active even then has been abandoned. */
static json_t *read_settled(struct deployment_store *ds, const char *id, struct error *err)
{
    struct process_identity engine =
        ds->lock ? process_identity_self() : (struct process_identity){0};
    json_t *list = read_rows(ds, id, ds->lock ? &engine : NULL, err);
    if (!list || ds->lock || !has_active(list) || (!find_engine(ds, &engine, err) && !err->code))
        return list;
    json_decref(list);
    return err->code ? NULL : read_rows(ds, id, &engine, err);
}

json_t *execution_get(struct deployment_store *ds, const char *id, struct error *err)
{
    json_t *list = read_settled(ds, id, err);
    json_t *record = json_incref(json_array_get(list, 0));
    if (list && !record)
        error_set(err, ERROR_NOT_FOUND, "there is no execution '%s'", id);
    json_decref(list);
    return record;
}

json_t *executions_list(struct deployment_store *ds, struct error *err)
{
    return read_settled(ds, NULL, err);
}
