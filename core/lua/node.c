/* node.c - the class plugins know as ctx.node. */
#include <string.h>

#include "base/json.h"
#include "lua/operation_context.h"

static const struct lua_class node_class;

/* User value 2 of a handle: what was made for its fields, by name. */
struct node {
    json_t *document; /* shared */
};

static json_t *check_node(lua_State *L)
{
    const struct node *node = lua_class_self(L);
    lua_context_of(L, 1);
    return node->document;
}

static int node_id(lua_State *L)
{
    lua_pushstring(L, json_string_at(check_node(L), "id", ""));
    return 1;
}

static int node_type(lua_State *L)
{
    lua_pushstring(L, json_string_at(check_node(L), "type", ""));
    return 1;
}

/* A read-only container, always the same. */
static int push_member(lua_State *L, const char *name)
{
    json_t *value = json_object_get(check_node(L), name);
    lua_getiuservalue(L, 1, 2);
    if (lua_getfield(L, -1, name) != LUA_TNIL)
        return 1;
    lua_pop(L, 1);
    lua_tracked_push_constant(L, value, "Cannot override read only properties");
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, name);
    return 1;
}

static int node_type_hierarchy(lua_State *L)
{
    return push_member(L, "type_hierarchy");
}

static int node_properties(lua_State *L)
{
    return push_member(L, "properties");
}

static int node_number_of_instances(lua_State *L)
{
    lua_pushinteger(L, json_integer_at(check_node(L), "number_of_instances", 1));
    return 1;
}

static int node_gc(lua_State *L)
{
    struct node *node = lua_class_check(L, 1, &node_class);
    json_decref(node->document);
    node->document = NULL;
    return 0;
}

static const struct lua_field fields[] = {{"id", node_id, NULL},
                                          {"name", node_id, NULL},
                                          {"type", node_type, NULL},
                                          {"type_hierarchy", node_type_hierarchy, NULL},
                                          {"properties", node_properties, NULL},
                                          {"number_of_instances", node_number_of_instances, NULL},
                                          {NULL, NULL, NULL}};

static const luaL_Reg metamethods[] = {{"__gc", node_gc}, {NULL, NULL}};

static const struct lua_class node_class = {
    .name = "cloudify.node", .noun = "ctx.node", .fields = fields, .metamethods = metamethods};

void lua_node_register(lua_State *L)
{
    lua_class_register(L, &node_class);
}

void lua_node_push(lua_State *L, int ctx, json_t *document)
{
    ctx = lua_absindex(L, ctx);
    const char *id = json_string_at(document, "id", "");
    if (lua_context_recall(L, ctx, "node", id) != LUA_TNIL)
        return;
    lua_pop(L, 1);
    struct node *node = lua_context_new_handle(L, ctx, &node_class, sizeof *node, 2);
    node->document = json_incref(document);
    lua_newtable(L);
    lua_setiuservalue(L, -2, 2);
    lua_context_remember(L, ctx, "node", id);
}

/* The document of node `id`, if the request has it. */
static json_t *known_node(const json_t *request, const char *id)
{
    const json_t *holders[] = {request, json_object_get(request, "source"),
                               json_object_get(request, "target")};
    for (size_t i = 0; i < sizeof holders / sizeof *holders; i++) {
        json_t *node = json_object_get(holders[i], "node");
        if (node && strcmp(json_string_at(node, "id", ""), id) == 0)
            return node;
    }
    return NULL;
}

void lua_node_push_named(lua_State *L, int ctx, const char *id)
{
    ctx = lua_absindex(L, ctx);
    if (lua_context_recall(L, ctx, "node", id) != LUA_TNIL)
        return;
    lua_pop(L, 1);
    struct operation_context *context = lua_context_check(L, ctx);
    json_t *known = known_node(context->request, id);
    if (known) {
        lua_node_push(L, ctx, known);
        return;
    }
    json_t *document = lua_context_call(L, context, "get_node", json_pack("{s:s}", "id", id));
    lua_node_push(L, ctx, document);
    lua_remove(L, -2);
}
