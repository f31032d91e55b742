/* task_graph.c - building a graph: tasks, containers, dependencies, the queues of ready tasks. */
#include "engine/task_graph.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/task_graph_internal.h"

struct task_graph *task_graph_new(const struct task_graph_observer *observer, int subgraph_retries,
                                  struct error *err)
{
    struct task_graph *graph = calloc(1, sizeof *graph);
    if (!graph) {
        error_nomem(err);
        return NULL;
    }
    if (observer)
        graph->observer = *observer;
    graph->subgraph_retries = subgraph_retries;
    graph->root.kind = TASK_SUBGRAPH;
    graph->root.state = TASK_STARTED;
    graph->root.attached = true;
    return graph;
}

static void release_values(struct task *task)
{
    json_decref(task->payload);
    json_decref(task->error);
    json_decref(task->value);
    task->payload = task->error = task->value = NULL;
}

void task_graph_free(struct task_graph *graph)
{
    if (!graph)
        return;
    task_graph_forget_failures(graph);
    for (uint32_t i = 0; i < graph->made.count; i++) {
        struct task *task = task_edges_items(&graph->made)[i];
        release_values(task);
        task_edges_release(&task->dependents);
        task_edges_release(&task->dependencies);
    }
    free(graph->failures);
    task_edges_release(&graph->made);
    task_edges_release(&graph->newcomers);
    arena_release(&graph->memory);
    free(graph);
}

struct task *task_graph_task(struct task_graph *graph, enum task_kind kind, const char *text,
                             struct error *err)
{
    struct task *task = arena_alloc(&graph->memory, sizeof *task);
    const char *copy = text_pool_keep(&graph->texts, &graph->memory, text, strlen(text));
    if (!task || !copy || !task_edges_add(&graph->made, task)) {
        error_nomem(err);
        return NULL;
    }
    task->id = uuid_new();
    task->kind = kind;
    task->text = copy;
    task->instance = task->related = TASK_NO_INSTANCE;
    task->send_events = task_sends_events(kind);
    task->total_retries = kind == TASK_SUBGRAPH ? graph->subgraph_retries : 0;
    return task;
}

bool task_graph_set_event_type(struct task_graph *graph, struct task *task, const char *type,
                               struct error *err)
{
    task->event_type = text_pool_keep(&graph->texts, &graph->memory, type, strlen(type));
    return task->event_type || error_nomem(err);
}

struct task *task_graph_parent(struct task_graph *graph, const struct task *task)
{
    return task->container ? task->container : &graph->root;
}

static struct task_list *ready_list(struct task_graph *graph, const struct task *task)
{
    return task->kind == TASK_OPERATION ? &graph->operations : &graph->immediate;
}

void task_graph_unready(struct task_graph *graph, struct task *task)
{
    if (!task->ready)
        return;
    struct task_list *list = ready_list(graph, task);
    *(task->previous_ready ? &task->previous_ready->next_ready : &list->first) = task->next_ready;
    *(task->next_ready ? &task->next_ready->previous_ready : &list->last) = task->previous_ready;
    task->next_ready = task->previous_ready = NULL;
    task->ready = false;
}

/* Whether its time is still to come. */
static bool is_held(struct task_graph *graph, struct task *task)
{
    if (!(task->execute_after > 0) || !graph->observer.hold ||
        !graph->observer.hold(graph->observer.data, task))
        return false;
    task->delayed = true;
    graph->delayed++;
    return true;
}

void task_graph_check_ready(struct task_graph *graph, struct task *task)
{
    if (task->ready || task->waiting || task->delayed || !task->attached ||
        task->state != TASK_PENDING || is_held(graph, task))
        return;
    struct task_list *list = ready_list(graph, task);
    task->previous_ready = list->last;
    *(list->last ? &list->last->next_ready : &list->first) = task;
    list->last = task;
    task->ready = true;
}

void task_graph_unblock(struct task_graph *graph, struct task *task)
{
    assert(task->waiting);
    task->waiting--;
    task_graph_check_ready(graph, task);
}

