/* slab.c - see slab.h. */
#include "base/slab.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 64 * 1024 };

struct slab_piece {
    struct slab_piece *next; /* only while it is free */
};

struct slab_block {
    alignas(SLAB_GRAIN) struct slab_block *next;
    alignas(SLAB_GRAIN) char bytes[BLOCK_SIZE];
};

static size_t grains(size_t size)
{
    return (size + SLAB_GRAIN - 1) / SLAB_GRAIN;
}

/* Blocks are cut from their end. */
static void *cut(struct slab *slab, size_t size)
{
    if (slab->left < size) {
        struct slab_block *block = malloc(sizeof *block);
        if (!block)
            return NULL;
        block->next = slab->blocks;
        slab->blocks = block;
        slab->left = BLOCK_SIZE;
    }
    slab->left -= size;
    return slab->blocks->bytes + slab->left;
}

void *slab_take(struct slab *slab, size_t size)
{
    if (size > SLAB_LARGEST)
        return malloc(size);
    size_t count = grains(size);
    struct slab_piece *piece = slab->lists[count];
    if (!piece)
        return cut(slab, count * SLAB_GRAIN);
    slab->lists[count] = piece->next;
    return piece;
}

void slab_give(struct slab *slab, void *memory, size_t size)
{
    if (size > SLAB_LARGEST) {
        free(memory);
        return;
    }
    struct slab_piece *piece = memory, **list = &slab->lists[grains(size)];
    piece->next = *list;
    *list = piece;
}

void *slab_resize(struct slab *slab, void *piece, size_t old, size_t size)
{
    if (old > SLAB_LARGEST && size > SLAB_LARGEST)
        return realloc(piece, size);
    if (old <= SLAB_LARGEST && grains(old) == grains(size))
        return piece;
    void *moved = slab_take(slab, size);
    if (!moved)
        return NULL;
    memcpy(moved, piece, old < size ? old : size);
    slab_give(slab, piece, old);
    return moved;
}

void slab_release(struct slab *slab)
{
    while (slab->blocks) {
        struct slab_block *block = slab->blocks;
        slab->blocks = block->next;
        free(block);
    }
    *slab = (struct slab){0};
}
