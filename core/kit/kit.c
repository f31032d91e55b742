/* kit.c - see kit.h. */
#include "kit/kit.h"

#include <lauxlib.h>

#include "kit/local_environment.h"
#include "lua/lua_cloudify.h"

void kit_open(lua_State *L)
{
    lua_cloudify_open(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, lua_open_local_environment);
    lua_setfield(L, -2, "cloudify.local_environment");
    lua_pop(L, 1);
}
