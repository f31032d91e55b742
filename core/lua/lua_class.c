/* lua_class.c - see lua_class.h. */
#include "lua/lua_class.h"

#include <stdbool.h>

#include "base/suggest.h"
#include "lua/exception.h"
#include "lua/trace.h"

/* Upvalues of __index and __newindex. */
enum { GETTERS = 1, METHODS = 2, SHOWN = 3, SETTERS = 4 };

static void consider_keys(lua_State *L, int table, struct suggestion *suggestion)
{
    lua_pushnil(L);
    while (lua_next(L, table)) {
        lua_pop(L, 1);
        suggestion_consider(suggestion, lua_tostring(L, -1));
    }
}

static int refuse(lua_State *L, const char *name)
{
    struct suggestion suggestion;
    suggestion_init(&suggestion, name);
    consider_keys(L, lua_upvalueindex(GETTERS), &suggestion);
    consider_keys(L, lua_upvalueindex(METHODS), &suggestion);
    const char *shown = lua_tostring(L, lua_upvalueindex(SHOWN));
    if (suggestion.best)
        return lua_exception_raise(L, "NonRecoverableError",
                                   "%s has no field '%s' (did you mean '%s'?)", shown, name,
                                   suggestion.best);
    return lua_exception_raise(L, "NonRecoverableError", "%s has no field '%s'", shown, name);
}

static int class_index(lua_State *L)
{
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(GETTERS)) == LUA_TFUNCTION) {
        lua_pushvalue(L, 1);
        lua_call(L, 1, 1);
        return 1;
    }
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(METHODS)) != LUA_TNIL)
        return 1;
    return refuse(L, luaL_tolstring(L, 2, NULL));
}

static int class_newindex(lua_State *L)
{
    lua_settop(L, 3);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(SETTERS)) == LUA_TFUNCTION) {
        lua_pushvalue(L, 1);
        lua_pushvalue(L, 3);
        lua_call(L, 2, 0);
        return 0;
    }
    const char *name = luaL_tolstring(L, 2, NULL);
    lua_pushvalue(L, 2);
    bool is_known = lua_rawget(L, lua_upvalueindex(GETTERS)) != LUA_TNIL;
    lua_pushvalue(L, 2);
    if (!is_known && lua_rawget(L, lua_upvalueindex(METHODS)) == LUA_TNIL)
        return refuse(L, name);
    return lua_exception_raise(L, "NonRecoverableError", "%s.%s cannot be assigned",
                               lua_tostring(L, lua_upvalueindex(SHOWN)), name);
}

/* Add the accessors of `fields` to the table at `table`. */
static void add_accessors(lua_State *L, int table, const char *shown,
                          const struct lua_field *fields, bool setters)
{
    for (const struct lua_field *field = fields; field->name; field++) {
        lua_CFunction accessor = setters ? field->set : field->get;
        if (!accessor)
            continue;
        lua_pushcfunction(L, accessor);
        trace_wrap(L, shown, ".", field->name);
        lua_setfield(L, table, field->name);
    }
}

/* Upvalues of call_method. */
enum { METHOD = 1, METHOD_CLASS = 2, METHOD_SHOWN = 3, METHOD_NAME = 4 };

/* A method in front of each: the mistake of newcomers, object.method(), is told as what it is. */
static int call_method(lua_State *L)
{
    if (luaL_testudata(L, 1, lua_tostring(L, lua_upvalueindex(METHOD_CLASS))))
        return lua_tocfunction(L, lua_upvalueindex(METHOD))(L);
    const char *shown = lua_tostring(L, lua_upvalueindex(METHOD_SHOWN));
    const char *name = lua_tostring(L, lua_upvalueindex(METHOD_NAME));
    return lua_exception_raise(L, "NonRecoverableError",
                               "%s.%s() is called with a dot, use ':' - %s:%s(...)", shown, name,
                               shown, name);
}

static void add_methods(lua_State *L, int table, const char *class, const char *shown,
                        const luaL_Reg *methods)
{
    for (; methods->name; methods++) {
        lua_pushcfunction(L, methods->func);
        lua_pushstring(L, class);
        lua_pushstring(L, shown);
        lua_pushstring(L, methods->name);
        lua_pushcclosure(L, call_method, 4);
        trace_wrap(L, shown, ":", methods->name);
        lua_setfield(L, table, methods->name);
    }
}

static void push_upvalues(lua_State *L, const char *shown)
{
    lua_newtable(L);
    lua_newtable(L);
    lua_pushstring(L, shown);
    lua_newtable(L);
}

/* Push the table that is upvalue `number` of the function at `function`. */
static int push_upvalue(lua_State *L, int function, int number)
{
    lua_getupvalue(L, function, number);
    return lua_gettop(L);
}

void lua_class_extend(lua_State *L, const char *class, const struct lua_field *fields,
                      const luaL_Reg *methods)
{
    static const char *const functions[] = {"__index", "__newindex"};
    int top = lua_gettop(L);
    luaL_getmetatable(L, class);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        lua_getfield(L, top + 1, functions[i]);
        int function = lua_gettop(L);
        push_upvalue(L, function, SHOWN);
        const char *shown = lua_tostring(L, -1);
        add_accessors(L, push_upvalue(L, function, GETTERS), shown, fields, false);
        add_accessors(L, push_upvalue(L, function, SETTERS), shown, fields, true);
        add_methods(L, push_upvalue(L, function, METHODS), class, shown, methods);
    }
    lua_settop(L, top);
}

void lua_class_register(lua_State *L, const char *class, const char *shown,
                        const struct lua_field *fields, const luaL_Reg *methods,
                        const luaL_Reg *metamethods)
{
    luaL_newmetatable(L, class);
    luaL_setfuncs(L, metamethods, 0);
    push_upvalues(L, shown);
    lua_pushcclosure(L, class_index, 4);
    lua_setfield(L, -2, "__index");
    push_upvalues(L, shown);
    lua_pushcclosure(L, class_newindex, 4);
    lua_setfield(L, -2, "__newindex");
    lua_pop(L, 1);
    lua_class_extend(L, class, fields, methods);
}

/* Whether upvalue `which` of the function on top of the stack has the key at `name`. */
static bool upvalue_has(lua_State *L, int which, int name)
{
    lua_getupvalue(L, -1, which);
    lua_pushvalue(L, name);
    bool found = lua_rawget(L, -2) != LUA_TNIL;
    lua_pop(L, 2);
    return found;
}

const char *lua_class_member(lua_State *L, int object, int name)
{
    const char *kind = NULL;
    name = lua_absindex(L, name);
    if (lua_isnil(L, name) || lua_type(L, object) != LUA_TUSERDATA ||
        luaL_getmetafield(L, object, "__index") == LUA_TNIL)
        return NULL;
    if (lua_tocfunction(L, -1) == class_index)
        kind = upvalue_has(L, GETTERS, name)   ? "field"
               : upvalue_has(L, METHODS, name) ? "method"
                                               : NULL;
    lua_pop(L, 1);
    return kind;
}
