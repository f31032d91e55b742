/* workflow_iterator.c - iterators over what hangs on a handle. */
#include "lua/workflow_run.h"

void workflow_iterator_push(lua_State *L, lua_CFunction next)
{
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next, 2);
}

/* Upvalues: the list, how many were given. */
static int next_listed(lua_State *L)
{
    lua_geti(L, lua_upvalueindex(1), (lua_Integer)workflow_iterator_position(L) + 1);
    return 1;
}

void workflow_list_iterator(lua_State *L)
{
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_listed, 2);
}

size_t workflow_iterator_position(lua_State *L)
{
    size_t position = (size_t)lua_tointeger(L, lua_upvalueindex(2));
    lua_pushinteger(L, (lua_Integer)position + 1);
    lua_replace(L, lua_upvalueindex(2));
    return position;
}
