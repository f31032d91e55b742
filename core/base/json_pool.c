/* json_pool.c - see json_pool.h. */
#include "base/json_pool.h"

#include <jansson.h>
#include <stdint.h>

#include "base/slab.h"

/* In front of each value: jansson does not say how large a value was. Values need no more than the
 * alignment of a pointer. */
struct header {
    size_t size; /* of all, bytes */
};

/* Never released: values may go to other threads, and outlive the one that made them. */
static _Thread_local struct slab slab;

static void *allocate(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct header))
        return NULL;
    size += sizeof(struct header);
    struct header *header = slab_take(&slab, size);
    if (!header)
        return NULL;
    header->size = size;
    return header + 1;
}

static void release(void *value)
{
    if (!value)
        return;
    struct header *header = (struct header *)value - 1;
    slab_give(&slab, header, header->size);
}

void json_pool_use(void)
{
#ifndef CLOUDIFY_SANITIZED /* sanitizers see what becomes of each value from malloc() only */
    json_set_alloc_funcs(allocate, release);
#else
    (void)allocate, (void)release;
#endif
}
