/* value.h - values across the border: json_t to plain Lua data and back (lua-api.md, "Data"). */
#ifndef CLOUDIFY_LUA_VALUE_H
#define CLOUDIFY_LUA_VALUE_H

#include <jansson.h>
#include <lua.h>
#include <stdbool.h>

#include "base/error.h"

/* Deeper nesting is refused: it would exhaust the C stack here or in another reader. */
enum { VALUE_DEPTH_MAX = 200 };

/* Why such a key is refused: no JSON parser of ours reads it again. */
extern const char lua_nul_refusal[];

/** Register cloudify.null and the marks of arrays and objects. [-0, +0, m] */
void lua_value_register(lua_State *L);

/** Push cloudify.null. [-0, +1, -] */
void lua_null_push(lua_State *L);
/** Whether the value at `index` is cloudify.null. [-0, +0, -] */
bool lua_is_null(lua_State *L, int index);

/**
 * Mark the table at `index` as an array, or as an object, so that it stays one when empty.
 * [-0, +0, -]
 */
void lua_mark_array(lua_State *L, int index);
void lua_mark_object(lua_State *L, int index);
/** Whether the table at `index` is marked as an array. [-0, +0, -] */
bool lua_is_marked_array(lua_State *L, int index);

/**
 * Push `value` (NULL: nil) as plain Lua data: containers become new tables, null becomes
 * cloudify.null. If it raises, `value` is untouched: own it through a lua_json_box(). [-0, +1, m]
 */
void lua_json_push(lua_State *L, const json_t *value);

/**
 * The Lua value at `index` as JSON. Tables whose keys are 1..n become arrays, other tables with
 * string keys objects; tracked values are copied. Calls no metamethod, never raises. [-0, +0, -]
 *
 * @param where what the value is, in front of the path of an offender: "runtime property 'a'"
 * @return a new reference that nothing else shares, or NULL with `err` set: ERROR_INVALID
 *         (functions, threads, foreign userdata, numbers that are not finite, strings that are
 *         not UTF-8, keys that fit neither, cycles), ERROR_LIMIT (nested over VALUE_DEPTH_MAX)
 */
json_t *lua_json_get(lua_State *L, int index, const char *where, struct error *err);

/** Like lua_json_get(), but raises a NonRecoverableError instead. [-0, +0, v] */
json_t *lua_json_check(lua_State *L, int index, const char *where);

/**
 * Push a userdata that owns a reference, still NULL, and drops it when it is collected: for JSON
 * held while something may raise. [-0, +1, m]
 *
 * @return where to put the reference; good while the userdata is on the stack
 */
json_t **lua_json_box(lua_State *L);

/** Push the bytes as a string; `text`, allocated with malloc(), is freed in any case. [-0, +1, m]
 */
void lua_text_push_new(lua_State *L, char *text, size_t length);

#endif
