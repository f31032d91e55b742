/* ctx_facts.c - the fields of ctx that only tell: of the task, the execution and the deployment
 * (runtime.md 1.2). */
#include "base/json.h"
#include "lua/operation_context.h"
#include "lua/value.h"

static const struct lua_class deployment_class, blueprint_class;

static const char read_only[] = "Cannot override read only properties";

/* What the request says under `part`. */
static json_t *check_part(lua_State *L, const char *part)
{
    return json_object_get(lua_context_self(L)->request, part);
}

static int push_text(lua_State *L, const char *part, const char *name)
{
    lua_pushstring(L, json_string_at(check_part(L, part), name, NULL));
    return 1;
}

/* A container read-only and the same at each access; an empty one where there is none. */
static int push_object(lua_State *L, const char *name)
{
    json_t *value = json_object_get(check_part(L, "context"), name);
    if (lua_context_recall(L, 1, "fact", name) != LUA_TNIL)
        return 1;
    json_t **box = lua_json_box(L);
    *box = value ? json_incref(value) : json_object();
    lua_tracked_push_constant(L, *box, read_only);
    lua_context_remember(L, 1, "fact", name);
    return 1;
}

/* What only a manager and its agents have. */
static int nothing(lua_State *L)
{
    lua_context_self(L);
    lua_pushnil(L);
    return 1;
}

static int ctx_execution_id(lua_State *L)
{
    return push_text(L, "context", "execution_id");
}

static int ctx_workflow_id(lua_State *L)
{
    return push_text(L, "context", "workflow_id");
}

static int ctx_workflow_parameters(lua_State *L)
{
    return push_object(L, "workflow_parameters");
}

static int ctx_execution_env(lua_State *L)
{
    return push_object(L, "execution_env");
}

static int ctx_tenant(lua_State *L)
{
    return push_object(L, "tenant");
}

static int ctx_task_id(lua_State *L)
{
    lua_pushstring(L, json_string_at(lua_context_self(L)->request, "id", NULL));
    return 1;
}

static int ctx_task_type(lua_State *L)
{
    lua_context_self(L);
    lua_pushliteral(L, "operation");
    return 1;
}

static int ctx_task_name(lua_State *L)
{
    const json_t *request = lua_context_self(L)->request;
    lua_pushfstring(L, "%s.%s", json_string_at(request, "module", ""),
                    json_string_at(request, "function", ""));
    return 1;
}

static int ctx_timeout(lua_State *L)
{
    lua_json_push(L, json_object_get(check_part(L, "operation"), "timeout"));
    return 1;
}

static int ctx_timeout_recoverable(lua_State *L)
{
    const json_t *operation = check_part(L, "operation");
    lua_pushboolean(L, json_boolean_at(operation, "timeout_recoverable", false));
    return 1;
}

static int ctx_bypass_maintenance(lua_State *L)
{
    lua_context_self(L);
    lua_pushboolean(L, false);
    return 1;
}

static int ctx_resume(lua_State *L)
{
    lua_pushboolean(L, lua_context_self(L)->resume);
    return 1;
}

static int ctx_set_resume(lua_State *L)
{
    struct operation_context *context = lua_context_self(L);
    luaL_checktype(L, 3, LUA_TBOOLEAN);
    context->resume = lua_toboolean(L, 3);
    return 0;
}

/* ---- ctx.deployment and ctx.blueprint ---- */

static int push_handle(lua_State *L, const struct lua_class *class)
{
    lua_context_self(L);
    if (lua_context_recall(L, 1, "handle", class->name) != LUA_TNIL)
        return 1;
    lua_context_new_handle(L, 1, class, 0, 1);
    lua_context_remember(L, 1, "handle", class->name);
    return 1;
}

static int ctx_deployment(lua_State *L)
{
    return push_handle(L, &deployment_class);
}

static int ctx_blueprint(lua_State *L)
{
    return push_handle(L, &blueprint_class);
}