static void unlink_child(struct task_graph *graph, struct task *task)
{
    struct task *parent = task_graph_parent(graph, task);
    *(task->previous_sibling ? &task->previous_sibling->next_sibling : &parent->first_child) =
        task->next_sibling;
    *(task->next_sibling ? &task->next_sibling->previous_sibling : &parent->last_child) =
        task->previous_sibling;
    task->next_sibling = task->previous_sibling = NULL;
}

static void link_child(struct task_graph *graph, struct task *parent, struct task *task)
{
    task->container = parent == &graph->root ? NULL : parent;
    task->previous_sibling = parent->last_child;
    *(parent->last_child ? &parent->last_child->next_sibling : &parent->first_child) = task;
    parent->last_child = task;
}

void task_graph_move(struct task_graph *graph, struct task *parent, struct task *task)
{
    unlink_child(graph, task);
    link_child(graph, parent, task);
}

static bool is_inside(const struct task *task, const struct task *subgraph)
{
    for (; task; task = task->container) {
        if (task == subgraph)
            return true;
    }
    return false;
}

bool task_graph_add(struct task_graph *graph, struct task *container, struct task *task,
                    struct error *err)
{
    if (task->attached && task->container == container)
        return true;
    if (task->attached)
        return error_set(err, ERROR_STATE, "task '%s' stands in the graph already, %s%s%s",
                         task->text, task->container ? "in subgraph '" : "outside of subgraphs",
                         task->container ? task->container->text : "", task->container ? "'" : "");
    if (task->state != TASK_PENDING)
        return error_set(err, ERROR_STATE, "task '%s' has ended and cannot be added again",
                         task->text);
    if (container && container->kind != TASK_SUBGRAPH)
        return error_set(err, ERROR_STATE, "task '%s' is no subgraph", container->text);
    if (container && (task_is_terminal(container) || is_inside(container, task)))
        return error_set(err, ERROR_STATE, "subgraph '%s' cannot take task '%s' any more",
                         container->text, task->text);
    if (graph->watched && !task_edges_add(&graph->newcomers, task))
        return error_nomem(err);
    link_child(graph, container ? container : &graph->root, task);
    task->attached = true;
    graph->count++;
    if (container && container->state == TASK_PENDING)
        task->waiting++;
    task_graph_check_ready(graph, task);
    return true;
}

/* The shorter of the two lists is searched: a task with thousands of dependents costs no more. */
static bool depends_on(const struct task *task, const struct task *dependency)
{
    if (task->dependencies.count < dependency->dependents.count)
        return task_edges_has(&task->dependencies, dependency);
    return task_edges_has(&dependency->dependents, task);
}

bool task_graph_depend(struct task_graph *graph, struct task *task, struct task *dependency,
                       struct error *err)
{
    if (task == dependency || dependency->state == TASK_SUCCEEDED)
        return true;
    const struct task *outsider = task->attached ? dependency : task;
    if (!outsider->attached)
        return error_set(err, ERROR_STATE, "task '%s' is not in the graph", outsider->text);
    if (task->state != TASK_PENDING)
        return error_set(err, ERROR_STATE, "task '%s' has started and cannot wait for '%s'",
                         task->text, dependency->text);
    if (depends_on(task, dependency))
        return true;
    if (!task_edges_add(&task->dependencies, dependency))
        return error_nomem(err);
    if (!task_edges_add(&dependency->dependents, task)) {
        task->dependencies.count--;
        return error_nomem(err);
    }
    task->waiting++;
    task_graph_unready(graph, task);
    return true;
}

void task_graph_undepend(struct task_graph *graph, struct task *task, struct task *dependency)
{
    if (!task_edges_has(&dependency->dependents, task))
        return;
    task_edges_remove(&dependency->dependents, task);
    task_edges_remove(&task->dependencies, dependency);
    task_graph_unblock(graph, task);
}

bool task_graph_start_after(struct task_graph *graph, struct task *task, double seconds,
                            struct error *err)
{
    if (task->state != TASK_PENDING || task->delayed)
        return error_set(err, ERROR_STATE, "task '%s' has started, or waits for its time already",
                         task->text);
    task->execute_after = seconds;
    task_graph_unready(graph, task);
    task_graph_check_ready(graph, task);
    return true;
}

