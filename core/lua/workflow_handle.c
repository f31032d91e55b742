/* workflow_handle.c - see workflow_handle.h. */
#include "lua/workflow_handle.h"

#include <stdbool.h>

static bool is_same_class(lua_State *L)
{
    return lua_touserdata(L, 1) && lua_touserdata(L, 2) && lua_getmetatable(L, 1) &&
           lua_getmetatable(L, 2) && lua_rawequal(L, -1, -2);
}

static int handle_eq(lua_State *L)
{
    const struct workflow_handle *a = lua_touserdata(L, 1), *b = lua_touserdata(L, 2);
    lua_pushboolean(L, is_same_class(L) && a->object == b->object && a->index == b->index &&
                           a->target == b->target);
    return 1;
}

const luaL_Reg workflow_handle_metamethods[] = {{"__eq", handle_eq}, {NULL, NULL}};

/* Push the handles of a class, by key: a weak table, made when it is first wanted. In the registry
 * its own key is the address of the class's noun, as that of the class stands for its metatable. */
static void push_cache(lua_State *L, const struct lua_class *class)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &class->noun) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &class->noun);
}

void workflow_handle_push(lua_State *L, const struct lua_class *class, const void *key,
                          void *object, size_t index)
{
    luaL_checkstack(L, 6, "workflow handle");
    push_cache(L, class);
    if (lua_rawgetp(L, -1, key) == LUA_TNIL) {
        lua_pop(L, 1);
        struct workflow_handle *handle = lua_class_new_object(L, class, sizeof *handle, 0);
        handle->object = object;
        handle->index = index;
        lua_pushvalue(L, -1);
        lua_rawsetp(L, -3, key);
    }
    lua_remove(L, -2);
}

void workflow_handle_push_part(lua_State *L, const struct lua_class *class,
                               const struct workflow_handle *handle)
{
    const void *key[] = {handle->object, (void *)handle->index, (void *)handle->target,
                         handle->view};
    luaL_checkstack(L, 6, "workflow handle");
    push_cache(L, class);
    lua_pushlstring(L, (const char *)key, sizeof key);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) == LUA_TNIL) {
        lua_pop(L, 1);
        *(struct workflow_handle *)lua_class_new_object(L, class, sizeof *handle, 0) = *handle;
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, -5);
    }
    lua_replace(L, -3);
    lua_pop(L, 1);
}
