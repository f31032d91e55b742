/* mock_module.c - cloudify.mock_contexts: makes each ctx that cloudify.mocks hands out. It is of
 * the class that plugins get at run time, over a mock_engine instead of an engine. */
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "lua/core_module.h"
#include "lua/exception.h"
#include "lua/mock_engine.h"
#include "lua/operation_context.h"
#include "lua/value.h"

#define CLASS "cloudify.mock"

/* What stands behind a ctx. Each is kept by the other, so that they go together: user value 1 is
 * ctx. User value 2 is the options. */
struct mock {
    struct operation_context context;
    struct mock_engine engine;
    json_t *request;
    char *folder; /* removed with the mock; or NULL */
};

/* Handles that outlive it, which only finalizers can see, are refused from now on. */
static int mock_gc(lua_State *L)
{
    struct mock *mock = lua_touserdata(L, 1);
    lua_getiuservalue(L, 1, 1);
    lua_context_revoke(L, -1);
    operation_context_release(&mock->context);
    mock_engine_release(&mock->engine);
    json_decref(mock->request);
    mock->request = NULL;
    struct error ignored = {0};
    if (mock->folder)
        tree_remove(mock->folder, &ignored);
    free(mock->folder);
    mock->folder = NULL;
    return 0;
}

/* The mock behind the ctx at `index`; raises for the ctx of an operation that really runs. */
static struct mock *check_mock(lua_State *L, int index)
{
    lua_context_check(L, index);
    if (lua_context_recall(L, index, "mock", "behind") != LUA_TUSERDATA)
        lua_exception_raise(L, "NonRecoverableError",
                            "a mock is expected, not the ctx of an operation that runs");
    struct mock *mock = luaL_checkudata(L, -1, CLASS);
    lua_pop(L, 1);
    return mock;
}

/* Push a mock that has nothing yet; whatever it gets, its finalizer frees. */
static struct mock *push_empty(lua_State *L)
{
    struct mock *mock = lua_newuserdatauv(L, sizeof *mock, 2);
    *mock = (struct mock){0};
    luaL_setmetatable(L, CLASS);
    return mock;
}

static void take_options(lua_State *L, int options, struct mock *mock, struct error *err)
{
    luaL_checktype(L, options, LUA_TTABLE);
    lua_pushvalue(L, options);
    lua_setiuservalue(L, -2, 2);
    lua_getfield(L, options, "folder");
    const char *folder = lua_tostring(L, -1);
    mock->folder = folder ? strdup(folder) : NULL;
    if (folder && !mock->folder)
        error_nomem(err);
    lua_pop(L, 1);
}

/* Push a ctx over `mock`, which is at `index`: each keeps the other. */
static void push_context(lua_State *L, struct mock *mock, int index)
{
    lua_context_push(L, &mock->context);
    int ctx = lua_gettop(L);
    lua_pushvalue(L, ctx);
    lua_setiuservalue(L, index, 1);
    lua_pushvalue(L, index);
    lua_context_remember(L, ctx, "mock", "behind");
    lua_settop(L, ctx);
}

/* new(request, documents, {folder =, prints =, ...}): a ctx, which keeps the options. The folder is
 * removed with it. */
static int mock_new(lua_State *L)
{
    struct error err = {0};
    lua_settop(L, 3);
    struct mock *mock = push_empty(L);
    take_options(L, 3, mock, &err);
    mock->request = lua_json_check(L, 1, "request");
    json_t *documents = lua_json_check(L, 2, "documents");
    if (!mock_engine_init(&mock->engine, documents, &err) ||
        !operation_context_init(&mock->context, &mock->engine.channel, mock->request, &err))
        return lua_raise_error(L, &err);
    lua_getfield(L, 3, "prints");
    mock->engine.prints = lua_toboolean(L, -1);
    push_context(L, mock, 4);
    return 1;
}

/* copy(value, where): a plain copy of data; raises in the name of `where` for what is no data. */
static int mock_copy(lua_State *L)
{
    const char *where = luaL_checkstring(L, 2);
    json_t **box = lua_json_box(L);
    *box = lua_json_check(L, 1, where);
    lua_json_push(L, *box);
    return 1;
}

static int mock_logs(lua_State *L)
{
    lua_json_push(L, check_mock(L, 1)->engine.logs);
    return 1;
}

static int mock_events(lua_State *L)
{
    lua_json_push(L, check_mock(L, 1)->engine.events);
    return 1;
}

static int mock_calls(lua_State *L)
{
    lua_json_push(L, check_mock(L, 1)->engine.calls);
    return 1;
}

/* retry(ctx): the exception that ctx.operation:retry() has asked for, or nil. */
static int mock_retry(lua_State *L)
{
    json_t *retry = check_mock(L, 1)->context.retry;
    if (!retry)
        return 0;
    json_t **box = lua_json_box(L);
    *box = json_incref(retry);
    lua_exception_from_json(L, *box);
    return 1;
}

/* stored(ctx, id): the document of the instance as it is saved. */
static int mock_stored(lua_State *L)
{
    struct error err = {0};
    json_t *document =
        mock_engine_instance(&check_mock(L, 1)->engine, luaL_checkstring(L, 2), &err);
    if (!document)
        return lua_raise_error(L, &err);
    json_t **box = lua_json_box(L);
    *box = json_incref(document);
    lua_json_push(L, *box);
    return 1;
}

/* change(ctx, id, properties): what another operation saves meanwhile. */
static int mock_change(lua_State *L)
{
    struct mock *mock = check_mock(L, 1);
    const char *id = luaL_checkstring(L, 2);
    struct error err = {0};
    json_t **box = lua_json_box(L);
    *box = lua_json_check(L, 3, "runtime_properties");
    return mock_engine_change_instance(&mock->engine, id, *box, &err) ? 0
                                                                      : lua_raise_error(L, &err);
}

/* save(ctx): what the runtime does when the function has ended, whatever came of it. */
static int mock_save(lua_State *L)
{
    struct operation_context *context = &check_mock(L, 1)->context;
    struct error err = {0};
    for (struct instance_state *state = context->instances; state; state = state->next)
        if (state->properties && state->properties->dirty &&
            !instance_state_update(context, state, &err))
            return lua_raise_error(L, &err);
    return 0;
}

int lua_open_mock_contexts(lua_State *L)
{
    static const luaL_Reg functions[] = {{"new", mock_new},       {"copy", mock_copy},
                                         {"logs", mock_logs},     {"events", mock_events},
                                         {"calls", mock_calls},   {"retry", mock_retry},
                                         {"stored", mock_stored}, {"change", mock_change},
                                         {"save", mock_save},     {NULL, NULL}};
    static const luaL_Reg metamethods[] = {{"__gc", mock_gc}, {NULL, NULL}};
    luaL_newmetatable(L, CLASS);
    luaL_setfuncs(L, metamethods, 0);
    lua_pop(L, 1);
    luaL_newlib(L, functions);
    return 1;
}
