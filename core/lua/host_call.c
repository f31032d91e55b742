/* host_call.c - see host_call.h. */
#include "lua/host_call.h"

#include <lauxlib.h>
#include <lualib.h>

#include "lua/exception.h"
#include "lua/lua_cloudify.h"

bool host_call(lua_State *L, int arguments, int results)
{
    int handler = lua_gettop(L) - arguments;
    lua_pushcfunction(L, lua_exception_handler);
    lua_insert(L, handler);
    int status = lua_pcall(L, arguments, results, handler);
    lua_remove(L, handler);
    return status == LUA_OK;
}

/* debug.NAME, or nil */
static void push_debug(lua_State *L, const char *name)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_getfield(L, -1, LUA_DBLIBNAME);
    if (lua_istable(L, -1))
        lua_getfield(L, -1, name);
    else
        lua_pushnil(L);
    lua_replace(L, -3);
    lua_pop(L, 1);
}

/* The debug library keeps the hooks of Lua code by their threads. */
static void copy_hook(lua_State *L, int thread)
{
    int top = lua_gettop(L);
    push_debug(L, "sethook");
    lua_pushvalue(L, thread);
    push_debug(L, "gethook");
    if (lua_isfunction(L, -3) && lua_isfunction(L, -1)) {
        lua_call(L, 0, 3);
        if (lua_isfunction(L, -3)) /* else it is one of C, which a new thread has by itself */
            lua_call(L, 4, 0);
    }
    lua_settop(L, top);
}

lua_State *host_thread_new(lua_State *L)
{
    lua_State *thread = lua_newthread(L);
    if (lua_gethookmask(L))
        copy_hook(L, lua_gettop(L));
    return thread;
}

/* Take templates out of a path of package, where Lua has them by default. */
static void leave_out(lua_State *L, const char *field, const char *templates)
{
    lua_getglobal(L, "package");
    lua_getfield(L, -1, field);
    luaL_gsub(L, luaL_checkstring(L, -1), templates, "");
    lua_setfield(L, -3, field);
    lua_pop(L, 2);
}

void host_libraries_open(lua_State *L)
{
    luaL_openlibs(L);
    leave_out(L, "path", ";./?.lua;./?/init.lua");
    leave_out(L, "cpath", ";./?.so");
    lua_cloudify_open(L);
}

static int open_state(lua_State *L)
{
    host_libraries_open(L);
    return 0;
}

lua_State *host_state_new(struct memory *memory)
{
    lua_State *L = memory_state_new(memory);
    if (!L)
        return NULL;
    lua_pushcfunction(L, open_state);
    if (lua_pcall(L, 0, 0, 0) == LUA_OK)
        return L;
    lua_close(L);
    return NULL;
}
