/* task_graph_run.c - running a graph: taking ready tasks, and what follows when one ends. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "engine/task_error.h"
#include "engine/task_graph_internal.h"

static void end_task(struct task_graph *graph, struct task *task,
                     const struct task_outcome *outcome);

static void tell(struct task_graph *graph, struct task *task, const struct task_outcome *outcome)
{
    if (graph->observer.on_state)
        graph->observer.on_state(graph->observer.data, task, outcome);
}

/* A subgraph whose last task has ended has succeeded. */
static void check_emptied(struct task_graph *graph, struct task *subgraph)
{
    static const struct task_outcome success = {.end = TASK_END_SUCCESS, .retry_after = -1};
    if (subgraph != &graph->root && subgraph->attached && subgraph->state == TASK_STARTED &&
        !subgraph->first_child)
        end_task(graph, subgraph, &success);
}

void task_graph_mark_started(struct task_graph *graph, struct task *subgraph)
{
    task_graph_unready(graph, subgraph);
    subgraph->state = TASK_STARTED;
    for (struct task *child = subgraph->first_child; child; child = child->next_sibling)
        task_graph_unblock(graph, child);
}

static void start_subgraph(struct task_graph *graph, struct task *subgraph)
{
    subgraph->state = TASK_STARTED;
    tell(graph, subgraph, NULL);
    task_graph_mark_started(graph, subgraph);
    check_emptied(graph, subgraph);
}

static bool has_ready(const struct task_graph *graph, bool operations)
{
    const struct task_graph_observer *observer = &graph->observer;
    return !graph->cancelled && !(observer->is_full && observer->is_full(observer->data)) &&
           (graph->immediate.first || (operations && graph->operations.first));
}

const struct task *task_graph_next_operation(const struct task_graph *graph)
{
    return graph->cancelled ? NULL : graph->operations.first;
}

struct task *task_graph_take(struct task_graph *graph, bool operations)
{
    while (has_ready(graph, operations)) {
        struct task *task =
            graph->immediate.first ? graph->immediate.first : graph->operations.first;
        task_graph_unready(graph, task);
        if (task->kind == TASK_SUBGRAPH) {
            start_subgraph(graph, task);
            continue;
        }
        task->state = TASK_SENT;
        graph->running++;
        return task;
    }
    return NULL;
}

/* The task that really failed: of a subgraph, the one in it. */
static const struct task *origin(const struct task *task)
{
    while (task->failed_by)
        task = task->failed_by;
    return task;
}

static void record_failure(struct task_graph *graph, struct task *task)
{
    if (graph->failure_count == graph->failure_capacity) {
        size_t capacity = graph->failure_capacity ? graph->failure_capacity * 2 : 4;
        struct task_failure *failures = realloc(graph->failures, capacity * sizeof *failures);
        if (!failures) {
            graph->unrecorded = true;
            return;
        }
        graph->failures = failures;
        graph->failure_capacity = capacity;
    }
    graph->failures[graph->failure_count++] =
        (struct task_failure){.task = origin(task), .error = json_incref(task->error)};
}

/* What a handler has failed by replaces what the task did, which is its cause. */
static void take_handler_error(struct task *task, const struct error *err)
{
    json_t *causes = task->error ? task_error_causes(task->error) : NULL;
    json_decref(task->error);
    task->error = json_pack("{s:s, s:s, s:o*}", "type", "HandlerError", "message", err->text,
                            "causes", causes);
}

/* Handlers first, then the rules for their absence (runtime.md 6.6). */
static struct handler_result decide(struct task_graph *graph, struct task *task,
                                    const struct task_outcome *outcome)
{
    struct handler_result result = {.action = HANDLER_CONTINUE,
                                    .retry_after = outcome->retry_after};
    bool success = outcome->end == TASK_END_SUCCESS;
    if (outcome->end == TASK_END_RETRY) {
        result.action = HANDLER_RETRY;
        return result;
    }
    int handler = success ? task->on_success : task->on_failure;
    if (handler == TASK_HANDLER_NONE || !graph->observer.handle) {
        bool retry = task->kind != TASK_SUBGRAPH && outcome->end == TASK_END_RECOVERABLE;
        if (!success)
            result.action = retry ? HANDLER_RETRY : HANDLER_FAIL;
        return result;
    }
    struct error err = {0};
    result.retry_after = -1;
    if (!graph->observer.handle(graph->observer.data, task, handler, &result, &err)) {
        take_handler_error(task, &err);
        result = (struct handler_result){.action = HANDLER_FAIL, .retry_after = -1};
    }
    return result;
}

