/* state_guard.c - see state_guard.h. */
#include "lua/state_guard.h"

#include <lauxlib.h>
#include <lualib.h>

enum { METATABLE_COUNT = 2 };

/* Registry: a thread that runs nothing, on whose stack is what there was: of each guarded table the
 * table, the number of its members, and each of them, name and value. Looking at a value on a stack
 * costs a third of going through a table, and this is done after each operation. */
static const char members_key;
/* Registry: the metatables of _G and of strings. */
static const char metatable_keys[METATABLE_COUNT];
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

/* Move the value on top of the stack to the stack of `members`. */
static void keep(lua_State *L, lua_State *members)
{
    if (!lua_checkstack(members, LUA_MINSTACK))
        luaL_error(L, "not enough memory");
    lua_xmove(L, members, 1);
}

/* Move the table on top of the stack to that of `members`, followed by its members. */
static void keep_members(lua_State *L, lua_State *members)
{
    int table = lua_gettop(L);
    lua_Integer count = 0;
    lua_pushvalue(L, table);
    keep(L, members);
    lua_pushnil(members); /* how many there are */
    int place = lua_gettop(members);
    for (lua_pushnil(L); lua_next(L, table); count++) {
        lua_pushvalue(L, -2);
        keep(L, members);
        keep(L, members);
    }
    lua_pushinteger(members, count);
    lua_replace(members, place);
    if (!lua_checkstack(members, (int)count + LUA_MINSTACK)) /* has_members() must not fail */
        luaL_error(L, "not enough memory");
    lua_settop(L, table - 1);
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
    lua_State *members = lua_newthread(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    for (int i = 0; i < GUARDED_COUNT; i++) {
        if (lua_getfield(L, top + 2, guarded[i]) == LUA_TTABLE)
            keep_members(L, members);
        else
            lua_pop(L, 1);
    }
    keep_members(L, members); /* which modules are loaded */
    for (int i = 0; i < METATABLE_COUNT; i++) {
        if (push_metatable(L, i)) {
            lua_pushvalue(L, -1);
            lua_rawsetp(L, LUA_REGISTRYINDEX, &metatable_keys[i]);
            keep_members(L, members);
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

/* Whether the value on top of the stack is the one at `index`. Nearly all have an address. */
static bool is_value(lua_State *L, int index)
{
    const void *address = lua_topointer(L, -1);
    return address ? address == lua_topointer(L, index) : lua_rawequal(L, -1, index);
}

/* Whether the table at `table` has the members that are kept from `at` to `end`. */
static bool has_members(lua_State *members, int table, int at, int end)
{
    int top = lua_gettop(members);
    bool same = true;
    for (; same && at < end; at += 2) {
        lua_pushvalue(members, at);
        lua_rawget(members, table);
        same = is_value(members, at + 1);
    }
    lua_settop(members, top);
    return same;
}

/* Whether each table on the stack of `members` has what it had. */
static bool has_all(lua_State *members)
{
    int top = lua_gettop(members), next;
    for (int table = 1; table < top; table = next) {
        next = table + 2 + 2 * (int)lua_tointeger(members, table + 1);
        if (!has_members(members, table, table + 2, next))
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
    bool intact = lua_rawgetp(L, LUA_REGISTRYINDEX, &members_key) == LUA_TTHREAD &&
                  has_all(lua_tothread(L, -1)) && has_metatables(L);
    lua_settop(L, top);
    return intact;
}
