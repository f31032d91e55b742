/* script_module.c - cloudify.scripts: what the plugin `script` stands on. */
#include <lauxlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/files.h"
#include "lua/core_module.h"
#include "lua/exception.h"
#include "lua/operation_context.h"
#include "lua/script.h"
#include "lua/string_list.h"

#define PROXY "cloudify.script_proxy"
#define SCRIPT "cloudify.script"

/* ---- the proxy ---- */

static struct script_proxy *check_proxy(lua_State *L, int arg)
{
    struct script_proxy **proxy = luaL_checkudata(L, arg, PROXY);
    luaL_argcheck(L, *proxy, arg, "the proxy is closed");
    return *proxy;
}

/* listen(path?): on a Unix socket, or on a port of loopback. */
static int scripts_listen(lua_State *L)
{
    const char *path = luaL_optstring(L, 1, NULL);
    struct script_proxy **proxy = lua_newuserdatauv(L, sizeof(struct script_proxy *), 0);
    *proxy = NULL;
    luaL_setmetatable(L, PROXY);
    struct error err = {0};
    *proxy = script_proxy_new(path, &err);
    return *proxy ? 1 : lua_raise_error(L, &err);
}

static int proxy_url(lua_State *L)
{
    lua_pushstring(L, script_proxy_url(check_proxy(L, 1)));
    return 1;
}

/* request(): the body of the request to be answered, or nil. */
static int proxy_request(lua_State *L)
{
    const struct strbuf *body = script_proxy_request(check_proxy(L, 1));
    if (body)
        lua_pushlstring(L, body->text, body->length);
    else
        lua_pushnil(L);
    return 1;
}

static int proxy_answer(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length);
    script_proxy_answer(check_proxy(L, 1), text, length);
    return 0;
}

static int proxy_close(lua_State *L)
{
    struct script_proxy **proxy = luaL_checkudata(L, 1, PROXY);
    script_proxy_free(*proxy);
    *proxy = NULL;
    return 0;
}

/* ---- the script ---- */

/* User value 1 keeps the proxy and the strings that the lists point to. */
struct handle {
    struct script *script; /* NULL: closed */
    char **arguments, **environment;
};

static struct handle *check_script(lua_State *L)
{
    struct handle *handle = luaL_checkudata(L, 1, SCRIPT);
    luaL_argcheck(L, handle->script, 1, "the script is closed");
    return handle;
}

static const char *text_field(lua_State *L, const char *name)
{
    lua_getfield(L, 1, name);
    return luaL_optstring(L, -1, NULL);
}

/* Closed before the proxy is: it points to it. */
static int script_close(lua_State *L)
{
    struct handle *handle = luaL_checkudata(L, 1, SCRIPT);
    script_free(handle->script);
    free(handle->arguments);
    free(handle->environment);
    *handle = (struct handle){NULL, NULL, NULL};
    return 0;
}

/* start{program, args, env, cwd?, output?, error?, interval?, proxy?} -> script */
static int scripts_start(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    struct handle *handle = lua_newuserdatauv(L, sizeof *handle, 1);
    *handle = (struct handle){NULL, NULL, NULL};
    luaL_setmetatable(L, SCRIPT);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, 2, 1);
    lua_getfield(L, 1, "proxy");
    struct script_proxy *proxy = lua_isnil(L, -1) ? NULL : check_proxy(L, lua_gettop(L));
    struct script_options options = {.program = text_field(L, "program"),
                                     .directory = text_field(L, "cwd"),
                                     .output = text_field(L, "output"),
                                     .error = text_field(L, "error")};
    luaL_argcheck(L, options.program, 1, "program missing");
    lua_getfield(L, 1, "interval");
    options.interval = luaL_optnumber(L, -1, 0);
    lua_getfield(L, 1, "args");
    handle->arguments = lua_string_list(L, lua_gettop(L), options.program);
    lua_getfield(L, 1, "env");
    handle->environment = lua_environment_list(L, lua_gettop(L));
    options.arguments = handle->arguments;
    options.environment = handle->environment;
    struct error err = {0};
    handle->script = script_start(&options, proxy, &err);
    if (!handle->script)
        return lua_exception_raise(L, "CommandExecutionError", "%s", err.text);
    lua_settop(L, 2);
    return 1;
}

