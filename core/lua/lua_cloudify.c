/* lua_cloudify.c - see lua_cloudify.h. */
#include "lua/lua_cloudify.h"

#include <lauxlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/suggest.h"
#include "lua/core_module.h"
#include "lua/coverage.h"
#include "lua/exception.h"
#include "lua/operation_context.h"
#include "lua/tracked.h"
#include "lua/value.h"

/* Its address is the registry key that says that a state has been opened. */
static const char opened_key;

static const struct embedded_file *find_module(lua_State *L, const char *name)
{
    const char *path = luaL_gsub(L, name, ".", "/");
    const char *file = lua_pushfstring(L, "%s.lua", path);
    const struct embedded_file *found = embedded_find(embedded_lua, file);
    if (!found)
        found = embedded_find(embedded_lua, lua_pushfstring(L, "%s/init.lua", path));
    return found;
}

/* A compiled chunk is for one release of Lua; the library may have been updated since. */
static int load_module(lua_State *L, const struct embedded_file *file, const char *chunk)
{
    if (file->code && strstr(lua_ident, LUA_RELEASE " "))
        return luaL_loadbufferx(L, file->code, file->code_length, chunk, "b");
    return luaL_loadbufferx(L, file->text, file->length, chunk, "t");
}

/* Why there is no module of that name, and which one of the runtime was probably meant; [-0, +1, m]
 */
static int push_not_found(lua_State *L, const char *name)
{
    struct suggestion suggestion;
    const char *path = luaL_gsub(L, name, ".", "/");
    suggestion_init(&suggestion, lua_pushfstring(L, "%s.lua", path));
    for (const struct embedded_file *file = embedded_lua; file->name; file++)
        suggestion_consider(&suggestion, file->name);
    lua_pushfstring(L, "no module '%s' in the runtime", name);
    if (suggestion_is_close(&suggestion)) {
        const char *best = luaL_gsub(L, suggestion.best, "/", ".");
        lua_pushlstring(L, best, strlen(best) - strlen(".lua"));
        lua_pushfstring(L, "%s (did you mean '%s'?)", lua_tostring(L, -3), lua_tostring(L, -1));
    }
    return 1;
}

static int search_embedded(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const struct embedded_file *file = find_module(L, name);
    if (!file)
        return push_not_found(L, name);
    const char *chunk = lua_pushfstring(L, "@%s", file->name);
    if (load_module(L, file, chunk) != LUA_OK)
        return lua_error(L);
    lua_pushstring(L, file->name);
    return 2;
}

/* Behind package.preload and before all that looks at files: the runtime's own modules cannot be
 * replaced by accident. */
static void install_searcher(lua_State *L)
{
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "searchers");
    for (lua_Integer i = (lua_Integer)lua_rawlen(L, -1); i >= 2; i--) {
        lua_rawgeti(L, -1, i);
        lua_rawseti(L, -2, i + 1);
    }
    lua_pushcfunction(L, search_embedded);
    lua_rawseti(L, -2, 2);
    lua_pop(L, 2);
}

static void preload_modules(lua_State *L)
{
    static const luaL_Reg modules[] = {{"cloudify.core", lua_open_core},
                                       {"cloudify.json", lua_open_json},
                                       {"cloudify.processes", lua_open_processes},
                                       {"cloudify.http", lua_open_http},
                                       {"cloudify.filesystem", lua_open_filesystem},
                                       {"cloudify.scripts", lua_open_scripts},
                                       {"cloudify.resource_files", lua_open_resource_files},
                                       {"cloudify.mock_contexts", lua_open_mock_contexts},
                                       {NULL, NULL}};
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    luaL_setfuncs(L, modules, 0);
    lua_pop(L, 1);
}

/* Children of plugins must be found again: os.execute and io.popen are ours. */
static void replace_process_functions(lua_State *L)
{
    luaL_requiref(L, "cloudify.processes", lua_open_processes, 0);
    lua_getglobal(L, "os");
    lua_getfield(L, -2, "execute");
    lua_setfield(L, -2, "execute");
    lua_getglobal(L, "io");
    lua_getfield(L, -3, "popen");
    lua_setfield(L, -2, "popen");
    lua_pop(L, 3);
}

void lua_cloudify_open(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &opened_key) != LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    lua_pop(L, 1);
    coverage_watch(L);
    lua_value_register(L);
    lua_exception_register(L);
    lua_tracked_register(L);
    lua_context_register(L);
    lua_tracked_teach_libraries(L);
    preload_modules(L);
    install_searcher(L);
    replace_process_functions(L);
    lua_pushboolean(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &opened_key);
}

void lua_module_field(lua_State *L, const char *module, const char *name)
{
    lua_getglobal(L, "require");
    lua_pushstring(L, module);
    lua_call(L, 1, 1);
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
}
