/* operation_host.c - see operation_host.h: the Lua states of the plugins. */
#include "lua/operation_host.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "lua/host_call.h"
#include "lua/operation_run.h"

/* The Lua state of one version of a plugin: plugins cannot see or break each other. */
struct plugin_state {
    struct plugin_state *next;
    lua_State *L;
    char key[];
};

struct operation_host *operation_host_new(uv_loop_t *loop, struct error *err)
{
    struct operation_host *host = calloc(1, sizeof *host);
    if (host)
        host->loop = loop;
    else
        error_nomem(err);
    return host;
}

static void close_states(struct operation_host *host)
{
    while (host->states) {
        struct plugin_state *state = host->states;
        host->states = state->next;
        lua_close(state->L);
        free(state);
    }
}

void operation_host_free(struct operation_host *host)
{
    if (!host)
        return;
    close_states(host);
    transfers_free(host->transfers);
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
    operation_run_register(L, host);
    state->next = host->states;
    host->states = state;
    return state;
}

static lua_State *state_of(struct operation_host *host, const json_t *plugin)
{
    struct strbuf key = STRBUF_INIT;
    /* Under several namespaces it is still one plugin. */
    strbuf_add_all(&key, json_string_at(plugin, "prefix", json_string_at(plugin, "name", "")), " ",
                   json_string_at(plugin, "package_version", ""));
    struct plugin_state *state = host->states;
    while (state && strcmp(state->key, key.text) != 0)
        state = state->next;
    if (!state && !key.failed)
        state = add_state(host, key.text);
    strbuf_release(&key);
    return state ? state->L : NULL;
}

struct operation_run *operation_host_start(struct operation_host *host,
                                           const struct operation_channel *channel, json_t *request)
{
    /* What a plugin hoards must not fail the operations that come after it. */
    if (host->exhausted && !host->running) {
        close_states(host);
        host->exhausted = false;
    }
    lua_State *L = state_of(host, json_object_get(request, "plugin"));
    if (L)
        return operation_run_start(host, L, channel, request);
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