static const json_t *check_member(lua_State *L, const char *part)
{
    return json_object_get(json_object_get(lua_context_of(L, 1)->request, "context"), part);
}

static int blueprint_id(lua_State *L)
{
    lua_pushstring(L, json_string_at(check_member(L, "blueprint"), "id", NULL));
    return 1;
}

static const json_t *check_deployment(lua_State *L)
{
    return check_member(L, "deployment");
}

static int deployment_id(lua_State *L)
{
    lua_pushstring(L, json_string_at(check_deployment(L), "id", NULL));
    return 1;
}

static int deployment_display_name(lua_State *L)
{
    const json_t *deployment = check_deployment(L);
    const char *id = json_string_at(deployment, "id", NULL);
    lua_pushstring(L, json_string_at(deployment, "display_name", id));
    return 1;
}

static int deployment_resource_tags(lua_State *L)
{
    lua_tracked_push_constant(L, json_object_get(check_deployment(L), "resource_tags"), read_only);
    if (lua_isnil(L, -1))
        lua_newtable(L);
    return 1;
}

static int deployment_runtime_only_evaluation(lua_State *L)
{
    check_deployment(L);
    lua_pushboolean(L, false);
    return 1;
}

static int deployment_nothing(lua_State *L)
{
    check_deployment(L);
    lua_pushnil(L);
    return 1;
}

static const struct lua_field deployment_fields[] = {
    {"id", deployment_id, NULL},
    {"display_name", deployment_display_name, NULL},
    {"resource_tags", deployment_resource_tags, NULL},
    {"runtime_only_evaluation", deployment_runtime_only_evaluation, NULL},
    {"creator", deployment_nothing, NULL},
    {"tenant_name", deployment_nothing, NULL},
    {NULL, NULL, NULL}};

static const struct lua_field blueprint_fields[] = {{"id", blueprint_id, NULL}, {NULL, NULL, NULL}};

static const struct lua_class deployment_class = {
    .name = "cloudify.deployment", .noun = "ctx.deployment", .fields = deployment_fields};

static const struct lua_class blueprint_class = {
    .name = "cloudify.blueprint", .noun = "ctx.blueprint", .fields = blueprint_fields};

void lua_deployment_register(lua_State *L)
{
    lua_class_register(L, &deployment_class);
    lua_class_register(L, &blueprint_class);
}

/* ---- ctx itself ---- */

static const struct lua_field fields[] = {{"execution_id", ctx_execution_id, NULL},
                                          {"workflow_id", ctx_workflow_id, NULL},
                                          {"workflow_parameters", ctx_workflow_parameters, NULL},
                                          {"execution_env", ctx_execution_env, NULL},
                                          {"task_id", ctx_task_id, NULL},
                                          {"task_type", ctx_task_type, NULL},
                                          {"task_name", ctx_task_name, NULL},
                                          {"timeout", ctx_timeout, NULL},
                                          {"timeout_recoverable", ctx_timeout_recoverable, NULL},
                                          {"resume", ctx_resume, ctx_set_resume},
                                          {"deployment", ctx_deployment, NULL},
                                          {"blueprint", ctx_blueprint, NULL},
                                          {"tenant", ctx_tenant, NULL},
                                          {"bypass_maintenance", ctx_bypass_maintenance, NULL},
                                          {"task_target", nothing, NULL},
                                          {"task_queue", nothing, NULL},
                                          {"execution_token", nothing, NULL},
                                          {"execution_creator_username", nothing, NULL},
                                          {"tenant_name", nothing, NULL},
                                          {"rest_host", nothing, NULL},
                                          {"rest_port", nothing, NULL},
                                          {"rest_token", nothing, NULL},
                                          {"rest_ssl_cert", nothing, NULL},
                                          {NULL, NULL, NULL}};

const struct lua_class lua_context_facts_class = {.fields = fields};
