/* json_pool.c - see json_pool.h: lists of free pieces, one for each size. */
#include "cli/json_pool.h"

#include <stdint.h>
#include <stdlib.h>

/* A piece is a multiple of GRAIN, its header included; larger ones are left to malloc(). */
enum { GRAIN = 16, CLASSES = 17, BLOCK_SIZE = 64 * 1024 };

/* In front of each piece. Values need no more than the alignment of a pointer. */
struct header {
    size_t class; /* size in GRAINs; 0: from malloc() */
};

struct piece {
    struct header header;
    struct piece *next; /* only while it is free */
};

static _Thread_local struct piece *free_pieces[CLASSES];
/* What is left of the newest block. Blocks are never given back. */
static _Thread_local char *block;
static _Thread_local size_t block_left;

static struct header *cut(size_t class)
{
    size_t size = class * GRAIN;
    if (block_left < size) {
        char *fresh = malloc(BLOCK_SIZE);
        if (!fresh)
            return NULL;
        block = fresh;
        block_left = BLOCK_SIZE;
    }
    struct header *header = (struct header *)block;
    block += size;
    block_left -= size;
    header->class = class;
    return header;
}

static void *allocate(size_t size)
{
    size_t class = (size + sizeof(struct header) + GRAIN - 1) / GRAIN;
    struct header *header;
    if (class >= CLASSES) {
        header = size < SIZE_MAX - sizeof *header ? malloc(sizeof *header + size) : NULL;
        if (header)
            header->class = 0;
    } else if (free_pieces[class]) {
        header = &free_pieces[class]->header;
        free_pieces[class] = free_pieces[class]->next;
    } else {
        header = cut(class);
    }
    return header ? header + 1 : NULL;
}

static void release(void *memory)
{
    if (!memory)
        return;
    struct header *header = (struct header *)memory - 1;
    if (!header->class) {
        free(header);
        return;
    }
    struct piece *piece = (struct piece *)header;
    piece->next = free_pieces[header->class];
    free_pieces[header->class] = piece;
}

void json_pool_use(void)
{
#ifndef CLOUDIFY_SANITIZED /* sanitizers see what becomes of each piece from malloc() only */
    json_set_alloc_funcs(allocate, release);
#else
    (void)allocate, (void)release;
#endif
}

char *json_pool_dump(const json_t *value, size_t flags)
{
    size_t size = json_dumpb(value, NULL, 0, flags);
    char *text = size ? malloc(size + 1) : NULL;
    if (text)
        text[json_dumpb(value, text, size, flags)] = '\0';
    return text;
}
