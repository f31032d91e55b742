/* coverage_module.c - see coverage_module.h. */
#include "kit/coverage_module.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "lua/coverage.h"

static int coverage_module_begin(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    if (!coverage_begin(path))
        return luaL_fileresult(L, 0, path);
    setenv("CFY_COVERAGE", path, 1);
    coverage_watch(L);
    lua_pushboolean(L, true);
    return 1;
}

int lua_open_coverage(lua_State *L)
{
    static const luaL_Reg functions[] = {{"begin", coverage_module_begin}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
