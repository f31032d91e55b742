/* execution_modification.c - see execution_modification.h. */
#include "engine/execution_modification.h"

#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "base/json.h"
#include "deployment/group_instance.h"
#include "deployment/membership.h"
#include "engine/execution_internal.h"
#include "engine/modification_request.h"

static bool stores(const struct execution *e)
{
    return !e->options.dry_run;
}

/* Once a step has begun, its failure is the execution's. */
static bool fatal(struct execution *e, const struct error *err)
{
    return execution_abort(e, err);
}

/* ---- modifications as objects ---- */

static void modification_release(struct deployment_modification *m)
{
    modification_view_release(&m->added);
    modification_view_release(&m->removed);
    json_decref(m->document);
    free((char *)m->id);
    free(m);
}

void execution_release_modifications(struct execution *e)
{
    while (e->modifications) {
        struct deployment_modification *next = e->modifications->next;
        modification_release(e->modifications);
        e->modifications = next;
    }
}

/* A started one, behind all others. */
static struct deployment_modification *keep_modification(struct execution *e, const char *id,
                                                         json_t *document, struct error *err)
{
    struct deployment_modification **end = &e->modifications;
    struct deployment_modification *m = calloc(1, sizeof *m);
    while (*end)
        end = &(*end)->next;
    if (!m || !(m->id = strdup(id))) {
        free(m);
        error_nomem(err);
        return NULL;
    }
    m->document = json_incref(document);
    m->added.what = "added";
    m->removed.what = "removed";
    *end = m;
    const struct instance_set *set = e->options.instances;
    return modification_view_read(&m->added, set, document, err) &&
                   modification_view_read(&m->removed, set, document, err)
               ? m
               : NULL;
}

static struct deployment_modification *find_modification(const struct execution *e, const char *id)
{
    struct deployment_modification *m = e->modifications;
    while (m && strcmp(m->id, id))
        m = m->next;
    return m;
}

/* Those that an earlier execution, or an earlier engine of this one, has left. */
static bool load_modifications(struct execution *e, struct error *err)
{
    size_t i;
    json_t *record;
    json_t *records = modifications_list(e->options.store, "started", err);
    json_array_foreach(records, i, record)
    {
        const char *id = json_string_at(record, "id", "");
        /* In a dry run one that has ended here is still started in the store. */
        if (!find_modification(e, id) &&
            !keep_modification(e, id, json_object_get(record, "document"), err))
            break;
    }
    json_decref(records);
    return !err->code || fatal(e, err);
}

struct deployment_modification *execution_started_modification(
    struct execution *e, const struct deployment_modification *after, struct error *err)
{
    if (!after && !load_modifications(e, err))
        return NULL;
    struct deployment_modification *m = after ? after->next : e->modifications;
    while (m && m->status != MODIFICATION_STARTED)
        m = m->next;
    return m;
}

/* ---- numbers of instances ---- */

static bool set_count(struct execution *e, const char *name, const char *which, json_int_t count,
                      struct error *err)
{
    return plan_set_instances(e->options.plan, name, which, count, err) &&
           (!stores(e) ||
            deployment_store_keep_counts(e->options.store, e->options.plan, name, err));
}

static bool plan_counts(struct execution *e, const json_t *changes, struct error *err)
{
    const char *name;
    json_t *change;
    bool ok = true;
    json_object_foreach((json_t *)changes, name, change) ok =
        ok && set_count(e, name, "planned_instances", json_integer_at(change, "instances", 0), err);
    return ok;
}

/* What is planned is so, or it is given up. */
static bool settle_counts(struct execution *e, const json_t *changes, bool finished,
                          struct error *err)
{
    const char *from = finished ? "planned_instances" : "current_instances";
    const char *to = finished ? "current_instances" : "planned_instances";
    const char *name;
    json_t *change;
    bool ok = true;
    json_object_foreach((json_t *)changes, name, change) ok =
        ok && set_count(e, name, to, plan_instances(e->options.plan, name, from), err);
    return ok;
}

/* What comes and goes, as a document; `*instances` gets all that there are afterwards. */
static json_t *work_out(struct execution *e, const json_t *changes, struct instance_set **instances,
                        struct error *err)
{
    struct modification_request request = {0};
    struct diagnostics diagnostics = {0};
    struct modification *m = NULL;
    json_t *document = NULL;
    struct instance_set *previous = NULL;
    if (modification_request_read(&request, changes, err))
        previous = instances_copy(e->options.instances, err);
    if (previous)
        m = modification_new(previous, e->options.plan, request.items, request.count, &diagnostics);
    if (m)
        document = modification_document(m, changes);
    if (m && !document)
        error_nomem(err);
    else if (previous && !m)
        diagnostics_to_error(&diagnostics, NULL, err);
    if (document) {
        *instances = m->instances;
        m->instances = NULL;
    }
    modification_free(m);
    instances_free(previous);
    diagnostics_release(&diagnostics);
    modification_request_release(&request);
    return document;
}

