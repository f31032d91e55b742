/* task_graph.h - what a workflow wants done, in which order, and what follows from each result.
 *
 * A data structure without loop, clock or store (runtime.md 6.6 to 6.8). Its user takes tasks that
 * are ready, does them, and says how they ended; the graph decides about retries, failures of
 * subgraphs and the tasks that become ready. Each step costs the same however large the graph is.
 */
#ifndef CLOUDIFY_ENGINE_TASK_GRAPH_H
#define CLOUDIFY_ENGINE_TASK_GRAPH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "engine/task.h"

struct task_graph;

enum handler_action { HANDLER_RETRY, HANDLER_FAIL, HANDLER_CONTINUE, HANDLER_IGNORE };

/* What a handler, or the rule in its absence, says shall follow (runtime.md 6.6). */
struct handler_result {
    enum handler_action action;
    bool ignore_total_retries;
    double retry_after;        /* seconds; negative: the task's own interval */
    struct task *retried_task; /* in place of the task itself: made, added, not started; or NULL */
};

enum task_end {
    TASK_END_SUCCESS,
    TASK_END_RETRY, /* the operation asked for it: handlers are not consulted */
    TASK_END_RECOVERABLE,
    TASK_END_NON_RECOVERABLE,
};

struct task_outcome {
    enum task_end end;
    json_t *value;      /* the result, or NULL; borrowed */
    json_t *error;      /* {message, type, traceback?, causes?} of a failure, or NULL; borrowed */
    double retry_after; /* seconds; negative: not given */
    double cpu_seconds; /* processor time of an operation */
};

/* How the graph talks to its user. Every call may add tasks to the graph. */
struct task_graph_observer {
    void *data;
    /* `task` has changed its state: a subgraph started, or a task ended. `outcome` is NULL for the
     * former. Called before the retry that may follow renews the task. */
    void (*on_state)(void *data, struct task *task, const struct task_outcome *outcome);
    /* Ask handler number `handler` of `task`, which has ended; fill `result`. Returns false when
     * the handler itself failed: the task then fails with `err` as its error. */
    bool (*handle)(void *data, struct task *task, int handler, struct handler_result *result,
                   struct error *err);
    /* `task` has been renewed for another attempt; it may have to be delayed yet. */
    void (*on_retry)(void *data, struct task *task);
    /* `task` would start, but has an execute_after. Returns whether that lies ahead: then
     * task_graph_release() it at that time. NULL: it never does. */
    bool (*hold)(void *data, struct task *task);
    /* `task`, whose is_awaited is set, has ended and is not tried again; it may have a successor.
     */
    void (*on_end)(void *data, struct task *task);
    /* `task` is to be retried: task_graph_release() it in `seconds` (> 0). */
    void (*delay)(void *data, struct task *task, double seconds);
    /* Whether enough has been told for now: then task_graph_take() gives nothing; or NULL: never.
     */
    bool (*is_full)(const void *data);
    /* Nothing more will be done for `task`, nor for what is in it: it has ended well, its failure
     * is ignored, another has taken its place, or it was removed. */
    void (*on_done)(void *data, struct task *task);
};

/**
 * An empty graph.
 *
 * @param observer copied; members may be NULL
 * @param subgraph_retries what subgraphs get as total_retries
 * @return a new graph (task_graph_free() it), or NULL with `err` set: ERROR_NOMEM
 */
struct task_graph *task_graph_new(const struct task_graph_observer *observer, int subgraph_retries,
                                  struct error *err);
/** Free a graph and all its tasks. NULL is allowed. */
void task_graph_free(struct task_graph *graph);

/**
 * Make a task; it stands outside until task_graph_add().
 *
 * @param text what task.text says for this kind; copied
 * @return the task, borrowed until task_graph_free(); or NULL with `err` set: ERROR_NOMEM
 */
struct task *task_graph_task(struct task_graph *graph, enum task_kind kind, const char *text,
                             struct error *err);
/** Set task->event_type, copied. @return false with `err` set: ERROR_NOMEM */
bool task_graph_set_event_type(struct task_graph *graph, struct task *task, const char *type,
                               struct error *err);
/**
 * Put `task` into the graph, inside the subgraph `container` unless that is NULL. Twice into the
 * same place is once.
 *
 * @return false with `err` set: ERROR_STATE if it stands elsewhere already or has ended, or if
 *         `container` has ended or is no subgraph
 */
bool task_graph_add(struct task_graph *graph, struct task *container, struct task *task,
                    struct error *err);
/**
 * Make `task` wait for `dependency`, both in the graph. On itself is ignored, and twice is once;
 * a dependency that has ended well is already met.
 *
 * @return false with `err` set: ERROR_STATE (not in the graph, `task` has started), ERROR_NOMEM
 */
bool task_graph_depend(struct task_graph *graph, struct task *task, struct task *dependency,
                       struct error *err);
/** Undo task_graph_depend(); no such dependency is no error. */
void task_graph_undepend(struct task_graph *graph, struct task *task, struct task *dependency);
/**
 * Let `task` not start before a time; behind what it waits for in any case.
 *
 * @param seconds since 1970
 * @return false with `err` set: ERROR_STATE (it has started, or waits for such a time already)
 */
bool task_graph_start_after(struct task_graph *graph, struct task *task, double seconds,
                            struct error *err);
