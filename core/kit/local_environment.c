/* local_environment.c - see local_environment.h. */
#include "kit/local_environment.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "api/runtime.h"
#include "base/files.h"
#include "base/json.h"
#include "kit/environment.h"
#include "kit/local_dispatcher.h"
#include "lua/exception.h"
#include "lua/host_call.h"
#include "lua/operation_context.h"
#include "lua/value.h"

/* ---- opening and closing ---- */

static int environment_close(lua_State *L)
{
    struct environment *environment = luaL_checkudata(L, 1, ENVIRONMENT_CLASS);
    if (environment->is_running)
        return luaL_error(L, "the environment cannot be closed while it executes a workflow");
    cloudify_close(environment->c);
    free(environment->directories);
    json_decref(environment->options);
    json_decref(environment->operations);
    *environment = (struct environment){0};
    return 0;
}

/* The texts of a list, NULL-terminated; NULL where there is no list, or no memory. */
static const char **string_list(const json_t *list)
{
    size_t i;
    const json_t *item;
    const char **strings = list ? calloc(json_array_size(list) + 1, sizeof *strings) : NULL;
    if (strings)
        json_array_foreach(list, i, item) strings[i] = json_string_value(item);
    return strings;
}

/* A member of the options as text, new; NULL where there is none, or no memory. */
static char *member_text(const struct environment *environment, const char *name)
{
    const json_t *value = json_object_get(environment->options, name);
    return value ? json_text(value) : NULL;
}

static bool keep_operations(struct cloudify *c, const struct run *run, void *data,
                            struct error *err)
{
    struct environment *environment = data;
    environment->operations = environment_operations(c, run, err);
    return environment->operations;
}

/* Make the deployment. @return whether it succeeded */
static bool create(struct environment *environment, struct cloudify_error *failure)
{
    const json_t *options = environment->options;
    char *provider_context = member_text(environment, "provider_context");
    char *inputs = member_text(environment, "inputs");
    const struct cloudify_options how = {
        .store = json_string_at(options, "store", ""),
        .secret_key = json_string_at(options, "secret_key", NULL),
        .plugin_directories = environment->directories,
        .provider_context = provider_context,
    };
    environment->c = cloudify_open(&how, failure);
    char *record = NULL;
    if (environment->c) {
        environment->c->setting.is_transient = true;
        environment->c->setting.on_created = keep_operations;
        environment->c->setting.on_created_data = environment;
        environment->c->setting.project = json_string_at(options, "project", NULL);
        record =
            cloudify_deployment_create(environment->c, json_string_at(options, "blueprint", ""),
                                       environment_name(environment), inputs, failure);
        environment->c->options.provider_context = NULL; /* only what is created asks for it */
    }
    bool ok = record != NULL;
    cloudify_free(record);
    free(provider_context);
    free(inputs);
    return ok;
}

static int environment_open(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    struct environment *environment = lua_newuserdatauv(L, sizeof *environment, 0);
    *environment = (struct environment){0};
    luaL_setmetatable(L, ENVIRONMENT_CLASS);
    environment->options = lua_json_check(L, 1, "options");
    environment->directories =
        string_list(json_object_get(environment->options, "plugin_directories"));
    struct cloudify_error failure = {0};
    return create(environment, &failure) ? 1 : environment_raise(L, &failure);
}

/* ---- executing ---- */

static struct cloudify_execution_options execution_options_of(const json_t *given)
{
    return (struct cloudify_execution_options){
        .workers = (int)json_integer_at(given, "task_thread_pool_size", 0),
        .retries_given = true,
        .task_retries = (int)json_integer_at(given, "task_retries", 5),
        /* At once, unlike elsewhere: who has misspelt a name wants to hear of it. */
        .task_retry_interval = json_number_at(given, "task_retry_interval", 0),
        .subgraph_retries = (int)json_integer_at(given, "subgraph_retries", 0),
        .wait_given = json_object_get(given, "wait_after_fail"),
        .wait_after_fail = json_number_at(given, "wait_after_fail", 0),
        .dry_run = json_boolean_at(given, "dry_run", false),
        .allow_custom_parameters = json_boolean_at(given, "allow_custom_parameters", false)};
}

