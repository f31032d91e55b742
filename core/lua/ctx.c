/* ctx.c - the class of ctx itself (runtime.md 1.1 to 1.3). */
#include <string.h>

#include "base/json.h"
#include "lua/exception.h"
#include "lua/lua_cloudify.h"
#include "lua/operation_context.h"
#include "lua/value.h"

/* User value 1: what was pushed for it, by kind and id. */
struct ctx {
    struct operation_context *context; /* NULL once revoked */
};

static struct operation_context *check_alive(lua_State *L, const struct ctx *ctx)
{
    if (!ctx->context)
        lua_exception_raise(L, "NonRecoverableError", "ctx used after its operation ended");
    return ctx->context;
}

struct operation_context *lua_context_check(lua_State *L, int index)
{
    return check_alive(L, lua_class_check(L, index, &lua_context_class));
}

struct operation_context *lua_context_self(lua_State *L)
{
    return check_alive(L, lua_class_self(L));
}

struct operation_context *lua_context_of(lua_State *L, int index)
{
    lua_getiuservalue(L, index, 1);
    struct operation_context *context = lua_context_check(L, -1);
    lua_pop(L, 1);
    return context;
}

void *lua_context_new_handle(lua_State *L, int ctx, const struct lua_class *class, size_t size,
                             int values)
{
    ctx = lua_absindex(L, ctx);
    void *handle = lua_class_new_object(L, class, size, values);
    lua_pushvalue(L, ctx);
    lua_setiuservalue(L, -2, 1);
    return handle;
}

int lua_context_recall(lua_State *L, int ctx, const char *kind, const char *id)
{
    lua_getiuservalue(L, ctx, 1);
    lua_pushfstring(L, "%s:%s", kind, id);
    int type = lua_rawget(L, -2);
    lua_remove(L, -2);
    return type;
}

void lua_context_remember(lua_State *L, int ctx, const char *kind, const char *id)
{
    lua_getiuservalue(L, ctx, 1);
    lua_pushfstring(L, "%s:%s", kind, id);
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

int lua_raise_error(lua_State *L, const struct error *err)
{
    static const struct {
        enum error_code code;
        const char *type;
    } types[] = {{ERROR_CONFLICT, "StorageConflictError"},
                 {ERROR_INVALID, "NonRecoverableError"},
                 {ERROR_UNSUPPORTED, "NonRecoverableError"}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].code == err->code)
            return lua_exception_raise(L, types[i].type, "%s", err->text);
    return lua_exception_raise(L, "RecoverableError", "%s", err->text);
}

json_t *lua_context_call(lua_State *L, struct operation_context *context, const char *method,
                         json_t *arguments)
{
    json_t **box = lua_json_box(L);
    struct error err = {0};
    *box = operation_context_ask(context, method, arguments, &err);
    if (err.code || !*box)
        lua_raise_error(L, &err);
    /* cppcheck-suppress returnDanglingLifetime ; a new value: no channel keeps `err` */
    return *box;
}

static const char *const type_names[] = {"node-instance", "relationship-instance", "deployment"};

static void refuse_type(lua_State *L, const char *what, const char *allowed,
                        const struct operation_context *context)
{
    lua_exception_raise(L, "NonRecoverableError",
                        "%s can only be used in a %s context but used in a %s context", what,
                        allowed, type_names[context->type]);
}

static const json_t *check_type(lua_State *L, enum context_type type, const char *what)
{
    const struct operation_context *context = lua_context_self(L);
    if (context->type != type)
        refuse_type(L, what, type_names[type], context);
    return context->request;
}

static int ctx_type(lua_State *L)
{
    lua_pushstring(L, type_names[lua_context_self(L)->type]);
    return 1;
}

static int ctx_node(lua_State *L)
{
    const json_t *request = check_type(L, CONTEXT_NODE, "ctx.node/ctx.instance");
    lua_node_push(L, 1, json_object_get(request, "node"));
    return 1;
}

