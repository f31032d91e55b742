/* core_module.c - cloudify.core and cloudify.json. */
#include "lua/core_module.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/suggest.h"
#include "lua/exception.h"
#include "lua/lua_class.h"
#include "lua/tracked.h"
#include "lua/value.h"

static int core_array(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_mark_array(L, 1);
    return 1;
}

static int core_object(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_mark_object(L, 1);
    return 1;
}

/* is_null(t, key): whether t has a null there, which indexing shows as nil; or is_null(value). */
static int core_is_null(lua_State *L)
{
    const json_t *container = lua_tracked_json(L, 1);
    bool null;
    if (lua_gettop(L) < 2)
        null = lua_is_null(L, 1);
    else if (json_is_object(container) && lua_type(L, 2) == LUA_TSTRING)
        null = json_is_null(json_object_get(container, lua_tostring(L, 2)));
    else if (json_is_array(container) && lua_isinteger(L, 2))
        null = json_is_null(json_array_get(container, (size_t)lua_tointeger(L, 2) - 1));
    else if (lua_istable(L, 1)) {
        lua_settop(L, 2);
        lua_rawget(L, 1);
        null = lua_is_null(L, -1);
    } else
        null = false;
    lua_pushboolean(L, null);
    return 1;
}

static int core_is_empty(lua_State *L)
{
    const json_t *container = lua_tracked_json(L, 1);
    if (container) {
        lua_pushboolean(L, !json_array_size(container) && !json_object_size(container));
        return 1;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_pushnil(L);
    lua_pushboolean(L, !lua_next(L, 1));
    return 1;
}

/* type(x): "object", "array", "null", or what Lua's type says. */
static int core_type(lua_State *L)
{
    luaL_checkany(L, 1);
    const json_t *container = lua_tracked_json(L, 1);
    if (container)
        lua_pushstring(L, json_is_array(container) ? "array" : "object");
    else if (lua_is_null(L, 1))
        lua_pushliteral(L, "null");
    else if (lua_istable(L, 1))
        lua_pushstring(L, lua_rawlen(L, 1) || lua_is_marked_array(L, 1) ? "array" : "object");
    else
        lua_pushstring(L, luaL_typename(L, 1));
    return 1;
}

/* totable(x): a plain copy, shared with nobody; a plain value comes back as it is. */
static int core_totable(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    const json_t *container = lua_tracked_json(L, 1);
    if (!container && !lua_istable(L, 1))
        return 1;
    json_t **box = lua_json_box(L);
    *box = lua_json_check(L, 1, "value");
    lua_json_push(L, *box);
    return 1;
}

static int core_is_exception(lua_State *L)
{
    const char *class = luaL_checkstring(L, 2);
    lua_pushboolean(L, lua_exception_is(L, 1, class));
    return 1;
}

/* member(object, name): "field", "method" or nil, of ctx and what hangs on it. */
static int core_member(lua_State *L)
{
    luaL_checkany(L, 2);
    lua_pushstring(L, lua_class_member(L, 1, 2));
    return 1;
}

/* members(object): name -> "field" or "method", likewise. */
static int core_members(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_class_push_members(L, 1);
    return 1;
}

/* suggest(wanted, names): the name that `wanted` was probably meant to be, or nil. */
static int core_suggest(lua_State *L)
{
    struct suggestion suggestion;
    suggestion_init(&suggestion, luaL_checkstring(L, 1));
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_pushnil(L);
    while (lua_next(L, 2)) {
        if (lua_type(L, -1) == LUA_TSTRING)
            suggestion_consider(&suggestion, lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    lua_pushstring(L, suggestion.best);
    return 1;
}

int lua_open_core(lua_State *L)
{
    static const luaL_Reg functions[] = {{"array", core_array},
                                         {"object", core_object},
                                         {"is_null", core_is_null},
                                         {"is_empty", core_is_empty},
                                         {"type", core_type},
                                         {"totable", core_totable},
                                         {"is_exception", core_is_exception},
                                         {"member", core_member},
                                         {"members", core_members},
                                         {"suggest", core_suggest},
                                         {"exception_handler", lua_exception_handler},
                                         {"exception_cause", lua_exception_cause},
                                         {NULL, NULL}};
    luaL_newlib(L, functions);
    lua_null_push(L);
    lua_setfield(L, -2, "null");
    lua_exception_classes_push(L);
    lua_setfield(L, -2, "exceptions");
    return 1;
}

static int json_encode(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    json_t **box = lua_json_box(L);
    *box = lua_json_check(L, 1, "value");
    json_t **text = lua_json_box(L);
    char *encoded = json_text(*box);
    *text = encoded ? json_string(encoded) : NULL;
    free(encoded);
    if (!*text)
        return luaL_error(L, "out of memory");
    lua_pushlstring(L, json_string_value(*text), json_string_length(*text));
    return 1;
}

static int json_decode(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    json_t **box = lua_json_box(L);
    struct error err = {0};
    *box = json_parse(text, length, "JSON text", &err);
    if (!*box)
        return lua_exception_raise(L, "NonRecoverableError", "%s", err.text);
    lua_json_push(L, *box);
    return 1;
}

int lua_open_json(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"encode", json_encode}, {"decode", json_decode}, {NULL, NULL}};
    luaL_newlib(L, functions);
    lua_null_push(L);
    lua_setfield(L, -2, "null");
    return 1;
}
