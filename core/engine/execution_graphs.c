/* execution_graphs.c - graphs that outlive their engine: stored by name, kept up to date turn by
 * turn, and restored (runtime.md 6.9, docs/resume.md). */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "engine/execution_internal.h"
#include "engine/task_document.h"

/* ---- storing ---- */

/* Append the documents of `task` and all that stands in it; `last` is the one whose document is the
 * last of the part so far. */
static bool add_documents(struct execution *e, struct strbuf *part, const struct task *task,
                          const struct task **last, struct error *err)
{
    strbuf_adds(part, *last ? "," : "[");
    if (!task_document_write(part, e, task, *last, 0, err))
        return false;
    *last = task;
    for (const struct task *child = task->first_child; child; child = child->next_sibling) {
        if (!add_documents(e, part, child, last, err))
            return false;
    }
    return true;
}

static bool add_part(struct execution *e, struct strbuf *part, struct error *err)
{
    strbuf_addc(part, ']');
    return part->failed ? error_nomem(err)
                        : graph_add_part(e->options.store, e->graph_row, part->text, err);
}

/* Each task that stands in no other is a part: memory is needed for one at a time. */
static bool store_part(struct execution *e, const struct task *task, struct error *err)
{
    const struct task *last = NULL;
    struct strbuf part = STRBUF_INIT;
    bool ok = add_documents(e, &part, task, &last, err) && add_part(e, &part, err);
    strbuf_release(&part);
    return ok;
}

/* Before another graph takes the place of the one that they are of, too. */
static bool keep_done(struct execution *e, struct error *err)
{
    bool ok =
        !json_array_size(e->done) || graph_add_done(e->options.store, e->graph_row, e->done, err);
    json_array_clear(e->done);
    return ok;
}

static bool store_tasks(struct execution *e, struct error *err)
{
    e->graph_tasks = 0;
    for (struct task *task = NULL; (task = task_graph_next(e->graph, task));)
        task->number = ++e->graph_tasks;
    for (struct task *task = task_graph_next(e->graph, NULL); task; task = task->next_sibling) {
        if (!store_part(e, task, err))
            return false;
    }
    return true;
}

/* Who resumed a part of a graph would take it for all of it. */
static void forget_stored(struct execution *e)
{
    struct error err = {0};
    for (struct task *task = NULL; (task = task_graph_next(e->graph, task));)
        task->number = 0;
    if (!graph_remove(e->options.store, e->graph_row, &err))
        execution_abort(e, &err);
    e->graph_row = 0;
    e->graph_tasks = 0;
}

bool execution_store_graph(struct execution *e, const char *name, struct error *err)
{
    if (e->options.dry_run)
        return true;
    if (!keep_done(e, err) ||
        !graph_add(e->options.store, e->options.execution_id, name, &e->graph_row, err))
        return false;
    bool ok = store_tasks(e, err);
    if (ok)
        task_graph_watch(e->graph);
    else
        forget_stored(e);
    return ok;
}

bool execution_graph_is_stored(const struct execution *e)
{
    return e->graph_row != 0;
}

static bool keep_newcomers(struct execution *e, struct error *err)
{
    size_t count;
    struct task *const *tasks = task_graph_newcomers(e->graph, &count);
    uint32_t stored = e->graph_tasks;
    for (size_t i = 0; i < count; i++) {
        const struct task *container = tasks[i]->container;
        if (tasks[i]->attached && !tasks[i]->number && (!container || container->number))
            tasks[i]->number = ++e->graph_tasks;
    }
    /* One part each, without what is in it: that came by itself. */
    for (size_t i = 0; i < count; i++) {
        if (tasks[i]->number <= stored)
            continue;
        struct strbuf part = STRBUF_INIT;
        strbuf_addc(&part, '[');
        bool ok =
            task_document_write(&part, e, tasks[i], NULL, stored, err) && add_part(e, &part, err);
        strbuf_release(&part);
        if (!ok)
            return false;
    }
    task_graph_forget_newcomers(e->graph);
    return true;
}

