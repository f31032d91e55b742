/* slab_test.c - pieces of all sizes, taken, resized and given back in a random order. */
#include "base/slab.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../check.h"

enum { PIECES = 500, STEPS = 100000, LONGEST = 2 * SLAB_LARGEST, TOTAL = 8 << 20 };

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

/* Take pieces of `size` bytes, `total` bytes in all, and give back those that are not kept. */
static void take_and_give(size_t size, size_t total, void **kept)
{
    static void *taken[TOTAL / SLAB_GRAIN];
    size_t count = total / size;
    for (size_t i = 0; i < count; i++)
        taken[i] = slab_take(&slab, size);
    for (size_t i = kept ? 1 : 0; i < count; i++)
        slab_give(&slab, taken[i], size);
    if (kept)
        *kept = taken[0];
}

static void test_other_sizes(void)
{
    for (size_t size = SLAB_GRAIN; size <= SLAB_LARGEST; size += SLAB_GRAIN)
        take_and_give(size, TOTAL, NULL);
    CHECK(slab.held < 3 * TOTAL, "memory of one size becomes memory of others: %zu bytes",
          slab.held);
    slab_release(&slab);
}

static void test_trim(void)
{
    struct piece kept[] = {{.size = 16}, {.size = 48}, {.size = SLAB_LARGEST}};
    for (int i = 0; i < 3; i++) {
        take_and_give(kept[i].size, TOTAL, (void **)&kept[i].bytes);
        fill(&kept[i], kept[i].size);
    }
    slab_trim(&slab);
    CHECK(slab.held < TOTAL / 4, "empty blocks are freed: %zu bytes are left", slab.held);
    for (size_t size = 1; size <= SLAB_LARGEST; size++)
        memset(slab_take(&slab, size), 0, size);
    for (int i = 0; i < 3; i++)
        CHECK(is_whole(&kept[i], kept[i].size), "what is in use stays: %zu bytes", kept[i].size);
    slab_release(&slab);
    CHECK(!slab.held, "nothing is left after the release");
}

/* As when a value ends in another thread than it began. */
static void test_two_slabs(void)
{
    struct slab other = {0};
    enum { COUNT = 10000 };
    static struct piece taken[COUNT];
    for (int i = 0; i < COUNT; i++) {
        taken[i] = (struct piece){.bytes = slab_take(&other, 64)};
        if (i % 2)
            slab_give(&slab, taken[i].bytes, 64);
        else
            fill(&taken[i], 64);
    }
    slab_trim(&slab);
    slab_trim(&other);
    take_and_give(64, TOTAL, NULL);
    bool whole = true;
    for (int i = 0; i < COUNT; i += 2)
        whole = whole && is_whole(&taken[i], 64);
    CHECK(whole, "pieces of another slab are no reason to free its blocks");
    slab_release(&slab);
    slab_release(&other);
}

int main(void)
{
    test_random();
    test_use_again();
    test_other_sizes();
    test_trim();
    test_two_slabs();
    return checks_done();
}