static int ctx_instance(lua_State *L)
{
    const json_t *request = check_type(L, CONTEXT_NODE, "ctx.node/ctx.instance");
    lua_instance_push(L, 1, json_string_at(json_object_get(request, "instance"), "id", ""));
    return 1;
}

static int push_endpoint(lua_State *L, const char *name)
{
    const json_t *request = check_type(L, CONTEXT_RELATIONSHIP, "ctx.source/ctx.target");
    if (lua_context_recall(L, 1, "endpoint", name) != LUA_TNIL)
        return 1;
    const json_t *endpoint = json_object_get(request, name);
    json_t *node = json_object_get(endpoint, "node");
    lua_endpoint_push(L, 1, json_string_at(json_object_get(endpoint, "instance"), "id", ""),
                      json_string_at(node, "id", ""), node);
    lua_context_remember(L, 1, "endpoint", name);
    return 1;
}

static int ctx_source(lua_State *L)
{
    return push_endpoint(L, "source");
}

static int ctx_target(lua_State *L)
{
    return push_endpoint(L, "target");
}

/* Push the child that `push` makes, the same at each access. */
static int push_child(lua_State *L, const char *name, void (*push)(lua_State *, int))
{
    lua_context_self(L);
    if (lua_context_recall(L, 1, "child", name) != LUA_TNIL)
        return 1;
    push(L, 1);
    lua_context_remember(L, 1, "child", name);
    return 1;
}

static int ctx_operation(lua_State *L)
{
    return push_child(L, "operation", lua_operation_push);
}

static int ctx_plugin(lua_State *L)
{
    return push_child(L, "plugin", lua_plugin_push);
}

static int ctx_logger(lua_State *L)
{
    return push_child(L, "logger", lua_logger_push);
}

/* Push what the Lua module `module` makes of the ctx at `ctx`. */
static void push_made(lua_State *L, int ctx, const char *module)
{
    lua_module_field(L, module, "of");
    lua_pushvalue(L, ctx);
    lua_call(L, 1, 1);
}

static void push_capabilities(lua_State *L, int ctx)
{
    push_made(L, ctx, "cloudify.capabilities");
}

static int ctx_capabilities(lua_State *L)
{
    const struct operation_context *context = lua_context_self(L);
    if (context->type == CONTEXT_DEPLOYMENT)
        refuse_type(L, "ctx.capabilities", "node-instance or relationship-instance", context);
    lua_logger_send(L, 1, "warning",
                    "ctx.capabilities is deprecated: use the relationships of ctx.instance");
    return push_child(L, "capabilities", push_capabilities);
}

static void push_provider_context(lua_State *L, int ctx)
{
    struct operation_context *context = lua_context_check(L, ctx);
    json_t *value = lua_context_call(L, context, "get_provider_context", json_object());
    lua_tracked_push_constant(L, value, "Cannot override read only properties");
}

static int ctx_provider_context(lua_State *L)
{
    return push_child(L, "provider_context", push_provider_context);
}

static void push_bootstrap_context(lua_State *L, int ctx)
{
    push_made(L, ctx, "cloudify.bootstrap_context");
}

static int ctx_bootstrap_context(lua_State *L)
{
    return push_child(L, "bootstrap_context", push_bootstrap_context);
}

static void push_agent(lua_State *L, int ctx)
{
    push_made(L, ctx, "cloudify.agent");
}

static bool has_type(const json_t *node, const char *type)
{
    const json_t *hierarchy = json_object_get(node, "type_hierarchy");
    for (size_t i = 0; i < json_array_size(hierarchy); i++) {
        const char *name = json_string_value(json_array_get(hierarchy, i));
        if (name && strcmp(name, type) == 0)
            return true;
    }
    return false;
}

static int ctx_agent(lua_State *L)
{
    static const char compute[] = "cloudify.nodes.Compute";
    const json_t *node =
        json_object_get(check_type(L, CONTEXT_NODE, "ctx.node/ctx.instance"), "node");
    if (!has_type(node, compute))
        lua_exception_raise(L, "NonRecoverableError",
                            "ctx.agent can only be used by nodes of type '%s': node '%s' is of "
                            "type '%s'",
                            compute, json_string_at(node, "id", ""),
                            json_string_at(node, "type", ""));
    return push_child(L, "agent", push_agent);
}

