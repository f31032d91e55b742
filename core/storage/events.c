/* events.c - the events and logs of executions.
 *
 * A third of an event is a context that all events of its execution have: it is kept once.
 */
#include <string.h>

#include "base/strbuf.h"
#include "storage/storage_internal.h"

/* The records that one statement takes: it costs as much as two rows. */
enum { ROWS = 8 };

/* ---- contexts ---- */

/* The brace that the context in a record begins with. What has quotes of its own stands in no
 * string.
 */
static const char *find_context(const char *record)
{
    static const char key[] = "\"context\":{";
    const char *found = strstr(record, key);
    return found ? found + sizeof key - 2 : NULL;
}

/* Take what `context` tells out of `*record`, which may then begin further behind. @return whether
 * it was there */
static bool cut_context(char **record, const char *context)
{
    size_t length = strlen(context);
    const char *brace = find_context(*record);
    if (!brace || strncmp(brace, context, length) != 0)
        return false;
    const char *rest = brace + length;
    if (*rest == ',')
        rest++;
    else if (*rest != '}')
        return false;
    size_t head = (size_t)(brace + 1 - *record);
    char *cut = *record + (rest - *record) - head;
    memmove(cut, *record, head);
    *record = cut;
    return true;
}

static void put_context_back(struct strbuf *out, const char *record, const char *context)
{
    const char *brace = find_context(record);
    if (!brace)
        brace = record;
    strbuf_add(out, record, (size_t)(brace - record));
    strbuf_adds(out, context);
    if (brace[1] != '}')
        strbuf_addc(out, ',');
    strbuf_adds(out, brace + 1);
}

/* ---- adding ---- */

/* What `query` finds of `text`; 0: nothing. */
static json_int_t number_of(struct database *db, const char *query, const char *text,
                            struct error *err)
{
    sqlite3_stmt *statement = database_query(db, err, query, "t", text);
    json_int_t number = 0;
    if (statement && database_next(db, statement, err)) {
        number = column_integer(statement, 0);
        database_finish(statement);
    }
    return number;
}

static json_int_t context_number(struct database *db, const char *context, struct error *err)
{
    static const char query[] = "SELECT number FROM event_contexts WHERE context = ?";
    json_int_t number = number_of(db, query, context, err);
    if (number || err->code ||
        !database_run(db, err, "INSERT INTO event_contexts (context) VALUES (?)", "t", context))
        return number;
    return number_of(db, query, context, err);
}

/* What a statement adds. */
struct rows {
    json_int_t execution;
    json_int_t contexts[ROWS]; /* 0: the record is whole */
    const char *records[ROWS];
};

static void take_row(struct rows *rows, int i, char **records, const char *context,
                     json_int_t number)
{
    char *record = *records;
    *records += strlen(record) + 1;
    rows->contexts[i] = number && cut_context(&record, context) ? number : 0;
    rows->records[i] = record;
}

static bool add_row(struct database *db, const struct rows *rows, struct error *err)
{
    return database_run(db, err, "INSERT INTO events (execution, context, record) VALUES (?, ?, ?)",
                        "nnt", rows->execution, rows->contexts[0], rows->records[0]);
}

static bool add_rows(struct database *db, const struct rows *rows, struct error *err)
{
    const json_int_t *c = rows->contexts;
    const char *const *r = rows->records;
    return database_run(
        db, err,
        "INSERT INTO events (execution, context, record) VALUES (?1, ?2, ?3), (?1, ?4, ?5),"
        " (?1, ?6, ?7), (?1, ?8, ?9), (?1, ?10, ?11), (?1, ?12, ?13), (?1, ?14, ?15),"
        " (?1, ?16, ?17)",
        "nntntntntntntntnt", rows->execution, c[0], r[0], c[1], r[1], c[2], r[2], c[3], r[3], c[4],
        r[4], c[5], r[5], c[6], r[6], c[7], r[7]);
}

bool events_add(struct deployment_store *ds, const char *execution_id, const char *context,
                char *records, size_t count, struct error *err)
{
    struct database *db = ds->state;
    json_int_t number = context && count ? context_number(db, context, err) : 0;
    struct rows rows = {0};
    if (execution_id)
        rows.execution =
            number_of(db, "SELECT number FROM executions WHERE id = ?", execution_id, err);
    if (execution_id && !rows.execution && !err->code)
        error_set(err, ERROR_NOT_FOUND, "there is no execution '%s'", execution_id);
    bool ok = !err->code;
    while (ok && count) {
        int wanted = count < ROWS ? 1 : ROWS;
        for (int i = 0; i < wanted; i++)
            take_row(&rows, i, &records, context, number);
        ok = wanted == 1 ? add_row(db, &rows, err) : add_rows(db, &rows, err);
        count -= (size_t)wanted;
    }
    return ok;
}

/* ---- listing ---- */

#define COLUMNS "events.id AS id, record, event_contexts.context"

/* What is left of `events` by a filter, the parameters of which are always bound. */
#define WANTED                                                                                     \
    " FROM events LEFT JOIN event_contexts ON event_contexts.number = events.context"              \
    " WHERE events.id > ?1"                                                                        \
    " AND (?3 IS NULL OR execution = (SELECT number FROM executions WHERE executions.id = ?3))"    \
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
    static const char oldest[] = "SELECT " COLUMNS WANTED " ORDER BY events.id LIMIT ?2";
    static const char newest[] =
        "SELECT * FROM (SELECT " COLUMNS WANTED " ORDER BY events.id DESC LIMIT ?2) ORDER BY id";
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
    struct strbuf whole = STRBUF_INIT;
    while (query && database_next(ds->state, query, err)) {
        const char *record = column_text(query, 1), *context = column_text(query, 2);
        strbuf_truncate(&whole, 0);
        if (context)
            put_context_back(&whole, record, context);
        else
            strbuf_adds(&whole, record);
        if (whole.failed)
            error_nomem(err);
        else if (visit(data, column_integer(query, 0), whole.text, whole.length, err))
            continue;
        database_finish(query);
        break;
    }
    strbuf_release(&whole);
    return !err->code;
}
