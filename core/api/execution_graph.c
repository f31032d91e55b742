/* execution_graph.c - the task graphs of an execution as far as it has come. */
#include <stdlib.h>
#include <string.h>

#include "api/runtime.h"
#include "base/json.h"
#include "engine/task_document.h"

/* A graph while its parts are read. Tasks come after what contains them. */
struct reading {
    json_t *tasks;   /* list: number 1 comes first */
    json_t *waiters; /* list of [task, dependency]: named by the latter */
    bool *done;      /* by number, the tasks that are over: a failure among them was ignored */
};

static json_t *find_task(const struct reading *r, json_int_t number)
{
    return json_array_get(r->tasks, (size_t)(number - 1));
}

/* ---- what was stored of the tasks ---- */

static const char *name_of(const json_t *document)
{
    const json_t *operation = json_object_get(document, "operation");
    return operation ? json_string_value(json_array_get(operation, 1))
                     : json_string_at(document, "text", "");
}

static void note_waiters(struct reading *r, const json_t *document)
{
    size_t i;
    json_t *waiter;
    json_array_foreach(json_object_get(document, "before"), i, waiter)
    {
        json_array_append_new(r->waiters,
                              json_pack("[O, O]", waiter, json_object_get(document, "number")));
    }
}

static bool add_task(struct reading *r, const json_t *document, struct error *err)
{
    json_t *after = json_object_get(document, "after");
    if (json_integer_at(document, "number", 0) != (json_int_t)json_array_size(r->tasks) + 1)
        return error_set(err, ERROR_STORAGE,
                         "the stored graph is damaged: its tasks have no order");
    json_t *task = json_pack(
        "{s:O, s:O, s:s, s:O*, s:O*, s:O*, s:o, s:s, s:i}", "number",
        json_object_get(document, "number"), "kind", json_object_get(document, "kind"), "name",
        name_of(document), "node_instance_id", json_object_get(document, "instance"), "container",
        json_object_get(document, "container"), "replaces", json_object_get(document, "replaces"),
        "after", after ? json_copy_whole(after) : json_array(), "state", "pending", "retry", 0);
    if (!task)
        return error_set(err, ERROR_STORAGE, "the stored graph is damaged: a task lacks its kind");
    note_waiters(r, document);
    return !json_array_append_new(r->tasks, task) || error_nomem(err);
}

static bool add_part(void *data, json_t *part, struct error *err)
{
    size_t i;
    json_t *document;
    if (!task_documents_complete(part))
        return error_nomem(err);
    json_array_foreach(part, i, document)
    {
        if (!add_task(data, document, err))
            return false;
    }
    return true;
}

static void join_waiters(struct reading *r)
{
    size_t i;
    json_t *pair;
    json_array_foreach(r->waiters, i, pair)
    {
        json_t *task = find_task(r, json_integer_value(json_array_get(pair, 0)));
        json_array_append(json_object_get(task, "after"), json_array_get(pair, 1));
    }
}

/* ---- what became of them ---- */

static void set_state(json_t *task, const char *state)
{
    json_object_set_new(task, "state", json_string(state));
}

static bool note_done(void *data, uint32_t number, struct error *err)
{
    struct reading *r = data;
    json_t *task = find_task(r, number);
    (void)err;
    if (task) {
        set_state(task, "succeeded");
        r->done[number] = true;
    }
    return true;
}

static void add_time(json_t *task, double seconds)
{
    json_object_set_new(task, "cpu_seconds",
                        json_real(json_number_at(task, "cpu_seconds", 0) + seconds));
}

static bool in_state(const json_t *task, const char *state)
{
    return !strcmp(json_string_at(task, "state", ""), state);
}

/* The latest attempt of each comes last; what it was caused by stands until one
 * succeeds; the time is that of all. */
