/* workflow_logger.c - the class of loggers of a workflow and of its node instances. */
#include <string.h>

#include "lua/workflow_run.h"

static const struct workflow_class logger_class;

static const char no_instance; /* what the handle of the workflow's own logger stands for */

void workflow_logger_push(lua_State *L, long instance)
{
    const struct instance_set *set = execution_instances(workflow_run(L)->execution);
    void *object =
        instance == TASK_NO_INSTANCE ? (void *)&no_instance : (void *)set->items[instance];
    workflow_handle_push(L, &logger_class, object, object, (size_t)instance);
}

/* The text: one argument as it is, more as string.format() has them. */
static const char *check_text(lua_State *L, int arg)
{
    int count = lua_gettop(L) - arg;
    if (count <= 0)
        return luaL_tolstring(L, arg, NULL);
    lua_getglobal(L, "string");
    lua_getfield(L, -1, "format");
    lua_replace(L, -2);
    lua_insert(L, arg);
    lua_call(L, count + 1, 1);
    return lua_tostring(L, -1);
}

static int write_record(lua_State *L, const char *level, int arg)
{
    struct execution *execution = workflow_run(L)->execution;
    struct workflow_handle *handle = workflow_handle_check(L, 1, &logger_class);
    long instance = (long)handle->index;
    luaL_checkany(L, arg);
    struct error err = {0};
    if (!execution_log(execution, instance, level, check_text(L, arg), &err))
        return workflow_raise(L, &err);
    return 0;
}

static int logger_debug(lua_State *L)
{
    return write_record(L, "debug", 2);
}

static int logger_info(lua_State *L)
{
    return write_record(L, "info", 2);
}

static int logger_warning(lua_State *L)
{
    return write_record(L, "warning", 2);
}

static int logger_error(lua_State *L)
{
    return write_record(L, "error", 2);
}

static int logger_critical(lua_State *L)
{
    return write_record(L, "critical", 2);
}

static int logger_log(lua_State *L)
{
    static const char *const names[] = {"debug", "info",      "warn",     "warning",
                                        "error", "exception", "critical", NULL};
    static const char *const levels[] = {"debug", "info",  "warning", "warning",
                                         "error", "error", "critical"};
    return write_record(L, levels[luaL_checkoption(L, 2, NULL, names)], 3);
}

static const luaL_Reg methods[] = {
    {"debug", logger_debug},       {"info", logger_info},   {"warn", logger_warning},
    {"warning", logger_warning},   {"error", logger_error}, {"exception", logger_error},
    {"critical", logger_critical}, {"log", logger_log},     {NULL, NULL}};

static const struct workflow_class logger_class = {
    .name = "cloudify.workflow.logger", .noun = "logger", .methods = methods};

void workflow_logger_register(lua_State *L)
{
    workflow_class_register(L, &logger_class);
}
