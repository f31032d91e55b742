/* wait.c - see wait.h. */
#include "lua/wait.h"

#include <lauxlib.h>
#include <string.h>

#include "lua/exception.h"

/* Push "table.sort" for such a function of a loaded library; else push nothing. */
static bool push_library_name(lua_State *L, int function)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    int loaded = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, loaded)) {
        lua_pushnil(L);
        while (lua_istable(L, loaded + 2) && lua_next(L, loaded + 2)) {
            if (lua_rawequal(L, -1, function)) {
                const char *library = lua_tostring(L, loaded + 1);
                bool global = strcmp(library, LUA_GNAME) == 0;
                lua_pushfstring(L, "%s%s%s", global ? "" : library, global ? "" : ".",
                                lua_tostring(L, loaded + 3));
                lua_replace(L, loaded);
                lua_settop(L, loaded);
                return true;
            }
            lua_pop(L, 1);
        }
        lua_settop(L, loaded + 1);
    }
    lua_settop(L, loaded - 1);
    return false;
}

/* Push what the function at `level` is called, where it is the one that Lua cannot yield across. */
static bool push_barrier(lua_State *L, int level)
{
    lua_Debug ar;
    if (!lua_getstack(L, level, &ar))
        return false;
    lua_getinfo(L, "nSf", &ar);
    if (strcmp(ar.namewhat, "metamethod") == 0 &&
        (strcmp(ar.name, "tostring") == 0 || strcmp(ar.name, "close") == 0)) {
        lua_pop(L, 1);
        lua_pushfstring(L, "a metamethod __%s", ar.name);
        return true;
    }
    bool found = *ar.what == 'C' && push_library_name(L, lua_gettop(L));
    lua_remove(L, found ? -2 : -1);
    return found;
}

/* The names of what may be passed through: they yield themselves. */
static bool is_transparent(const char *name)
{
    static const char *const names[] = {"pcall", "xpcall", "dofile"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* Push "tasks.lua:12: ", where the plugin's code is. */
static void push_place(lua_State *L)
{
    static const char own[] = "cloudify/";
    lua_Debug ar;
    for (int level = 1; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline <= 0 || strncmp(ar.short_src, own, sizeof own - 1) == 0)
            continue;
        lua_pushfstring(L, "%s:%d: ", ar.short_src, ar.currentline);
        return;
    }
    lua_pushliteral(L, "");
}

/* Raise an error that names the place across which Lua cannot yield. */
static void refuse(lua_State *L, const char *what)
{
    const char *barrier = "code that was called from C";
    for (int level = 1; level < 100; level++) {
        if (!push_barrier(L, level))
            continue;
        if (!is_transparent(lua_tostring(L, -1))) {
            barrier = lua_tostring(L, -1);
            break;
        }
        lua_pop(L, 1);
    }
    push_place(L);
    lua_exception_raise(L, "NonRecoverableError",
                        "%s%s cannot wait inside %s, as an async operation would have to: wait "
                        "before or after it",
                        lua_tostring(L, -1), what, barrier);
}

struct operation_run *lua_wait_run(lua_State *L, const char *what)
{
    const struct operation_host *host = operation_run_host(L);
    struct operation_run *run = host ? host->current : NULL;
    if (!run || !run->marks.async || !host->loop)
        return NULL;
    if (L != run->thread) {
        push_place(L);
        lua_exception_raise(L, "NonRecoverableError",
                            "%s%s cannot wait inside a coroutine of the operation's own: an async "
                            "operation is suspended as a whole",
                            lua_tostring(L, -1), what);
    }
    if (!lua_isyieldable(L))
        refuse(L, what);
    return run;
}

int lua_wait(lua_State *L, struct operation_run *run, struct wait *wait, lua_KContext context,
             lua_KFunction go_on)
{
    wait->run = run;
    run->wait = wait;
    return lua_yieldk(L, 0, context, go_on);
}

void wait_over(struct wait *wait)
{
    struct operation_run *run = wait->run;
    if (run->held)
        return;
    run->wait = NULL;
    operation_run_resume(run);
}
