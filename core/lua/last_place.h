/* last_place.h - says where the code of an operation was when it was ended from outside. */
#ifndef CLOUDIFY_LUA_LAST_PLACE_H
#define CLOUDIFY_LUA_LAST_PLACE_H

#include <lua.h>

#include "lua/operation_host.h"

/**
 * From now on SIGTERM ends this process, a worker, only when the operation whose code runs has
 * logged where it is: at its next instruction of Lua, also behind a child that is ended with it.
 * One that comes to none within half a second, or runs a coroutine of its own, logs nothing.
 */
void last_place_watch(void);
/** Code runs in the coroutine `thread` for the operation of `channel`, until last_place_end(). */
void last_place_begin(lua_State *thread, const struct operation_channel *channel);
void last_place_end(void);
/** Log where the code is that runs, in the thread that runs it: it goes no further. */
void last_place_tell(void);
/** Log where the coroutine `thread` of an operation waits. [-0, +0, -] */
void last_place_log(lua_State *thread, const struct operation_channel *channel);

#endif
