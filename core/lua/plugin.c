/* plugin.c - the class plugins know as ctx.plugin; as text it is the plugin's name. */
#include "base/files.h"
#include "base/json.h"
#include "lua/lua_class.h"
#include "lua/operation_context.h"

#define CLASS "cloudify.plugin"

static const json_t *check_plugin(lua_State *L, int index)
{
    luaL_checkudata(L, index, CLASS);
    return json_object_get(lua_context_of(L, index)->request, "plugin");
}

static int push_text(lua_State *L, const char *name, const char *fallback)
{
    lua_pushstring(L, json_string_at(check_plugin(L, 1), name, fallback));
    return 1;
}

static int plugin_name(lua_State *L)
{
    return push_text(L, "name", "");
}

static int plugin_package_name(lua_State *L)
{
    return push_text(L, "package_name", NULL);
}

static int plugin_package_version(lua_State *L)
{
    return push_text(L, "package_version", NULL);
}

static int plugin_source(lua_State *L)
{
    return push_text(L, "source", NULL);
}

/* Where the plugin was found; if that is not told, the first plugin directory that has its folder.
 */
static int plugin_prefix(lua_State *L)
{
    const json_t *plugin = check_plugin(L, 1);
    const char *known = json_string_at(plugin, "prefix", NULL);
    if (known) {
        lua_pushstring(L, known);
        return 1;
    }
    const json_t *directories = json_object_get(plugin, "directories");
    const char *name = json_string_at(plugin, "folder", "");
    for (size_t i = 0; i < json_array_size(directories); i++) {
        const char *directory = json_string_value(json_array_get(directories, i));
        const char *prefix = lua_pushfstring(L, "%s/%s", directory ? directory : "", name);
        if (directory_exists(prefix))
            return 1;
        lua_pop(L, 1);
    }
    lua_pushnil(L);
    return 1;
}

static int plugin_workdir(lua_State *L)
{
    const char *workdir = json_string_at(check_plugin(L, 1), "workdir", NULL);
    struct error err = {0};
    if (workdir && !directory_make(workdir, 0700, &err))
        return lua_raise_error(L, &err);
    lua_pushstring(L, workdir);
    return 1;
}

static int plugin_properties(lua_State *L)
{
    json_t *properties = json_object_get(check_plugin(L, 1), "properties");
    lua_tracked_push_constant(L, properties, "Cannot override read only properties");
    return 1;
}

static int plugin_tostring(lua_State *L)
{
    return push_text(L, "name", "");
}

static int plugin_concat(lua_State *L)
{
    luaL_tolstring(L, 1, NULL);
    luaL_tolstring(L, 2, NULL);
    lua_concat(L, 2);
    return 1;
}

void lua_plugin_register(lua_State *L)
{
    static const struct lua_field fields[] = {{"name", plugin_name, NULL},
                                              {"package_name", plugin_package_name, NULL},
                                              {"package_version", plugin_package_version, NULL},
                                              {"source", plugin_source, NULL},
                                              {"prefix", plugin_prefix, NULL},
                                              {"workdir", plugin_workdir, NULL},
                                              {"properties", plugin_properties, NULL},
                                              {NULL, NULL, NULL}};
    static const luaL_Reg methods[] = {{NULL, NULL}};
    static const luaL_Reg metamethods[] = {
        {"__tostring", plugin_tostring}, {"__concat", plugin_concat}, {NULL, NULL}};
    lua_class_register(L, CLASS, "ctx.plugin", fields, methods, metamethods);
}

void lua_plugin_push(lua_State *L, int ctx)
{
    ctx = lua_absindex(L, ctx);
    lua_newuserdatauv(L, 0, 1);
    luaL_setmetatable(L, CLASS);
    lua_pushvalue(L, ctx);
    lua_setiuservalue(L, -2, 1);
}
