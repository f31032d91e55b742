/* text_pool.h - copies of texts that come again and again: one that was met lately is kept once. */
#ifndef CLOUDIFY_BASE_TEXT_POOL_H
#define CLOUDIFY_BASE_TEXT_POOL_H

#include <stddef.h>

#include "base/arena.h"

enum { TEXT_POOL_SLOTS = 1024 };

struct pooled_text {
    const char *text; /* in the arena, or NULL */
    size_t length;
};

/* Start with zeroes, and use it with one arena only. */
struct text_pool {
    struct pooled_text slots[TEXT_POOL_SLOTS]; /* by hash, each the last such text */
};

/** @return the `length` bytes at `text` with a NUL behind, as long as `arena`; or NULL. */
const char *text_pool_keep(struct text_pool *pool, struct arena *arena, const char *text,
                           size_t length);

#endif
