/* memory.c - see memory.h: an allocator that counts. */
#include "lua/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <uv.h>

#include "base/slab.h"

/* So much a state may hold beyond twice of what it has, bytes. */
enum { SPARE = 4 * 1024 * 1024 };

struct memory memory_of_plugins;

/* What one state has of it. */
struct state_memory {
    struct memory *shared;
    size_t used; /* bytes; this goes with the last ones, as a plugin can close its state, too */
    struct slab slab;
};

/* ---- pieces ---- */

#ifndef CLOUDIFY_SANITIZED
static void *take(struct slab *slab, void *piece, size_t old_size, size_t size)
{
    return piece ? slab_resize(slab, piece, old_size, size) : slab_take(slab, size);
}

static void give(struct slab *slab, void *piece, size_t size)
{
    slab_give(slab, piece, size);
}
#else /* sanitizers see what becomes of each piece from malloc() only */
static void *take(struct slab *slab, void *piece, size_t old_size, size_t size)
{
    (void)slab, (void)old_size;
    return realloc(piece, size);
}

static void give(struct slab *slab, void *piece, size_t size)
{
    (void)slab, (void)size;
    free(piece);
}
#endif

static void state_memory_free(struct state_memory *own)
{
    slab_release(&own->slab);
    free(own);
}

/* As lua_Alloc wants it: the old size of what is new is something else. */
static void *allocate(void *data, void *piece, size_t old_size, size_t new_size)
{
    struct state_memory *own = data;
    struct memory *memory = own->shared;
    size_t limit = memory->limit, used = memory->used;
    if (!piece)
        old_size = 0;
    if (!new_size) {
        if (piece)
            give(&own->slab, piece, old_size);
        memory->used -= old_size;
        own->used -= old_size;
        if (!own->used)
            state_memory_free(own);
        return NULL;
    }
    if (limit && new_size > old_size && new_size - old_size > limit - (used < limit ? used : limit))
        return NULL;
    void *moved = take(&own->slab, piece, old_size, new_size);
    if (moved) {
        memory->used += new_size - old_size;
        own->used += new_size - old_size;
    }
    return moved;
}

/* ---- states ---- */

size_t memory_fair_share(void)
{
    uint64_t total = uv_get_total_memory(), constrained = uv_get_constrained_memory();
    if (constrained && constrained < total)
        total = constrained;
    return total / 2 < SIZE_MAX ? (size_t)(total / 2) : SIZE_MAX;
}

lua_State *memory_state_new(struct memory *memory)
{
    struct state_memory *own = calloc(1, sizeof *own);
    if (!own)
        return NULL;
    own->shared = memory;
    own->used = 1; /* a state that cannot be made does not take it along */
    lua_State *L = lua_newstate(allocate, own);
    own->used--;
    if (!L)
        state_memory_free(own);
    return L;
}

void memory_state_trim(lua_State *L)
{
    void *data;
    lua_getallocf(L, &data);
    struct state_memory *own = data;
    if (own->slab.held > SPARE + 2 * own->used)
        slab_trim(&own->slab);
}
