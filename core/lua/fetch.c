/* fetch.c - a URL being fetched: cloudify.resource_files.fetch(). An async operation is suspended
 * meanwhile. */
#include "resources/fetch.h"

#include <lauxlib.h>

#include "base/clock.h"
#include "lua/core_module.h"
#include "lua/operation_context.h"
#include "lua/value.h"
#include "lua/wait.h"
#include "resources/target.h"
#include "resources/transfers.h"

#define CLASS "cloudify.fetch"

struct lua_fetch {
    struct wait wait;
    struct fetch *fetch;
    struct target target; /* empty: the content is kept in memory */
    CURL *handle;         /* of the attempt that is under way */
    CURLcode code;        /* how it ended */
};

static struct lua_fetch *check_fetch(lua_State *L)
{
    struct lua_fetch *fetch = luaL_checkudata(L, 1, CLASS);
    luaL_argcheck(L, fetch->fetch, 1, "a fetch that is closed");
    return fetch;
}

static int fetch_close(lua_State *L)
{
    struct lua_fetch *fetch = luaL_checkudata(L, 1, CLASS);
    fetch_free(fetch->fetch);
    fetch->fetch = NULL;
    target_release(&fetch->target);
    return 0;
}

static enum fetch_outcome end_attempt(struct lua_fetch *fetch, struct error *err)
{
    fetch->handle = NULL;
    return fetch_end(fetch->fetch, fetch->code, err);
}

/* Push true; false and a pause in seconds; or nil, message, status and whether it may pass. */
static int push_outcome(lua_State *L, struct lua_fetch *fetch)
{
    struct error err = {0};
    switch (end_attempt(fetch, &err)) {
    case FETCH_DONE:
        lua_pushboolean(L, 1);
        return 1;
    case FETCH_AGAIN:
        lua_pushboolean(L, 0);
        lua_pushnumber(L, (double)fetch_pause_ms(fetch->fetch) / 1000);
        return 2;
    default:
        if (fetch_could_not_write(fetch->fetch))
            error_context(&err, "cannot write '%s'", fetch->target.path);
        luaL_pushfail(L);
        lua_pushstring(L, err.text);
        lua_pushinteger(L, fetch_status(fetch->fetch));
        lua_pushboolean(L, fetch_may_pass(fetch->fetch));
        return 4;
    }
}

static void on_end(void *data, CURLcode code)
{
    struct lua_fetch *fetch = data;
    fetch->code = code;
    wait_over(&fetch->wait);
}

static void cancel(struct wait *wait)
{
    struct lua_fetch *fetch = (struct lua_fetch *)wait;
    transfers_remove(wait->run->host->transfers, fetch->handle);
}

static int ended(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    return push_outcome(L, (struct lua_fetch *)context);
}

static int wait_for_end(lua_State *L, struct operation_run *run, struct lua_fetch *fetch)
{
    struct operation_host *host = run->host;
    struct error err = {0};
    if (!host->transfers)
        host->transfers = transfers_new(host->loop, &err);
    if (!host->transfers || !transfers_add(host->transfers, fetch->handle, on_end, fetch, &err))
        return lua_raise_error(L, &err);
    fetch->wait.cancel = cancel;
    return lua_wait(L, run, &fetch->wait, (lua_KContext)fetch, ended);
}

/* fetch:attempt(): as push_outcome() */
static int fetch_attempt(lua_State *L)
{
    struct lua_fetch *fetch = check_fetch(L);
    struct error err = {0};
    const struct curl_library *curl = curl_library(&err);
    struct operation_run *run = lua_wait_run(L, "fetching a resource");
    if (!curl)
        return lua_raise_error(L, &err);
    fetch->handle = fetch_begin(fetch->fetch);
    if (run)
        return wait_for_end(L, run, fetch);
    fetch->code = curl->easy_perform(fetch->handle);
    return push_outcome(L, fetch);
}

/* fetch:finish(): after the attempt that succeeded: the content, or true: the target has it. */
static int fetch_finish(lua_State *L)
{
    struct lua_fetch *fetch = check_fetch(L);
    struct error err = {0};
    if (fetch->target.path) {
        if (!target_commit(&fetch->target, &err))
            return lua_raise_error(L, &err);
        lua_pushboolean(L, 1);
        return 1;
    }
    size_t length = 0;
    char *text = fetch_take(fetch->fetch, &length);
    if (!text)
        return luaL_error(L, "out of memory");
    lua_text_push_new(L, text, length);
    return 1;
}

/* fetch:url(): as it may be shown. */
static int fetch_url(lua_State *L)
{
    lua_pushstring(L, fetch_shown_url(check_fetch(L)->fetch));
    return 1;
}

static void push_new(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"attempt", fetch_attempt}, {"finish", fetch_finish}, {"url", fetch_url}, {NULL, NULL}};
    struct lua_fetch *fetch = lua_newuserdatauv(L, sizeof *fetch, 0);
    *fetch = (struct lua_fetch){.target = TARGET_NONE};
    if (luaL_newmetatable(L, CLASS)) {
        luaL_newlib(L, methods);
        lua_setfield(L, -2, "__index");
        lua_pushcfunction(L, fetch_close);
        lua_setfield(L, -2, "__gc");
        lua_pushcfunction(L, fetch_close);
        lua_setfield(L, -2, "__close");
    }
    lua_setmetatable(L, -2);
}

/* fetch(url, target or nil, limit, seconds, ca or nil): for `<close>`. */
int lua_fetch_new(lua_State *L)
{
    const char *url = luaL_checkstring(L, 1), *target = luaL_optstring(L, 2, NULL);
    const struct download_options options = {
        .limit = (size_t)luaL_checkinteger(L, 3),
        .total_ms = (long)clock_milliseconds(luaL_checknumber(L, 4)),
        .ca = luaL_optstring(L, 5, NULL),
    };
    push_new(L);
    struct lua_fetch *fetch = lua_touserdata(L, -1);
    struct error err = {0};
    if (!target || target_init(&fetch->target, target, &err))
        fetch->fetch = fetch_new(url, &options, fetch->target.file, &err);
    return fetch->fetch ? 1 : lua_raise_error(L, &err);
}
