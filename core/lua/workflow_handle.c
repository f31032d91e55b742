/* workflow_handle.c - what all userdata of the workflow API have in common. */
#include "lua/workflow_run.h"

#include <string.h>

#include "base/suggest.h"
#include "lua/exception.h"
#include "lua/tracked.h"
#include "lua/value.h"

static const char handles_key; /* registry: weak table of tables, class -> object -> handle */

static void suggest_from(lua_State *L, int table, struct suggestion *suggestion)
{
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1))
        suggestion_consider(suggestion, lua_tostring(L, -2));
}

/* Upvalues: methods, fields, noun. */
static int handle_index(lua_State *L)
{
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) {
        lua_pushvalue(L, 1);
        lua_call(L, 1, 1);
        return 1;
    }
    const char *name = luaL_tolstring(L, 2, NULL);
    struct suggestion suggestion;
    suggestion_init(&suggestion, name);
    suggest_from(L, lua_upvalueindex(1), &suggestion);
    suggest_from(L, lua_upvalueindex(2), &suggestion);
    const char *noun = lua_tostring(L, lua_upvalueindex(3));
    if (suggestion.best)
        return lua_exception_raise(L, "NonRecoverableError",
                                   "%s: no field '%s'; did you mean '%s'?", noun, name,
                                   suggestion.best);
    return lua_exception_raise(L, "NonRecoverableError", "%s: no field '%s'", noun, name);
}

/* Upvalues: settable, noun. */
static int handle_newindex(lua_State *L)
{
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL)
        return lua_exception_raise(L, "NonRecoverableError", "%s: field '%s' cannot be assigned",
                                   lua_tostring(L, lua_upvalueindex(2)),
                                   luaL_tolstring(L, 2, NULL));
    lua_insert(L, 1);
    lua_call(L, 3, 0);
    return 0;
}

enum part { METHODS, FIELDS, SETTABLE };

static const luaL_Reg *part_of(const struct workflow_class *class, enum part part)
{
    return part == METHODS ? class->methods : part == FIELDS ? class->fields : class->settable;
}

static void add_functions(lua_State *L, const struct workflow_class *class, enum part part)
{
    for (int i = 0; i < 2; i++)
        if (class->bases[i])
            add_functions(L, class->bases[i], part);
    if (part_of(class, part))
        luaL_setfuncs(L, part_of(class, part), 0);
}

/* Upvalues: the method, its name, name and noun of the class. In front of each method: the mistake
 * of newcomers, object.method(), is told as what it is. */
static int call_method(lua_State *L)
{
    if (luaL_testudata(L, 1, lua_tostring(L, lua_upvalueindex(3))))
        return lua_tocfunction(L, lua_upvalueindex(1))(L);
    const char *name = lua_tostring(L, lua_upvalueindex(2));
    const char *noun = lua_tostring(L, lua_upvalueindex(4)), *space = strrchr(noun, ' ');
    return lua_exception_raise(L, "NonRecoverableError",
                               "%s: %s() is called with a dot, use ':' - %s:%s(...)", noun, name,
                               space ? space + 1 : noun, name);
}

/* Replace the functions of the table on top of the stack. */
static void guard_methods(lua_State *L, const struct workflow_class *class)
{
    for (lua_pushnil(L); lua_next(L, -2);) {
        lua_pushvalue(L, -2);
        lua_pushstring(L, class->name);
        lua_pushstring(L, class->noun);
        lua_pushcclosure(L, call_method, 4);
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4); /* a key that is there: the loop may go on */
    }
}

static void push_functions(lua_State *L, const struct workflow_class *class, enum part part)
{
    lua_newtable(L);
    add_functions(L, class, part);
}

/* What is seen in different views is the same nevertheless. */
static int handle_eq(lua_State *L)
{
    const struct workflow_handle *a = lua_touserdata(L, 1), *b = lua_touserdata(L, 2);
    bool same_class = lua_getmetatable(L, 1) && lua_getmetatable(L, 2) && lua_rawequal(L, -1, -2);
    lua_pushboolean(L, same_class && a->object == b->object && a->index == b->index &&
                           a->target == b->target);
    return 1;
}

void workflow_class_register(lua_State *L, const struct workflow_class *class)
{
    luaL_newmetatable(L, class->name);
    lua_pushcfunction(L, handle_eq);
    lua_setfield(L, -2, "__eq");
    push_functions(L, class, METHODS);
    guard_methods(L, class);
    push_functions(L, class, FIELDS);
    lua_pushstring(L, class->noun);
    lua_pushcclosure(L, handle_index, 3);
    lua_setfield(L, -2, "__index");
    push_functions(L, class, SETTABLE);
    lua_pushstring(L, class->noun);
    lua_pushcclosure(L, handle_newindex, 2);
    lua_setfield(L, -2, "__newindex");
    lua_pop(L, 1);
}

