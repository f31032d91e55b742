/* exception_internal.h - shared by the files of exceptions and nobody else. */
#ifndef CLOUDIFY_LUA_EXCEPTION_INTERNAL_H
#define CLOUDIFY_LUA_EXCEPTION_INTERNAL_H

#include <lua.h>

#include "lua/exception_class.h"

/* User value 1: the table of its fields. Fields with a meaning of their own are message, causes,
 * retry_after and traceback; and where an error came as JSON, type, unless it is the name of the
 * class, and recoverable.
 * User value 2: where it was made, as a traceback; or nil. */
struct exception {
    const struct exception_class *class;
};

/** The exception at `index`, or NULL. [-0, +0, -] */
struct exception *exception_at(lua_State *L, int index);
/** Make an exception of the table of fields on top of the stack, which it replaces. [-1, +1, m] */
void exception_wrap_fields(lua_State *L, const struct exception_class *class);
/** Replace the error value at `index`, unless it is one, by an exception that tells it. [-0, +0, m]
 */
void exception_ensure(lua_State *L, int index);
/**
 * Replace the causes at `index`, in any form that an author may have given them, by a list of
 * {message, type, traceback}, oldest first (runtime.md 3.8). [-0, +0, e]
 */
void exception_normalize_causes(lua_State *L, int index);

#endif
