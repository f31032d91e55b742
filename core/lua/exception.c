/* exception.c - see exception.h: the userdata. */
#include "lua/exception.h"

#include <lauxlib.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/url.h"
#include "lua/exception_internal.h"
#include "lua/value.h"

#define CLASS "cloudify.exception"

/* Its address is a key of the registry. */
static const char metatable_key;

struct exception *exception_at(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index))
        return NULL;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same ? lua_touserdata(L, index) : NULL;
}

/* Take user and password out of the URLs in `length` bytes, zeros among them. @return how many are
 * left */
static size_t conceal(char *text, size_t length)
{
    char *to = text;
    for (char *from = text, *end = text + length; from <= end;) {
        char *next = from + strlen(from) + 1;
        url_conceal(from, false);
        size_t left = strlen(from) + 1;
        memmove(to, from, left);
        to += left;
        from = next;
    }
    return (size_t)(to - text) - 1;
}

/* No error tells the password of a URL. */
static void conceal_urls(lua_State *L)
{
    lua_getfield(L, -1, "message");
    size_t size;
    const char *message = lua_tolstring(L, -1, &size);
    if (message && memmem(message, size, "://", strlen("://"))) {
        luaL_Buffer buffer;
        char *copy = luaL_buffinitsize(L, &buffer, size + 1);
        memcpy(copy, message, size + 1);
        luaL_pushresultsize(&buffer, conceal(copy, size));
        lua_setfield(L, -3, "message");
    }
    lua_pop(L, 1);
}

void exception_wrap_fields(lua_State *L, const struct exception_class *class)
{
    conceal_urls(L);
    struct exception *e = lua_newuserdatauv(L, sizeof *e, 2);
    e->class = class;
    lua_insert(L, -2);
    lua_setiuservalue(L, -2, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
    lua_setmetatable(L, -2);
}

/* The exception on top of the stack remembers that the code at `level` made it. */
static void remember_origin(lua_State *L, int level)
{
    luaL_traceback(L, L, NULL, level);
    lua_setiuservalue(L, -2, 2);
}

/* ---- making one ---- */

/* The field `name` of the table at `table` as text, pushed; "" where it is absent. */
static void push_text(lua_State *L, int table, const char *name)
{
    if (lua_getfield(L, table, name) == LUA_TNIL)
        lua_pushliteral(L, "");
    else
        luaL_tolstring(L, -1, NULL);
    lua_remove(L, -2);
}

/* Push what "{name}" stands for; "{before|name}" is nothing where the field is empty. */
static void push_part(lua_State *L, int fields, const char *part, size_t length)
{
    const char *bar = memchr(part, '|', length);
    const char *name = bar ? bar + 1 : part;
    lua_pushlstring(L, part, bar ? (size_t)(bar - part) : 0);
    lua_pushlstring(L, name, length - (size_t)(name - part));
    push_text(L, fields, lua_tostring(L, -1));
    lua_remove(L, -2);
    if (lua_rawlen(L, -1))
        lua_concat(L, 2);
    else
        lua_remove(L, -2);
}

/* Push `format` with the fields in the place of their names in braces. */
static void push_formatted(lua_State *L, int fields, const char *format)
{
    lua_pushliteral(L, "");
    while (*format) {
        size_t length = strcspn(format, "{");
        lua_pushlstring(L, format, length);
        lua_concat(L, 2);
        format += length;
        if (!*format)
            break;
        length = strcspn(format, "}");
        push_part(L, fields, format + 1, length - 1);
        lua_concat(L, 2);
        format += length + 1;
    }
}

static void compose_message(lua_State *L, int fields, const struct exception_class *class)
{
    if (class->format)
        push_formatted(L, fields, class->format);
    else
        push_text(L, fields, "message");
    lua_setfield(L, fields, "message");
}

double lua_retry_after_check(lua_State *L, int index, const char *whose)
{
    double seconds = lua_isnumber(L, index) ? lua_tonumber(L, index) : -1;
    if (!isfinite(seconds) || seconds < 0)
        lua_exception_raise(L, "NonRecoverableError",
                            "%s: retry_after must be a finite number of seconds, 0 or more, not %s",
                            whose, luaL_tolstring(L, index, NULL));
    return seconds;
}

/* RecoverableError and its kin say in the message when they want to be retried, once. */
static void append_retry_after(lua_State *L, int fields, const struct exception_class *class)
{
    if (lua_getfield(L, fields, "retry_after") == LUA_TNIL)
        return;
    lua_retry_after_check(L, -1, class->name);
    /* As it was given, if it was given as a number: 30 is not 30.0. */
    if (lua_type(L, -1) == LUA_TSTRING)
        lua_stringtonumber(L, lua_tostring(L, -1));
    lua_pushvalue(L, -1);
    lua_setfield(L, fields, "retry_after");
    const char *suffix = lua_pushfstring(L, " [retry_after=%s]", luaL_tolstring(L, -1, NULL));
    lua_getfield(L, fields, "message");
    if (strstr(lua_tostring(L, -1), suffix))
        return;
    lua_insert(L, -2);
    lua_concat(L, 2);
    lua_setfield(L, fields, "message");
}

/* Whether the table at `index` is a list: of arguments by name there is none. */
static bool is_list(lua_State *L, int index)
{
    bool list = lua_rawgeti(L, index, 1) != LUA_TNIL;
    lua_pop(L, 1);
    return list;
}

static void copy_fields(lua_State *L, int from, int to)
{
    for (lua_pushnil(L); lua_next(L, from);) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_settable(L, to);
    }
}

