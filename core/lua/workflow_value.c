/* workflow_value.c - what the workflow API hands to Lua. */
#include "lua/workflow_run.h"

#include "lua/exception.h"
#include "lua/tracked.h"
#include "lua/value.h"

int workflow_raise(lua_State *L, const struct error *err)
{
    return lua_exception_raise(L, "NonRecoverableError", "%s", err->text);
}

void workflow_json_push(lua_State *L, json_t *value)
{
    json_t **box = lua_json_box(L);
    *box = json_incref(value);
    lua_json_push(L, value);
    lua_remove(L, -2);
}

void workflow_value_push(lua_State *L, json_t *value)
{
    workflow_json_push(L, json_is_null(value) ? NULL : value);
}

void workflow_constant_push(lua_State *L, json_t *value, const char *refusal)
{
    lua_tracked_push_constant(L, value, refusal);
}
