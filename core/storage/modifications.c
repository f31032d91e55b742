/* modifications.c - modifications of the deployment, and the instances that come and go by them. */
#include "storage/storage_internal.h"

/* ---- the modifications ---- */

bool modification_add(struct deployment_store *ds, const char *id, const json_t *document,
                      struct error *err)
{
    char now[CLOCK_TEXT_SIZE];
    clock_timestamp(now);
    return instance_changes_write(ds, err) &&
           database_run(ds->state, err,
                        "INSERT INTO modifications (id, status, created_at, document)"
                        " VALUES (?, 'started', ?, ?)",
                        "ttj", id, now, document) &&
           database_run(ds->state, err,
                        "INSERT INTO modified_instances SELECT modifications.number,"
                        " node_instances.id, state, runtime_properties, system_properties"
                        " FROM modifications, node_instances WHERE modifications.id = ?",
                        "t", id);
}

static bool end(struct database *state, const char *id, const char *status, struct error *err)
{
    char now[CLOCK_TEXT_SIZE];
    clock_timestamp(now);
    return database_run(state, err,
                        "UPDATE modifications SET status = ?, ended_at = ?"
                        " WHERE status = 'started' AND id = coalesce(?, id)",
                        "ttt", status, now, id) &&
           database_run(state, err,
                        "DELETE FROM modified_instances WHERE modification IN"
                        " (SELECT number FROM modifications WHERE status <> 'started')",
                        "");
}

bool modification_end(struct deployment_store *ds, const char *id, const char *status,
                      struct error *err)
{
    return end(ds->state, id, status, err);
}

bool modifications_abandon(struct database *state, struct error *err)
{
    return end(state, NULL, "rolledback", err);
}

static json_t *modification_row(void *data, sqlite3_stmt *query, struct error *err)
{
    struct deployment_store *ds = data;
    json_t *document = column_json(ds->state, query, 4, err);
    if (!document)
        return NULL;
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "id", column_string(query, 0), "status",
                     column_string(query, 1), "created_at", column_string(query, 2), "ended_at",
                     column_string(query, 3), "document", document);
}

json_t *modifications_list(struct deployment_store *ds, const char *status, struct error *err)
{
    sqlite3_stmt *query =
        database_query(ds->state, err,
                       "SELECT id, status, created_at, ended_at, document FROM modifications"
                       " WHERE status = coalesce(?, status) ORDER BY number",
                       "t", status);
    return database_list(ds->state, query, modification_row, ds, err);
}

static bool visit_instance(struct deployment_store *ds, sqlite3_stmt *query,
                           bool (*visit)(void *data, const struct instance_change *kept,
                                         struct error *err),
                           void *data, struct error *err)
{
    json_t *runtime = column_json(ds->state, query, 2, err);
    json_t *system = runtime ? column_json(ds->state, query, 3, err) : NULL;
    const struct instance_change kept = {.id = column_text(query, 0),
                                         .state = column_text(query, 1),
                                         .runtime_properties = runtime,
                                         .system_properties = system};
    bool ok = system;
    if (ok && (!kept.id || !kept.state))
        ok = error_nomem(err);
    ok = ok && visit(data, &kept, err);
    json_decref(runtime);
    json_decref(system);
    return ok;
}

bool modification_instances(struct deployment_store *ds, const char *id,
                            bool (*visit)(void *data, const struct instance_change *kept,
                                          struct error *err),
                            void *data, struct error *err)
{
    sqlite3_stmt *query =
        database_query(ds->state, err,
                       "SELECT id, state, runtime_properties, system_properties"
                       " FROM modified_instances WHERE modification ="
                       " (SELECT number FROM modifications WHERE modifications.id = ?)",
                       "t", id);
    while (query && database_next(ds->state, query, err))
        if (!visit_instance(ds, query, visit, data, err)) {
            database_finish(query);
            return false;
        }
    return !err->code;
}

/* ---- the instances ---- */

bool instances_add_stored(struct deployment_store *ds, const struct instance_set *set, size_t first,
                          size_t first_group, struct error *err)
{
    json_int_t group_position = database_number(
        ds->state, "SELECT coalesce(max(position), -1) + 1 FROM group_instances", 0, err);
    json_int_t position = database_number(
        ds->state, "SELECT coalesce(max(position), -1) + 1 FROM node_instances", 0, err);
    bool ok = !err->code;
    for (size_t i = first_group; ok && i < set->group_count; i++)
        ok = state_write_group(ds->state, set, i, group_position++, err);
    for (size_t i = first; ok && i < set->count; i++)
        ok = state_write_instance(ds->state, set, i, position++, err);
    return ok;
}

bool instance_keep_relationships(struct deployment_store *ds, const struct instance_set *set,
                                 size_t instance, struct error *err)
{
    const struct node_instance *ni = set->items[instance];
    json_t *relationships =
        instance_relationships_to_json(set, ni->relationships, ni->relationship_count);
    bool ok = relationships ? instance_changes_write(ds, err) &&
                                  database_run(ds->state, err,
                                               "UPDATE node_instances SET relationships = ?,"
                                               " version = version + 1 WHERE id = ?",
                                               "jt", relationships, ni->id)
                            : error_nomem(err);
    json_decref(relationships);
    return ok;
}

bool instance_remove(struct deployment_store *ds, const char *id, struct error *err)
{
    return instance_changes_write(ds, err) &&
           database_run(ds->state, err, "DELETE FROM node_instances WHERE id = ?", "t", id);
}

bool group_instance_remove(struct deployment_store *ds, const char *id, struct error *err)
{
    return database_run(ds->state, err, "DELETE FROM group_instances WHERE id = ?", "t", id);
}

/* ---- numbers of instances ---- */

bool deployment_store_keep_counts(struct deployment_store *ds, const struct plan *plan,
                                  const char *name, struct error *err)
{
    const struct plan_node *node = plan_find_node(plan, name);
    json_t *text = node ? plan_node_row(plan, node) : plan_document(plan);
    bool ok = text || error_nomem(err);
    if (ok && node)
        ok = database_run(ds->state, err, "UPDATE nodes SET row = ? WHERE position = ?", "ji", text,
                          (json_int_t)node->index);
    else if (ok)
        ok = database_run(ds->state, err, "UPDATE deployment SET plan = ?", "j", text);
    json_decref(text);
    return ok;
}
