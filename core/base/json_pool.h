/* json_pool.h - memory for JSON values, which engines and workers make and free by the hundred
 * thousand: an event is some forty small allocations, all freed at the end of its turn.
 *
 * A program may choose its allocator, a library may not: so programs ask for this.
 */
#ifndef CLOUDIFY_BASE_JSON_POOL_H
#define CLOUDIFY_BASE_JSON_POOL_H

/** Let jansson take memory from a slab for each thread; to be called before the first value is
 * made. What json_dumps() gives is then for nobody to free(). */
void json_pool_use(void);

#endif
