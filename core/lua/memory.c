/* memory.c - see memory.h: an allocator that counts. */
#include "lua/memory.h"

#include <stdlib.h>

static size_t limit, used;

/* As lua_Alloc wants it: the old size of what is new is something else. */
static void *allocate(void *data, void *block, size_t old_size, size_t new_size)
{
    (void)data;
    if (!block)
        old_size = 0;
    if (!new_size) {
        free(block);
        used -= old_size;
        return NULL;
    }
    if (limit && new_size > old_size && new_size - old_size > limit - (used < limit ? used : limit))
        return NULL;
    void *moved = realloc(block, new_size);
    if (moved)
        used += new_size - old_size;
    return moved;
}

void memory_set_limit(size_t bytes)
{
    limit = bytes;
}

size_t memory_limit(void)
{
    return limit;
}

lua_State *memory_state_new(void)
{
    return lua_newstate(allocate, NULL);
}
