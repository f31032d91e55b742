/* log_arguments.c - see log_arguments.h. */
#include "lua/log_arguments.h"

#include <lauxlib.h>
#include <lualib.h>

const char *lua_log_text(lua_State *L, int first)
{
    luaL_checkany(L, first);
    int count = lua_gettop(L) - first + 1;
    if (count == 1)
        return luaL_tolstring(L, first, NULL);
    luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 0);
    lua_getfield(L, -1, "format");
    lua_remove(L, -2);
    lua_insert(L, first);
    lua_call(L, count, 1);
    return lua_tostring(L, -1);
}

const char *lua_log_level(lua_State *L, int arg)
{
    static const char *const names[] = {"debug",    "info",      "warning", "error",
                                        "critical", "exception", "warn",    NULL};
    static const char *const levels[] = {"debug",    "info",  "warning", "error",
                                         "critical", "error", "warning"};
    return levels[luaL_checkoption(L, arg, NULL, names)];
}
