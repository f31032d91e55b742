/* plugin_check.c - see plugin_check.h. Hands the checks, which are Lua, what only C can do: YAML
 * with its lines. */
#include "lua/plugin_check.h"

#include <lauxlib.h>

#include "lua/host_call.h"
#include "lua/lua_cloudify.h"
#include "lua/value.h"
#include "yaml/yaml.h"

static void push_node(lua_State *L, const struct yaml_node *node);

static void push_entry(lua_State *L, const struct yaml_node *map, size_t i)
{
    const struct yaml_node *key = yaml_key(map, i);
    lua_createtable(L, 0, 3);
    lua_pushlstring(L, yaml_text(key), yaml_length(key));
    lua_setfield(L, -2, "key");
    lua_pushinteger(L, yaml_mark(key).line);
    lua_setfield(L, -2, "line");
    push_node(L, yaml_value(map, i));
    lua_setfield(L, -2, "value");
}

static void push_children(lua_State *L, const struct yaml_node *node)
{
    size_t count = yaml_count(node);
    bool is_map = yaml_kind(node) == YAML_MAP;
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        if (is_map)
            push_entry(L, node, i);
        else
            push_node(L, yaml_item(node, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, is_map ? "entries" : "items");
}

/* {kind, line, and value: text of a scalar, or items, or entries: {key, line, value}}. */
static void push_node(lua_State *L, const struct yaml_node *node)
{
    luaL_checkstack(L, 8, "YAML");
    lua_createtable(L, 0, 3);
    lua_pushstring(L, yaml_kind_name(yaml_kind(node)));
    lua_setfield(L, -2, "kind");
    lua_pushinteger(L, yaml_mark(node).line);
    lua_setfield(L, -2, "line");
    if (yaml_text(node)) {
        lua_pushlstring(L, yaml_text(node), yaml_length(node));
        lua_setfield(L, -2, "value");
    } else {
        push_children(L, node);
    }
}

static int push_root(lua_State *L)
{
    push_node(L, yaml_root(lua_touserdata(L, 1)));
    return 1;
}

/* parse_yaml(text, file): the root; or nil, message, line. */
static int parse_yaml(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length), *file = luaL_checkstring(L, 2);
    struct yaml_problem problem;
    lua_pushcfunction(L, push_root);
    struct yaml_document *document = yaml_parse(text, length, file, NULL, &problem);
    if (!document) {
        lua_pushnil(L);
        lua_pushstring(L, problem.message);
        lua_pushinteger(L, problem.mark.line);
        return 3;
    }
    lua_pushlightuserdata(L, document);
    int status = lua_pcall(L, 1, 1, 0);
    yaml_document_free(document);
    return status == LUA_OK ? 1 : lua_error(L);
}

static int run_check(lua_State *L)
{
    lua_module_field(L, "cloudify.plugin_kit.check", "run");
    lua_insert(L, 1);
    lua_pushcfunction(L, parse_yaml);
    lua_call(L, 2, 1);
    return 1;
}

json_t *lua_plugin_check(const char *folder, struct error *err)
{
    struct memory memory = {0};
    lua_State *L = host_state_new(&memory);
    json_t *result = NULL;
    if (!L) {
        error_nomem(err);
        return NULL;
    }
    lua_pushcfunction(L, run_check);
    lua_pushstring(L, folder);
    if (host_call(L, 1, 1))
        result = lua_json_get(L, -1, "the findings", err);
    else
        error_set(err, ERROR_PLUGIN, "cannot check '%s': %s", folder, luaL_tolstring(L, -1, NULL));
    lua_close(L);
    return result;
}
