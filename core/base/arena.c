/* arena.c - see arena.h. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 64 * 1024 };

/* No long double: it would ask for twice the alignment of all else. */
union any_type {
    void *pointer;
    int64_t integer;
    double real;
};

struct arena_block {
    struct arena_block *next;
    size_t size; /* of data, bytes */
    alignas(union any_type) char data[];
};

static struct arena_block *block_new(size_t size)
{
    struct arena_block *block = size < SIZE_MAX / 2 ? malloc(sizeof *block + size) : NULL;
    if (block)
        block->size = size;
    return block;
}

/* A large piece gets a block of its own behind the current one, which stays in use. */
static void *take_large(struct arena *arena, size_t size)
{
    struct arena_block *block = block_new(size);
    if (!block)
        return NULL;
    if (arena->blocks) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        block->next = NULL;
        arena->blocks = block;
        arena->used = size;
    }
    return block->data;
}

/* `size` bytes that begin at a multiple of `align`. */
static void *take(struct arena *arena, size_t size, size_t align)
{
    if (size > BLOCK_SIZE / 4)
        return take_large(arena, size);
    size_t start = (arena->used + align - 1) / align * align;
    if (!arena->blocks || start + size > arena->blocks->size) {
        struct arena_block *block = block_new(BLOCK_SIZE);
        if (!block)
            return NULL;
        block->next = arena->blocks;
        arena->blocks = block;
        start = 0;
    }
    arena->used = start + size;
    return arena->blocks->data + start;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    void *piece = take(arena, size, alignof(union any_type));
    return piece ? memset(piece, 0, size) : NULL;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    char *copy = length < SIZE_MAX ? take(arena, length + 1, 1) : NULL;
    if (!copy)
        return NULL;
    if (length)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

static void free_blocks(struct arena_block *block)
{
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_reset(struct arena *arena)
{
    if (!arena->blocks)
        return;
    free_blocks(arena->blocks->next);
    arena->blocks->next = NULL;
    arena->used = 0;
}

void arena_release(struct arena *arena)
{
    free_blocks(arena->blocks);
    *arena = (struct arena){0};
}
