/* slab_test.c - pieces of all sizes, taken, resized and given back in a random order. */
#include "base/slab.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../check.h"

enum { PIECES = 500, STEPS = 100000, LONGEST = 2 * SLAB_LARGEST };

struct piece {
    unsigned char *bytes; /* each is `mark` */
    size_t size;
    unsigned char mark;
};

static struct slab slab;
static struct piece pieces[PIECES];

static bool is_whole(const struct piece *piece, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (piece->bytes[i] != piece->mark)
            return false;
    }
    return (uintptr_t)piece->bytes % SLAB_GRAIN == 0;
}

static void fill(struct piece *piece, size_t size)
{
    piece->size = size;
    piece->mark = (unsigned char)rand();
    memset(piece->bytes, piece->mark, size);
}

static bool step(struct piece *piece)
{
    size_t size = 1 + (size_t)rand() % LONGEST;
    bool whole = !piece->bytes || is_whole(piece, piece->size);
    if (!piece->bytes) {
        piece->bytes = slab_take(&slab, size);
        fill(piece, size);
    } else if (rand() % 2) {
        size_t kept = size < piece->size ? size : piece->size;
        piece->bytes = slab_resize(&slab, piece->bytes, piece->size, size);
        whole = whole && is_whole(piece, kept);
        fill(piece, size);
    } else {
        slab_give(&slab, piece->bytes, piece->size);
        piece->bytes = NULL;
    }
    return whole;
}

static void test_random(void)
{
    bool whole = true;
    for (int i = 0; i < STEPS; i++)
        whole = step(&pieces[rand() % PIECES]) && whole;
    CHECK(whole, "no piece touches another");
    for (int i = 0; i < PIECES; i++) {
        if (pieces[i].bytes)
            slab_give(&slab, pieces[i].bytes, pieces[i].size);
    }
    slab_release(&slab);
}

static void test_use_again(void)
{
    for (size_t size = 1; size <= SLAB_LARGEST; size *= 2) {
        void *first = slab_take(&slab, size);
        slab_give(&slab, first, size);
        CHECK(slab_take(&slab, size) == first, "what was given back is taken again: %zu bytes",
              size);
    }
    slab_release(&slab);
}

int main(void)
{
    test_random();
    test_use_again();
    return checks_done();
}
