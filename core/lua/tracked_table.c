/* tracked_table.c - the functions of `table` on tracked lists: elements keep their identity. */
#include <lauxlib.h>

#include "base/json.h"
#include "lua/exception.h"
#include "lua/tracked_internal.h"
#include "lua/value.h"

/* Call the library's own function, upvalue 1, with all arguments. */
static int call_original(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

static struct tracked *check_list(lua_State *L)
{
    lua_tracked_check_writable(L, 1);
    if (!lua_tracked_become_array(L, 1))
        lua_exception_raise(L, "NonRecoverableError", "this is a dict, not a list");
    return lua_touserdata(L, 1);
}

static int table_insert(lua_State *L)
{
    if (!lua_tracked_get(L, 1))
        return call_original(L);
    struct tracked *t = check_list(L);
    lua_Integer count = (lua_Integer)json_array_size(t->value), position = count + 1;
    if (lua_gettop(L) == 3)
        position = luaL_checkinteger(L, 2);
    else if (lua_gettop(L) != 2)
        return luaL_error(L, "wrong number of arguments to 'insert'");
    luaL_argcheck(L, position >= 1 && position <= count + 1, 2, "position out of bounds");
    json_t *value = lua_json_check(L, lua_gettop(L), "list element");
    t->document->dirty = true;
    if (json_array_insert_new(t->value, (size_t)position - 1, value))
        return luaL_error(L, "out of memory");
    return 0;
}

static int table_remove(lua_State *L)
{
    if (!lua_tracked_get(L, 1))
        return call_original(L);
    struct tracked *t = check_list(L);
    lua_Integer count = (lua_Integer)json_array_size(t->value);
    lua_Integer position = luaL_optinteger(L, 2, count);
    if (count + 1 == position || (count == 0 && position == 0))
        return 0;
    luaL_argcheck(L, position >= 1 && position <= count, 2, "position out of bounds");
    json_t *value = json_array_get(t->value, (size_t)position - 1);
    lua_tracked_push_value(L, 1, value);
    lua_tracked_detach(L, 1, value);
    json_array_remove(t->value, (size_t)position - 1);
    t->document->dirty = true;
    return 1;
}

/* upvalues: the values by their old position, the caller's order or nil */
static int compare_positions(lua_State *L)
{
    lua_gettable(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_gettable(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    if (lua_isnil(L, lua_upvalueindex(2))) {
        lua_pushboolean(L, lua_compare(L, 1, 2, LUA_OPLT));
        return 1;
    }
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_insert(L, 1);
    lua_call(L, 2, 1);
    return 1;
}

/* Put the elements of `before` into `t` in the order of the positions in the table on top. */
static void reorder(lua_State *L, struct tracked *t, json_t *before)
{
    bool same = json_array_size(t->value) == json_array_size(before);
    for (size_t i = 0; same && i < json_array_size(before); i++)
        same = json_array_get(t->value, i) == json_array_get(before, i);
    if (!same)
        luaL_error(L, "the list was changed while it was sorted");
    for (size_t i = 0; i < json_array_size(before); i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        json_array_set(t->value, i, json_array_get(before, (size_t)lua_tointeger(L, -1) - 1));
        lua_pop(L, 1);
    }
    t->document->dirty = true;
}

static int table_sort(lua_State *L)
{
    if (!lua_tracked_get(L, 1))
        return call_original(L);
    struct tracked *t = check_list(L);
    lua_settop(L, 2);
    json_t **before = lua_json_box(L);
    *before = json_copy_whole(t->value);
    if (!*before)
        return luaL_error(L, "out of memory");
    lua_newtable(L); /* 4: positions, to be sorted */
    lua_newtable(L); /* 5: values */
    for (size_t i = 0; i < json_array_size(*before); i++) {
        lua_pushinteger(L, (lua_Integer)i + 1);
        lua_rawseti(L, 4, (lua_Integer)i + 1);
        lua_tracked_push_value(L, 1, json_array_get(*before, i));
        lua_rawseti(L, 5, (lua_Integer)i + 1);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, 4);
    lua_pushvalue(L, 5);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, compare_positions, 2);
    lua_call(L, 2, 0);
    lua_settop(L, 4);
    reorder(L, t, *before);
    return 0;
}

static int guarded_next(lua_State *L)
{
    if (!lua_tracked_get(L, 1))
        return call_original(L);
    return luaL_error(L, "next() does not know data seen through ctx: use cloudify.is_empty(x) to "
                         "ask whether it is empty, or pairs(x)");
}

/* Replace the function `name` of the table on top. */
static void wrap(lua_State *L, const char *name, lua_CFunction function)
{
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
}

void lua_tracked_teach_libraries(lua_State *L)
{
    lua_pushglobaltable(L);
    wrap(L, "next", guarded_next);
    lua_getfield(L, -1, "table");
    wrap(L, "insert", table_insert);
    wrap(L, "remove", table_remove);
    wrap(L, "sort", table_sort);
    lua_pop(L, 2);
}
