/* operation_run.c - see operation_run.h. */
#include "lua/operation_run.h"

#include <lauxlib.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "lua/exception.h"
#include "lua/host_call.h"
#include "lua/last_place.h"
#include "lua/lua_cloudify.h"
#include "lua/memory.h"
#include "lua/value.h"
#include "lua/wait.h"
#include "resources/keeping.h"

/* Its address is the registry key of a state's host. */
static const char host_key;

void operation_run_register(lua_State *L, struct operation_host *host)
{
    lua_pushlightuserdata(L, host);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &host_key);
}

struct operation_host *operation_run_host(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &host_key);
    struct operation_host *host = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return host;
}

/* ---- in protected mode ---- */

static bool is_loaded(lua_State *L, const char *module)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    bool loaded = lua_getfield(L, -1, module) != LUA_TNIL;
    lua_pop(L, 2);
    return loaded;
}

/* Push the operation's function and find out its marks. */
static void push_operation(lua_State *L, struct operation_run *run)
{
    const json_t *request = run->request;
    const char *module = json_string_at(request, "module", "");
    bool loaded = is_loaded(L, module);
    lua_module_field(L, "cloudify.plugin_loader", "resolve");
    lua_json_push(L, json_object_get(request, "plugin"));
    lua_pushstring(L, module);
    lua_pushstring(L, json_string_at(request, "function", ""));
    lua_pushstring(L, json_string_at(request, "resources", NULL));
    lua_call(L, 4, 2);
    lua_getfield(L, -1, "resumable");
    lua_getfield(L, -2, "async");
    run->marks =
        (struct operation_marks){.resumable = lua_toboolean(L, -2), .async = lua_toboolean(L, -1)};
    lua_pop(L, 3);
    if (run->state && !loaded)
        state_guard_accept(L);
}

/* Make ctx at `ctx` and its inputs the current ones; with a nil there, none. */
static void set_current(lua_State *L, int ctx, int inputs)
{
    lua_module_field(L, "cloudify.state", "set_operation");
    lua_pushvalue(L, ctx);
    lua_pushvalue(L, inputs);
    lua_call(L, 2, 0);
}

static void check_resumable(lua_State *L, const struct operation_run *run)
{
    const json_t *request = run->request;
    if (json_boolean_at(request, "resume", false) && !run->marks.resumable)
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

/* What the operation held is let go first: telling of it takes memory, too. */
static void raise_exhausted(lua_State *L, struct operation_run *run)
{
    run->host->exhausted = true;
    lua_resetthread(run->thread);
    lua_settop(run->thread, 0);
    lua_gc(L, LUA_GCCOLLECT);
    char bytes[24];
    snprintf(bytes, sizeof bytes, "%zu", memory_of_plugins.limit);
    if (memory_of_plugins.limit)
        lua_exception_raise(L, "RecoverableError",
                            "out of memory: the plugins in a worker may use %s bytes together "
                            "(--worker-memory)",
                            bytes);
    lua_exception_raise(L, "RecoverableError", "out of memory");
}

static void take_value(lua_State *L, struct operation_run *run, int results)
{
    lua_State *co = run->thread;
    if (results == 0) {
        lua_pushnil(L);
    } else {
        lua_pop(co, results - 1);
        lua_xmove(co, L, 1);
    }
    run->value = lua_json_check(L, -1, "return value");
}

/* The code of the operation is about to run. */
static void enter(struct operation_run *run)
{
    const struct operation_channel *channel = run->context.channel;
    if (run->state)
        run->state->guard.watching = true;
    if (channel->enter)
        channel->enter(channel->data);
    last_place_begin(run->thread, channel);
}

/* It has stopped to. What it has changed for others is found out now, and given up or undone. */
static void leave(struct operation_run *run)
{
    const struct operation_channel *channel = run->context.channel;
    last_place_end();
    if (channel->leave)
        channel->leave(channel->data);
    if (!run->state)
        return;
    run->state->guard.watching = false;
    if (!state_guard_is_intact(run->L, &run->state->guard))
        run->state->retired = true;
    if (strcmp(setlocale(LC_ALL, NULL), "C") != 0)
        setlocale(LC_ALL, "C");
}

/* Go on with the coroutine, which has its `arguments` on its stack, as far as it gets. */
static void step(lua_State *L, struct operation_run *run, int arguments)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, run->ctx_ref);
    lua_rawgeti(L, LUA_REGISTRYINDEX, run->inputs_ref);
    set_current(L, lua_gettop(L) - 1, lua_gettop(L));
    enter(run);
    int results, status = lua_resume(run->thread, L, arguments, &results);
    leave(run);
    if (status == LUA_YIELD && run->wait)
        return;
    if (status == LUA_YIELD)
        lua_exception_raise(L, "NonRecoverableError",
                            "the operation yielded to nobody: wait through cloudify.aio");
    if (status == LUA_ERRMEM)
        raise_exhausted(L, run);
    if (status != LUA_OK)
        raise_from(L, run->thread);
    take_value(L, run, results);
}

