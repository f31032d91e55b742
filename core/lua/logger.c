/* logger.c - the class plugins know as ctx.logger. */
#include <lauxlib.h>

#include "base/json.h"
#include "lua/log_arguments.h"
#include "lua/operation_context.h"

void lua_logger_send(lua_State *L, int ctx, const char *level, const char *text)
{
    const struct operation_context *context = lua_context_check(L, ctx);
    const char *task = json_string_at(context->request, "id", "cloudify_plugin");
    const char *logger = lua_pushfstring(L, "ctx.%s", task);
    context->channel->log(context->channel->data, level, logger, text);
    lua_pop(L, 1);
}

/* `read`: how the arguments become a text. */
static int send_read(lua_State *L, const char *level, int first,
                     const char *(*read)(lua_State *L, int first))
{
    const char *text = read(L, first);
    lua_getiuservalue(L, 1, 1);
    lua_logger_send(L, -1, level, text);
    return 0;
}

static int send(lua_State *L, const char *level, int first)
{
    return send_read(L, level, first, lua_log_text);
}

static int logger_debug(lua_State *L)
{
    return send(L, "debug", 2);
}

static int logger_info(lua_State *L)
{
    return send(L, "info", 2);
}

static int logger_warning(lua_State *L)
{
    return send(L, "warning", 2);
}

static int logger_error(lua_State *L)
{
    return send(L, "error", 2);
}

static int logger_critical(lua_State *L)
{
    return send(L, "critical", 2);
}

static int logger_exception(lua_State *L)
{
    return send_read(L, "error", 2, lua_log_exception_text);
}

static int logger_log(lua_State *L)
{
    return send(L, lua_log_level(L, 2), 3);
}

static const luaL_Reg methods[] = {
    {"debug", logger_debug},         {"info", logger_info},   {"warn", logger_warning},
    {"warning", logger_warning},     {"error", logger_error}, {"critical", logger_critical},
    {"exception", logger_exception}, {"log", logger_log},     {NULL, NULL}};

static const struct lua_class logger_class = {
    .name = "cloudify.logger", .noun = "ctx.logger", .methods = methods};

void lua_logger_register(lua_State *L)
{
    lua_class_register(L, &logger_class);
}

void lua_logger_push(lua_State *L, int ctx)
{
    lua_context_new_handle(L, ctx, &logger_class, 0, 1);
}