/* Nothing of Lua is raised through this: operations run in protected mode. */
static char *run(lua_State *own, struct environment *environment, const char *workflow,
                 const char *parameters, const json_t *options, json_t **value,
                 struct cloudify_error *failure)
{
    struct cloudify *c = environment->c;
    const struct cloudify_execution_options how = execution_options_of(options);
    bool isolated = json_boolean_at(options, "isolated", false);
    c->setting.dispatcher_new = isolated ? NULL : local_dispatcher_of_state;
    c->setting.dispatcher_data = own;
    c->setting.virtual_clock =
        json_boolean_at(options, "virtual_clock", false) ? &environment->clock : NULL;
    c->setting.value = value;
    environment->is_running = true;
    char *record =
        cloudify_execute(c, environment_name(environment), workflow, parameters, &how, failure);
    environment->is_running = false;
    return record;
}

static int environment_execute(lua_State *L)
{
    struct environment *environment = environment_check(L);
    const char *workflow = luaL_checkstring(L, 2);
    struct cloudify_error failure = {0};
    lua_settop(L, 4);
    if (environment->is_running)
        return luaL_error(L, "the environment executes a workflow already");
    json_t **options = lua_json_box(L), **parameters = lua_json_box(L), **value = lua_json_box(L);
    *parameters = lua_json_check(L, 3, "parameters");
    *options = lua_json_check(L, 4, "options");
    lua_State *own = host_thread_new(L); /* tracebacks of operations end where it begins */
    char *text = json_text(*parameters);
    char *record = run(own, environment, workflow, text, *options, value, &failure);
    bool ok = record != NULL;
    cloudify_free(record);
    free(text);
    lua_pushboolean(L, ok);
    if (ok) {
        lua_json_push(L, *value);
        return 2;
    }
    lua_pushinteger(L, failure.code);
    lua_pushstring(L, failure.text);
    return 3;
}

static int operations(lua_State *L)
{
    lua_json_push(L, environment_check(L)->operations);
    return 1;
}

static int environment_waited(lua_State *L)
{
    lua_pushnumber(L, environment_check(L)->clock);
    return 1;
}

static int environment_set_secret(lua_State *L)
{
    const struct environment *environment = environment_check(L);
    struct cloudify_error failure = {0};
    char *text = cloudify_secret_write(environment->c, luaL_checkstring(L, 2),
                                       luaL_checkstring(L, 3), CLOUDIFY_SECRET_PUT, &failure);
    if (!text)
        return environment_raise(L, &failure);
    cloudify_free(text);
    return 0;
}

/* ---- files ---- */

static int copy(lua_State *L)
{
    struct error err = {0};
    if (!tree_copy(luaL_checkstring(L, 1), luaL_checkstring(L, 2), NULL, &err))
        return lua_raise_error(L, &err);
    return 0;
}

static int absolute(lua_State *L)
{
    char path[PATH_MAX];
    lua_pushstring(L, realpath(luaL_checkstring(L, 1), path));
    return 1;
}

/* ---- errors ---- */

/* Calls upvalue 1, which returns true and a value, or false and an error; that is raised from
 * here: what looks for the line that is to blame passes over functions in C. */
static int raise_what_fails(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 2);
    return lua_toboolean(L, -2) ? 1 : lua_error(L);
}

static int raising(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    lua_pushcclosure(L, raise_what_fails, 1);
    return 1;
}

/* ---- the module ---- */

static void register_class(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"execute", environment_execute}, {"waited", environment_waited},
        {"operations", operations},       {"set_secret", environment_set_secret},
        {"close", environment_close},     {NULL, NULL}};
    static const luaL_Reg metamethods[] = {
        {"__gc", environment_close}, {"__close", environment_close}, {NULL, NULL}};
    if (luaL_newmetatable(L, ENVIRONMENT_CLASS)) {
        luaL_setfuncs(L, metamethods, 0);
        luaL_newlib(L, methods);
        environment_add_views(L);
        lua_setfield(L, -2, "__index");
    }
    lua_pop(L, 1);
}

int lua_open_local_environment(lua_State *L)
{
    static const luaL_Reg functions[] = {{"open", environment_open},
                                         {"copy", copy},
                                         {"absolute", absolute},
                                         {"raising", raising},
                                         {NULL, NULL}};
    register_class(L);
    luaL_newlib(L, functions);
    return 1;
}
