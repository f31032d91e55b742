/* task_edges.c - one task in place, more in an array. */
#include "engine/task_edges.h"

#include <stdlib.h>
#include <string.h>

static bool grow(struct task_edges *edges)
{
    uint32_t capacity = edges->capacity ? edges->capacity * 2 : 2;
    struct task **many = realloc(edges->capacity ? edges->many : NULL, capacity * sizeof *many);
    if (!many)
        return false;
    if (!edges->capacity)
        many[0] = edges->one;
    edges->many = many;
    edges->capacity = capacity;
    return true;
}

bool task_edges_add(struct task_edges *edges, struct task *task)
{
    if (!edges->count && !edges->capacity) {
        edges->one = task;
        edges->count = 1;
        return true;
    }
    if (edges->count >= edges->capacity && !grow(edges))
        return false;
    edges->many[edges->count++] = task;
    return true;
}

bool task_edges_has(const struct task_edges *edges, const struct task *task)
{
    struct task *const *items = task_edges_items(edges);
    for (uint32_t i = 0; i < edges->count; i++) {
        if (items[i] == task)
            return true;
    }
    return false;
}

void task_edges_remove(struct task_edges *edges, const struct task *task)
{
    struct task **items = edges->capacity ? edges->many : &edges->one;
    for (uint32_t i = 0; i < edges->count; i++) {
        if (items[i] == task) {
            memmove(items + i, items + i + 1, (edges->count - i - 1) * sizeof *items);
            edges->count--;
            return;
        }
    }
}

void task_edges_release(struct task_edges *edges)
{
    if (edges->capacity)
        free(edges->many);
    *edges = (struct task_edges){0};
}
