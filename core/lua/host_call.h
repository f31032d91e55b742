/* host_call.h - the one way in which the runtime runs code of plugins. */
#ifndef CLOUDIFY_LUA_HOST_CALL_H
#define CLOUDIFY_LUA_HOST_CALL_H

#include <lua.h>
#include <stdbool.h>

#include "lua/memory.h"

/**
 * Call the function below its `arguments` on the stack in protected mode; an error becomes an
 * exception with its traceback. [-(arguments + 1), +results or +1, m]
 *
 * @return true with `results` values on the stack, or false with the exception
 */
bool host_call(lua_State *L, int arguments, int results);

/**
 * Push a new coroutine that has the debug hook of `L`, also one that is set by Lua code, which is
 * how coverage is measured. [-0, +1, m]
 */
lua_State *host_thread_new(lua_State *L);

/**
 * Open the standard libraries and cloudify's modules. Modules are not looked for in the working
 * directory, as Lua does: what a plugin finds must not depend on where somebody stands. [-0, +0, e]
 */
void host_libraries_open(lua_State *L);

/**
 * A new state with the standard libraries and cloudify's modules, lua_close() it.
 *
 * @param memory what it uses, which must outlive it
 * @return NULL when there is not enough
 */
lua_State *host_state_new(struct memory *memory);

#endif