void execution_keep_graph(struct execution *e)
{
    struct error err = {0};
    if (e->graph_row && !e->fatal.code && !(keep_newcomers(e, &err) && keep_done(e, &err)))
        execution_abort(e, &err);
}

void execution_note_done(struct execution *e, const struct task *task)
{
    struct error err = {0};
    if (task->number && json_array_append_new(e->done, json_integer(task->number))) {
        error_nomem(&err);
        execution_abort(e, &err);
    }
}

/* ---- restoring ---- */

/* What is known of a task number. */
struct slot {
    struct task *task;  /* NULL: it need not be restored */
    uint32_t successor; /* the subgraph that has taken its place, or 0 */
    uint32_t container; /* or 0 */
    bool done;
};

struct edge {
    uint32_t task, dependency;
};

struct restoration {
    struct execution *e;
    struct slot *slots; /* by number */
    size_t slot_count;
    struct edge *edges;
    size_t edge_count, edge_capacity;
};

static bool ensure_slot(struct restoration *r, uint32_t number, struct error *err)
{
    if (number < r->slot_count)
        return true;
    size_t count = r->slot_count ? r->slot_count : 64;
    while (count <= number)
        count *= 2;
    struct slot *slots = realloc(r->slots, count * sizeof *slots);
    if (!slots)
        return error_nomem(err);
    memset(slots + r->slot_count, 0, (count - r->slot_count) * sizeof *slots);
    r->slots = slots;
    r->slot_count = count;
    return true;
}

static bool note_done(void *data, uint32_t task, struct error *err)
{
    struct restoration *r = data;
    if (!ensure_slot(r, task, err))
        return false;
    r->slots[task].done = true;
    return true;
}

static bool add_edge(struct restoration *r, uint32_t task, uint32_t dependency, struct error *err)
{
    if (r->edge_count == r->edge_capacity) {
        size_t capacity = r->edge_capacity ? r->edge_capacity * 2 : 256;
        struct edge *edges = realloc(r->edges, capacity * sizeof *edges);
        if (!edges)
            return error_nomem(err);
        r->edges = edges;
        r->edge_capacity = capacity;
    }
    r->edges[r->edge_count++] = (struct edge){task, dependency};
    return ensure_slot(r, task, err) && ensure_slot(r, dependency, err);
}

static bool note_edges(struct restoration *r, const json_t *document, uint32_t number,
                       struct error *err)
{
    size_t i;
    json_t *other;
    json_array_foreach(json_object_get(document, "after"), i, other)
    {
        if (!add_edge(r, number, (uint32_t)json_integer_value(other), err))
            return false;
    }
    json_array_foreach(json_object_get(document, "before"), i, other)
    {
        if (!add_edge(r, (uint32_t)json_integer_value(other), number, err))
            return false;
    }
    return true;
}

/* A subgraph of which something is done had started, and what contains it too. */
static void note_started(struct restoration *r, uint32_t container)
{
    struct task *subgraph = container < r->slot_count ? r->slots[container].task : NULL;
    for (; subgraph && !subgraph->resume; subgraph = subgraph->container)
        subgraph->resume = true;
}

static bool restore_task(struct restoration *r, const json_t *document, struct error *err)
{
    uint32_t number = (uint32_t)json_integer_at(document, "number", 0);
    uint32_t container = (uint32_t)json_integer_at(document, "container", 0);
    uint32_t replaced = (uint32_t)json_integer_at(document, "replaces", 0);
    if (!number || container >= number || replaced >= number)
        return error_set(err, ERROR_STORAGE,
                         "the stored graph is damaged: its tasks have no order");
    if (!ensure_slot(r, number, err))
        return false;
    if (number > r->e->graph_tasks)
        r->e->graph_tasks = number;
    r->slots[number].container = container;
    if (replaced)
        r->slots[replaced].successor = number;
    if (r->slots[number].done) {
        note_started(r, container);
        return true;
    }
    if (container && !r->slots[container].task)
        return true; /* in a subgraph that is over */
    struct task *task = task_from_document(r->e, document, err);
    if (!task || !note_edges(r, document, number, err) ||
        !task_graph_add(r->e->graph, r->slots[container].task, task, err))
        return false;
    r->slots[number].task = task;
    return true;
}

