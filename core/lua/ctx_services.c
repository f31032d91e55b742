/* ctx_services.c - the methods of ctx that ask about more than the operation itself (runtime.md
 * 1.3): the execution, the runtime, the deployment's folder. */
#include <string.h>

#include "base/files.h"
#include "base/json.h"
#include "lua/exception.h"
#include "lua/operation_context.h"
#include "lua/value.h"
#include "resources/deployment_file.h"

static int push_record(lua_State *L, const char *method, json_t *arguments)
{
    lua_json_push(L, lua_context_call(L, lua_context_self(L), method, arguments));
    return 1;
}

/* The first argument, given by position or by `name` in a table; `fallback` where it is not. */
static const char *first_argument(lua_State *L, const char *name, const char *fallback)
{
    if (lua_istable(L, 2)) {
        lua_getfield(L, 2, name);
        lua_replace(L, 2);
    }
    return luaL_optstring(L, 2, fallback);
}

static int ctx_get_execution(lua_State *L)
{
    const struct operation_context *context = lua_context_self(L);
    const json_t *own = json_object_get(context->request, "context");
    const char *id = first_argument(L, "id", json_string_at(own, "execution_id", ""));
    return push_record(L, "get_execution", json_pack("{s:s}", "id", id));
}

/* Of a node: {id, index, state} of each. What serial_operation stands on. */
static int ctx_get_node_instances(lua_State *L)
{
    lua_context_self(L);
    return push_record(L, "get_node_instances", json_pack("{s:s}", "node", luaL_checkstring(L, 2)));
}

static int ctx_get_operation(lua_State *L)
{
    lua_context_self(L);
    return push_record(L, "get_operation", json_object());
}

/* The engine keeps the states of operations itself: nothing is left to be done. */
static int ctx_update_operation(lua_State *L)
{
    static const char *const states[] = {"pending",   "sending", "sent",          "started",
                                         "succeeded", "failed",  "response-sent", "rescheduled"};
    lua_context_self(L);
    const char *state = luaL_checkstring(L, 2);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i], state) == 0)
            return 0;
    return lua_exception_raise(L, "NonRecoverableError", "operations have no state '%s'", state);
}

/* What the request tells of the configuration of a manager, as tests may; none has been met yet. */
static json_t *check_config(lua_State *L, const char *name)
{
    return json_object_get(json_object_get(lua_context_self(L)->request, "context"), name);
}

static int ctx_get_config(lua_State *L)
{
    json_t *config = check_config(L, "config");
    if (config)
        lua_json_push(L, config);
    else
        lua_newtable(L);
    lua_mark_array(L, -1);
    return 1;
}

/* The machines called `name`: unless the request tells, this one, in the network "default". Of
 * them, those in the network that is asked for. */
static int push_machines(lua_State *L, const char *name)
{
    json_t *told = check_config(L, name);
    const char *network = first_argument(L, "network", "default");
    json_t **all = lua_json_box(L), **found = lua_json_box(L);
    *all = told ? json_incref(told)
                : json_pack("[{s:s, s:s, s:{s:s}}]", "hostname", "localhost", "private_ip",
                            "127.0.0.1", "networks", "default", "127.0.0.1");
    *found = json_array();
    for (size_t i = 0; i < json_array_size(*all); i++) {
        json_t *machine = json_array_get(*all, i);
        if (json_object_get(json_object_get(machine, "networks"), network))
            json_array_append(*found, machine);
    }
    lua_json_push(L, *found);
    return 1;
}

static int ctx_get_managers(lua_State *L)
{
    return push_machines(L, "managers");
}

static int ctx_get_brokers(lua_State *L)
{
    return push_machines(L, "brokers");
}

/* The deployment's folder, made if it is not there yet, which only a mock's is not; or NULL. */
static const char *check_workdir(lua_State *L)
{
    const char *workdir = json_string_at(lua_context_self(L)->request, "workdir", NULL);
    struct error err = {0};
    if (workdir && !directory_make(workdir, 0700, &err))
        lua_raise_error(L, &err);
    return workdir;
}

static int ctx_local_deployment_workdir(lua_State *L)
{
    lua_pushstring(L, check_workdir(L));
    return 1;
}

/* The deployment's folder is on this machine: there is nothing to be copied to or from it. */
static int ctx_nothing_to_sync(lua_State *L)
{
    lua_context_self(L);
    return 0;
}

static int leave_guard(lua_State *L)
{
    (void)L;
    return 0;
}

static int ctx_sync_deployment_workdir(lua_State *L)
{
    lua_context_self(L);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, leave_guard);
    lua_setfield(L, -2, "__close");
    lua_setmetatable(L, -2);
    return 1;
}

static int ctx_upload_deployment_file(lua_State *L)
{
    const char *workdir = check_workdir(L);
    const char *target = luaL_checkstring(L, 2), *source = luaL_checkstring(L, 3);
    struct error err = {0};
    if (!deployment_file_put(workdir ? workdir : "", target, source, &err))
        return lua_raise_error(L, &err);
    return 0;
}

static int ctx_delete_deployment_file(lua_State *L)
{
    const char *workdir = check_workdir(L);
    struct error err = {0};
    if (!deployment_file_remove(workdir ? workdir : "", luaL_checkstring(L, 2), &err))
        return lua_raise_error(L, &err);
    return 0;
}

static const luaL_Reg methods[] = {{"get_execution", ctx_get_execution},
                                   {"get_operation", ctx_get_operation},
                                   {"get_node_instances", ctx_get_node_instances},
                                   {"update_operation", ctx_update_operation},
                                   {"get_config", ctx_get_config},
                                   {"get_managers", ctx_get_managers},
                                   {"get_brokers", ctx_get_brokers},
                                   {"local_deployment_workdir", ctx_local_deployment_workdir},
                                   {"download_deployment_workdir", ctx_nothing_to_sync},
                                   {"upload_deployment_workdir", ctx_nothing_to_sync},
                                   {"sync_deployment_workdir", ctx_sync_deployment_workdir},
                                   {"upload_deployment_file", ctx_upload_deployment_file},
                                   {"delete_deployment_file", ctx_delete_deployment_file},
                                   {NULL, NULL}};

const struct lua_class lua_context_services_class = {.methods = methods};
