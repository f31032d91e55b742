/* kit.c - see kit.h. */
#include "kit/kit.h"

#include <lauxlib.h>

#include "kit/coverage_module.h"
#include "kit/line_editor.h"
#include "kit/local_environment.h"
#include "kit/local_operation.h"
#include "lua/lua_cloudify.h"

void kit_open(lua_State *L)
{
    lua_cloudify_open(L);
    static const luaL_Reg modules[] = {{"cloudify.coverage", lua_open_coverage},
                                       {"cloudify.local_environment", lua_open_local_environment},
                                       {"cloudify.local_operation", lua_open_local_operation},
                                       {"cloudify.line_editor", lua_open_line_editor},
                                       {NULL, NULL}};
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    luaL_setfuncs(L, modules, 0);
    lua_pop(L, 1);
}