/* A new coroutine, with function, ctx and inputs on its stack. */
static void make_thread(lua_State *L, struct operation_run *run, int function, int ctx, int inputs)
{
    lua_State *co = host_thread_new(L);
    run->thread_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    run->thread = co;
    lua_pushvalue(L, function);
    lua_pushvalue(L, ctx);
    lua_pushvalue(L, inputs);
    lua_xmove(L, co, 3);
}

static int begin(lua_State *L)
{
    struct operation_run *run = lua_touserdata(L, 1);
    const struct operation_channel *channel = run->context.channel;
    lua_context_push(L, &run->context);
    lua_pushvalue(L, 2);
    run->ctx_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    push_operation(L, run);
    check_resumable(L, run);
    lua_json_push(L, json_object_get(run->request, "inputs"));
    if (!lua_istable(L, 4)) {
        lua_newtable(L);
        lua_replace(L, 4);
    }
    lua_pushvalue(L, 4);
    run->inputs_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    make_thread(L, run, 3, 2, 4);
    channel->started(channel->data, &run->marks);
    step(L, run, 2);
    return 0;
}

static int go_on(lua_State *L)
{
    step(L, lua_touserdata(L, 1), 0);
    return 0;
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
    struct operation_run *run = lua_touserdata(L, 2);
    run->error = lua_exception_to_json(L, 1);
    return 0;
}

/* What the author of the plugin would look up next. */
static int add_excerpt(lua_State *L)
{
    struct operation_run *run = lua_touserdata(L, 1);
    lua_module_field(L, "cloudify.source_excerpt", "of");
    lua_pushstring(L, json_string_at(run->error, "traceback", ""));
    lua_call(L, 1, 1);
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    if (text)
        json_object_set_new(run->error, "excerpt", utf8_string(text, length));
    return 0;
}

/* ---- outcomes ---- */

static json_t *plain_error(const char *type, const char *message)
{
    return json_pack("{s:s, s:s, s:s, s:b, s:[]}", "type", type, "known_type", type, "message",
                     message, "recoverable", strcmp(type, "NonRecoverableError") != 0, "causes");
}

/* The exception on top of the stack becomes run->error; it is popped. */
static void take_error(lua_State *L, struct operation_run *run)
{
    lua_pushcfunction(L, error_to_json);
    lua_insert(L, -2);
    lua_pushlightuserdata(L, run);
    if (lua_pcall(L, 2, 0, 0) != LUA_OK)
        lua_pop(L, 1);
    if (!run->error)
        run->error = plain_error("RecoverableError", "out of memory");
    lua_pushcfunction(L, add_excerpt);
    lua_pushlightuserdata(L, run);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK) /* then there is none */
        lua_pop(L, 1);
}

/* Takes `instances`, `key` says what `outcome` (borrowed) is. */
static json_t *result_new(const json_t *request, bool ok, json_t *instances, const char *key,
                          json_t *outcome)
{
    json_t *id = json_object_get(request, "id"), *result = json_object();
    bool whole = json_set_value(result, "version", json_integer(1)) &&
                 json_set_text(result, "type", "operation_result") &&
                 json_set_value(result, "id", id ? json_incref(id) : json_null()) &&
                 json_set_value(result, "ok", json_boolean(ok));
    whole = json_set_value(result, "instances", instances) && whole &&
            json_set_value(result, key, json_incref(outcome));
    if (whole)
        return result;
    json_decref(result);
    return NULL;
}

/* StopAgent is no failure (runtime.md 3.7); of agents this runtime has none. */
static void forgive_stop(struct operation_run *run)
{
    if (strcmp(json_string_at(run->error, "known_type", ""), "StopAgent") != 0)
        return;
    json_decref(run->error);
    run->error = NULL;
    json_decref(run->context.retry);
    run->context.retry = NULL;
}

