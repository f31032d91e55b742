/* state.c - the plan and the node instances of a deployment, to and from its database. */
#include "storage/storage_internal.h"

#include <string.h>

#include "base/json.h"
#include "deployment/group_instance.h"

/* ---- writing ---- */

static bool write_nodes(struct database *state, const struct plan *plan, struct error *err)
{
    for (size_t i = 0; i < plan->node_count; i++) {
        json_t *row = plan_node_row(plan, &plan->nodes[i]);
        bool ok = row ? database_run(state, err, "INSERT INTO nodes (position, row) VALUES (?, ?)",
                                     "ij", (json_int_t)i, row)
                      : error_nomem(err);
        json_decref(row);
        if (!ok)
            return false;
    }
    return true;
}

static const char *id_at(const struct instance_set *set, long index)
{
    return index == INSTANCE_NONE ? NULL : set->items[index]->id;
}

static const char *group_id_at(const struct instance_set *set, long index)
{
    return index == INSTANCE_NONE ? NULL : set->groups[index].id;
}

bool state_write_group(struct database *state, const struct instance_set *set, size_t index,
                       json_int_t position, struct error *err)
{
    const struct group_instance *group = &set->groups[index];
    return database_run(state, err,
                        "INSERT INTO group_instances (position, id, name, number, parent,"
                        " container) VALUES (?, ?, ?, ?, ?, ?)",
                        "ittitt", position, group->id, group->name, (json_int_t)group->index,
                        group_id_at(set, group->parent), id_at(set, group->container));
}

bool state_write_instance(struct database *state, const struct instance_set *set, size_t index,
                          json_int_t position, struct error *err)
{
    const struct node_instance *ni = set->items[index];
    json_t *relationships =
        instance_relationships_to_json(set, ni->relationships, ni->relationship_count);
    if (!relationships)
        return error_nomem(err);
    bool ok = database_run(state, err,
                           "INSERT INTO node_instances (position, id, node, number, state, version,"
                           " runtime_properties, system_properties, relationships, host, container,"
                           " scaling_group) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                           "itiitijjjttt", position, ni->id, (json_int_t)ni->node,
                           (json_int_t)ni->index, ni->state, ni->version, ni->runtime_properties,
                           ni->system_properties, relationships, id_at(set, ni->host),
                           id_at(set, ni->container), group_id_at(set, ni->group));
    json_decref(relationships);
    return ok;
}

static bool write_deployment(struct database *state, const struct deployment_record *record,
                             const char *blueprint_directory, struct error *err)
{
    char now[CLOCK_TEXT_SIZE];
    clock_timestamp(now);
    json_t *document = plan_document(record->plan);
    json_t *provider =
        record->provider_context ? json_incref((json_t *)record->provider_context) : json_object();
    if (!document || !provider) {
        json_decref(document);
        json_decref(provider);
        return error_nomem(err);
    }
    bool ok = database_run(
        state, err,
        "INSERT INTO deployment (only, id, blueprint_id, blueprint_directory, main_file,"
        " description, inputs, plan, provider_context, created_at, updated_at)"
        " VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (only) DO UPDATE SET blueprint_id = excluded.blueprint_id,"
        " blueprint_directory = excluded.blueprint_directory, main_file = excluded.main_file,"
        " description = excluded.description, inputs = excluded.inputs, plan = excluded.plan,"
        " provider_context = excluded.provider_context, updated_at = excluded.updated_at",
        "tttttjjjtt", record->id, record->blueprint_id, blueprint_directory, record->main_file,
        record->plan->description, record->plan->inputs, document, provider, now, now);
    json_decref(document);
    json_decref(provider);
    return ok;
}

static bool write_plugins(struct database *state, const json_t *plugins, struct error *err)
{
    const char *name;
    json_t *place;
    bool ok = database_run(state, err, "DELETE FROM plugins", "");
    json_object_foreach((json_t *)plugins, name, place) ok =
        ok && database_run(state, err, "INSERT INTO plugins (name, place) VALUES (?, ?)", "tj",
                           name, place);
    return ok;
}

