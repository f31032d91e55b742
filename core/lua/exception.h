/* exception.h - what plugins raise: userdata with a class of runtime.md section 4. */
#ifndef CLOUDIFY_LUA_EXCEPTION_H
#define CLOUDIFY_LUA_EXCEPTION_H

#include <jansson.h>
#include <lua.h>
#include <stdbool.h>

/** Register the userdata class. [-0, +0, m] */
void lua_exception_register(lua_State *L);

/** Push the table class name -> constructor, the body of cloudify.exceptions. [-0, +1, m] */
void lua_exception_classes_push(lua_State *L);

/** Push a new exception of the class named `type`, one of runtime.md 4. [-0, +1, m] */
void lua_exception_push(lua_State *L, const char *type, const char *message);

/** Replace the `count` arguments on top of the stack by the exception that the constructor of the
 *  class `type` makes of them. [-count, +1, e] */
void lua_exception_construct(lua_State *L, const char *type, int count);

/** Raise a new exception; `fmt` as of printf. Never returns. [-0, +0, v] */
int lua_exception_raise(lua_State *L, const char *type, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** The seconds at `index`, a number or the text of one. Raises NonRecoverableError, which begins
 * with `whose`, unless they are finite, 0 or more. [-0, +0, v] */
double lua_retry_after_check(lua_State *L, int index, const char *whose);

/** Whether the value at `index` is an exception of the class `type` or one derived from it. */
bool lua_exception_is(lua_State *L, int index, const char *type);

/**
 * Make an exception of the error value on top of the stack, if it is none, and give it the
 * traceback of `raiser`, if it has none: the state itself, or a coroutine that has failed.
 * [-1, +1, m]
 */
void lua_exception_wrap(lua_State *L, lua_State *raiser);

/**
 * The message handler under which all plugin code runs: lua_exception_wrap() as a C
 * function. [-1, +1, m]
 */
int lua_exception_handler(lua_State *L);

/**
 * What an exception looks like among the causes of another: takes any error value, gives
 * {message, type, traceback}. A C function. [-1, +1, m]
 */
int lua_exception_cause(lua_State *L);

/**
 * The error of an operation_result (docs/protocol.md): {type, message, known_type, recoverable,
 * retry_after?, traceback?, causes, fields?} (runtime.md 3.7, 3.8). Any Lua value may stand at
 * `index`.
 *
 * @return a new reference, or NULL when out of memory. [-0, +0, m]
 */
json_t *lua_exception_to_json(lua_State *L, int index);

/**
 * Push the exception that such an error tells of: with the same class, if this runtime has one of
 * that name, and the same fields. `error` is borrowed; own it through a lua_json_box(). [-0, +1, m]
 */
void lua_exception_from_json(lua_State *L, const json_t *error);

#endif
