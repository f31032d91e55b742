/* memory.h - what the Lua states of this process may use together. */
#ifndef CLOUDIFY_LUA_MEMORY_H
#define CLOUDIFY_LUA_MEMORY_H

#include <lua.h>
#include <stddef.h>

/** From now on states of memory_state_new() get at most `bytes` together; 0: no bound. */
void memory_set_limit(size_t bytes);
/** That bound, bytes, or 0. */
size_t memory_limit(void);

/** A new state whose memory is counted; NULL when out of memory. */
lua_State *memory_state_new(void);

#endif