static void note_operations(const struct reading *r, const json_t *records)
{
    size_t i;
    json_t *record;
    json_array_foreach(records, i, record)
    {
        json_t *task = find_task(r, json_integer_at(record, "task", 0));
        if (!task)
            continue;
        json_object_set(task, "state", json_object_get(record, "state"));
        json_object_set(task, "retry", json_object_get(record, "retry"));
        add_time(task, json_number_at(record, "cpu_seconds", 0));
        json_t *error = json_object_get(json_object_get(record, "details"), "error");
        if (error)
            json_object_set(task, "error", error);
        else if (in_state(task, "succeeded"))
            json_object_del(task, "error");
    }
}

static bool is_done(const struct reading *r, const json_t *task)
{
    return r->done[json_integer_at(task, "number", 0)];
}

static json_t *container_of(const struct reading *r, const json_t *task)
{
    return find_task(r, json_integer_at(task, "container", 0));
}

/* A subgraph that is not over has begun with the first task in it, and fails with one of them. */
static void spread_state(const struct reading *r, const json_t *task)
{
    const char *state = in_state(task, "failed") && !is_done(r, task) ? "failed" : "started";
    if (in_state(task, "pending"))
        return;
    for (json_t *container = container_of(r, task); container && !is_done(r, container);
         container = container_of(r, container)) {
        if (!in_state(container, "failed"))
            set_state(container, state);
    }
}

static void derive_states(const struct reading *r)
{
    size_t i;
    json_t *task;
    json_array_foreach(r->tasks, i, task)
    {
        json_t *replaced = find_task(r, json_integer_at(task, "replaces", 0));
        if (replaced)
            set_state(replaced, "failed");
        spread_state(r, task);
    }
    json_array_foreach(r->tasks, i, task)
    {
        json_t *container = container_of(r, task);
        if (container && is_done(r, container) && in_state(task, "pending"))
            set_state(task, "removed");
    }
}

/* ---- graphs ---- */

static bool read_tasks(struct deployment_store *ds, json_int_t graph, struct reading *r,
                       struct error *err)
{
    if (!graph_parts(ds, graph, add_part, r, err))
        return false;
    r->done = calloc(json_array_size(r->tasks) + 1, sizeof *r->done);
    if (!r->done)
        return error_nomem(err);
    if (!graph_tasks_done(ds, graph, note_done, r, err))
        return false;
    json_t *records = graph_operations(ds, graph, err);
    note_operations(r, records);
    json_decref(records);
    join_waiters(r);
    derive_states(r);
    return records;
}

static json_t *read_graph(struct deployment_store *ds, const json_t *graph, struct error *err)
{
    struct reading r = {.tasks = json_array(), .waiters = json_array()};
    bool ok = read_tasks(ds, json_integer_at(graph, "id", 0), &r, err);
    json_decref(r.waiters);
    free(r.done);
    if (ok)
        return json_pack("{s:O, s:o}", "name", json_object_get(graph, "name"), "tasks", r.tasks);
    json_decref(r.tasks);
    return NULL;
}

static json_t *read_graphs(struct deployment_store *ds, const char *execution, struct error *err)
{
    json_t *graphs = graphs_list(ds, execution, err), *result = json_array(), *graph;
    size_t i;
    json_array_foreach(graphs, i, graph)
    {
        json_t *tasks = read_graph(ds, graph, err);
        if (!tasks || json_array_append_new(result, tasks))
            break;
    }
    json_decref(graphs);
    if (!err->code)
        return result;
    json_decref(result);
    return NULL;
}

char *cloudify_execution_graph(struct cloudify *c, const char *execution,
                               struct cloudify_error *err)
{
    struct error why = {0};
    struct deployment_store *ds = runtime_deployment_of(c, execution, STORE_READ, &why);
    json_t *graphs = NULL;
    /* All as of one moment: the execution may be running. */
    if (ds && deployment_store_begin(ds, &why)) {
        graphs = read_graphs(ds, execution, &why);
        deployment_store_rollback(ds);
    }
    deployment_store_close(ds);
    return runtime_result(graphs, &why, err);
}
