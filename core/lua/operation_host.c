/* operation_host.c - see operation_host.h. */
#include "lua/operation_host.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "lua/exception.h"
#include "lua/host_call.h"
#include "lua/operation_context.h"
#include "lua/value.h"

/* The Lua state of one version of a plugin: plugins cannot see or break each other. */
struct plugin_state {
    struct plugin_state *next;
    lua_State *L;
    char key[];
};

struct operation_host {
    const struct operation_channel *channel;
    struct plugin_state *states;
};

/* One operation on its way through protected code. */
struct run {
    struct operation_context context;
    const json_t *request;
    json_t *value; /* what the function returned */
    json_t *error; /* or why it failed */
};

struct operation_host *operation_host_new(const struct operation_channel *channel,
                                          struct error *err)
{
    struct operation_host *host = calloc(1, sizeof *host);
    if (host)
        host->channel = channel;
    else
        error_nomem(err);
    return host;
}

void operation_host_free(struct operation_host *host)
{
    if (!host)
        return;
    while (host->states) {
        struct plugin_state *state = host->states;
        host->states = state->next;
        lua_close(state->L);
        free(state);
    }
    free(host);
}

static struct plugin_state *add_state(struct operation_host *host, const char *key)
{
    size_t size = strlen(key) + 1;
    struct plugin_state *state = malloc(sizeof *state + size);
    lua_State *L = state ? host_state_new() : NULL;
    if (!L) {
        free(state);
        return NULL;
    }
    memcpy(state->key, key, size);
    state->L = L;
    state->next = host->states;
    host->states = state;
    return state;
}

static lua_State *state_of(struct operation_host *host, const json_t *plugin)
{
    struct strbuf key = STRBUF_INIT;
    strbuf_addf(&key, "%s %s", json_string_at(plugin, "name", ""),
                json_string_at(plugin, "package_version", ""));
    struct plugin_state *state = host->states;
    while (state && strcmp(state->key, key.text) != 0)
        state = state->next;
    if (!state && !key.failed)
        state = add_state(host, key.text);
    strbuf_release(&key);
    return state ? state->L : NULL;
}

/* Push the function `name` of the module `module`. */
static void push_function(lua_State *L, const char *module, const char *name)
{
    lua_getglobal(L, "require");
    lua_pushstring(L, module);
    lua_call(L, 1, 1);
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
}

/* Push the operation's function. @return whether it is declared resumable */
static bool push_operation(lua_State *L, const json_t *request)
{
    push_function(L, "cloudify.plugin_loader", "resolve");
    lua_json_push(L, json_object_get(request, "plugin"));
    lua_pushstring(L, json_string_at(request, "module", ""));
    lua_pushstring(L, json_string_at(request, "function", ""));
    lua_pushstring(L, json_string_at(request, "resources", NULL));
    lua_call(L, 4, 2);
    bool resumable = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return resumable;
}

/* Make ctx at `ctx` and its inputs the current ones; with a nil there, none. */
static void set_current(lua_State *L, int ctx, int inputs)
{
    push_function(L, "cloudify.state", "set_operation");
    lua_pushvalue(L, ctx);
    lua_pushvalue(L, inputs);
    lua_call(L, 2, 0);
}

static void check_resumable(lua_State *L, const json_t *request, bool resumable)
{
    if (json_boolean_at(request, "resume", false) && !resumable)
        lua_exception_raise(L, "NonRecoverableError",
                            "the operation '%s.%s' was interrupted and is not declared resumable",
                            json_string_at(request, "module", ""),
                            json_string_at(request, "function", ""));
}

/* An error leaves the coroutine's stack as it was where it happened: the traceback is there. */
static int raise_from(lua_State *L, lua_State *co)
{
    lua_xmove(co, L, 1);
    lua_exception_wrap(L, co);
    return lua_error(L);
}

/* Run the function at `function` in a coroutine; its first result is pushed. */
static void call_in_coroutine(lua_State *L, int function, int ctx, int inputs)
{
    lua_State *co = lua_newthread(L);
    lua_pushvalue(L, function);
    lua_pushvalue(L, ctx);
    lua_pushvalue(L, inputs);
    lua_xmove(L, co, 3);
    int results;
    int status = lua_resume(co, L, 2, &results);
    if (status == LUA_YIELD)
        lua_exception_raise(L, "NonRecoverableError",
                            "the operation yielded to nobody: wait through cloudify.aio");
    if (status != LUA_OK)
        raise_from(L, co);
    if (results == 0)
        lua_pushnil(L);
    else {
        lua_pop(co, results - 1);
        lua_xmove(co, L, 1);
    }
}

