/* plugin_presence.c - see plugin_presence.h. */
#include "lua/plugin_presence.h"

#include <lauxlib.h>

#include "lua/host_call.h"
#include "lua/lua_cloudify.h"
#include "lua/value.h"

/* (functions, resources, is_new): index from 1 and message of the first that is absent; or nothing.
 */
static int first_absent(lua_State *L)
{
    lua_module_field(L, "cloudify.plugin_loader", "first_absent");
    lua_json_push(L, lua_touserdata(L, 1));
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    lua_call(L, 3, 2);
    return 2;
}

int lua_plugin_absent(const json_t *functions, const char *resources, bool is_new,
                      struct error *err)
{
    struct memory memory = {0};
    lua_State *L = host_state_new(&memory);
    int index = -1;
    if (!L) {
        error_nomem(err);
        return index;
    }
    lua_pushcfunction(L, first_absent);
    lua_pushlightuserdata(L, (void *)functions);
    lua_pushstring(L, resources);
    lua_pushboolean(L, is_new);
    if (!host_call(L, 3, 2)) {
        error_set(err, ERROR_PLUGIN, "cannot look for plugins: %s", luaL_tolstring(L, -1, NULL));
    } else if (!lua_isnil(L, -2)) {
        index = (int)lua_tointeger(L, -2) - 1;
        error_set(err, ERROR_PLUGIN, "%s", lua_tostring(L, -1));
    }
    lua_close(L);
    return index;
}
