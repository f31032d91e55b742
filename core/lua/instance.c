/* instance.c - the class plugins know as ctx.instance. */
#include "base/json.h"
#include "lua/exception.h"
#include "lua/operation_context.h"
#include "lua/value.h"

static const struct lua_class instance_class;

/* User values of a handle. */
enum { CTX = 1, PROPERTIES = 2, RELATIONSHIPS = 3 };

/* The state belongs to the context, which is checked before each use. */
struct instance {
    struct instance_state *state;
};

static struct instance_state *check_instance(lua_State *L, struct operation_context **context)
{
    const struct instance *instance = lua_class_self(L);
    *context = lua_context_of(L, 1);
    return instance->state;
}

static json_t *check_document(lua_State *L)
{
    struct operation_context *context;
    return check_instance(L, &context)->document;
}

static int instance_id(lua_State *L)
{
    struct operation_context *context;
    lua_pushstring(L, check_instance(L, &context)->id);
    return 1;
}

static int instance_index(lua_State *L)
{
    lua_pushinteger(L, json_integer_at(check_document(L), "index", 1));
    return 1;
}

static void push_properties(lua_State *L, struct instance_state *state)
{
    if (lua_getiuservalue(L, 1, PROPERTIES) != LUA_TNIL)
        return;
    lua_pop(L, 1);
    struct tracked_document *document = instance_state_properties(state);
    if (!document)
        luaL_error(L, "out of memory");
    lua_tracked_push(L, document);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, PROPERTIES);
}

static int instance_properties(lua_State *L)
{
    struct operation_context *context;
    push_properties(L, check_instance(L, &context));
    return 1;
}

static void forget_handle(lua_State *L)
{
    lua_pushnil(L);
    lua_setiuservalue(L, 1, PROPERTIES);
}

/* Put the value at `index` in the place of all runtime properties. */
static void replace_properties(lua_State *L, struct instance_state *state, int index)
{
    struct tracked_document *document = instance_state_properties(state);
    if (document && document->refusal)
        lua_exception_raise(L, "NonRecoverableError", "%s", document->refusal);
    json_t *root = lua_json_check(L, index, "runtime_properties");
    struct error err = {0};
    bool ok = false;
    if (json_is_object(root))
        ok = instance_state_replace(state, root, &err);
    else
        json_decref(root);
    if (err.code)
        lua_raise_error(L, &err);
    if (!ok)
        lua_exception_raise(L, "NonRecoverableError", "runtime_properties must be a dict");
    forget_handle(L);
}

static int instance_set_properties(lua_State *L)
{
    struct operation_context *context;
    struct instance_state *state = check_instance(L, &context);
    const struct tracked_document *document = instance_state_properties(state);
    if (!document || lua_tracked_json(L, 3) != document->root)
        replace_properties(L, state, 3);
    else if (!document->refusal)
        state->properties->dirty = true;
    return 0;
}

static int instance_relationships(lua_State *L)
{
    const json_t *document = check_document(L);
    if (lua_getiuservalue(L, 1, RELATIONSHIPS) != LUA_TNIL)
        return 1;
    lua_getiuservalue(L, 1, CTX);
    lua_relationships_push(L, -1, json_object_get(document, "relationships"));
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, RELATIONSHIPS);
    return 1;
}

static const char read_only[] = "Cannot override read only properties";

/* The document has a list of {id, name}; plugins see {id of a group instance = name of its group}.
 */
static int instance_scaling_groups(lua_State *L)
{
    const json_t *list = json_object_get(check_document(L), "scaling_groups");
    json_t **box = lua_json_box(L);
    *box = json_object();
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *group = json_array_get(list, i);
        json_object_set(*box, json_string_at(group, "id", ""), json_object_get(group, "name"));
    }
    lua_tracked_push_constant(L, *box, read_only);
    return 1;
}

/* The result of the last check_drift, when that check went well (runtime.md 1.5). */
static int instance_drift(lua_State *L)
{
    const json_t *system = json_object_get(check_document(L), "system_properties");
    const json_t *drift = json_object_get(system, "configuration_drift");
    if (json_boolean_at(drift, "ok", false))
        lua_tracked_push_constant(L, json_object_get(drift, "result"), read_only);
    else
        lua_pushnil(L);
    return 1;
}

static int instance_node(lua_State *L)
{
    const json_t *document = check_document(L);
    lua_getiuservalue(L, 1, CTX);
    lua_node_push_named(L, -1, json_string_at(document, "node_id", ""));
    return 1;
}

/* An empty address counts as missing. */
static bool push_address(lua_State *L, int container)
{
    lua_getfield(L, container, "ip");
    bool found = lua_type(L, -1) == LUA_TSTRING && *lua_tostring(L, -1);
    if (!found)
        lua_pop(L, 1);
    return found;
}

