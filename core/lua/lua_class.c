/* lua_class.c - see lua_class.h. */
#include "lua/lua_class.h"

#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/suggest.h"
#include "lua/exception.h"
#include "lua/trace.h"

/* In the registry the address of a class is the key of its metatable, besides its name: it is found
 * in a quarter of the time. */

/* Upvalues of __index, __newindex and each method. */
enum { METATABLE = 1, CLASS, MEMBERS, METHOD = MEMBERS };

static const struct lua_class *own_class(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(CLASS));
}

/* Whether the first argument is an object of the class. A table may have its metatable, too. */
static bool has_receiver(lua_State *L)
{
    if (!lua_touserdata(L, 1) || !lua_getmetatable(L, 1))
        return false;
    bool same = lua_rawequal(L, -1, lua_upvalueindex(METATABLE));
    lua_pop(L, 1);
    return same;
}

/* ---- what is refused ---- */

/* What scripts are likely to call an object of the class: the graph, of a "task graph". */
static const char *variable_of(const struct lua_class *class)
{
    const char *blank = strrchr(class->noun, ' ');
    return blank ? blank + 1 : class->noun;
}

static int refuse_unknown(lua_State *L)
{
    const char *name = luaL_tolstring(L, 2, NULL), *noun = own_class(L)->noun;
    struct suggestion suggestion;
    suggestion_init(&suggestion, name);
    for (lua_pushnil(L); lua_next(L, lua_upvalueindex(MEMBERS)); lua_pop(L, 1))
        suggestion_consider(&suggestion, lua_tostring(L, -2));
    if (suggestion.best)
        return lua_exception_raise(L, "NonRecoverableError",
                                   "%s has no field '%s' (did you mean '%s'?)", noun, name,
                                   suggestion.best);
    return lua_exception_raise(L, "NonRecoverableError", "%s has no field '%s'", noun, name);
}

static int refuse_assignment(lua_State *L)
{
    return lua_exception_raise(L, "NonRecoverableError", "%s.%s cannot be assigned",
                               variable_of(own_class(L)), lua_tostring(L, 2));
}

/* The mistake of newcomers, object.method(), is told as what it is. */
static int refuse_dot(lua_State *L, const char *method)
{
    const char *variable = variable_of(own_class(L));
    return lua_exception_raise(L, "NonRecoverableError",
                               "%s.%s() is called with a dot, use ':' - %s:%s(...)", variable,
                               method, variable, method);
}

/* ---- fields and methods ---- */

/* Push the member of the name at index 2: a method is a function, a field a pointer to it. */
static int push_member(lua_State *L)
{
    lua_pushvalue(L, 2);
    return lua_rawget(L, lua_upvalueindex(MEMBERS));
}

/* Call an accessor of `field` in the place of the metamethod, with its first `count` arguments. */
static int call_accessor(lua_State *L, const struct lua_field *field, lua_CFunction accessor,
                         int count)
{
    if (!has_receiver(L))
        return luaL_typeerror(L, 1, own_class(L)->name);
    lua_settop(L, count);
    if (!trace_is_on())
        return accessor(L);
    double start = clock_monotonic();
    int results = accessor(L);
    trace_tell(start, "%s.%s", variable_of(own_class(L)), field->name);
    return results;
}

static int class_index(lua_State *L)
{
    lua_settop(L, 2);
    int type = push_member(L);
    if (type == LUA_TFUNCTION)
        return 1;
    if (type == LUA_TNIL)
        return refuse_unknown(L);
    const struct lua_field *field = lua_touserdata(L, -1);
    return call_accessor(L, field, field->get, 1);
}

static int class_newindex(lua_State *L)
{
    lua_settop(L, 3);
    int type = push_member(L);
    if (type == LUA_TNIL)
        return refuse_unknown(L);
    const struct lua_field *field = lua_touserdata(L, -1);
    if (!field || !field->set)
        return refuse_assignment(L);
    return call_accessor(L, field, field->set, 3);
}

static int call_method(lua_State *L)
{
    const luaL_Reg *method = lua_touserdata(L, lua_upvalueindex(METHOD));
    return has_receiver(L) ? method->func(L) : refuse_dot(L, method->name);
}

/* ---- registering ---- */

