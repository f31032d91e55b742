/* exit.c - see exit.h. */
#include "kit/exit.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdbool.h>

#include "lua/exception.h"
#include "lua/host_call.h"

static const char original_key; /* registry: os.exit */

static int refuse(lua_State *L)
{
    return lua_exception_raise(
        L, "NonRecoverableError",
        "os.exit ends the process of the operation: that is the spec's, here");
}

/* Push the library `os` and its function `exit`. */
static bool push_exit(lua_State *L)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    if (lua_getfield(L, -1, LUA_OSLIBNAME) != LUA_TTABLE)
        return false;
    lua_pushliteral(L, "exit");
    lua_rawget(L, -2);
    return true;
}

static void set_exit(lua_State *L)
{
    lua_pushliteral(L, "exit");
    lua_insert(L, -2);
    lua_rawset(L, -3);
}

static int replace(lua_State *L)
{
    if (!push_exit(L) || !lua_iscfunction(L, -1))
        return 0;
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &original_key);
    lua_pop(L, 1);
    lua_pushcfunction(L, refuse);
    set_exit(L);
    return 0;
}

static int restore(lua_State *L)
{
    if (!push_exit(L) || lua_tocfunction(L, -1) != refuse)
        return 0;
    lua_pop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &original_key);
    set_exit(L);
    return 0;
}

void exit_refuse(lua_State *L)
{
    lua_pushcfunction(L, replace);
    if (!host_call(L, 0, 0))
        lua_pop(L, 1);
}

void exit_restore(lua_State *L)
{
    lua_pushcfunction(L, restore);
    if (!host_call(L, 0, 0))
        lua_pop(L, 1);
}
