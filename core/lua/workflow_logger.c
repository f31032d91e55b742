/* workflow_logger.c - the class of loggers of a workflow and of its node instances. */
#include "lua/log_arguments.h"
#include "lua/workflow_run.h"

static const struct lua_class logger_class;

static const char no_instance; /* what the handle of the workflow's own logger stands for */

void workflow_logger_push(lua_State *L, long instance)
{
    const struct instance_set *set = execution_instances(workflow_run(L)->execution);
    void *object =
        instance == TASK_NO_INSTANCE ? (void *)&no_instance : (void *)set->items[instance];
    workflow_handle_push(L, &logger_class, object, object, (size_t)instance);
}

/* `read`: how the arguments become a text. */
static int write_read(lua_State *L, const char *level, int arg,
                      const char *(*read)(lua_State *L, int first))
{
    struct execution *execution = workflow_run(L)->execution;
    struct workflow_handle *handle = workflow_handle_self(L);
    long instance = (long)handle->index;
    struct error err = {0};
    if (!execution_log(execution, instance, level, read(L, arg), &err))
        return workflow_raise(L, &err);
    return 0;
}

static int write_record(lua_State *L, const char *level, int arg)
{
    return write_read(L, level, arg, lua_log_text);
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

static int logger_exception(lua_State *L)
{
    return write_read(L, "error", 2, lua_log_exception_text);
}

static int logger_log(lua_State *L)
{
    return write_record(L, lua_log_level(L, 2), 3);
}

static const luaL_Reg methods[] = {
    {"debug", logger_debug},       {"info", logger_info},   {"warn", logger_warning},
    {"warning", logger_warning},   {"error", logger_error}, {"exception", logger_exception},
    {"critical", logger_critical}, {"log", logger_log},     {NULL, NULL}};

static const struct lua_class logger_class = {.name = "cloudify.workflow.logger",
                                              .noun = "logger",
                                              .methods = methods,
                                              .metamethods = workflow_handle_metamethods};

void workflow_logger_register(lua_State *L)
{
    lua_class_register(L, &logger_class);
}