/* Push a function with upvalues: the metatable at `metatable`, the class, and what is on top of the
 * stack, which is removed. */
static void push_function(lua_State *L, lua_CFunction function, int metatable,
                          const struct lua_class *class)
{
    lua_pushvalue(L, metatable);
    lua_pushlightuserdata(L, (void *)class);
    lua_rotate(L, -3, -1);
    lua_pushcclosure(L, function, 3);
}

static void add_method(lua_State *L, int metatable, const struct lua_class *class,
                       const luaL_Reg *method)
{
    lua_pushlightuserdata(L, (void *)method);
    push_function(L, call_method, metatable, class);
    trace_wrap(L, variable_of(class), ":", method->name);
    lua_setfield(L, -2, method->name);
}

/* Add to the table on top of the stack what `class` has from `part`: itself or one of its bases. */
static void add_members(lua_State *L, int metatable, const struct lua_class *class,
                        const struct lua_class *part)
{
    for (int i = 0; i < LUA_CLASS_BASES; i++)
        if (part->bases[i])
            add_members(L, metatable, class, part->bases[i]);
    for (const struct lua_field *field = part->fields; field && field->name; field++) {
        lua_pushlightuserdata(L, (void *)field);
        lua_setfield(L, -2, field->name);
    }
    for (const luaL_Reg *method = part->methods; method && method->name; method++)
        add_method(L, metatable, class, method);
}

void lua_class_register(lua_State *L, const struct lua_class *class)
{
    luaL_newmetatable(L, class->name);
    int metatable = lua_gettop(L);
    lua_pushvalue(L, metatable);
    lua_rawsetp(L, LUA_REGISTRYINDEX, class);
    if (class->metamethods)
        luaL_setfuncs(L, class->metamethods, 0);
    lua_newtable(L);
    add_members(L, metatable, class, class);
    lua_pushvalue(L, -1);
    push_function(L, class_index, metatable, class);
    lua_setfield(L, metatable, "__index");
    push_function(L, class_newindex, metatable, class);
    lua_setfield(L, metatable, "__newindex");
    lua_pop(L, 1);
}

/* ---- objects ---- */

void *lua_class_new_object(lua_State *L, const struct lua_class *class, size_t size, int values)
{
    void *object = lua_newuserdatauv(L, size, values);
    memset(object, 0, size);
    lua_rawgetp(L, LUA_REGISTRYINDEX, class);
    lua_setmetatable(L, -2);
    return object;
}

void *lua_class_test(lua_State *L, int index, const struct lua_class *class)
{
    void *object = lua_touserdata(L, index);
    if (!object || !lua_getmetatable(L, index))
        return NULL;
    lua_rawgetp(L, LUA_REGISTRYINDEX, class);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same ? object : NULL;
}

void *lua_class_check(lua_State *L, int arg, const struct lua_class *class)
{
    void *object = lua_class_test(L, arg, class);
    if (!object)
        luaL_typeerror(L, arg, class->name);
    return object;
}

/* ---- what an object has ---- */

/* Push the members of the object at `object`, or nothing. */
static bool push_members(lua_State *L, int object)
{
    if (lua_type(L, object) != LUA_TUSERDATA || luaL_getmetafield(L, object, "__index") == LUA_TNIL)
        return false;
    bool found = lua_tocfunction(L, -1) == class_index;
    if (found)
        lua_getupvalue(L, -1, MEMBERS);
    lua_remove(L, found ? -2 : -1);
    return found;
}

static const char *kind_of(int type)
{
    return type == LUA_TNIL ? NULL : type == LUA_TFUNCTION ? "method" : "field";
}

const char *lua_class_member(lua_State *L, int object, int name)
{
    name = lua_absindex(L, name);
    if (!push_members(L, object))
        return NULL;
    lua_pushvalue(L, name);
    const char *kind = kind_of(lua_rawget(L, -2));
    lua_pop(L, 2);
    return kind;
}

void lua_class_push_members(lua_State *L, int object)
{
    object = lua_absindex(L, object);
    lua_newtable(L);
    if (!push_members(L, object))
        return;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_pushstring(L, kind_of(lua_type(L, -2)));
        lua_rawset(L, -6);
    }
    lua_pop(L, 1);
}
