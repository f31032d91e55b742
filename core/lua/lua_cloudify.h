/* lua_cloudify.h - makes `require("cloudify")` and all below it work in a Lua state. */
#ifndef CLOUDIFY_LUA_LUA_CLOUDIFY_H
#define CLOUDIFY_LUA_LUA_CLOUDIFY_H

#include <lua.h>

/**
 * Prepare a state that has the standard libraries: registers the C modules (`cloudify.core` and
 * what else starts with `cloudify.` in C) in package.preload, puts a searcher for the Lua modules
 * embedded in the library behind it, and makes the functions of `table` follow tracked values and
 * os.execute and io.popen start their children in process groups of their own.
 * [-0, +0, e]: call it in protected mode. A second call does nothing.
 */
void lua_cloudify_open(lua_State *L);

/** Push the field `name` of the Lua module `module`, loaded if need be. [-0, +1, v] */
void lua_module_field(lua_State *L, const char *module, const char *name);

#endif