static int ctx_send_event(lua_State *L)
{
    const struct operation_context *context = lua_context_self(L);
    const char *text = luaL_checkstring(L, 2);
    context->channel->event(context->channel->data, "plugin_event", text);
    return 0;
}

static int ctx_get_secret(lua_State *L)
{
    struct operation_context *context = lua_context_self(L);
    const char *key = luaL_checkstring(L, 2);
    lua_json_push(L, lua_context_call(L, context, "get_secret", json_pack("{s:s}", "key", key)));
    return 1;
}

/* What the function of a module has returned. */
static int module_called(lua_State *L, int status, lua_KContext context)
{
    (void)L, (void)status, (void)context;
    return 1;
}

/* Call the function of cloudify.resources with all that is on the stack, the ctx at 1 first. */
static int call_resources(lua_State *L, const char *name)
{
    lua_context_self(L);
    lua_module_field(L, "cloudify.resources", name);
    lua_insert(L, 1);
    lua_callk(L, lua_gettop(L) - 1, 1, 0, module_called);
    return module_called(L, LUA_OK, 0);
}

static int ctx_resource_path(lua_State *L)
{
    return call_resources(L, "path");
}

static int ctx_get_resource(lua_State *L)
{
    return call_resources(L, "get");
}

static int ctx_get_resource_and_render(lua_State *L)
{
    return call_resources(L, "get_and_render");
}

static int ctx_download_resource(lua_State *L)
{
    return call_resources(L, "download");
}

static int ctx_download_resource_and_render(lua_State *L)
{
    return call_resources(L, "download_and_render");
}

static int ctx_download_directory(lua_State *L)
{
    return call_resources(L, "download_directory");
}

static const struct lua_field fields[] = {{"type", ctx_type, NULL},
                                          {"node", ctx_node, NULL},
                                          {"instance", ctx_instance, NULL},
                                          {"source", ctx_source, NULL},
                                          {"target", ctx_target, NULL},
                                          {"operation", ctx_operation, NULL},
                                          {"plugin", ctx_plugin, NULL},
                                          {"logger", ctx_logger, NULL},
                                          {"capabilities", ctx_capabilities, NULL},
                                          {"provider_context", ctx_provider_context, NULL},
                                          {"bootstrap_context", ctx_bootstrap_context, NULL},
                                          {"agent", ctx_agent, NULL},
                                          {NULL, NULL, NULL}};

static const luaL_Reg methods[] = {
    {"send_event", ctx_send_event},
    {"get_secret", ctx_get_secret},
    {"resource_path", ctx_resource_path},
    {"get_resource", ctx_get_resource},
    {"get_resource_and_render", ctx_get_resource_and_render},
    {"download_resource", ctx_download_resource},
    {"download_resource_and_render", ctx_download_resource_and_render},
    {"download_directory", ctx_download_directory},
    {NULL, NULL}};

const struct lua_class lua_context_class = {
    .name = "cloudify.ctx",
    .noun = "ctx",
    .fields = fields,
    .methods = methods,
    .bases = {&lua_context_facts_class, &lua_context_services_class}};

void lua_context_register(lua_State *L)
{
    lua_class_register(L, &lua_context_class);
    lua_deployment_register(L);
    lua_node_register(L);
    lua_instance_register(L);
    lua_relationship_register(L);
    lua_operation_register(L);
    lua_plugin_register(L);
    lua_logger_register(L);
}

void lua_context_push(lua_State *L, struct operation_context *context)
{
    struct ctx *ctx = lua_class_new_object(L, &lua_context_class, sizeof *ctx, 1);
    ctx->context = context;
    lua_newtable(L);
    lua_setiuservalue(L, -2, 1);
}

void lua_context_revoke(lua_State *L, int index)
{
    struct ctx *ctx = lua_touserdata(L, index);
    if (ctx)
        ctx->context = NULL;
}
