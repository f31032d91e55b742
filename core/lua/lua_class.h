/* lua_class.h - userdata classes with fields, methods, and a hint for names misspelt.
 *
 * A class is declared once, as a static constant. Who is asked for a field, or called, is checked
 * here and nowhere else: getters, setters and methods take lua_class_self().
 */
#ifndef CLOUDIFY_LUA_LUA_CLASS_H
#define CLOUDIFY_LUA_LUA_CLASS_H

#include <lauxlib.h>
#include <lua.h>
#include <stddef.h>

/* `get` is called with the object and pushes the value; `set` is called with the object, the name
 * and the value, and NULL where it cannot be assigned. */
struct lua_field {
    const char *name;
    lua_CFunction get, set;
};

enum { LUA_CLASS_BASES = 2 };

struct lua_class {
    const char *name;               /* "cloudify.node": of the metatable */
    const char *noun;               /* what messages call an object: "ctx.node", "task graph" */
    const struct lua_field *fields; /* ends with a NULL name; NULL: none. So do those that follow */
    const luaL_Reg *methods;
    const luaL_Reg *metamethods;
    const struct lua_class *bases[LUA_CLASS_BASES]; /* whose members it has, too; or NULL */
};

/**
 * Make the metatable of a class. Reading another name than those of the fields and methods raises a
 * NonRecoverableError that names the nearest one, and so does assigning to a name that has no
 * setter, and calling a method with a dot. [-0, +0, m]
 */
void lua_class_register(lua_State *L, const struct lua_class *class);
/** Push a new object of `size` bytes, all 0, with `values` user values. [-0, +1, m] */
void *lua_class_new_object(lua_State *L, const struct lua_class *class, size_t size, int values);
/** The object that a getter, setter or method is called for. [-0, +0, -] */
static inline void *lua_class_self(lua_State *L)
{
    return lua_touserdata(L, 1);
}
/** The object of that very class at `arg`; raises if there stands something else. [-0, +0, v] */
void *lua_class_check(lua_State *L, int arg, const struct lua_class *class);
/** The same, or NULL. [-0, +0, -] */
void *lua_class_test(lua_State *L, int index, const struct lua_class *class);

/**
 * What the name at `name` is of the object at `object`: "field", "method", or NULL for neither, as
 * for a value that is of no such class. [-0, +0, -]
 */
const char *lua_class_member(lua_State *L, int object, int name);
/** Push a table of all: name -> "field" or "method". [-0, +1, m] */
void lua_class_push_members(lua_State *L, int object);

#endif
