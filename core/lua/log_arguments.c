/* log_arguments.c - see log_arguments.h. */
#include "lua/log_arguments.h"

#include <lauxlib.h>
#include <lualib.h>

#include "lua/exception.h"

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
    return luaL_tolstring(L, -1, NULL); /* whatever somebody has put in its place */
}

const char *lua_log_exception_text(lua_State *L, int first)
{
    if (lua_gettop(L) != first || lua_type(L, first) != LUA_TUSERDATA)
        return lua_log_text(L, first);
    lua_pushcfunction(L, lua_exception_handler);
    lua_pushvalue(L, first);
    lua_call(L, 1, 1);
    lua_getfield(L, -1, "traceback");
    const char *traceback = lua_tostring(L, -1);
    const char *text = luaL_tolstring(L, first, NULL);
    return lua_pushfstring(L, "%s\n%s", text, traceback);
}

const char *lua_log_level(lua_State *L, int arg)
{
    static const char *const names[] = {"debug",    "info",      "warning", "error",
                                        "critical", "exception", "warn",    NULL};
    static const char *const levels[] = {"debug",    "info",  "warning", "error",
                                         "critical", "error", "warning"};
    return levels[luaL_checkoption(L, arg, NULL, names)];
}
