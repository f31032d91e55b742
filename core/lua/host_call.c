/* host_call.c - see host_call.h. */
#include "lua/host_call.h"

#include <lauxlib.h>
#include <lualib.h>

#include "lua/exception.h"
#include "lua/lua_cloudify.h"
#include "lua/memory.h"

bool host_call(lua_State *L, int arguments, int results)
{
    int handler = lua_gettop(L) - arguments;
    lua_pushcfunction(L, lua_exception_handler);
    lua_insert(L, handler);
    int status = lua_pcall(L, arguments, results, handler);
    lua_remove(L, handler);
    return status == LUA_OK;
}

static int open_state(lua_State *L)
{
    luaL_openlibs(L);
    lua_cloudify_open(L);
    return 0;
}

lua_State *host_state_new(void)
{
    lua_State *L = memory_state_new();
    if (!L)
        return NULL;
    lua_pushcfunction(L, open_state);
    if (lua_pcall(L, 0, 0, 0) == LUA_OK)
        return L;
    lua_close(L);
    return NULL;
}
