/* local_operation.c - see local_operation.h. */
#include "kit/local_operation.h"

#include <lauxlib.h>

#include "api/runtime.h"
#include "base/json.h"
#include "kit/local_dispatcher.h"
#include "lua/host_call.h"
#include "lua/value.h"

static char *run_operation(struct cloudify *c, const json_t *options,
                           struct cloudify_error *failure)
{
    const struct cloudify_execution_options how = {.workers = 1};
    return cloudify_run_operation(c, json_string_at(options, "deployment", ""),
                                  json_string_at(options, "instance", ""),
                                  json_string_at(options, "operation", NULL), NULL, &how, failure);
}

static int run(lua_State *L)
{
    struct cloudify_error failure = {0};
    luaL_checktype(L, 1, LUA_TTABLE);
    json_t **options = lua_json_box(L);
    *options = lua_json_check(L, 1, "options");
    lua_State *own = host_thread_new(L);
    const struct cloudify_options opening = {
        .store = json_string_at(*options, "store", NULL),
        .secret_key = json_string_at(*options, "secret_key", NULL),
    };
    struct cloudify *c = cloudify_open(&opening, &failure);
    char *record = NULL;
    if (c) {
        c->setting.dispatcher_new = local_dispatcher_of_state;
        c->setting.dispatcher_data = own;
        record = run_operation(c, *options, &failure);
    }
    cloudify_close(c);
    lua_pushboolean(L, record != NULL);
    lua_pushstring(L, record ? "" : failure.text);
    cloudify_free(record);
    return 2;
}

int lua_open_local_operation(lua_State *L)
{
    static const luaL_Reg functions[] = {{"run", run}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