bool state_write(struct database *state, const struct deployment_record *record,
                 const char *blueprint_directory, struct error *err)
{
    const struct instance_set *set = record->instances;
    bool ok = modifications_abandon(state, err) &&
              database_run(state, err, "DELETE FROM node_instances", "") &&
              database_run(state, err, "DELETE FROM group_instances", "") &&
              database_run(state, err, "DELETE FROM nodes", "") &&
              write_deployment(state, record, blueprint_directory, err) &&
              write_plugins(state, record->plugins, err) && write_nodes(state, record->plan, err);
    for (size_t i = 0; ok && i < set->group_count; i++)
        ok = state_write_group(state, set, i, (json_int_t)i, err);
    for (size_t i = 0; ok && i < set->count; i++)
        ok = state_write_instance(state, set, i, (json_int_t)i, err);
    return ok;
}

/* ---- reading ---- */

static bool damaged(const struct deployment_store *ds, const char *what, struct error *err)
{
    return error_set(err, ERROR_STORAGE,
                     "the database in '%s' is damaged: %s: restore it from a "
                     "backup",
                     ds->directory, what);
}

json_t *deployment_store_provider_context(struct deployment_store *ds, struct error *err)
{
    sqlite3_stmt *query =
        database_query(ds->state, err, "SELECT provider_context FROM deployment", "");
    json_t *value = NULL;
    if (query && database_next(ds->state, query, err))
        value = column_json(ds->state, query, 0, err);
    else
        damaged(ds, "it has no deployment", err);
    database_finish(query);
    return value;
}

json_t *deployment_store_info(struct deployment_store *ds, struct error *err)
{
    sqlite3_stmt *query = database_query(ds->state, err,
                                         "SELECT id, blueprint_id, main_file, description, inputs,"
                                         " created_at, updated_at FROM deployment",
                                         "");
    if (!query || !database_next(ds->state, query, err)) {
        damaged(ds, "it has no deployment", err);
        return NULL;
    }
    json_t *inputs = column_json(ds->state, query, 4, err);
    json_t *info = NULL;
    if (inputs)
        info =
            json_pack("{s: o, s: o, s: o, s: o, s: o, s: o, s: o}", "id", column_string(query, 0),
                      "blueprint_id", column_string(query, 1), "main_file", column_string(query, 2),
                      "description", column_string(query, 3), "inputs", inputs, "created_at",
                      column_string(query, 5), "updated_at", column_string(query, 6));
    if (!info)
        error_nomem(err);
    database_finish(query);
    return info;
}

struct node_rows {
    struct database *state;
    sqlite3_stmt *query; /* NULL: at its end */
};

static json_t *next_node_row(void *data, struct error *err)
{
    struct node_rows *rows = data;
    if (!rows->query)
        return NULL;
    if (database_next(rows->state, rows->query, err))
        return column_json(rows->state, rows->query, 0, err);
    rows->query = NULL;
    return NULL;
}

static json_t *load_document(struct deployment_store *ds, struct error *err)
{
    sqlite3_stmt *query = database_query(ds->state, err, "SELECT plan FROM deployment", "");
    if (!query || !database_next(ds->state, query, err)) {
        damaged(ds, "it has no deployment", err);
        return NULL;
    }
    json_t *document = column_json(ds->state, query, 0, err);
    database_finish(query);
    return document;
}

struct plan *deployment_store_plan(struct deployment_store *ds, struct error *err)
{
    json_t *document = load_document(ds, err);
    if (!document)
        return NULL;
    struct node_rows rows = {
        ds->state, database_query(ds->state, err, "SELECT row FROM nodes ORDER BY position", "")};
    struct plan *plan =
        rows.query ? plan_from_documents(document, next_node_row, &rows, err) : NULL;
    if (rows.query)
        database_finish(rows.query);
    json_decref(document);
    return plan;
}

/* The first of two passes: without containers, as there are no instances yet. */
static bool load_groups(struct deployment_store *ds, struct instance_set *set, struct error *err)
{
    sqlite3_stmt *query = database_query(
        ds->state, err, "SELECT id, name, number, parent FROM group_instances ORDER BY position",
        "");
    bool ok = query;
    while (ok && database_next(ds->state, query, err)) {
        const char *parent = column_text(query, 3);
        struct group_instance group = {
            .id = (char *)column_text(query, 0),
            .name = (char *)column_text(query, 1),
            .index = (int)column_integer(query, 2),
            .parent = parent ? instances_group_index(set, parent) : INSTANCE_NONE,
            .container = INSTANCE_NONE,
        };
        ok = (group.id && group.name) || error_nomem(err);
        ok = ok && instances_add_group(set, &group, err);
        if (!ok)
            database_finish(query);
    }
    return !err->code;
}

