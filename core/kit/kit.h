/* kit.h - what a program needs that runs specs of plugins: the modules of its Lua state. */
#ifndef CLOUDIFY_KIT_KIT_H
#define CLOUDIFY_KIT_KIT_H

#include <lua.h>

/**
 * Open the runtime in a state, as lua_cloudify_open(), with what cloudify.test_utils stands on.
 * [-0, +0, m]
 */
void kit_open(lua_State *L);

#endif
