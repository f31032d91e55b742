/* text_pool.c - see text_pool.h. */
#include "base/text_pool.h"

#include <stdint.h>
#include <string.h>

enum { LONGEST = 64 }; /* longer texts hardly come again */

static struct pooled_text *slot_of(struct text_pool *pool, const char *text, size_t length)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return &pool->slots[(hash ^ (hash >> 16)) % TEXT_POOL_SLOTS];
}

const char *text_pool_keep(struct text_pool *pool, struct arena *arena, const char *text,
                           size_t length)
{
    if (length > LONGEST)
        return arena_strndup(arena, text, length);
    struct pooled_text *slot = slot_of(pool, text, length);
    if (slot->text && slot->length == length && !memcmp(slot->text, text, length))
        return slot->text;
    const char *copy = arena_strndup(arena, text, length);
    if (copy)
        *slot = (struct pooled_text){copy, length};
    return copy;
}