/* Runtime properties are saved whatever the outcome (runtime.md 2.5). A retry that was asked for is
 * raised once the function has returned (runtime.md 3.2). */
static json_t *result_of(struct operation_run *run)
{
    forgive_stop(run);
    if (!run->error)
        run->error = json_incref(run->context.retry);
    json_t *value = run->value ? run->value : json_null();
    return result_new(run->request, run->error == NULL, operation_context_changes(&run->context),
                      run->error ? "error" : "value", run->error ? run->error : value);
}

static json_t *failure_result(const json_t *request, const char *message)
{
    json_t *error = plain_error("NonRecoverableError", message);
    json_t *result = result_new(request, false, json_array(), "error", error);
    json_decref(error);
    return result;
}

/* ---- a run ---- */

static void run_free(struct operation_run *run)
{
    const int refs[] = {run->thread_ref, run->ctx_ref, run->inputs_ref};
    if (run->ctx_ref != LUA_NOREF && lua_checkstack(run->L, 1)) {
        lua_rawgeti(run->L, LUA_REGISTRYINDEX, run->ctx_ref);
        lua_context_revoke(run->L, -1);
        lua_pop(run->L, 1);
    }
    for (size_t i = 0; i < sizeof refs / sizeof *refs; i++)
        luaL_unref(run->L, LUA_REGISTRYINDEX, refs[i]);
    operation_context_release(&run->context);
    json_decref(run->request);
    json_decref(run->value);
    json_decref(run->error);
    run->host->running--;
    if (run->state)
        run->state->running--;
    free(run);
}

/* What is left behind goes when the execution's next engine begins. */
static void remove_kept_files(const struct operation_run *run)
{
    const char *workdir = json_string_at(run->request, "workdir", NULL);
    struct error ignored = {0};
    if (run->context.keeps_files && workdir)
        keeping_end_operation(workdir, json_string_at(run->request, "id", "operation"), &ignored);
}

static void end(struct operation_run *run, json_t *result)
{
    const struct operation_channel *channel = run->context.channel;
    struct operation_host *host = run->host;
    remove_kept_files(run);
    run_free(run);
    /* Before the operation is over: what it has left behind may run code as it goes. */
    operation_host_settle(host);
    channel->ended(channel->data, result);
}

/* What it wanted closed is; an error of a __close has nobody to go to. */
static void close_thread(struct operation_run *run)
{
    if (!run->thread)
        return;
    enter(run);
    lua_resetthread(run->thread);
    leave(run);
}

/* Let `function` run with the run as its argument. @return whether the run waits */
static bool proceed(struct operation_run *run, lua_CFunction function)
{
    lua_State *L = run->L;
    struct operation_host *host = run->host;
    host->current = run;
    lua_pushcfunction(L, function);
    lua_pushlightuserdata(L, run);
    if (!host_call(L, 1, 0)) {
        take_error(L, run);
        close_thread(run);
    }
    host->current = NULL;
    lua_pushcfunction(L, forget_current);
    if (!host_call(L, 0, 0))
        lua_pop(L, 1);
    if (run->wait)
        return true;
    end(run, result_of(run));
    return false;
}

struct operation_run *operation_run_start(struct operation_host *host, lua_State *L,
                                          struct plugin_state *state,
                                          const struct operation_channel *channel, json_t *request)
{
    struct operation_run *run = calloc(1, sizeof *run);
    struct error err = {0};
    if (!run) {
        channel->ended(channel->data, NULL);
        return NULL;
    }
    run->host = host;
    host->running++;
    run->state = state;
    if (state)
        state->running++;
    run->L = L;
    run->request = json_incref(request);
    run->thread_ref = run->ctx_ref = run->inputs_ref = LUA_NOREF;
    if (operation_context_init(&run->context, channel, request, &err))
        return proceed(run, begin) ? run : NULL;
    end(run, failure_result(request, err.text));
    return NULL;
}

void operation_run_resume(struct operation_run *run)
{
    proceed(run, go_on);
}

void operation_run_cancel(struct operation_run *run)
{
    struct wait *wait = run->wait;
    run->wait = NULL;
    last_place_log(run->thread, run->context.channel);
    wait->cancel(wait);
    close_thread(run);
    json_t *result = failure_result(run->request, "the operation was cancelled");
    if (json_object_set_new(result, "cancelled", json_true())) {
        json_decref(result);
        result = NULL;
    }
    end(run, result);
}
