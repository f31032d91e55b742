/* memory.c - see memory.h: an allocator that counts. */
#include "lua/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <uv.h>

struct memory memory_of_plugins;

/* As lua_Alloc wants it: the old size of what is new is something else. */
static void *allocate(void *data, void *block, size_t old_size, size_t new_size)
{
    struct memory *memory = data;
    size_t limit = memory->limit, used = memory->used;
    if (!block)
        old_size = 0;
    if (!new_size) {
        free(block);
        memory->used -= old_size;
        return NULL;
    }
    if (limit && new_size > old_size && new_size - old_size > limit - (used < limit ? used : limit))
        return NULL;
    void *moved = realloc(block, new_size);
    if (moved)
        memory->used += new_size - old_size;
    return moved;
}

size_t memory_fair_share(void)
{
    uint64_t total = uv_get_total_memory(), constrained = uv_get_constrained_memory();
    if (constrained && constrained < total)
        total = constrained;
    return total / 2 < SIZE_MAX ? (size_t)(total / 2) : SIZE_MAX;
}

lua_State *memory_state_new(struct memory *memory)
{
    return lua_newstate(allocate, memory);
}