/* Positional arguments go to the fields that the class names; a table behind them, or alone,
 * holds arguments by name. */
static void read_arguments(lua_State *L, const char *names, int count, int fields)
{
    int argument = 1;
    for (const char *name = names; *name && argument <= count; argument++) {
        size_t length = strcspn(name, " ");
        bool causes = strncmp(name, "causes", length) == 0;
        if (lua_type(L, argument) == LUA_TTABLE && !(causes && is_list(L, argument)))
            break;
        lua_pushlstring(L, name, length);
        lua_pushvalue(L, argument);
        lua_settable(L, fields);
        name += length + (name[length] == ' ');
    }
    if (argument <= count && lua_type(L, argument) == LUA_TTABLE)
        copy_fields(L, argument, fields);
    /* What the class says. */
    lua_pushnil(L);
    lua_setfield(L, fields, "type");
    lua_pushnil(L);
    lua_setfield(L, fields, "recoverable");
}

/* The classes are callable tables, so that exceptions.is() can be handed them. */
static int class_call(lua_State *L)
{
    const struct exception_class *class = lua_touserdata(L, lua_upvalueindex(1));
    lua_remove(L, 1);
    int count = lua_gettop(L), fields = count + 1;
    luaL_checkstack(L, LUA_MINSTACK, class->name);
    lua_newtable(L);
    read_arguments(L, class->arguments, count, fields);
    lua_getfield(L, fields, "causes");
    exception_normalize_causes(L, fields + 1);
    lua_setfield(L, fields, "causes");
    compose_message(L, fields, class);
    if (exception_class_is(class, "RecoverableError"))
        append_retry_after(L, fields, class);
    lua_settop(L, fields);
    exception_wrap_fields(L, class);
    remember_origin(L, 1);
    return 1;
}

static int class_tostring(lua_State *L)
{
    const struct exception_class *class = lua_touserdata(L, lua_upvalueindex(1));
    lua_pushfstring(L, "exception class %s", class->name);
    return 1;
}

static void push_class(lua_State *L, const struct exception_class *class)
{
    lua_createtable(L, 0, 1);
    lua_pushstring(L, class->name);
    lua_setfield(L, -2, "name");
    lua_createtable(L, 0, 2);
    lua_pushlightuserdata(L, (void *)class);
    lua_pushcclosure(L, class_call, 1);
    lua_setfield(L, -2, "__call");
    lua_pushlightuserdata(L, (void *)class);
    lua_pushcclosure(L, class_tostring, 1);
    lua_setfield(L, -2, "__tostring");
    lua_setmetatable(L, -2);
}

void lua_exception_construct(lua_State *L, const char *type, int count)
{
    int first = lua_gettop(L) - count + 1;
    push_class(L, exception_class_find(type));
    lua_insert(L, first);
    lua_call(L, count, 1);
}

void lua_exception_classes_push(lua_State *L)
{
    lua_createtable(L, 0, (int)exception_class_count);
    for (size_t i = 0; i < exception_class_count; i++) {
        push_class(L, &exception_classes[i]);
        lua_setfield(L, -2, exception_classes[i].name);
    }
}

/* Make an exception of the message on top of the stack, which it replaces. */
static void wrap_message(lua_State *L, const struct exception_class *class)
{
    lua_createtable(L, 0, 4);
    lua_insert(L, -2);
    lua_setfield(L, -2, "message");
    lua_newtable(L);
    lua_mark_array(L, -1);
    lua_setfield(L, -2, "causes");
    exception_wrap_fields(L, class);
}

void lua_exception_push(lua_State *L, const char *type, const char *message)
{
    lua_pushstring(L, message);
    wrap_message(L, exception_class_find(type));
}