static bool place_groups(struct deployment_store *ds, struct instance_set *set, struct error *err)
{
    sqlite3_stmt *query = database_query(
        ds->state, err, "SELECT container FROM group_instances ORDER BY position", "");
    for (size_t i = 0; query && database_next(ds->state, query, err); i++) {
        const char *container = column_text(query, 0);
        if (container && i < set->group_count)
            set->groups[i].container = instances_index(set, container);
    }
    return !err->code;
}

/* The index of the instance called `id`; `self` where that is the one being loaded, which is not
 * yet in the set. */
static long index_of(const struct instance_set *set, const char *id, const char *self)
{
    if (!id)
        return INSTANCE_NONE;
    return strcmp(id, self) ? instances_index(set, id) : (long)set->count;
}

/* One row of the query in load_instances(). */
static bool load_instance(struct deployment_store *ds, sqlite3_stmt *query,
                          struct instance_set *set, json_t *relationships, struct error *err)
{
    const char *id = column_text(query, 0);
    const char *state = column_text(query, 3);
    const char *container = column_text(query, 9), *group = column_text(query, 10);
    if (!id || !state)
        return error_nomem(err);
    struct node_instance ni = {
        .id = (char *)id,
        .node = (size_t)column_integer(query, 1),
        .index = (int)column_integer(query, 2),
        .state = (char *)state,
        .version = column_integer(query, 4),
        .runtime_properties = column_json(ds->state, query, 5, err),
        .system_properties = column_json(ds->state, query, 6, err),
        .host = index_of(set, column_text(query, 8), id),
        .container = container ? instances_index(set, container) : INSTANCE_NONE,
        .group = group ? instances_group_index(set, group) : INSTANCE_NONE,
    };
    json_t *related = column_json(ds->state, query, 7, err);
    bool ok = ni.runtime_properties && ni.system_properties && related;
    if (ok && ni.node >= set->plan->node_count)
        ok = damaged(ds, "an instance is of no node", err);
    ok = ok && instances_add(set, &ni, err);
    if (ok && json_array_append(relationships, related))
        ok = error_nomem(err);
    json_decref(ni.runtime_properties);
    json_decref(ni.system_properties);
    json_decref(related);
    return ok;
}

static bool relate_all(const struct deployment_store *ds, struct instance_set *set,
                       const json_t *relationships, struct error *err)
{
    size_t source, number;
    json_t *related, *pair;
    json_array_foreach(relationships, source, related)
    {
        size_t limit = set->plan->nodes[set->items[source]->node].relationship_count;
        json_array_foreach(related, number, pair)
        {
            json_int_t index = json_integer_value(json_array_get(pair, 0));
            const char *id = json_string_value(json_array_get(pair, 1));
            long target = id ? instances_index(set, id) : INSTANCE_NONE;
            if (target == INSTANCE_NONE || index < 0 || (size_t)index >= limit)
                return damaged(ds, "an instance is related to nothing", err);
            if (!instances_relate(set, source, (size_t)index, (size_t)target, err))
                return false;
        }
    }
    return true;
}

static bool load_instances(struct deployment_store *ds, struct instance_set *set,
                           json_t *relationships, struct error *err)
{
    if (!instance_changes_write(ds, err))
        return false;
    sqlite3_stmt *query =
        database_query(ds->state, err,
                       "SELECT id, node, number, state, version, runtime_properties,"
                       " system_properties, relationships, host, container, scaling_group"
                       " FROM node_instances ORDER BY position",
                       "");
    while (query && database_next(ds->state, query, err))
        if (!load_instance(ds, query, set, relationships, err)) {
            database_finish(query);
            return false;
        }
    return !err->code;
}

struct instance_set *deployment_store_instances(struct deployment_store *ds,
                                                const struct plan *plan, struct error *err)
{
    json_t *relationships = json_array();
    struct instance_set *set = relationships ? instances_new(plan, err) : NULL;
    if (!relationships)
        error_nomem(err);
    if (set && !(load_groups(ds, set, err) && load_instances(ds, set, relationships, err) &&
                 place_groups(ds, set, err) && relate_all(ds, set, relationships, err))) {
        instances_free(set);
        set = NULL;
    }
    json_decref(relationships);
    return set;
}