static int script_pid_of(lua_State *L)
{
    lua_pushinteger(L, script_pid(check_script(L)->script));
    return 1;
}

/* "ended", exit code; a signal as its negative number. */
static int push_end(lua_State *L, const struct script *script)
{
    int status = script_status(script);
    lua_pushliteral(L, "ended");
    lua_pushinteger(L, WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
    return 2;
}

/* next(): "output" or "error", line; "request"; "runs"; "ended", code. */
static int script_next_event(lua_State *L)
{
    static const char *const names[] = {[SCRIPT_OUTPUT] = "output",
                                        [SCRIPT_ERROR] = "error",
                                        [SCRIPT_REQUEST] = "request",
                                        [SCRIPT_RUNS] = "runs"};
    struct script *script = check_script(L)->script;
    struct error err = {0};
    const json_t *line = NULL;
    enum script_event event = script_next(script, &line, &err);
    if (event == SCRIPT_FAILED)
        return lua_raise_error(L, &err);
    if (event == SCRIPT_ENDED)
        return push_end(L, script);
    lua_pushstring(L, names[event]);
    if (line)
        lua_pushlstring(L, json_string_value(line), json_string_length(line));
    return line ? 2 : 1;
}

/* ---- where things are ---- */

/* Push `directory`/`below`/ if it is a directory. */
static bool push_directory(lua_State *L, const char *directory, const char *below)
{
    lua_pushfstring(L, "%s/%s", directory, below);
    if (directory_exists(lua_tostring(L, -1)))
        return true;
    lua_pop(L, 1);
    return false;
}

static void push_program_directory(lua_State *L)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    lua_pushstring(L, path);
}

/* folders() -> the folder of ctx, the folder of the Python modules; nil for what is not there. They
 * are looked for beside this program and in the place of installation. */
static int scripts_folders(lua_State *L)
{
    push_program_directory(L);
    const char *here = lua_tostring(L, 1);
    if (!push_directory(L, here, "script") && !push_directory(L, CLOUDIFY_LIBEXECDIR, "script"))
        lua_pushnil(L);
    if (!push_directory(L, here, "script/python") &&
        !push_directory(L, here, "../../share/cloudify/python") &&
        !push_directory(L, CLOUDIFY_DATADIR, "python"))
        lua_pushnil(L);
    return 2;
}

static int scripts_base64(lua_State *L)
{
    size_t length;
    const char *bytes = luaL_checklstring(L, 1, &length);
    luaL_Buffer buffer;
    struct strbuf text = STRBUF_INIT;
    base64_encode(&text, bytes, length);
    size_t size = text.length;
    bool failed = text.failed;
    char *out = luaL_buffinitsize(L, &buffer, size);
    memcpy(out, text.text, size);
    strbuf_release(&text);
    if (failed)
        return luaL_error(L, "out of memory");
    luaL_pushresultsize(&buffer, size);
    return 1;
}

static void register_class(lua_State *L, const char *class, const luaL_Reg *methods,
                           lua_CFunction close)
{
    luaL_newmetatable(L, class);
    lua_pushcfunction(L, close);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, close);
    lua_setfield(L, -2, "__close");
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}

int lua_open_scripts(lua_State *L)
{
    static const luaL_Reg functions[] = {{"listen", scripts_listen},
                                         {"start", scripts_start},
                                         {"folders", scripts_folders},
                                         {"base64", scripts_base64},
                                         {NULL, NULL}};
    static const luaL_Reg proxy_methods[] = {
        {"url", proxy_url}, {"request", proxy_request}, {"answer", proxy_answer}, {NULL, NULL}};
    static const luaL_Reg script_methods[] = {
        {"pid", script_pid_of}, {"next", script_next_event}, {NULL, NULL}};
    register_class(L, PROXY, proxy_methods, proxy_close);
    register_class(L, SCRIPT, script_methods, script_close);
    luaL_newlib(L, functions);
    return 1;
}