static bool on_related(void *data, size_t instance, struct error *err)
{
    struct execution *e = data;
    struct instance_set *set = e->options.instances;
    set->items[instance]->version++;
    return !stores(e) || instance_keep_relationships(e->options.store, set, instance, err);
}

static struct deployment_modification *start(struct execution *e, json_t *document,
                                             const struct instance_set *wanted, struct error *err)
{
    struct instance_set *set = e->options.instances;
    size_t first = set->count, first_group = set->group_count;
    char id[UUID_TEXT_SIZE];
    id_uuid(id);
    if ((stores(e) && !modification_add(e->options.store, id, document, err)) ||
        !instances_adopt(set, wanted, on_related, e, err) ||
        (stores(e) && !instances_add_stored(e->options.store, set, first, first_group, err)) ||
        !plan_counts(e, json_object_get(document, "changes"), err))
        return NULL;
    return keep_modification(e, id, document, err);
}

struct deployment_modification *execution_start_modification(struct execution *e,
                                                             const json_t *changes,
                                                             struct error *err)
{
    struct instance_set *wanted = NULL;
    const struct deployment_modification *other = execution_started_modification(e, NULL, err);
    if (other)
        error_set(err, ERROR_STATE,
                  "deployment '%s': modification '%s' is started already; finish it or roll it "
                  "back before another one",
                  e->options.deployment_id, other->id);
    if (err->code)
        return NULL;
    json_t *document = work_out(e, changes, &wanted, err);
    struct deployment_modification *m = NULL;
    if (document) {
        m = start(e, document, wanted, err);
        if (!m)
            fatal(e, err);
    }
    instances_free(wanted);
    json_decref(document);
    return m;
}

/* ---- ending ---- */

static bool drop_instances(struct execution *e, const struct change_list *list, struct error *err)
{
    struct instance_set *set = e->options.instances;
    for (size_t i = 0; i < list->count; i++) {
        size_t instance = list->items[i].instance;
        if (list->items[i].is_related || set->items[instance]->is_gone)
            continue;
        instances_drop(set, instance);
        if (stores(e) && !instance_remove(e->options.store, set->items[instance]->id, err))
            return false;
    }
    return true;
}

static bool drop_groups(struct execution *e, const json_t *ids, struct error *err)
{
    struct instance_set *set = e->options.instances;
    size_t i;
    json_t *id;
    json_array_foreach(ids, i, id)
    {
        long group = instances_group_index(set, json_string_value(id));
        if (group == INSTANCE_NONE)
            continue;
        instances_drop_group(set, (size_t)group);
        if (stores(e) && !group_instance_remove(e->options.store, json_string_value(id), err))
            return false;
    }
    return true;
}

static bool let_go(struct execution *e, struct error *err)
{
    struct instance_set *set = e->options.instances;
    for (size_t i = 0; i < set->count; i++) {
        if (!set->items[i]->is_gone && instance_let_go(set, i) && !on_related(e, i, err))
            return false;
    }
    return true;
}

static bool check_started(const struct deployment_modification *m, struct error *err)
{
    if (m->status == MODIFICATION_STARTED)
        return true;
    return error_set(err, ERROR_STATE, "modification '%s' %s already", m->id,
                     m->status == MODIFICATION_FINISHED ? "is finished" : "was rolled back");
}

/* Those of `view` and the groups named at `groups` leave; then the modification is over. */
static bool end(struct execution *e, struct deployment_modification *m,
                const struct modification_view *view, const char *groups, struct error *err)
{
    bool finished = m->status == MODIFICATION_FINISHED;
    return drop_instances(e, &view->list, err) &&
           drop_groups(e, json_object_get(m->document, groups), err) && let_go(e, err) &&
           settle_counts(e, json_object_get(m->document, "changes"), finished, err) &&
           (!stores(e) ||
            modification_end(e->options.store, m->id, finished ? "finished" : "rolledback", err));
}

bool execution_finish_modification(struct execution *e, struct deployment_modification *m,
                                   struct error *err)
{
    if (!check_started(m, err))
        return false;
    m->status = MODIFICATION_FINISHED;
    return end(e, m, &m->removed, "removed_groups", err) || fatal(e, err);
}

static bool restore_instance(void *data, const struct instance_change *kept, struct error *err)
{
    struct execution *e = data;
    struct node_instance *ni = instances_find(e->options.instances, kept->id);
    if (!ni || (!strcmp(ni->state, kept->state) &&
                json_equal(ni->runtime_properties, kept->runtime_properties) &&
                json_equal(ni->system_properties, kept->system_properties)))
        return true;
    struct instance_change change = *kept;
    change.version = ni->version;
    return execution_change_instance(e, ni, &change, err);
}

bool execution_roll_back_modification(struct execution *e, struct deployment_modification *m,
                                      struct error *err)
{
    if (!check_started(m, err))
        return false;
    m->status = MODIFICATION_ROLLED_BACK;
    bool ok =
        !stores(e) || modification_instances(e->options.store, m->id, restore_instance, e, err);
    return (ok && end(e, m, &m->added, "added_groups", err)) || fatal(e, err);
}
