/* slab.h - memory for small things that come and go by the thousand: what is given back waits in a
 * list of its size, which is faster than malloc() in a heap that has long been in use.
 *
 * A slab belongs to one thread at a time. A piece may be given to another slab than the one that it
 * was taken from, which has to stay as long as the other.
 */
#ifndef CLOUDIFY_BASE_SLAB_H
#define CLOUDIFY_BASE_SLAB_H

#include <stddef.h>

/* Pieces of more than SLAB_LARGEST bytes are left to malloc(). */
enum { SLAB_GRAIN = 16, SLAB_LARGEST = 512, SLAB_LISTS = SLAB_LARGEST / SLAB_GRAIN + 1 };

struct slab_piece;
struct slab_block;

/* Start with `struct slab slab = {0};`. */
struct slab {
    struct slab_piece *lists[SLAB_LISTS]; /* free pieces by size in grains */
    struct slab_block *blocks;            /* the newest first */
    size_t left;                          /* at the end of the newest block, bytes */
    size_t held;                          /* in all blocks, bytes */
    size_t trim_at;                       /* so many held are looked through for empty blocks */
};

/** @return `size` > 0 bytes, aligned for anything, or NULL; slab_give() them with the same size. */
void *slab_take(struct slab *slab, size_t size);
/** Take a piece back that slab_take() or slab_resize() has given with `size` bytes. */
void slab_give(struct slab *slab, void *piece, size_t size);
/** @return what `piece` of `old` bytes holds, in `size` > 0 bytes; or NULL, and it stays. */
void *slab_resize(struct slab *slab, void *piece, size_t old, size_t size);
/** Free the blocks in which nothing is left; it also happens whenever a slab has doubled. */
void slab_trim(struct slab *slab);
/** Free all pieces but those of more than SLAB_LARGEST bytes. */
void slab_release(struct slab *slab);

#endif
