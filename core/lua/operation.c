/* operation.c - the class plugins know as ctx.operation. */
#include "base/json.h"
#include "lua/exception.h"
#include "lua/operation_context.h"

static const json_t *check_operation(lua_State *L)
{
    return json_object_get(lua_context_of(L, 1)->request, "operation");
}

static int operation_name(lua_State *L)
{
    lua_pushstring(L, json_string_at(check_operation(L), "name", NULL));
    return 1;
}

static int operation_retry_number(lua_State *L)
{
    lua_pushinteger(L, json_integer_at(check_operation(L), "retry_number", 0));
    return 1;
}

static int operation_max_retries(lua_State *L)
{
    lua_pushinteger(L, json_integer_at(check_operation(L), "max_retries", -1));
    return 1;
}

static int operation_relationship(lua_State *L)
{
    lua_pushstring(L, json_string_at(check_operation(L), "relationship", NULL));
    return 1;
}

/* retry(message, retry_after) or retry{message = , retry_after = }: the arguments of
 * OperationRetry, which is raised when the function has returned (runtime.md 1.6). */
static int operation_retry(lua_State *L)
{
    check_operation(L);
    struct operation_context *context = lua_context_of(L, 1);
    if (lua_gettop(L) == 1 || lua_isnil(L, 2)) {
        lua_settop(L, 3);
        lua_pushliteral(L, "the operation asks for a retry");
        lua_replace(L, 2);
    }
    lua_exception_construct(L, "OperationRetry", lua_gettop(L) - 1);
    json_t *retry = lua_exception_to_json(L, -1);
    if (!retry)
        return luaL_error(L, "out of memory");
    json_decref(context->retry);
    context->retry = retry;
    return 0;
}

static const struct lua_field fields[] = {{"name", operation_name, NULL},
                                          {"retry_number", operation_retry_number, NULL},
                                          {"max_retries", operation_max_retries, NULL},
                                          {"relationship", operation_relationship, NULL},
                                          {NULL, NULL, NULL}};

static const luaL_Reg methods[] = {{"retry", operation_retry}, {NULL, NULL}};

static const struct lua_class operation_class = {
    .name = "cloudify.operation", .noun = "ctx.operation", .fields = fields, .methods = methods};

void lua_operation_register(lua_State *L)
{
    lua_class_register(L, &operation_class);
}

void lua_operation_push(lua_State *L, int ctx)
{
    lua_context_new_handle(L, ctx, &operation_class, 0, 1);
}
