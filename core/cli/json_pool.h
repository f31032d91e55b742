/* json_pool.h - memory for JSON values, which an engine makes and frees by the hundred thousand.
 *
 * An event is some forty small allocations, all freed at the end of its turn. In a heap that the
 * blueprint has left fragmented, malloc() spends a third of the engine's time on these. A program
 * may choose its allocator, a library may not: so this is cfy's.
 */
#ifndef CLOUDIFY_CLI_JSON_POOL_H
#define CLOUDIFY_CLI_JSON_POOL_H

#include <jansson.h>

/** Let jansson use the pool; to be called before the first value is made. */
void json_pool_use(void);
/** A value as text, new: free() it, unlike a result of json_dumps(). NULL: out of memory. */
char *json_pool_dump(const json_t *value, size_t flags);

#endif
