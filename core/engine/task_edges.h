/* task_edges.h - the tasks at the other ends of one task's edges.
 *
 * Nearly all tasks have one task before and one after them: one needs no memory of its own.
 */
#ifndef CLOUDIFY_ENGINE_TASK_EDGES_H
#define CLOUDIFY_ENGINE_TASK_EDGES_H

#include <stdbool.h>
#include <stdint.h>

struct task;

/* All zero: there are none. */
struct task_edges {
    union {
        struct task *one;   /* while `capacity` is 0 */
        struct task **many; /* then on */
    };
    uint32_t count, capacity;
};

/** The tasks, `edges->count` of them. Borrowed: good until `edges` is next changed. */
static inline struct task *const *task_edges_items(const struct task_edges *edges)
{
    return edges->capacity ? edges->many : &edges->one;
}

/** Add `task` at the end of `edges`. @return false when out of memory */
bool task_edges_add(struct task_edges *edges, struct task *task);
bool task_edges_has(const struct task_edges *edges, const struct task *task);
/** Take `task` out, if it is there; the others keep their order. */
void task_edges_remove(struct task_edges *edges, const struct task *task);
/** Empty `edges`. */
void task_edges_release(struct task_edges *edges);

#endif
