/* arena.h - memory that is freed all at once, with the thing it was allocated for. */
#ifndef CLOUDIFY_BASE_ARENA_H
#define CLOUDIFY_BASE_ARENA_H

#include <stddef.h>

struct arena_block;

/* Start with `struct arena arena = {0};`. */
struct arena {
    struct arena_block *blocks;
    size_t used; /* of the newest block, bytes */
};

/** @return `size` zeroed bytes, aligned for pointers and numbers, or NULL; good until
 * arena_release(). */
void *arena_alloc(struct arena *arena, size_t size);
/** @return a copy of the `length` bytes at `text` with a NUL behind, or NULL. */
char *arena_strndup(struct arena *arena, const char *text, size_t length);
/** @return a copy of `text`, or NULL. */
char *arena_strdup(struct arena *arena, const char *text);
/** Free all that was allocated, and keep the memory for what will be. */
void arena_reset(struct arena *arena);
void arena_release(struct arena *arena);

#endif
