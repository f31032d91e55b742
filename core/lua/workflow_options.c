/* workflow_options.c - the options of a method, in a table, its last argument. */
#include "lua/workflow_run.h"

#include <string.h>

#include "base/suggest.h"
#include "lua/exception.h"
#include "lua/value.h"

bool workflow_is_callable(lua_State *L, int arg)
{
    if (lua_isfunction(L, arg))
        return true;
    bool callable = luaL_getmetafield(L, arg, "__call") != LUA_TNIL;
    lua_pop(L, callable);
    return callable;
}

int workflow_option(lua_State *L, int arg, const char *name)
{
    if (lua_isnoneornil(L, arg)) {
        lua_pushnil(L);
        return LUA_TNIL;
    }
    luaL_checktype(L, arg, LUA_TTABLE);
    return lua_getfield(L, arg, name);
}

static bool is_listed(const char *const names[], const char *name)
{
    for (size_t i = 0; names[i]; i++) {
        if (!strcmp(names[i], name))
            return true;
    }
    return false;
}

void workflow_check_options(lua_State *L, int arg, const char *method, const char *const names[])
{
    if (lua_isnoneornil(L, arg))
        return;
    luaL_checktype(L, arg, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, arg); lua_pop(L, 1)) {
        lua_pushvalue(L, -2); /* lua_tostring() would change the key */
        const char *name = luaL_tolstring(L, -1, NULL);
        if (lua_isinteger(L, -2) || !is_listed(names, name)) {
            struct suggestion suggestion;
            suggestion_init(&suggestion, name);
            for (size_t i = 0; names[i]; i++)
                suggestion_consider(&suggestion, names[i]);
            lua_exception_raise(L, "NonRecoverableError", "%s: no option '%s'%s%s%s", method, name,
                                suggestion.best ? "; did you mean '" : "",
                                suggestion.best ? suggestion.best : "",
                                suggestion.best ? "'?" : "");
        }
        lua_pop(L, 2);
    }
}

bool workflow_flag(lua_State *L, int arg, const char *name, bool fallback)
{
    int type = workflow_option(L, arg, name);
    bool flag = type == LUA_TNIL || lua_is_null(L, -1) ? fallback : lua_toboolean(L, -1);
    lua_pop(L, 1);
    return flag;
}

json_t *workflow_object(lua_State *L, int arg, const char *name)
{
    json_t **box = lua_json_box(L);
    if (workflow_option(L, arg, name) != LUA_TNIL && !lua_is_null(L, -1))
        *box = lua_json_check(L, -1, name);
    lua_pop(L, 1);
    if (*box && !json_is_object(*box))
        lua_exception_raise(L, "NonRecoverableError", "option '%s' must be a table of names", name);
    return *box;
}

void workflow_operation_options(lua_State *L, int arg, struct operation_call *call)
{
    lua_settop(L, arg + 1);
    call->operation = luaL_checkstring(L, arg);
    call->kwargs = workflow_object(L, arg + 1, "kwargs");
    call->allow_kwargs_override = workflow_flag(L, arg + 1, "allow_kwargs_override", false);
    call->send_events = workflow_flag(L, arg + 1, "send_task_events", true);
}
