/* operation_host.c - see operation_host.h: the Lua states of the plugins. */
#include "lua/operation_host.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "lua/host_call.h"
#include "lua/memory.h"
#include "lua/operation_run.h"

struct operation_host *operation_host_new(uv_loop_t *loop, struct error *err)
{
    struct operation_host *host = calloc(1, sizeof *host);
    if (host)
        host->loop = loop;
    else
        error_nomem(err);
    return host;
}

static void close_first(struct plugin_state **link)
{
    struct plugin_state *state = *link;
    *link = state->next;
    lua_close(state->L);
    free(state);
}

void operation_host_settle(struct operation_host *host)
{
    struct plugin_state **link = &host->states;
    /* What a plugin hoards must not fail the operations that come after it. */
    bool all = host->exhausted && !host->running;
    while (*link) {
        if (all || ((*link)->retired && !(*link)->running)) {
            close_first(link);
            continue;
        }
        memory_state_trim((*link)->L);
        link = &(*link)->next;
    }
    if (all)
        host->exhausted = false;
}

void operation_host_free(struct operation_host *host)
{
    if (!host)
        return;
    while (host->states)
        close_first(&host->states);
    transfers_free(host->transfers);
    free(host);
}

/* In protected mode. */
static int prepare(lua_State *L)
{
    struct plugin_state *state = lua_touserdata(L, 1);
    operation_run_register(L, lua_touserdata(L, 2));
    state_guard_install(L, &state->guard);
    return 0;
}

static struct plugin_state *add_state(struct operation_host *host, const char *key)
{
    size_t size = strlen(key) + 1;
    struct plugin_state *state = calloc(1, sizeof *state + size);
    lua_State *L = state ? host_state_new(&memory_of_plugins) : NULL;
    if (!L) {
        free(state);
        return NULL;
    }
    memcpy(state->key, key, size);
    state->L = L;
    lua_pushcfunction(L, prepare);
    lua_pushlightuserdata(L, state);
    lua_pushlightuserdata(L, host);
    if (lua_pcall(L, 2, 0, 0) != LUA_OK) {
        lua_close(L);
        free(state);
        return NULL;
    }
    state->next = host->states;
    host->states = state;
    return state;
}

static struct plugin_state *state_of(struct operation_host *host, const json_t *plugin)
{
    struct strbuf key = STRBUF_INIT;
    /* Under several namespaces it is still one plugin. */
    strbuf_add_all(&key, json_string_at(plugin, "prefix", json_string_at(plugin, "name", "")), " ",
                   json_string_at(plugin, "package_version", ""));
    struct plugin_state *state = host->states;
    while (state && (state->retired || strcmp(state->key, key.text) != 0))
        state = state->next;
    if (!state && !key.failed)
        state = add_state(host, key.text);
    strbuf_release(&key);
    return state;
}

struct operation_run *operation_host_start(struct operation_host *host,
                                           const struct operation_channel *channel, json_t *request)
{
    struct plugin_state *state = state_of(host, json_object_get(request, "plugin"));
    if (state)
        return operation_run_start(host, state->L, state, channel, request);
    channel->ended(channel->data, NULL);
    return NULL;
}

void operation_host_hold(struct operation_run *run)
{
    run->held = true;
}

void operation_host_cancel(struct operation_run *run)
{
    operation_run_cancel(run);
}