static bool may_retry(const struct task *task, const struct handler_result *result)
{
    if (task->is_last_try || (task->kind == TASK_SUBGRAPH && !result->retried_task))
        return false;
    return task->total_retries == TASK_RETRIES_UNLIMITED || result->ignore_total_retries ||
           task->current_retries < task->total_retries;
}

/* The next attempt stands where the last one stood: dependents and container notice nothing. */
static void retry_itself(struct task_graph *graph, struct task *task, double delay)
{
    task_graph_note_retried(graph, task, uuid_text(&task->id).text);
    task->id = uuid_new();
    task->current_retries++;
    task->state = TASK_PENDING;
    task->failed_by = NULL;
    task->resume = task->announced = false;
    task->row = 0;
    if (graph->observer.on_retry)
        graph->observer.on_retry(graph->observer.data, task);
    if (delay > 0 && graph->observer.delay) {
        task->delayed = true;
        graph->delayed++;
        graph->observer.delay(graph->observer.data, task, delay);
    } else {
        task_graph_check_ready(graph, task);
    }
}

/* What waited for `task` now waits for `successor`. */
static bool inherit_dependents(struct task_graph *graph, struct task *task, struct task *successor)
{
    for (uint32_t i = 0; i < task->dependents.count; i++) {
        struct task *dependent = task_edges_items(&task->dependents)[i];
        struct error err = {0};
        if (dependent->state == TASK_PENDING && dependent->attached &&
            !task_graph_depend(graph, dependent, successor, &err))
            return false;
    }
    return true;
}

static void retry_by_successor(struct task_graph *graph, struct task *task, struct task *successor)
{
    successor->current_retries = task->current_retries + 1;
    successor->total_retries = task->total_retries;
    successor->replaces = task->number;
    task_graph_note_retried(graph, successor, uuid_text(&task->id).text);
    struct error err = {0};
    bool ok = (successor->attached || task_graph_add(graph, task->container, successor, &err)) &&
              inherit_dependents(graph, task, successor);
    struct task *parent = task_graph_parent(graph, task);
    if (successor->attached && task_graph_parent(graph, successor) != parent)
        task_graph_move(graph, parent, successor);
    /* What still runs in the failed subgraph must not overlap with its second run. */
    for (struct task *child = task->first_child; child && ok; child = child->next_sibling)
        ok = task_graph_depend(graph, successor, child, &err);
    if (!ok)
        graph->unrecorded = true;
    task_graph_tell_done(graph, task);
    task_graph_detach(graph, task);
    task_graph_free_dependents(graph, task);
}

static bool stands_in(const struct task *task, const struct task *subgraph)
{
    const struct task *container = task->container;
    while (container && container != subgraph)
        container = container->container;
    return container;
}

/* What waits, from outside of `subgraph`, for `task` or something in it, waits for `subgraph`, too:
 * should that run anew, it is to wait for its end. */
static bool widen_dependents(struct task_graph *graph, struct task *subgraph, struct task *task)
{
    struct error err = {0};
    for (uint32_t i = 0; i < task->dependents.count; i++) {
        struct task *dependent = task_edges_items(&task->dependents)[i];
        if (dependent->attached && dependent->state == TASK_PENDING &&
            !stands_in(dependent, subgraph) && !task_graph_depend(graph, dependent, subgraph, &err))
            return false;
    }
    for (struct task *child = task->first_child; child; child = child->next_sibling) {
        if (!widen_dependents(graph, subgraph, child))
            return false;
    }
    return true;
}

/* A task of `subgraph` has failed for good: so has the subgraph. */
static void fail_subgraph(struct task_graph *graph, struct task *subgraph, struct task *task)
{
    subgraph->failed_by = task;
    json_hold(&subgraph->error, task->error);
    if (!widen_dependents(graph, subgraph, subgraph))
        graph->unrecorded = true;
    while (task->first_child) /* still running in a subgraph that is over */
        task_graph_move(graph, subgraph, task->first_child);
    task_graph_detach(graph, task);
    task_graph_clear(graph, subgraph, subgraph);
    task_graph_free_dependents(graph, task);
    struct task_outcome outcome = {
        .end = TASK_END_NON_RECOVERABLE, .error = subgraph->error, .retry_after = -1};
    end_task(graph, subgraph, &outcome);
}

