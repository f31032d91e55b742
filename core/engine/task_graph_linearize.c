/* task_graph_linearize.c - the tasks of a graph, each behind all that it waits for
 * (runtime.md 6.7). */
#include <stdlib.h>

#include "engine/task_graph_internal.h"

/* A task and for how many others it still has to wait. */
struct rank {
    struct task *task;
    size_t waiting;
};

static int compare(const void *left, const void *right)
{
    const struct task *a = ((const struct rank *)left)->task;
    const struct task *b = ((const struct rank *)right)->task;
    return a < b ? -1 : a > b;
}

static struct rank *rank_of(struct rank *ranks, size_t count, struct task *task)
{
    const struct rank key = {.task = task};
    return bsearch(&key, ranks, count, sizeof *ranks, compare);
}

static size_t waits_for(const struct task *task)
{
    size_t count = task->container && task->container->attached;
    for (uint32_t i = 0; i < task->dependencies.count; i++)
        count += task_edges_items(&task->dependencies)[i]->attached;
    return count;
}

/* One reason less for `task` to wait: with none left it is the next of `order`. */
static void unblock(struct rank *ranks, size_t count, struct task *task, struct task **order,
                    size_t *ordered)
{
    struct rank *rank = rank_of(ranks, count, task);
    if (rank && --rank->waiting == 0)
        order[(*ordered)++] = task;
}

/* Kahn's algorithm; `order` is its queue. @return how many tasks came into it */
static size_t sort(struct task_graph *graph, struct rank *ranks, size_t count, struct task **order)
{
    size_t ordered = 0;
    for (struct task *task = task_graph_next(graph, NULL); task;
         task = task_graph_next(graph, task))
        if (!waits_for(task))
            order[ordered++] = task;
    for (size_t i = 0; i < ordered; i++) {
        const struct task *task = order[i];
        for (uint32_t j = 0; j < task->dependents.count; j++)
            unblock(ranks, count, task_edges_items(&task->dependents)[j], order, &ordered);
        for (struct task *child = task->first_child; child; child = child->next_sibling)
            unblock(ranks, count, child, order, &ordered);
    }
    return ordered;
}

struct task **task_graph_linearize(struct task_graph *graph, size_t *count, struct error *err)
{
    size_t total = 0;
    *count = task_graph_count(graph);
    struct rank *ranks = calloc(*count + 1, sizeof *ranks);
    struct task **order = calloc(*count + 1, sizeof *order);
    if (!ranks || !order) {
        error_nomem(err);
        goto fail;
    }
    for (struct task *task = task_graph_next(graph, NULL); task;
         task = task_graph_next(graph, task))
        ranks[total++] = (struct rank){task, waits_for(task)};
    qsort(ranks, total, sizeof *ranks, compare);
    if (sort(graph, ranks, total, order) == *count) {
        free(ranks);
        return order;
    }
    error_set(err, ERROR_STATE, "the tasks of the graph wait for each other");

fail:
    free(ranks);
    free(order);
    return NULL;
}
