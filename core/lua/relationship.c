/* relationship.c - the classes of ctx.instance.relationships[i] and of ctx.source, ctx.target. */
#include "base/json.h"
#include "lua/operation_context.h"
#include "lua/value.h"

static const struct lua_class relationship_class, endpoint_class;

/* User value 1 is ctx, user value 2 the endpoint. */
struct relationship {
    json_t *document; /* shared */
};

/* User value 1 is ctx, user value 2 {instance_id, node_id}; the node may be known already. */
struct endpoint {
    json_t *node; /* shared, or NULL: to be asked for */
};

static json_t *check_relationship(lua_State *L)
{
    const struct relationship *relationship = lua_class_self(L);
    lua_context_of(L, 1);
    return relationship->document;
}

static int relationship_type(lua_State *L)
{
    lua_pushstring(L, json_string_at(check_relationship(L), "type", ""));
    return 1;
}

static int relationship_type_hierarchy(lua_State *L)
{
    lua_tracked_push_constant(L, json_object_get(check_relationship(L), "type_hierarchy"),
                              "Cannot override read only properties");
    return 1;
}

static int relationship_target(lua_State *L)
{
    check_relationship(L);
    lua_getiuservalue(L, 1, 2);
    return 1;
}

static int relationship_gc(lua_State *L)
{
    struct relationship *relationship = lua_class_check(L, 1, &relationship_class);
    json_decref(relationship->document);
    relationship->document = NULL;
    return 0;
}

static int endpoint_instance(lua_State *L)
{
    lua_context_of(L, 1);
    lua_getiuservalue(L, 1, 1);
    lua_getiuservalue(L, 1, 2);
    lua_getfield(L, -1, "instance_id");
    lua_instance_push(L, -3, lua_tostring(L, -1));
    return 1;
}

static int endpoint_node(lua_State *L)
{
    const struct endpoint *endpoint = lua_class_self(L);
    lua_context_of(L, 1);
    lua_getiuservalue(L, 1, 1);
    if (endpoint->node) {
        lua_node_push(L, -1, endpoint->node);
        return 1;
    }
    lua_getiuservalue(L, 1, 2);
    lua_getfield(L, -1, "node_id");
    lua_node_push_named(L, -3, lua_tostring(L, -1));
    return 1;
}

static int endpoint_gc(lua_State *L)
{
    struct endpoint *endpoint = lua_class_check(L, 1, &endpoint_class);
    json_decref(endpoint->node);
    endpoint->node = NULL;
    return 0;
}

static const struct lua_field fields[] = {{"type", relationship_type, NULL},
                                          {"type_hierarchy", relationship_type_hierarchy, NULL},
                                          {"target", relationship_target, NULL},
                                          {NULL, NULL, NULL}};

static const luaL_Reg metamethods[] = {{"__gc", relationship_gc}, {NULL, NULL}};

static const struct lua_field endpoint_fields[] = {
    {"instance", endpoint_instance, NULL}, {"node", endpoint_node, NULL}, {NULL, NULL, NULL}};

static const luaL_Reg endpoint_metamethods[] = {{"__gc", endpoint_gc}, {NULL, NULL}};

static const struct lua_class relationship_class = {.name = "cloudify.relationship",
                                                    .noun = "relationship",
                                                    .fields = fields,
                                                    .metamethods = metamethods};

static const struct lua_class endpoint_class = {.name = "cloudify.endpoint",
                                                .noun = "relationship end",
                                                .fields = endpoint_fields,
                                                .metamethods = endpoint_metamethods};

void lua_relationship_register(lua_State *L)
{
    lua_class_register(L, &relationship_class);
    lua_class_register(L, &endpoint_class);
}

void lua_endpoint_push(lua_State *L, int ctx, const char *instance_id, const char *node_id,
                       json_t *node)
{
    struct endpoint *endpoint =
        lua_context_new_handle(L, ctx, &endpoint_class, sizeof *endpoint, 2);
    endpoint->node = json_incref(node);
    lua_createtable(L, 0, 2);
    lua_pushstring(L, instance_id);
    lua_setfield(L, -2, "instance_id");
    lua_pushstring(L, node_id);
    lua_setfield(L, -2, "node_id");
    lua_setiuservalue(L, -2, 2);
}

static void push_relationship(lua_State *L, int ctx, json_t *document)
{
    struct relationship *relationship =
        lua_context_new_handle(L, ctx, &relationship_class, sizeof *relationship, 2);
    relationship->document = json_incref(document);
    lua_endpoint_push(L, ctx, json_string_at(document, "target_id", ""),
                      json_string_at(document, "target_node_id", ""), NULL);
    lua_setiuservalue(L, -2, 2);
}

void lua_relationships_push(lua_State *L, int ctx, const json_t *list)
{
    ctx = lua_absindex(L, ctx);
    lua_createtable(L, (int)json_array_size(list), 0);
    lua_mark_array(L, -1);
    for (size_t i = 0; i < json_array_size(list); i++) {
        push_relationship(L, ctx, json_array_get(list, i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}