/** Take a task that has not started, and all in it, out of the graph; who waited waits no more. */
void task_graph_remove(struct task_graph *graph, struct task *task);

/** The task of the graph with that id, or NULL. Takes time with the number of tasks. */
struct task *task_graph_find(const struct task_graph *graph, const char *id);
/** The tasks in the graph (not yet ended), subgraphs' included: first, then each next; or NULL. */
struct task *task_graph_next(const struct task_graph *graph, const struct task *after);
/**
 * All tasks of the graph in an order in which they could run one after the other: each behind what
 * it waits for and behind the subgraph that it stands in.
 *
 * @param count set to how many there are
 * @return a new array (free() it), or NULL with `err` set: ERROR_STATE (they wait for each other),
 *         ERROR_NOMEM
 */
struct task **task_graph_linearize(struct task_graph *graph, size_t *count, struct error *err);
/** How many tasks are in the graph and have not ended. */
size_t task_graph_count(const struct task_graph *graph);

/* Steps that follow each other: start with `= {.graph = g, .container = c}`, end with
 * task_sequence_release(). */
struct task_sequence {
    struct task_graph *graph;
    struct task *container; /* or NULL */
    struct task **last;     /* the latest step */
    size_t last_count, capacity;
};
/**
 * Add one step, of tasks that run beside each other and after the whole previous step. No tasks:
 * nothing happens.
 *
 * @return false with `err` set as by task_graph_add()
 */
bool task_sequence_add(struct task_sequence *sequence, struct task *const *tasks, size_t count,
                       struct error *err);
void task_sequence_release(struct task_sequence *sequence);

/**
 * Start to keep account of the tasks that come into the graph, for who stores it: the caller stores
 * those that stand in it now.
 */
void task_graph_watch(struct task_graph *graph);
/** The tasks that have come since, some of which may have left already; `*count` of them. */
struct task *const *task_graph_newcomers(const struct task_graph *graph, size_t *count);
/** They are stored: forget them. */
void task_graph_forget_newcomers(struct task_graph *graph);
/** A subgraph that was under way when it was stored: what is in it waits for it no longer. */
void task_graph_mark_started(struct task_graph *graph, struct task *subgraph);

/** Drop tasks without effect (no-ops, empty subgraphs), joining what stood before and behind. */
bool task_graph_optimize(struct task_graph *graph, struct error *err);

/**
 * The next task that may start, now in state sent (a subgraph: started, and never returned), or
 * NULL.
 *
 * @param operations whether it may be an operation: false while every worker is taken
 */
struct task *task_graph_take(struct task_graph *graph, bool operations);
/** The operation that would be taken next, which stays where it is; or NULL. */
const struct task *task_graph_next_operation(const struct task_graph *graph);
/** Say how a task that was taken has ended; the values are kept by reference. */
void task_graph_finish(struct task_graph *graph, struct task *task,
                       const struct task_outcome *outcome);
/** Try `task` no more than it has been, this time included: what waits for its retry fails by what
 * its last attempt failed by. */
void task_graph_try_no_more(struct task_graph *graph, struct task *task);
/** Note the id of an attempt that `task` follows, copied; without memory it is not known. */
void task_graph_note_retried(struct task_graph *graph, struct task *task, const char *id);
/** The time that a task was held or delayed for has come. Harmless if it was removed since. */
void task_graph_release(struct task_graph *graph, struct task *task);

/** Give out no more tasks; those that run are waited for. */
void task_graph_cancel(struct task_graph *graph);
/** Whether no task has been taken and not finished. */
bool task_graph_is_idle(const struct task_graph *graph);

enum task_graph_status {
    TASK_GRAPH_RUNNING,
    TASK_GRAPH_SUCCEEDED,
    TASK_GRAPH_FAILED,
    TASK_GRAPH_CANCELLED,
    TASK_GRAPH_STUCK, /* tasks are left which wait for each other */
};
/**
 * Whether the graph has come to its end (runtime.md 6.7).
 *
 * @param no_more_waiting the time to wait after the first error is over
 */
enum task_graph_status task_graph_status(const struct task_graph *graph, bool no_more_waiting);
/** How many tasks have failed the graph so far. */
size_t task_graph_error_count(const struct task_graph *graph);
/** Forget the failures: what they kept from starting stays so. */
void task_graph_forget_failures(struct task_graph *graph);
/** Forget failures and drop all that has not started, so that the graph can be filled again. */
void task_graph_reset(struct task_graph *graph);

/** Set the name that descriptions show for instances; the graph knows but indices. */
void task_graph_set_namer(struct task_graph *graph,
                          const char *(*instance_name)(void *data, long instance), void *data);
/** Append what a task is called: its name, or `NAME (INSTANCE:OPERATION)`. */
void task_graph_describe(const struct task_graph *graph, const struct task *task,
                         struct strbuf *out);
/**
 * Append the summary of all failures, in the words of runtime.md 6.7: `Task failed: NAME
 * (INSTANCE:OPERATION): TYPE `MESSAGE``, or a list of them, then the tracebacks of
 * the first and of its causes.
 *
 * @param traceback whether the tracebacks are wanted too
 */
void task_graph_error_text(const struct task_graph *graph, bool traceback, struct strbuf *out);
/** What all failures were caused by, as of task_error_causes(), one behind the other; new, or NULL:
 *  no memory. */
json_t *task_graph_error_causes(const struct task_graph *graph);

#endif
