/* workflow_handle.h - what all objects of the workflow API are: userdata that stand for something
 * of the engine, of classes of lua_class.h.
 *
 * Each workflow has a Lua state of its own, closed before the execution ends. So a handle never
 * outlives what it points to, and needs no revocation.
 */
#ifndef CLOUDIFY_LUA_WORKFLOW_HANDLE_H
#define CLOUDIFY_LUA_WORKFLOW_HANDLE_H

#include "lua/lua_class.h"

struct modification_view;

struct workflow_handle {
    void *object;
    size_t index;  /* relationship: which one of its node; instance: of all */
    size_t target; /* relationship of an instance: the other one's index */
    size_t place;  /* likewise: where it was in the instance's list */
    const struct modification_view *view; /* the part of a modification seen; NULL: all */
};

/** Of each class of handles: those of the same thing are equal, in whatever view it is seen. */
extern const luaL_Reg workflow_handle_metamethods[];

/**
 * Push the handle of `object`: the same one while somebody holds it. [-0, +1, m]
 *
 * @param key an address that no other handle of the class has: `object`, or that of its part
 */
void workflow_handle_push(lua_State *L, const struct lua_class *class, const void *key,
                          void *object, size_t index);
/** The same for a handle told from others by all its members but `place`. [-0, +1, m] */
void workflow_handle_push_part(lua_State *L, const struct lua_class *class,
                               const struct workflow_handle *handle);
/** The handle that a getter, setter or method is called for. [-0, +0, -] */
static inline struct workflow_handle *workflow_handle_self(lua_State *L)
{
    return lua_class_self(L);
}

#endif
