/* lua_class.h - userdata classes with fields, methods, and a hint for names misspelt. */
#ifndef CLOUDIFY_LUA_LUA_CLASS_H
#define CLOUDIFY_LUA_LUA_CLASS_H

#include <lauxlib.h>
#include <lua.h>

struct lua_field {
    const char *name;
    lua_CFunction get; /* called with the object: pushes the value */
    lua_CFunction set; /* called with the object and the value, or NULL: it cannot be assigned */
};

/**
 * Register the class `class`, its metatable under that name. Reading another name than those of
 * the fields and methods raises a NonRecoverableError that names the nearest one, and so does
 * assigning to a name that has no setter.
 *
 * @param shown what users call such an object: "ctx.instance"
 * @param fields, methods, metamethods each ends with a NULL name [-0, +0, m]
 */
void lua_class_register(lua_State *L, const char *class, const char *shown,
                        const struct lua_field *fields, const luaL_Reg *methods,
                        const luaL_Reg *metamethods);
/** Add fields and methods to the class `class`, which is registered. [-0, +0, m] */
void lua_class_extend(lua_State *L, const char *class, const struct lua_field *fields,
                      const luaL_Reg *methods);

/**
 * What the name at `name` is of the object at `object`: "field", "method", or NULL for neither, as
 * for a value that is of no such class. [-0, +0, -]
 */
const char *lua_class_member(lua_State *L, int object, int name);

#endif
