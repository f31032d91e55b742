/* tracked_internal.h - what tracked.c and tracked_table.c share. */
#ifndef CLOUDIFY_LUA_TRACKED_INTERNAL_H
#define CLOUDIFY_LUA_TRACKED_INTERNAL_H

#include "lua/tracked.h"

/* User values of a handle. */
enum {
    HANDLES = 1, /* weak table json_t -> handle, one for a family: props.a == props.a */
    PARENT = 2   /* the handle of its container; nil for the root */
};

struct tracked {
    struct tracked_document *document;
    json_t *value; /* an object or an array, identified by its address */
    bool detached; /* replaced in its container, or removed: to be read only */
};

/** The handle at `index`, or NULL. [-0, +0, -] */
struct tracked *lua_tracked_get(lua_State *L, int index);
/** Push `value`, which is part of the container at `index`; null as cloudify.null. [-0, +1, m] */
void lua_tracked_push_value(lua_State *L, int index, json_t *value);
/** Raise, unless the handle at `index` may be written through. [-0, +0, v] */
void lua_tracked_check_writable(lua_State *L, int index);
/** `value` leaves the container at `index`: handles into it become stale. [-0, +0, -] */
void lua_tracked_detach(lua_State *L, int index, json_t *value);
/** Turn the container at `index` into a list, if it is an empty object; true if it is one. */
bool lua_tracked_become_array(lua_State *L, int index);

#endif