static int instance_host_ip(lua_State *L)
{
    const char *host = json_string_at(check_document(L), "host_id", NULL);
    if (!host)
        return lua_exception_raise(L, "NonRecoverableError",
                                   "host_id missing: instance '%s' is contained in no host",
                                   json_string_at(check_document(L), "id", ""));
    lua_settop(L, 1);
    lua_getiuservalue(L, 1, CTX);
    lua_instance_push(L, 2, host);
    lua_getfield(L, 3, "runtime_properties");
    if (push_address(L, 4))
        return 1;
    lua_getfield(L, 3, "node");
    lua_getfield(L, 5, "properties");
    if (push_address(L, 6))
        return 1;
    return lua_exception_raise(L, "NonRecoverableError",
                               "could not find ip for host node instance: '%s'", host);
}

/* Call on_conflict(ours, latest) at 2 with plain copies; its result becomes the properties. */
static void merge(lua_State *L, struct instance_state *state, int ours)
{
    lua_pushvalue(L, 2);
    lua_pushvalue(L, ours);
    lua_json_push(L, instance_state_properties(state)->root);
    lua_call(L, 2, 1);
    replace_properties(L, state, lua_gettop(L));
    lua_pop(L, 1);
}

static void fetch(lua_State *L, struct operation_context *context, struct instance_state *state)
{
    struct error err = {0};
    if (!instance_state_fetch(context, state, &err))
        lua_raise_error(L, &err);
    forget_handle(L);
}

static int update_with_handler(lua_State *L, struct operation_context *context,
                               struct instance_state *state)
{
    lua_json_push(L, instance_state_properties(state)->root);
    for (;;) {
        struct error err = {0};
        merge(L, state, 3);
        if (instance_state_update(context, state, &err))
            return 0;
        if (err.code != ERROR_CONFLICT)
            return lua_raise_error(L, &err);
        fetch(L, context, state);
    }
}

/* The only argument may also be given by its name, in a table. */
static void take_argument(lua_State *L, const char *name)
{
    lua_settop(L, 2);
    if (lua_type(L, 2) != LUA_TTABLE)
        return;
    lua_getfield(L, 2, name);
    lua_replace(L, 2);
}

static int instance_update(lua_State *L)
{
    struct operation_context *context;
    struct instance_state *state = check_instance(L, &context);
    take_argument(L, "on_conflict");
    if (!state->writable)
        return lua_exception_raise(
            L, "NonRecoverableError",
            "Cannot modify runtime properties of relationship node instances");
    if (!lua_isnil(L, 2)) {
        luaL_checktype(L, 2, LUA_TFUNCTION);
        return update_with_handler(L, context, state);
    }
    struct error err = {0};
    if (state->properties && state->properties->dirty &&
        !instance_state_update(context, state, &err))
        return lua_raise_error(L, &err);
    return 0;
}

static int instance_refresh(lua_State *L)
{
    struct operation_context *context;
    struct instance_state *state = check_instance(L, &context);
    take_argument(L, "force");
    if (state->properties && state->properties->dirty && !lua_toboolean(L, 2))
        return lua_exception_raise(L, "NonRecoverableError",
                                   "instance '%s': refresh would lose changes that are not saved: "
                                   "call update first, or refresh(true)",
                                   state->id);
    fetch(L, context, state);
    return 0;
}

static const struct lua_field fields[] = {
    {"id", instance_id, NULL},
    {"node", instance_node, NULL},
    {"index", instance_index, NULL},
    {"runtime_properties", instance_properties, instance_set_properties},
    {"relationships", instance_relationships, NULL},
    {"host_ip", instance_host_ip, NULL},
    {"scaling_groups", instance_scaling_groups, NULL},
    {"drift", instance_drift, NULL},
    {NULL, NULL, NULL}};

static const luaL_Reg methods[] = {
    {"update", instance_update}, {"refresh", instance_refresh}, {NULL, NULL}};

static const struct lua_class instance_class = {
    .name = "cloudify.instance", .noun = "ctx.instance", .fields = fields, .methods = methods};

void lua_instance_register(lua_State *L)
{
    lua_class_register(L, &instance_class);
}

void lua_instance_push(lua_State *L, int ctx, const char *id)
{
    ctx = lua_absindex(L, ctx);
    if (lua_context_recall(L, ctx, "instance", id) != LUA_TNIL)
        return;
    lua_pop(L, 1);
    struct error err = {0};
    struct instance_state *state = operation_context_instance(lua_context_check(L, ctx), id, &err);
    if (!state)
        lua_raise_error(L, &err);
    struct instance *instance =
        lua_context_new_handle(L, ctx, &instance_class, sizeof *instance, RELATIONSHIPS);
    instance->state = state;
    lua_context_remember(L, ctx, "instance", id);
}
