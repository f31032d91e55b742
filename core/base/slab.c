/* slab.c - see slab.h. */
#include "base/slab.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Blocks begin at multiples of BLOCK_PLACE, so that pieces find theirs; they are shorter by what
 * malloc() needs in between. A slab of TRIM_LEAST bytes is not worth a search. */
enum { BLOCK_PLACE = 64 * 1024, BLOCK_SIZE = BLOCK_PLACE - 64, TRIM_LEAST = 16 * BLOCK_PLACE };

struct slab_piece {
    struct slab_piece *next; /* only while it is free */
};

struct slab_block {
    struct slab_block *next;
    const struct slab *owner;
    size_t cut;    /* bytes in pieces; not known of the newest one */
    size_t unused; /* of those, while slab_trim() runs */
    bool is_empty;
    alignas(SLAB_GRAIN) char bytes[];
};

static const size_t BLOCK_BYTES = BLOCK_SIZE - sizeof(struct slab_block);

static size_t grains(size_t size)
{
    return (size + SLAB_GRAIN - 1) / SLAB_GRAIN;
}

/* ---- blocks ---- */

static struct slab_block *block_of(const struct slab_piece *piece)
{
    return (struct slab_block *)((uintptr_t)piece & ~(uintptr_t)(BLOCK_PLACE - 1));
}

static bool add_block(struct slab *slab)
{
    void *memory;
    if (posix_memalign(&memory, BLOCK_PLACE, BLOCK_SIZE) != 0)
        return false;
    struct slab_block *block = memory;
    *block = (struct slab_block){.next = slab->blocks, .owner = slab};
    if (slab->blocks)
        slab->blocks->cut = BLOCK_BYTES - slab->left;
    slab->blocks = block;
    slab->left = BLOCK_BYTES;
    slab->held += BLOCK_SIZE;
    return true;
}

/* Blocks are cut from their end. */
static void *cut(struct slab *slab, size_t count)
{
    size_t size = count * SLAB_GRAIN;
    if (slab->left >= size) {
        slab->left -= size;
        return slab->blocks->bytes + slab->left;
    }
    if (slab->held >= TRIM_LEAST && slab->held >= slab->trim_at)
        slab_trim(slab);
    if (!add_block(slab))
        return NULL;
    slab->left -= size;
    return slab->blocks->bytes + slab->left;
}

/* ---- trimming ---- */

/* Blocks of other slabs are not touched: these may belong to other threads. */
static void count_unused(struct slab *slab)
{
    for (size_t count = 1; count < SLAB_LISTS; count++) {
        for (struct slab_piece *piece = slab->lists[count]; piece; piece = piece->next) {
            struct slab_block *block = block_of(piece);
            if (block->owner == slab)
                block->unused += count * SLAB_GRAIN;
        }
    }
}

static void find_empty(struct slab *slab)
{
    for (struct slab_block *block = slab->blocks; block; block = block->next) {
        block->is_empty = block != slab->blocks && block->unused == block->cut;
        block->unused = 0;
    }
}

static void forget_pieces(const struct slab *slab, struct slab_piece **link)
{
    while (*link) {
        const struct slab_block *block = block_of(*link);
        if (block->owner == slab && block->is_empty)
            *link = (*link)->next;
        else
            link = &(*link)->next;
    }
}

static void free_empty(struct slab *slab)
{
    struct slab_block **link = &slab->blocks;
    while (*link) {
        struct slab_block *block = *link;
        if (!block->is_empty) {
            link = &block->next;
            continue;
        }
        *link = block->next;
        slab->held -= BLOCK_SIZE;
        free(block);
    }
}

void slab_trim(struct slab *slab)
{
    count_unused(slab);
    find_empty(slab);
    for (size_t count = 1; count < SLAB_LISTS; count++)
        forget_pieces(slab, &slab->lists[count]);
    free_empty(slab);
    slab->trim_at = 2 * slab->held;
}

/* ---- pieces ---- */

void *slab_take(struct slab *slab, size_t size)
{
    if (size > SLAB_LARGEST)
        return malloc(size);
    size_t count = grains(size);
    struct slab_piece *piece = slab->lists[count];
    if (!piece)
        return cut(slab, count);
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