void task_graph_note_retried(struct task_graph *graph, struct task *task, const char *id)
{
    if (!task->retried)
        task->retried = arena_alloc(&graph->memory, UUID_TEXT_SIZE);
    if (task->retried)
        snprintf(task->retried, UUID_TEXT_SIZE, "%s", id);
}

void task_graph_detach(struct task_graph *graph, struct task *task)
{
    task_graph_unready(graph, task);
    unlink_child(graph, task);
    task->attached = false;
    graph->count--;
    if (task->delayed)
        graph->delayed--;
    task->delayed = false;
}

void task_graph_free_dependents(struct task_graph *graph, struct task *task)
{
    for (uint32_t i = 0; i < task->dependents.count; i++)
        task_graph_unblock(graph, task_edges_items(&task->dependents)[i]);
    task_edges_release(&task->dependents);
}

void task_graph_tell_done(struct task_graph *graph, struct task *task)
{
    if (graph->observer.on_done)
        graph->observer.on_done(graph->observer.data, task);
}

static bool is_running(const struct task *task)
{
    return task->kind != TASK_SUBGRAPH && (task->state == TASK_SENT || task->state == TASK_STARTED);
}

void task_graph_clear(struct task_graph *graph, struct task *subgraph, struct task *top)
{
    struct task *next;
    for (struct task *child = subgraph->first_child; child; child = next) {
        next = child->next_sibling;
        if (is_running(child)) {
            if (subgraph != top)
                task_graph_move(graph, top, child);
            continue;
        }
        task_graph_clear(graph, child, top);
        task_graph_detach(graph, child);
        task_graph_free_dependents(graph, child);
    }
}

void task_graph_remove(struct task_graph *graph, struct task *task)
{
    if (!task->attached || is_running(task))
        return;
    struct task *parent = task_graph_parent(graph, task);
    task_graph_tell_done(graph, task);
    task_graph_clear(graph, task, parent);
    task_graph_detach(graph, task);
    task_graph_free_dependents(graph, task);
}

void task_graph_watch(struct task_graph *graph)
{
    graph->watched = true;
    graph->newcomers.count = 0;
}

struct task *const *task_graph_newcomers(const struct task_graph *graph, size_t *count)
{
    *count = graph->newcomers.count;
    return task_edges_items(&graph->newcomers);
}

void task_graph_forget_newcomers(struct task_graph *graph)
{
    graph->newcomers.count = 0;
}

struct task *task_graph_next(const struct task_graph *graph, const struct task *after)
{
    if (!after)
        return graph->root.first_child;
    if (after->first_child)
        return after->first_child;
    for (; after; after = after->container) {
        if (after->next_sibling)
            return after->next_sibling;
    }
    return NULL;
}

struct task *task_graph_find(const struct task_graph *graph, const char *id)
{
    struct task *task = NULL;
    while ((task = task_graph_next(graph, task))) {
        if (!strcmp(uuid_text(&task->id).text, id))
            return task;
    }
    return NULL;
}

size_t task_graph_count(const struct task_graph *graph)
{
    return graph->count;
}

/* Make `tasks` the latest step. */
static bool remember_step(struct task_sequence *sequence, struct task *const *tasks, size_t count)
{
    if (count > sequence->capacity) {
        struct task **last = realloc(sequence->last, count * sizeof *last);
        if (!last)
            return false;
        sequence->last = last;
        sequence->capacity = count;
    }
    memcpy(sequence->last, tasks, count * sizeof *tasks);
    sequence->last_count = count;
    return true;
}

bool task_sequence_add(struct task_sequence *sequence, struct task *const *tasks, size_t count,
                       struct error *err)
{
    if (!count)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (!task_graph_add(sequence->graph, sequence->container, tasks[i], err))
            return false;
        for (size_t j = 0; j < sequence->last_count; j++) {
            if (!task_graph_depend(sequence->graph, tasks[i], sequence->last[j], err))
                return false;
        }
    }
    return remember_step(sequence, tasks, count) || error_nomem(err);
}

void task_sequence_release(struct task_sequence *sequence)
{
    free(sequence->last);
    sequence->last = NULL;
    sequence->last_count = sequence->capacity = 0;
}
