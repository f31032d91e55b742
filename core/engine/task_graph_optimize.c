/* task_graph_optimize.c - leaving out tasks without effect (runtime.md 6.7). */
#include "engine/task_graph_internal.h"

/* Above this many new edges, keeping the no-op is cheaper than bridging it. */
enum { BRIDGE_LIMIT = 64 };

static bool has_effect(const struct task *task)
{
    if (task->on_success != TASK_HANDLER_NONE || task->on_failure != TASK_HANDLER_NONE)
        return task->kind != TASK_SUBGRAPH || task->first_child;
    if (task->kind == TASK_SUBGRAPH)
        return task->first_child != NULL;
    return task->kind != TASK_NOP;
}

/* Only dependents beside `task` wait for the start of its container anyway. */
static bool can_bridge(const struct task *task)
{
    for (uint32_t i = 0; i < task->dependents.count; i++) {
        if (task_edges_items(&task->dependents)[i]->container != task->container)
            return false;
    }
    return (size_t)task->dependents.count * task->dependencies.count <= BRIDGE_LIMIT;
}

static bool bridge(struct task_graph *graph, struct task *task, struct error *err)
{
    for (uint32_t i = 0; i < task->dependents.count; i++) {
        for (uint32_t j = 0; j < task->dependencies.count; j++) {
            struct task *dependency = task_edges_items(&task->dependencies)[j];
            if (dependency->attached &&
                !task_graph_depend(graph, task_edges_items(&task->dependents)[i], dependency, err))
                return false;
        }
    }
    return true;
}

/* Children first, so that a subgraph of nothing but no-ops is seen to be empty. */
static bool optimize_children(struct task_graph *graph, struct task *subgraph, struct error *err)
{
    struct task *next;
    for (struct task *task = subgraph->first_child; task; task = next) {
        next = task->next_sibling;
        if (!optimize_children(graph, task, err))
            return false;
        if (task->state != TASK_PENDING || has_effect(task) || !can_bridge(task))
            continue;
        if (!bridge(graph, task, err))
            return false;
        for (uint32_t j = 0; j < task->dependencies.count; j++)
            task_edges_remove(&task_edges_items(&task->dependencies)[j]->dependents, task);
        task_edges_release(&task->dependencies);
        task_graph_remove(graph, task);
    }
    return true;
}

bool task_graph_optimize(struct task_graph *graph, struct error *err)
{
    return optimize_children(graph, &graph->root, err);
}
