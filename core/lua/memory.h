/* memory.h - what Lua states may use. */
#ifndef CLOUDIFY_LUA_MEMORY_H
#define CLOUDIFY_LUA_MEMORY_H

#include <lua.h>
#include <stddef.h>

/* What some states use together, bytes. */
struct memory {
    size_t limit; /* they get no more; 0: no bound */
    size_t used;
};

/** Of all plugins in a worker, or another process of which one thread runs operations. */
extern struct memory memory_of_plugins;

/** Half of the memory of the machine, or of what the process is allowed of it, bytes; 0: unknown.
 */
size_t memory_fair_share(void);

/** A new state that uses `memory`, which must outlive it; NULL when there is not enough. Close it
 * by lua_close(). */
lua_State *memory_state_new(struct memory *memory);
/** Give back what it has held for more than it has now; to be called when it has come to rest. */
void memory_state_trim(lua_State *L);

#endif
