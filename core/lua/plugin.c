/* plugin.c - the class plugins know as ctx.plugin; as text it is the plugin's name. */
#include "base/files.h"
#include "base/json.h"
#include "lua/operation_context.h"

static const struct lua_class plugin_class;

static const json_t *check_plugin(lua_State *L)
{
    return json_object_get(lua_context_of(L, 1)->request, "plugin");
}

static int push_text(lua_State *L, const char *name, const char *fallback)
{
    lua_pushstring(L, json_string_at(check_plugin(L), name, fallback));
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
    const json_t *plugin = check_plugin(L);
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
    const char *workdir = json_string_at(check_plugin(L), "workdir", NULL);
    struct error err = {0};
    if (workdir && !directory_make(workdir, 0700, &err))
        return lua_raise_error(L, &err);
    lua_pushstring(L, workdir);
    return 1;
}

static int plugin_properties(lua_State *L)
{
    json_t *properties = json_object_get(check_plugin(L), "properties");
    lua_tracked_push_constant(L, properties, "Cannot override read only properties");
    return 1;
}

static int plugin_tostring(lua_State *L)
{
    lua_class_check(L, 1, &plugin_class);
    return push_text(L, "name", "");
}

static int plugin_concat(lua_State *L)
{
    luaL_tolstring(L, 1, NULL);
    luaL_tolstring(L, 2, NULL);
    lua_concat(L, 2);
    return 1;
}

static const struct lua_field fields[] = {{"name", plugin_name, NULL},
                                          {"package_name", plugin_package_name, NULL},
                                          {"package_version", plugin_package_version, NULL},
                                          {"source", plugin_source, NULL},
                                          {"prefix", plugin_prefix, NULL},
                                          {"workdir", plugin_workdir, NULL},
                                          {"properties", plugin_properties, NULL},
                                          {NULL, NULL, NULL}};

static const luaL_Reg metamethods[] = {
    {"__tostring", plugin_tostring}, {"__concat", plugin_concat}, {NULL, NULL}};

static const struct lua_class plugin_class = {
    .name = "cloudify.plugin", .noun = "ctx.plugin", .fields = fields, .metamethods = metamethods};

void lua_plugin_register(lua_State *L)
{
    lua_class_register(L, &plugin_class);
}

void lua_plugin_push(lua_State *L, int ctx)
{
    lua_context_new_handle(L, ctx, &plugin_class, 0, 1);
}
