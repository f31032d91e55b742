/* exception.c - see exception.h. */
#include "lua/exception.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "lua/value.h"

#define CLASS "cloudify.exception"

struct exception_class {
    const char *name;
    const char *parent;    /* or NULL */
    const char *arguments; /* what the constructor takes by position, blank-separated */
};

/* runtime.md section 4. */
static const struct exception_class classes[] = {
    {"NonRecoverableError", NULL, "message"},
    {"RecoverableError", NULL, "message retry_after"},
    {"OperationRetry", "RecoverableError", "message retry_after"},
    {"CloudifySerializationRetry", "RecoverableError", "message retry_after"},
    {"HttpException", "NonRecoverableError", "url code message"},
    {"ProcessKillCancelled", "NonRecoverableError", "message"},
    {"RuntimeError", NULL, "message"},
    {"CommandExecutionError", "RuntimeError", "command error"},
    {"CommandExecutionException", NULL, "command error output code"},
    {"TimeoutException", NULL, "message"},
    {"ClosedAMQPClientException", NULL, "message"},
    {"PluginInstallationError", NULL, "message"},
    {"StopAgent", NULL, "message"},
    {"WorkflowFailed", "RuntimeError", "message"},
    {"InvalidBlueprintImport", "RuntimeError", "message"},
    {"NotInContext", "RuntimeError", "message"},
    {"ExecutionCancelled", NULL, "message"},
    {"ScriptException", NULL, "message retry"},
    {"RequestError", "RuntimeError", "message type traceback"},
    {"ProcessException", NULL, "command exit_code stdout stderr"},
    {"StorageConflictError", NULL, "message"},
};
enum { CLASS_COUNT = sizeof classes / sizeof classes[0] };

/* Its fields stand in the table that is its user value 1. */
struct exception {
    const struct exception_class *class;
};

/* Their addresses are keys of the registry. */
static const char metatable_key;

static const struct exception_class *find_class(const char *name)
{
    for (size_t i = 0; i < CLASS_COUNT; i++)
        if (strcmp(classes[i].name, name) == 0)
            return &classes[i];
    return NULL;
}

static bool is_a(const struct exception_class *class, const char *name)
{
    for (; class; class = class->parent ? find_class(class->parent) : NULL)
        if (strcmp(class->name, name) == 0)
            return true;
    return false;
}

static struct exception *to_exception(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index))
        return NULL;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same ? lua_touserdata(L, index) : NULL;
}