/* In protected mode: run, context's handle in 2. */
static int run_operation(lua_State *L)
{
    struct run *run = lua_touserdata(L, 1);
    bool resumable = push_operation(L, run->request);
    check_resumable(L, run->request, resumable);
    lua_json_push(L, json_object_get(run->request, "inputs"));
    if (!lua_istable(L, 4)) {
        lua_newtable(L);
        lua_replace(L, 4);
    }
    set_current(L, 2, 4);
    const struct operation_channel *channel = run->context.channel;
    channel->started(channel->data, resumable);
    call_in_coroutine(L, 3, 2, 4);
    run->value = lua_json_check(L, -1, "return value");
    return 0;
}

static int push_context(lua_State *L)
{
    lua_context_push(L, lua_touserdata(L, 1));
    return 1;
}

static int forget_current(lua_State *L)
{
    lua_settop(L, 0);
    lua_pushnil(L);
    set_current(L, 1, 1);
    return 0;
}

static int error_to_json(lua_State *L)
{
    struct run *run = lua_touserdata(L, 2);
    run->error = lua_exception_to_json(L, 1);
    return 0;
}

static json_t *plain_error(const char *type, const char *message)
{
    return json_pack("{s:s, s:s, s:s, s:b, s:[]}", "type", type, "known_type", type, "message",
                     message, "recoverable", strcmp(type, "NonRecoverableError") != 0, "causes");
}

/* The exception on top of the stack becomes run->error; it is popped. */
static void take_error(lua_State *L, struct run *run)
{
    lua_pushcfunction(L, error_to_json);
    lua_insert(L, -2);
    lua_pushlightuserdata(L, run);
    if (lua_pcall(L, 2, 0, 0) != LUA_OK)
        lua_pop(L, 1);
    if (!run->error)
        run->error = plain_error("RecoverableError", "out of memory");
}

static void run_in_state(lua_State *L, struct run *run)
{
    lua_pushcfunction(L, push_context);
    lua_pushlightuserdata(L, &run->context);
    if (!host_call(L, 1, 1)) {
        take_error(L, run);
        return;
    }
    int ctx = lua_gettop(L);
    lua_pushcfunction(L, run_operation);
    lua_pushlightuserdata(L, run);
    lua_pushvalue(L, ctx);
    if (!host_call(L, 2, 0))
        take_error(L, run);
    lua_pushcfunction(L, forget_current);
    if (!host_call(L, 0, 0))
        lua_pop(L, 1);
    lua_context_revoke(L, ctx);
    lua_settop(L, ctx - 1);
}

/* A retry that was asked for is raised once the function has returned (runtime.md 3.2). */
static json_t *retry_error(const struct operation_context *context)
{
    json_t *error = plain_error("OperationRetry", context->retry_message);
    if (context->has_retry_after)
        json_object_set_new(error, "retry_after", json_real(context->retry_after));
    return error;
}

/* Runtime properties are saved whatever the outcome (runtime.md 2.5). */
static json_t *result_of(struct run *run)
{
    if (!run->error && run->context.retry)
        run->error = retry_error(&run->context);
    json_t *result =
        json_pack("{s:i, s:s, s:O?, s:b, s:o}", "version", 1, "type", "operation_result", "id",
                  json_object_get(run->request, "id"), "ok", run->error == NULL, "instances",
                  operation_context_changes(&run->context));
    json_t *outcome = run->error ? run->error : run->value ? run->value : json_null();
    if (result && json_object_set(result, run->error ? "error" : "value", outcome)) {
        json_decref(result);
        result = NULL;
    }
    return result;
}

json_t *operation_host_run(struct operation_host *host, const json_t *request)
{
    struct run run = {.request = request};
    struct error err = {0};
    lua_State *L = state_of(host, json_object_get(request, "plugin"));
    if (!L)
        return NULL;
    if (operation_context_init(&run.context, host->channel, request, &err))
        run_in_state(L, &run);
    else
        run.error = plain_error("NonRecoverableError", err.text);
    json_t *result = result_of(&run);
    operation_context_release(&run.context);
    json_decref(run.value);
    json_decref(run.error);
    return result;
}