int lua_exception_raise(lua_State *L, const char *type, const char *fmt, ...)
{
    char message[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    lua_exception_push(L, type, message);
    remember_origin(L, 1);
    return lua_error(L);
}

/* ---- using one ---- */

static int exception_index(lua_State *L)
{
    const struct exception *e = lua_touserdata(L, 1);
    lua_settop(L, 2);
    lua_getiuservalue(L, 1, 1);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) != LUA_TNIL || lua_type(L, 2) != LUA_TSTRING)
        return 1;
    const char *name = lua_tostring(L, 2);
    if (strcmp(name, "type") == 0)
        lua_pushstring(L, e->class->name);
    else if (strcmp(name, "recoverable") == 0)
        lua_pushboolean(L, exception_class_is_recoverable(e->class));
    return 1;
}

static int exception_tostring(lua_State *L)
{
    lua_getiuservalue(L, 1, 1);
    push_text(L, lua_gettop(L), "message");
    return 1;
}

void lua_exception_register(lua_State *L)
{
    static const luaL_Reg metamethods[] = {
        {"__index", exception_index}, {"__tostring", exception_tostring}, {NULL, NULL}};
    luaL_newmetatable(L, CLASS);
    luaL_setfuncs(L, metamethods, 0);
    lua_pushliteral(L, "exception");
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &metatable_key);
}

bool lua_exception_is(lua_State *L, int index, const char *type)
{
    const struct exception *e = exception_at(L, index);
    return e && exception_class_is(e->class, type);
}

/* ---- of any error value ---- */

/* The text of a value, which may have a __tostring that raises. */
static int tell(lua_State *L)
{
    luaL_tolstring(L, 1, NULL);
    return 1;
}

/* Push the message of a table that tells none by __tostring: its own, or all that is in it. */
static bool push_table_text(lua_State *L, int index)
{
    if (luaL_getmetafield(L, index, "__tostring") != LUA_TNIL) {
        lua_pop(L, 1);
        return false;
    }
    lua_pushliteral(L, "message");
    if (lua_rawget(L, index) == LUA_TSTRING)
        return true;
    struct error err = {0};
    json_t **value = lua_json_box(L), **text = lua_json_box(L);
    *value = lua_json_get(L, index, "", &err);
    char *encoded = *value ? json_text(*value) : NULL;
    *text = encoded ? json_string(encoded) : NULL;
    free(encoded);
    lua_pushstring(L, json_string_value(*text));
    return *text;
}

/* Push what the error value at `index` says. */
static void push_error_text(lua_State *L, int index)
{
    int top = lua_gettop(L);
    bool told = lua_type(L, index) == LUA_TTABLE && push_table_text(L, index);
    if (!told) {
        lua_pushcfunction(L, tell);
        lua_pushvalue(L, index);
        told = lua_pcall(L, 1, 1, 0) == LUA_OK;
    }
    if (!told)
        lua_pushfstring(L, "an error whose text cannot be told: a %s", luaL_typename(L, index));
    lua_copy(L, -1, top + 1);
    lua_settop(L, top + 1);
}

void exception_ensure(lua_State *L, int index)
{
    if (exception_at(L, index))
        return;
    push_error_text(L, index);
    wrap_message(L, exception_class_find("RecoverableError"));
    lua_replace(L, index);
}

/* The innermost function written in Lua: up to the end of its line. */
static const char *innermost(const char *traceback)
{
    const char *line = strchr(traceback, '\n');
    while (line && strncmp(line, "\n\t[C]", 5) == 0)
        line = strchr(line + 1, '\n');
    return line ? line + 1 : "";
}

static bool same_place(const char *traceback, const char *other)
{
    const char *line = innermost(traceback), *other_line = innermost(other);
    size_t length = strcspn(line, "\n");
    return strcspn(other_line, "\n") == length && strncmp(line, other_line, length) == 0;
}

/* Push the traceback of an exception that is being raised. It was made there, mostly; else where it
 * was made is told too: one that was caught in between has come from further away. */
static void push_traceback(lua_State *L, int index, lua_State *raiser)
{
    luaL_traceback(L, raiser, NULL, raiser == L ? 1 : 0);
    if (lua_getiuservalue(L, index, 2) != LUA_TSTRING ||
        same_place(lua_tostring(L, -2), lua_tostring(L, -1))) {
        lua_pop(L, 1);
        return;
    }
    lua_pushfstring(L, "%s\nmade at\n%s", lua_tostring(L, -2), lua_tostring(L, -1));
    lua_replace(L, -3);
    lua_pop(L, 1);
}

void lua_exception_wrap(lua_State *L, lua_State *raiser)
{
    int top = lua_gettop(L);
    exception_ensure(L, top);
    lua_getiuservalue(L, top, 1);
    if (lua_getfield(L, -1, "traceback") == LUA_TNIL) {
        push_traceback(L, top, raiser);
        lua_setfield(L, top + 1, "traceback");
    }
    lua_settop(L, top);
}

int lua_exception_handler(lua_State *L)
{
    lua_settop(L, 1);
    lua_exception_wrap(L, L);
    return 1;
}