static void fail_task(struct task_graph *graph, struct task *task)
{
    if (task->container) {
        fail_subgraph(graph, task->container, task);
        return;
    }
    record_failure(graph, task);
    task_graph_detach(graph, task); /* its dependents go on waiting, and so never start */
}

/* @param done false: it may be tried again when the execution is resumed */
static void leave(struct task_graph *graph, struct task *task, bool done)
{
    struct task *parent = task_graph_parent(graph, task);
    if (done)
        task_graph_tell_done(graph, task);
    task_graph_detach(graph, task);
    task_graph_free_dependents(graph, task);
    check_emptied(graph, parent);
}

static void tell_end(struct task_graph *graph, struct task *task)
{
    if (task->is_awaited && graph->observer.on_end)
        graph->observer.on_end(graph->observer.data, task);
}

static void follow(struct task_graph *graph, struct task *task, struct handler_result *result)
{
    if (result->action == HANDLER_RETRY && !may_retry(task, result)) {
        if (result->retried_task)
            task_graph_remove(graph, result->retried_task);
        result->action = HANDLER_FAIL;
    }
    if (result->action != HANDLER_RETRY || result->retried_task)
        tell_end(graph, task);
    if (result->action == HANDLER_FAIL)
        fail_task(graph, task);
    else if (result->action != HANDLER_RETRY)
        leave(graph, task, true);
    else if (result->retried_task)
        retry_by_successor(graph, task, result->retried_task);
    else
        retry_itself(graph, task,
                     result->retry_after >= 0 ? result->retry_after : task->retry_interval);
}

static void end_task(struct task_graph *graph, struct task *task,
                     const struct task_outcome *outcome)
{
    task->state = outcome->end == TASK_END_SUCCESS ? TASK_SUCCEEDED
                  : outcome->end == TASK_END_RETRY ? TASK_RESCHEDULED
                                                   : TASK_FAILED;
    tell(graph, task, outcome);
    if (task->container && !task->container->attached) {
        tell_end(graph, task);
        leave(graph, task,
              outcome->end ==
                  TASK_END_SUCCESS); /* its subgraph is over: nothing follows any more */
        return;
    }
    struct handler_result result = decide(graph, task, outcome);
    follow(graph, task, &result);
}

void task_graph_finish(struct task_graph *graph, struct task *task,
                       const struct task_outcome *outcome)
{
    if (task_is_terminal(task) || task->state == TASK_PENDING)
        return;
    graph->running--;
    json_hold(&task->value, outcome->value);
    json_hold(&task->error, outcome->error);
    end_task(graph, task, outcome);
}

void task_graph_release(struct task_graph *graph, struct task *task)
{
    if (!task->delayed)
        return;
    task->delayed = false;
    task->execute_after = 0;
    graph->delayed--;
    task_graph_check_ready(graph, task);
}

void task_graph_try_no_more(struct task_graph *graph, struct task *task)
{
    task->is_last_try = true;
    if (!task->delayed || !task->current_retries)
        return;
    task->current_retries--;
    task->state = TASK_FAILED;
    tell_end(graph, task);
    fail_task(graph, task);
}

void task_graph_cancel(struct task_graph *graph)
{
    graph->cancelled = true;
}

bool task_graph_is_idle(const struct task_graph *graph)
{
    return !graph->running;
}

size_t task_graph_error_count(const struct task_graph *graph)
{
    return graph->failure_count + graph->unrecorded;
}

enum task_graph_status task_graph_status(const struct task_graph *graph, bool no_more_waiting)
{
    bool failed = task_graph_error_count(graph) > 0;
    bool idle =
        !graph->running && !graph->delayed && !graph->immediate.first && !graph->operations.first;
    if (failed && (idle || no_more_waiting || (graph->cancelled && !graph->running)))
        return TASK_GRAPH_FAILED;
    if (graph->cancelled && !graph->running)
        return TASK_GRAPH_CANCELLED;
    if (!graph->count)
        return TASK_GRAPH_SUCCEEDED;
    return idle && !failed ? TASK_GRAPH_STUCK : TASK_GRAPH_RUNNING;
}

void task_graph_forget_failures(struct task_graph *graph)
{
    for (size_t i = 0; i < graph->failure_count; i++)
        json_decref(graph->failures[i].error);
    graph->failure_count = 0;
    graph->unrecorded = false;
}

void task_graph_reset(struct task_graph *graph)
{
    task_graph_forget_failures(graph);
    task_graph_clear(graph, &graph->root, &graph->root);
}
