/* exception_json.c - exceptions as they travel and are stored (docs/protocol.md), and back. */
#include <lauxlib.h>
#include <string.h>

#include "base/cut_text.h"
#include "base/json.h"
#include "lua/exception.h"
#include "lua/exception_internal.h"
#include "lua/value.h"

/* What stands in the error by itself; all else that an exception has stands in its `fields`. */
static const char *const own_fields[] = {"message", "causes",      "retry_after", "traceback",
                                         "type",    "recoverable", "excerpt",     NULL};

static bool is_own_field(const char *name)
{
    for (const char *const *own = own_fields; *own; own++)
        if (strcmp(*own, name) == 0)
            return true;
    return false;
}

/* ---- to JSON ---- */

/* The text at `index`, or its beginning; a plugin's text need be no UTF-8. */
static json_t *text_at(lua_State *L, int index)
{
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    return cut_text(text, length);
}

/* The value at `index`; in the place of one that cannot travel stands why. */
static json_t *value_at(lua_State *L, int index, const char *name)
{
    struct error err = {0};
    if (lua_type(L, index) == LUA_TSTRING)
        return text_at(L, index);
    json_t *value = lua_json_get(L, index, name, &err);
    return value ? value : json_string(err.text);
}

static void set_field(lua_State *L, json_t *object, int fields, const char *name)
{
    if (lua_getfield(L, fields, name) != LUA_TNIL)
        json_object_set_new(object, name, value_at(L, lua_gettop(L), name));
    lua_pop(L, 1);
}

/* Its texts travel whatever else is in it. */
static json_t *cause_at(lua_State *L, int index)
{
    static const char *const texts[] = {"message", "type", "traceback"};
    struct error err = {0};
    json_t *cause = lua_json_get(L, index, "cause", &err);
    if (!json_is_object(cause)) {
        json_decref(cause);
        cause = json_object();
    }
    for (size_t i = 0; lua_istable(L, index) && i < sizeof texts / sizeof *texts; i++) {
        lua_pushstring(L, texts[i]);
        if (lua_rawget(L, index) == LUA_TSTRING)
            json_object_set_new(cause, texts[i], text_at(L, lua_gettop(L)));
        lua_pop(L, 1);
    }
    return cause;
}

static json_t *causes_at(lua_State *L, int fields)
{
    json_t *causes = json_array();
    lua_getfield(L, fields, "causes");
    lua_Integer count = lua_istable(L, -1) ? (lua_Integer)lua_rawlen(L, -1) : 0;
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, -1, i);
        json_array_append_new(causes, cause_at(L, lua_gettop(L)));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return causes;
}

static void set_other_fields(lua_State *L, json_t *object, int fields)
{
    json_t *others = json_object();
    for (lua_pushnil(L); lua_next(L, fields); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || is_own_field(lua_tostring(L, -2)))
            continue;
        json_t *name = text_at(L, lua_gettop(L) - 1);
        json_object_set_new(others, json_string_value(name),
                            value_at(L, lua_gettop(L), json_string_value(name)));
        json_decref(name);
    }
    if (json_object_size(others))
        json_object_set_new(object, "fields", others);
    else
        json_decref(others);
}

static void set_all(lua_State *L, json_t *object, int fields, const char *known)
{
    set_field(L, object, fields, "type");
    set_field(L, object, fields, "recoverable");
    set_field(L, object, fields, "message");
    set_field(L, object, fields, "retry_after");
    json_object_set_new(object, "causes", causes_at(L, fields));
    if (strcmp(known, "OperationRetry") != 0 && strcmp(known, "WorkflowFailed") != 0)
        set_field(L, object, fields, "traceback");
    set_other_fields(L, object, fields);
}

json_t *lua_exception_to_json(lua_State *L, int index)
{
    lua_pushvalue(L, index);
    int top = lua_gettop(L);
    exception_ensure(L, top);
    const struct exception *e = lua_touserdata(L, top);
    const char *known = exception_class_known(e->class);
    json_t **box = lua_json_box(L);
    lua_getiuservalue(L, top, 1);
    *box = json_pack("{s:s, s:s, s:b}", "type", e->class->name, "known_type", known, "recoverable",
                     exception_class_is_recoverable(e->class));
    if (*box)
        set_all(L, *box, lua_gettop(L), known);
    json_t *result = json_incref(*box);
    lua_settop(L, top - 1);
    return result;
}

/* ---- from JSON ---- */

/* A class of that name need not be known here: then the one counts that the engine decided by. */
static const struct exception_class *class_of(const json_t *error)
{
    const struct exception_class *class =
        exception_class_find(json_string_at(error, "type", "RecoverableError"));
    if (!class)
        class = exception_class_find(json_string_at(error, "known_type", ""));
    if (!class)
        class = exception_class_find(json_boolean_at(error, "recoverable", true)
                                         ? "RecoverableError"
                                         : "NonRecoverableError");
    return class;
}

static void push_members(lua_State *L, int fields, const json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        lua_json_push(L, value);
        lua_setfield(L, fields, name);
    }
}

void lua_exception_from_json(lua_State *L, const json_t *error)
{
    const struct exception_class *class = class_of(error);
    lua_newtable(L);
    int fields = lua_gettop(L);
    push_members(L, fields, json_object_get(error, "fields"));
    for (const char *const *own = own_fields; *own; own++) {
        lua_json_push(L, json_object_get(error, *own));
        lua_setfield(L, fields, *own);
    }
    if (strcmp(json_string_at(error, "type", class->name), class->name) == 0) {
        lua_pushnil(L);
        lua_setfield(L, fields, "type");
    }
    lua_getfield(L, fields, "causes");
    exception_normalize_causes(L, fields + 1);
    lua_setfield(L, fields, "causes");
    exception_wrap_fields(L, class);
}
