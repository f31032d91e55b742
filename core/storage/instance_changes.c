/* instance_changes.c - changes of node instances, which wait in memory for the end of the
 * transaction: a turn of an engine changes an instance several times, and is told apart by nobody.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "storage/storage_internal.h"

/* All changes of one instance since the transaction began. */
struct waiting_change {
    json_int_t version; /* the one that the first of them is based on */
    json_int_t count;
    char *state;                                    /* NULL: unchanged */
    json_t *runtime_properties, *system_properties; /* likewise */
};

/* ---- writing ---- */

static bool refuse(const struct instance_change *change, json_int_t version, struct error *err)
{
    return error_set(err, ERROR_CONFLICT,
                     "node instance '%s': the update is based on version %" JSON_INTEGER_FORMAT
                     ", but the stored one is version %" JSON_INTEGER_FORMAT,
                     change->id, change->version, version);
}

/* Why a change has met no row. */
static bool explain(struct deployment_store *ds, const struct instance_change *change,
                    struct error *err)
{
    sqlite3_stmt *query = database_query(
        ds->state, err, "SELECT version FROM node_instances WHERE id = ?", "t", change->id);
    if (!query)
        return false;
    if (!database_next(ds->state, query, err))
        return error_set(err, ERROR_NOT_FOUND, "there is no node instance '%s'", change->id);
    json_int_t version = column_integer(query, 0);
    database_finish(query);
    return refuse(change, version, err);
}

/* @param count how many changes it stands for */
static bool write_change(struct deployment_store *ds, const struct instance_change *change,
                         json_int_t count, struct error *err)
{
    if (!database_run(ds->state, err,
                      "UPDATE node_instances SET version = version + ?,"
                      " state = coalesce(?, state),"
                      " runtime_properties = coalesce(?, runtime_properties),"
                      " system_properties = coalesce(?, system_properties)"
                      " WHERE id = ? AND version = ?",
                      "itjjti", count, change->state, change->runtime_properties,
                      change->system_properties, change->id, change->version))
        return false;
    return database_changes(ds->state) == 1 || explain(ds, change, err);
}

bool instance_changes_write(struct deployment_store *ds, struct error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < ds->changes.count; i++) {
        const struct waiting_change *waiting = ds->changes.entries[i].value;
        const struct instance_change change = {ds->changes.entries[i].key, waiting->version,
                                               waiting->state, waiting->runtime_properties,
                                               waiting->system_properties};
        ok = write_change(ds, &change, waiting->count, err);
    }
    instance_changes_forget(ds);
    return ok;
}

void instance_changes_forget(struct deployment_store *ds)
{
    for (size_t i = 0; i < ds->changes.count; i++) {
        struct waiting_change *waiting = ds->changes.entries[i].value;
        json_decref(waiting->runtime_properties);
        json_decref(waiting->system_properties);
        free(waiting->state);
        free(waiting);
    }
    map_release(&ds->changes);
}

/* ---- waiting ---- */

static struct waiting_change *begin_change(struct deployment_store *ds,
                                           const struct instance_change *change)
{
    struct waiting_change *waiting = calloc(1, sizeof *waiting);
    if (!waiting)
        return NULL;
    waiting->version = change->version;
    if (map_set(&ds->changes, change->id, waiting))
        return waiting;
    free(waiting);
    return NULL;
}

bool instance_update(struct deployment_store *ds, const struct instance_change *change,
                     struct error *err)
{
    if (!database_in_transaction(ds->state))
        return write_change(ds, change, 1, err);
    struct waiting_change *waiting = map_get(&ds->changes, change->id);
    if (waiting && change->version != waiting->version + waiting->count)
        return refuse(change, waiting->version + waiting->count, err);
    char *state = change->state ? strdup(change->state) : NULL;
    if (!waiting)
        waiting = begin_change(ds, change);
    if (!waiting || (change->state && !state)) {
        free(state);
        return error_nomem(err);
    }
    if (state) {
        free(waiting->state);
        waiting->state = state;
    }
    if (change->runtime_properties)
        json_hold(&waiting->runtime_properties, change->runtime_properties);
    if (change->system_properties)
        json_hold(&waiting->system_properties, change->system_properties);
    waiting->count++;
    return true;
}
