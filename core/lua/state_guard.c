/* state_guard.c - see state_guard.h. */
#include "lua/state_guard.h"

#include <lauxlib.h>
#include <lualib.h>

enum { METATABLE_COUNT = 2 };

/* Registry: a table, each guarded table -> a copy of it; the metatables of _G and of strings. */
static const char members_key, metatable_keys[METATABLE_COUNT];
/* And a string, as comparing must not need memory. */
static const char string_key;

/* The globals, Lua's libraries, and what the host calls for each operation. Not `package`: its
 * paths belong to the plugin. */
static const char *const guarded[] = {LUA_GNAME,        LUA_COLIBNAME,           LUA_TABLIBNAME,
                                      LUA_IOLIBNAME,    LUA_OSLIBNAME,           LUA_STRLIBNAME,
                                      LUA_UTF8LIBNAME,  LUA_MATHLIBNAME,         LUA_DBLIBNAME,
                                      "cloudify.state", "cloudify.plugin_loader"};
/* Of `debug`, what can change things that no comparison would find. */
static const char *const reaching[] = {"getregistry",  "getmetatable", "setmetatable",
                                       "getupvalue",   "setupvalue",   "upvaluejoin",
                                       "getuservalue", "setuservalue", "sethook"};

enum { GUARDED_COUNT = sizeof guarded / sizeof *guarded };
enum { REACHING_COUNT = sizeof reaching / sizeof *reaching };

/* upvalues: the function itself, the guard */
static int reach(lua_State *L)
{
    struct state_guard *guard = lua_touserdata(L, lua_upvalueindex(2));
    if (guard->watching)
        guard->reached = true;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

static void watch_debug(lua_State *L, struct state_guard *guard)
{
    lua_getglobal(L, LUA_DBLIBNAME);
    for (int i = 0; i < REACHING_COUNT; i++) {
        lua_getfield(L, -1, reaching[i]);
        lua_pushlightuserdata(L, guard);
        lua_pushcclosure(L, reach, 2);
        lua_setfield(L, -2, reaching[i]);
    }
    lua_pop(L, 1);
}

/* Push a copy of the table on top of the stack. */
static void push_members(lua_State *L)
{
    int table = lua_gettop(L);
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, table)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, table + 1);
    }
}

/* Push the metatable of _G or of strings. @return whether there is one: else nothing is pushed */
static bool push_metatable(lua_State *L, int which)
{
    if (which == 0)
        lua_pushglobaltable(L);
    else
        lua_rawgetp(L, LUA_REGISTRYINDEX, &string_key);
    bool found = lua_getmetatable(L, -1);
    lua_remove(L, found ? -2 : -1);
    return found;
}

void state_guard_accept(lua_State *L)
{
    int top = lua_gettop(L);
    lua_newtable(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    for (int i = 0; i < GUARDED_COUNT; i++) {
        if (lua_getfield(L, top + 2, guarded[i]) == LUA_TTABLE) {
            push_members(L);
            lua_rawset(L, top + 1);
        } else {
            lua_pop(L, 1);
        }
    }
    push_members(L); /* which modules are loaded */
    lua_rawset(L, top + 1);
    for (int i = 0; i < METATABLE_COUNT; i++) {
        if (push_metatable(L, i)) {
            lua_pushvalue(L, -1);
            lua_rawsetp(L, LUA_REGISTRYINDEX, &metatable_keys[i]);
            push_members(L);
            lua_rawset(L, top + 1);
        }
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &members_key);
}

void state_guard_install(lua_State *L, struct state_guard *guard)
{
    *guard = (struct state_guard){false, false};
    lua_pushliteral(L, "");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &string_key);
    watch_debug(L, guard);
    state_guard_accept(L);
}

/* Whether each member of the copy on top of the stack is in the table below it. */
static bool has_all(lua_State *L)
{
    int table = lua_gettop(L) - 1;
    lua_pushnil(L);
    while (lua_next(L, table + 1)) {
        lua_pushvalue(L, -2);
        lua_rawget(L, table);
        bool same = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
        if (!same)
            return false;
    }
    return true;
}

static bool has_metatables(lua_State *L)
{
    for (int i = 0; i < METATABLE_COUNT; i++) {
        if (!push_metatable(L, i))
            lua_pushnil(L);
        lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_keys[i]);
        if (!lua_rawequal(L, -1, -2))
            return false;
    }
    return true;
}

bool state_guard_is_intact(lua_State *L, const struct state_guard *guard)
{
    int top = lua_gettop(L);
    if (guard->reached || !lua_checkstack(L, 10))
        return false;
    bool intact = lua_rawgetp(L, LUA_REGISTRYINDEX, &members_key) == LUA_TTABLE;
    if (intact)
        lua_pushnil(L);
    while (intact && lua_next(L, top + 1)) {
        intact = has_all(L);
        lua_settop(L, top + 2);
    }
    if (intact)
        intact = has_metatables(L);
    lua_settop(L, top);
    return intact;
}
