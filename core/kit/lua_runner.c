/* lua_runner.c - a Lua 5.4 interpreter with the runtime in it: `lua-runner [-e CODE] [SCRIPT ...]`,
 * or with a module, which returns a function, in place of the script: `-m MODULE`. */
#include <lauxlib.h>
#include <lualib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kit/kit.h"
#include "lua/trace.h"

struct arguments {
    int count;
    char **values;
};

static void set_arg(lua_State *L, const struct arguments *arguments, int script)
{
    lua_createtable(L, arguments->count, 1);
    for (int i = 0; i < arguments->count; i++) {
        lua_pushstring(L, arguments->values[i]);
        lua_rawseti(L, -2, i - script);
    }
    lua_setglobal(L, "arg");
}

static int run_script(lua_State *L, const struct arguments *arguments, int script)
{
    if (luaL_loadfile(L, arguments->values[script]) != LUA_OK)
        return lua_error(L);
    int count = arguments->count - script - 1;
    luaL_checkstack(L, count, "too many arguments");
    for (int i = script + 1; i < arguments->count; i++)
        lua_pushstring(L, arguments->values[i]);
    lua_call(L, count, 0);
    return 0;
}

static int run_module(lua_State *L, const struct arguments *arguments, int module)
{
    lua_getglobal(L, "require");
    lua_pushstring(L, arguments->values[module]);
    lua_call(L, 1, 1);
    lua_call(L, 0, 0);
    return 0;
}

/* In protected mode; its argument is the struct arguments. */
static int run(lua_State *L)
{
    const struct arguments *arguments = lua_touserdata(L, 1);
    luaL_openlibs(L);
    kit_open(L);
    int script = 1;
    for (; script + 1 < arguments->count && strcmp(arguments->values[script], "-e") == 0;
         script += 2) {
        if (luaL_dostring(L, arguments->values[script + 1]) != LUA_OK)
            return lua_error(L);
    }
    bool is_module = script + 1 < arguments->count && !strcmp(arguments->values[script], "-m");
    set_arg(L, arguments, script + is_module);
    if (is_module)
        return run_module(L, arguments, script + 1);
    return script < arguments->count ? run_script(L, arguments, script) : 0;
}

static int handler(lua_State *L)
{
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s [-e CODE]... [SCRIPT|-m MODULE [ARGUMENT]...]\n", argv[0]);
        return 2;
    }
    trace_begin();
    lua_State *L = luaL_newstate();
    if (!L) {
        fprintf(stderr, "%s: out of memory\n", argv[0]);
        return 1;
    }
    struct arguments arguments = {argc, argv};
    lua_pushcfunction(L, handler);
    lua_pushcfunction(L, run);
    lua_pushlightuserdata(L, &arguments);
    int status = lua_pcall(L, 1, 0, 1);
    if (status != LUA_OK)
        fprintf(stderr, "%s: %s\n", argv[0], lua_tostring(L, -1));
    lua_close(L);
    return status == LUA_OK ? 0 : 1;
}
