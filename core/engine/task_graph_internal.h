/* task_graph_internal.h - shared by the files of the task graph and nobody else. */
#ifndef CLOUDIFY_ENGINE_TASK_GRAPH_INTERNAL_H
#define CLOUDIFY_ENGINE_TASK_GRAPH_INTERNAL_H

#include "base/arena.h"
#include "base/text_pool.h"
#include "engine/task_graph.h"

struct task_failure {
    const struct task *task;
    json_t *error; /* or NULL */
};

struct task_list {
    struct task *first, *last;
};

struct task_graph {
    struct task_graph_observer observer;
    struct arena memory;
    struct text_pool texts;      /* in that memory */
    struct task root;            /* container of the tasks that stand in no subgraph */
    struct task_list operations; /* ready, in the order in which they became so */
    struct task_list immediate;  /* ready and no operation */
    struct task_edges made;      /* every task, to be released in the end */
    struct task_edges newcomers; /* those that came in since task_graph_watch() */
    bool watched;
    struct task_failure *failures;
    size_t failure_count, failure_capacity;
    size_t count, running, delayed;
    int subgraph_retries;
    bool cancelled;
    bool unrecorded; /* a failure could not be recorded: the graph fails all the same */
    const char *(*instance_name)(void *data, long instance);
    void *instance_name_data;
};

/** The subgraph that `task` stands in, the root included. */
struct task *task_graph_parent(struct task_graph *graph, const struct task *task);
/** Hang `task` under `parent`, out of where it hangs; readiness is the caller's. */
void task_graph_move(struct task_graph *graph, struct task *parent, struct task *task);
/** Put `task` into its queue if nothing keeps it from starting. */
void task_graph_check_ready(struct task_graph *graph, struct task *task);
void task_graph_unready(struct task_graph *graph, struct task *task);
/** Take `task` out of the graph; who waits for it still waits. */
void task_graph_detach(struct task_graph *graph, struct task *task);
/** Let those that wait for `task` wait no more. */
void task_graph_free_dependents(struct task_graph *graph, struct task *task);
/** Say that nothing more will be done for `task`. */
void task_graph_tell_done(struct task_graph *graph, struct task *task);
/** Count one reason less to wait. */
void task_graph_unblock(struct task_graph *graph, struct task *task);
/** Take all that has not started out of the subgraph `subgraph`; what runs is hung under `top`. */
void task_graph_clear(struct task_graph *graph, struct task *subgraph, struct task *top);

#endif