/* Push registry[key][class], made when it is first wanted; its values are weak. */
static void push_cache(lua_State *L, const struct workflow_class *class)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &handles_key) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &handles_key);
    }
    if (lua_rawgetp(L, -1, class) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_createtable(L, 0, 1);
        lua_pushliteral(L, "v");
        lua_setfield(L, -2, "__mode");
        lua_setmetatable(L, -2);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, -3, class);
    }
    lua_remove(L, -2);
}

void workflow_handle_push(lua_State *L, const struct workflow_class *class, const void *key,
                          void *object, size_t index)
{
    luaL_checkstack(L, 6, "workflow handle");
    push_cache(L, class);
    if (lua_rawgetp(L, -1, key) == LUA_TNIL) {
        lua_pop(L, 1);
        struct workflow_handle *handle = lua_newuserdatauv(L, sizeof *handle, 0);
        *handle = (struct workflow_handle){.object = object, .index = index};
        luaL_setmetatable(L, class->name);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, -3, key);
    }
    lua_remove(L, -2);
}

void workflow_handle_push_part(lua_State *L, const struct workflow_class *class,
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
        *(struct workflow_handle *)lua_newuserdatauv(L, sizeof *handle, 0) = *handle;
        luaL_setmetatable(L, class->name);
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, -5);
    }
    lua_replace(L, -3);
    lua_pop(L, 1);
}

struct workflow_handle *workflow_handle_check(lua_State *L, int arg,
                                              const struct workflow_class *class)
{
    return luaL_checkudata(L, arg, class->name);
}

struct workflow_handle *workflow_handle_test(lua_State *L, int index,
                                             const struct workflow_class *class)
{
    return luaL_testudata(L, index, class->name);
}

int workflow_raise(lua_State *L, const struct error *err)
{
    return lua_exception_raise(L, "NonRecoverableError", "%s", err->text);
}

void workflow_json_push(lua_State *L, json_t *value)
{
    json_t **box = lua_json_box(L);
    *box = json_incref(value);
    lua_json_push(L, value);
    lua_remove(L, -2);
}

void workflow_constant_push(lua_State *L, json_t *value, const char *refusal)
{
    lua_tracked_push_constant(L, value, refusal);
}

bool workflow_is_callable(lua_State *L, int arg)
{
    if (lua_isfunction(L, arg))
        return true;
    bool callable = luaL_getmetafield(L, arg, "__call") != LUA_TNIL;
    lua_pop(L, callable);
    return callable;
}

int workflow_option(lua_State *L, int arg, const char *name)
{
    if (lua_isnoneornil(L, arg)) {
        lua_pushnil(L);
        return LUA_TNIL;
    }
    luaL_checktype(L, arg, LUA_TTABLE);
    return lua_getfield(L, arg, name);
}

static bool is_listed(const char *const names[], const char *name)
{
    for (size_t i = 0; names[i]; i++) {
        if (!strcmp(names[i], name))
            return true;
    }
    return false;
}

void workflow_check_options(lua_State *L, int arg, const char *method, const char *const names[])
{
    if (lua_isnoneornil(L, arg))
        return;
    luaL_checktype(L, arg, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, arg); lua_pop(L, 1)) {
        lua_pushvalue(L, -2); /* lua_tostring() would change the key */
        const char *name = luaL_tolstring(L, -1, NULL);
        if (lua_isinteger(L, -2) || !is_listed(names, name)) {
            struct suggestion suggestion;
            suggestion_init(&suggestion, name);
            for (size_t i = 0; names[i]; i++)
                suggestion_consider(&suggestion, names[i]);
            lua_exception_raise(L, "NonRecoverableError", "%s: no option '%s'%s%s%s", method, name,
                                suggestion.best ? "; did you mean '" : "",
                                suggestion.best ? suggestion.best : "",
                                suggestion.best ? "'?" : "");
        }
        lua_pop(L, 2);
    }
}

bool workflow_flag(lua_State *L, int arg, const char *name, bool fallback)
{
    int type = workflow_option(L, arg, name);
    bool flag = type == LUA_TNIL || lua_is_null(L, -1) ? fallback : lua_toboolean(L, -1);
    lua_pop(L, 1);
    return flag;
}

json_t *workflow_object(lua_State *L, int arg, const char *name)
{
    json_t **box = lua_json_box(L);
    if (workflow_option(L, arg, name) != LUA_TNIL && !lua_is_null(L, -1))
        *box = lua_json_check(L, -1, name);
    lua_pop(L, 1);
    if (*box && !json_is_object(*box))
        lua_exception_raise(L, "NonRecoverableError", "option '%s' must be a table of names", name);
    return *box;
}

void workflow_operation_options(lua_State *L, int arg, struct operation_call *call)
{
    lua_settop(L, arg + 1);
    call->operation = luaL_checkstring(L, arg);
    call->kwargs = workflow_object(L, arg + 1, "kwargs");
    call->allow_kwargs_override = workflow_flag(L, arg + 1, "allow_kwargs_override", false);
    call->send_events = workflow_flag(L, arg + 1, "send_task_events", true);
}

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