static bool restore_part(void *data, json_t *part, struct error *err)
{
    size_t i;
    json_t *document;
    if (!task_documents_complete(part))
        return error_nomem(err);
    json_array_foreach(part, i, document)
    {
        if (!restore_task(data, document, err))
            return false;
    }
    return true;
}

/* What is to be waited for in place of the task `number`, or NULL: nothing. One that was in a
 * subgraph that has failed, and was not done, is gone with it: that stands for it, or its
 * successor. */
static struct task *awaited(const struct restoration *r, uint32_t number)
{
    for (;;) {
        while (r->slots[number].successor)
            number = r->slots[number].successor;
        const struct slot *slot = &r->slots[number];
        if (slot->task || slot->done || !slot->container)
            return slot->task;
        number = slot->container;
    }
}

static bool restore_edges(struct restoration *r, struct error *err)
{
    for (size_t i = 0; i < r->edge_count; i++) {
        struct task *task = r->slots[r->edges[i].task].task;
        struct task *dependency = awaited(r, r->edges[i].dependency);
        if (task && dependency && !task_graph_depend(r->e->graph, task, dependency, err))
            return false;
    }
    return true;
}

/* Containers come before what they contain, so that each is marked after its own container. */
static void restore_started(struct restoration *r)
{
    for (struct task *task = NULL; (task = task_graph_next(r->e->graph, task));) {
        if (task->kind == TASK_SUBGRAPH && task->resume) {
            task->resume = false;
            task_graph_mark_started(r->e->graph, task);
        }
    }
}

/* What its latest attempt that ended has failed by. */
static void restore_error(struct task *task, const json_t *record)
{
    const json_t *error = json_object_get(json_object_get(record, "details"), "error");
    if (error)
        json_hold(&task->error, error);
}

/* One that was under way is repeated, which the worker refuses unless it is declared resumable; one
 * that waited for a retry goes on counting; one that has failed is tried afresh. */
static bool restore_operations(struct restoration *r, struct error *err)
{
    size_t i;
    json_t *record;
    json_t *records = graph_operations(r->e->options.store, r->e->graph_row, err);
    json_array_foreach(records, i, record)
    {
        size_t number = (size_t)json_integer_at(record, "task", 0);
        struct task *task = number < r->slot_count ? r->slots[number].task : NULL;
        if (!task)
            continue;
        restore_error(task, record);
        const char *state = json_string_at(record, "state", "");
        bool under_way = !strcmp(state, "sent") || !strcmp(state, "started");
        bool failed = !strcmp(state, "failed");
        if (failed || !strcmp(state, "rescheduled"))
            task_graph_note_retried(r->e->graph, task, json_string_at(record, "id", ""));
        bool interrupted =
            !strcmp(state, "pending") &&
            json_boolean_at(json_object_get(record, "details"), "interrupted", false);
        task->resume = (under_way || interrupted) && !r->e->options.reset_operations;
        task->current_retries = failed || (under_way && r->e->options.reset_operations)
                                    ? 0
                                    : (int32_t)json_integer_at(record, "retry", 0);
    }
    json_decref(records);
    return records;
}

static bool restore(struct restoration *r, struct error *err)
{
    struct deployment_store *store = r->e->options.store;
    return ensure_slot(r, 1, err) && graph_tasks_done(store, r->e->graph_row, note_done, r, err) &&
           graph_parts(store, r->e->graph_row, restore_part, r, err) && restore_edges(r, err) &&
           restore_operations(r, err);
}

bool execution_restore_graph(struct execution *e, const char *name, struct error *err)
{
    if (!keep_done(e, err) ||
        !graph_find(e->options.store, e->options.execution_id, name, &e->graph_row, err))
        return false;
    struct restoration r = {.e = e};
    e->graph_tasks = 0;
    bool ok = restore(&r, err);
    if (ok)
        restore_started(&r);
    free(r.slots);
    free(r.edges);
    task_graph_watch(e->graph);
    return ok;
}
