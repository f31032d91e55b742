/* exception_causes.c - what an exception was caused by, in whatever form it was given. */
#include <lauxlib.h>

#include "lua/exception.h"
#include "lua/exception_internal.h"
#include "lua/value.h"

/* Append the value on top of the stack, which is popped, to the list at `list`. */
static void append(lua_State *L, int list)
{
    lua_seti(L, list, luaL_len(L, list) + 1);
}

/* Push where the exception at `index` was raised; or made, if it was caught where nobody looked; or
 * is told of now. */
static void push_traceback(lua_State *L, int index, int fields)
{
    if (lua_getfield(L, fields, "traceback") != LUA_TNIL)
        return;
    lua_pop(L, 1);
    if (lua_getiuservalue(L, index, 2) == LUA_TSTRING)
        return;
    lua_pop(L, 1);
    luaL_traceback(L, L, NULL, 1);
}

/* Push {message, type, traceback} of the exception at `index`. */
static void push_cause(lua_State *L, int index)
{
    lua_createtable(L, 0, 3);
    int cause = lua_gettop(L);
    lua_getiuservalue(L, index, 1);
    lua_getfield(L, cause + 1, "message");
    lua_setfield(L, cause, "message");
    lua_getfield(L, index, "type");
    lua_setfield(L, cause, "type");
    push_traceback(L, index, cause + 1);
    lua_setfield(L, cause, "traceback");
    lua_settop(L, cause);
}

int lua_exception_cause(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    exception_ensure(L, 1);
    push_cause(L, 1);
    return 1;
}

/* The causes of the exception at `index`, then itself. */
static void add_exception(lua_State *L, int list, int index)
{
    int top = lua_gettop(L);
    lua_getfield(L, index, "causes");
    lua_Integer count = luaL_len(L, top + 1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(L, top + 1, i);
        append(L, list);
    }
    push_cause(L, index);
    append(L, list);
    lua_settop(L, top);
}

/* A cause that is a table stays as it is; anything else is told as an exception tells it. */
static void add_cause(lua_State *L, int list, int index)
{
    if (lua_istable(L, index)) {
        lua_pushvalue(L, index);
        append(L, list);
        return;
    }
    exception_ensure(L, index);
    add_exception(L, list, index);
}

/* One cause may stand without a list around it. */
static bool is_list(lua_State *L, int index)
{
    if (!lua_istable(L, index))
        return false;
    lua_pushliteral(L, "message");
    bool list = lua_rawget(L, index) == LUA_TNIL;
    lua_pop(L, 1);
    return list;
}

void exception_normalize_causes(lua_State *L, int index)
{
    lua_newtable(L);
    lua_mark_array(L, -1);
    int list = lua_gettop(L);
    if (is_list(L, index)) {
        lua_Integer count = luaL_len(L, index);
        for (lua_Integer i = 1; i <= count; i++) {
            lua_geti(L, index, i);
            add_cause(L, list, list + 1);
            lua_settop(L, list);
        }
    } else if (!lua_isnil(L, index)) {
        lua_pushvalue(L, index);
        add_cause(L, list, list + 1);
        lua_settop(L, list);
    }
    lua_replace(L, index);
}