/* Push an exception whose fields are the table on top of the stack, which it replaces. */
static void wrap_fields(lua_State *L, const struct exception_class *class)
{
    struct exception *e = lua_newuserdatauv(L, sizeof *e, 1);
    e->class = class;
    lua_insert(L, -2);
    lua_setiuservalue(L, -2, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
    lua_setmetatable(L, -2);
}

/* The field `name` of the table at `table` as text, pushed; "" where it is absent. */
static const char *push_text(lua_State *L, int table, const char *name)
{
    lua_getfield(L, table, name);
    if (lua_isnil(L, -1))
        lua_pushliteral(L, "");
    else
        luaL_tolstring(L, -1, NULL);
    lua_remove(L, -2);
    return lua_tostring(L, -1);
}

static void compose_message(lua_State *L, int fields, const struct exception_class *class)
{
    if (strcmp(class->name, "HttpException") == 0) {
        const char *url = push_text(L, fields, "url"), *code = push_text(L, fields, "code");
        lua_pushfstring(L, "%s (%s) : %s", code, url, push_text(L, fields, "message"));
    } else if (strcmp(class->name, "CommandExecutionException") == 0) {
        const char *command = push_text(L, fields, "command"), *code = push_text(L, fields, "code");
        const char *error = push_text(L, fields, "error");
        lua_pushfstring(L, "command '%s' ended with code %s: %s%s", command, code, error,
                        push_text(L, fields, "output"));
    } else if (strcmp(class->name, "CommandExecutionError") == 0) {
        const char *command = push_text(L, fields, "command");
        lua_pushfstring(L, "command '%s' could not start: %s", command,
                        push_text(L, fields, "error"));
    } else if (strcmp(class->name, "ProcessException") == 0) {
        const char *command = push_text(L, fields, "command");
        const char *code = push_text(L, fields, "exit_code");
        const char *out = push_text(L, fields, "stdout"), *error = push_text(L, fields, "stderr");
        lua_pushfstring(L, "command '%s' ended with code %s%s%s%s%s", command, code,
                        *out ? ", stdout: " : "", out, *error ? ", stderr: " : "", error);
    } else {
        push_text(L, fields, "message");
    }
    lua_setfield(L, fields, "message");
}

/* RecoverableError and its kin say in the message when they want to be retried, once. */
static void append_retry_after(lua_State *L, int fields)
{
    lua_getfield(L, fields, "retry_after");
    if (!lua_isnil(L, -1)) {
        luaL_checknumber(L, -1);
        const char *suffix = lua_pushfstring(L, " [retry_after=%s]", luaL_tolstring(L, -1, NULL));
        lua_getfield(L, fields, "message");
        const char *message = lua_tostring(L, -1);
        if (!strstr(message, suffix)) {
            lua_pushfstring(L, "%s%s", message, suffix);
            lua_setfield(L, fields, "message");
        }
    }
    lua_settop(L, fields);
}

static void copy_fields(lua_State *L, int from, int to)
{
    lua_pushnil(L);
    while (lua_next(L, from)) {
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
        if (lua_type(L, argument) == LUA_TTABLE)
            break;
        lua_pushlstring(L, name, length);
        lua_pushvalue(L, argument);
        lua_settable(L, fields);
        name += length + (name[length] == ' ');
    }
    if (argument <= count && lua_type(L, argument) == LUA_TTABLE)
        copy_fields(L, argument, fields);
}

static int exception_new(lua_State *L)
{
    const struct exception_class *class = lua_touserdata(L, lua_upvalueindex(1));
    int count = lua_gettop(L);
    lua_newtable(L);
    int fields = count + 1;
    read_arguments(L, class->arguments, count, fields);
    lua_getfield(L, fields, "causes");
    if (lua_isnil(L, -1)) {
        lua_newtable(L);
        lua_mark_array(L, -1);
        lua_setfield(L, fields, "causes");
    }
    lua_settop(L, fields);
    compose_message(L, fields, class);
    lua_settop(L, fields);
    if (is_a(class, "RecoverableError"))
        append_retry_after(L, fields);
    wrap_fields(L, class);
    return 1;
}

/* The classes are callable tables, so that exceptions.is() can be handed them. */
static int class_call(lua_State *L)
{
    lua_remove(L, 1);
    return exception_new(L);
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

void lua_exception_classes_push(lua_State *L)
{
    lua_createtable(L, 0, CLASS_COUNT);
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        push_class(L, &classes[i]);
        lua_setfield(L, -2, classes[i].name);
    }
}

static int exception_index(lua_State *L)
{
    const struct exception *e = lua_touserdata(L, 1);
    const char *name = luaL_checkstring(L, 2);
    if (strcmp(name, "type") == 0) {
        lua_pushstring(L, e->class->name);
        return 1;
    }
    lua_getiuservalue(L, 1, 1);
    lua_getfield(L, -1, name);
    return 1;
}

static int exception_tostring(lua_State *L)
{
    lua_getiuservalue(L, 1, 1);
    lua_getfield(L, -1, "message");
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

void lua_exception_push(lua_State *L, const char *type, const char *message)
{
    lua_createtable(L, 0, 4);
    lua_pushstring(L, message);
    lua_setfield(L, -2, "message");
    lua_newtable(L);
    lua_mark_array(L, -1);
    lua_setfield(L, -2, "causes");
    wrap_fields(L, find_class(type));
}

int lua_exception_raise(lua_State *L, const char *type, const char *fmt, ...)
{
    char message[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    lua_exception_push(L, type, message);
    return lua_error(L);
}

bool lua_exception_is(lua_State *L, int index, const char *type)
{
    const struct exception *e = to_exception(L, index);
    return e && is_a(e->class, type);
}

void lua_exception_wrap(lua_State *L, lua_State *raiser)
{
    int top = lua_gettop(L);
    if (!to_exception(L, top)) {
        lua_exception_push(L, "RecoverableError", luaL_tolstring(L, top, NULL));
        lua_replace(L, top);
        lua_settop(L, top);
    }
    lua_getiuservalue(L, top, 1);
    if (lua_getfield(L, -1, "traceback") == LUA_TNIL) {
        luaL_traceback(L, raiser, NULL, raiser == L ? 1 : 0);
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

/* The class that the engine decides by (runtime.md 3.7). */
static const char *known_type(const struct exception_class *class)
{
    static const char *const known[] = {"HttpException", "NonRecoverableError", "OperationRetry",
                                        "StopAgent", "WorkflowFailed"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (is_a(class, known[i]))
            return known[i];
    return "RecoverableError";
}

static void set_field(lua_State *L, json_t *object, int fields, const char *name)
{
    struct error err = {0};
    lua_getfield(L, fields, name);
    if (!lua_isnil(L, -1)) {
        json_t *value = lua_json_get(L, -1, name, &err);
        json_object_set_new(object, name, value ? value : json_string(err.text));
    }
    lua_pop(L, 1);
}

/* Text that a plugin made need not be UTF-8: what is not becomes '?'. */
static json_t *loose_string(const char *text)
{
    json_t *string = json_string(text);
    if (string)
        return string;
    struct strbuf plain = STRBUF_INIT;
    for (; *text; text++)
        strbuf_addc(&plain, (unsigned char)*text < 0x80 ? *text : '?');
    string = json_string(plain.text);
    strbuf_release(&plain);
    return string;
}

static void set_text(lua_State *L, json_t *object, int fields, const char *name)
{
    if (lua_getfield(L, fields, name) == LUA_TSTRING)
        json_object_set_new(object, name, loose_string(lua_tostring(L, -1)));
    lua_pop(L, 1);
}

json_t *lua_exception_to_json(lua_State *L, int index)
{
    lua_pushvalue(L, index);
    int top = lua_gettop(L);
    if (!to_exception(L, top)) {
        lua_exception_push(L, "RecoverableError", luaL_tolstring(L, top, NULL));
        lua_replace(L, top);
        lua_settop(L, top);
    }
    const struct exception *e = lua_touserdata(L, top);
    const char *known = known_type(e->class);
    bool recoverable =
        strcmp(known, "RecoverableError") == 0 || strcmp(known, "OperationRetry") == 0;
    json_t **box = lua_json_box(L);
    *box = json_pack("{s:s, s:s, s:b}", "type", e->class->name, "known_type", known, "recoverable",
                     recoverable);
    lua_getiuservalue(L, top, 1);
    int fields = lua_gettop(L);
    set_text(L, *box, fields, "message");
    set_field(L, *box, fields, "retry_after");
    set_field(L, *box, fields, "causes");
    if (strcmp(known, "OperationRetry") != 0 && strcmp(known, "WorkflowFailed") != 0)
        set_text(L, *box, fields, "traceback");
    if (strcmp(known, "HttpException") == 0) {
        set_field(L, *box, fields, "url");
        set_field(L, *box, fields, "code");
    }
    json_t *result = json_incref(*box);
    lua_settop(L, top - 1);
    return result;
}
