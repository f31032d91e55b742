/* rockspec.c - see rockspec.h. */
#include "lua/rockspec.h"

#include <dirent.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/strbuf.h"

enum { SIZE_LIMIT = 16 * 1024 * 1024, INSTRUCTION_LIMIT = 10 * 1000 * 1000, FOLDER_DEPTH = 16 };

/* Load `path` as the text chunk `name`: the function, or the error, is on the stack then. */
static bool load(lua_State *L, const char *path, const char *name, struct error *err)
{
    size_t length;
    char *text = file_read_regular(path, SIZE_LIMIT, &length, err);
    if (!text)
        return false;
    size_t start = 0;
    if (*text == '#') /* as the first line of a script */
        start = strcspn(text, "\n");
    int status = luaL_loadbufferx(L, text + start, length - start, name, "t");
    free(text);
    return status == LUA_OK || error_set(err, status == LUA_ERRMEM ? ERROR_NOMEM : ERROR_INVALID,
                                         "%s", lua_tostring(L, -1));
}

/* ---- rockspecs ---- */

static void stop(lua_State *L, lua_Debug *unused)
{
    (void)unused;
    luaL_where(L, 0);
    lua_pushliteral(L, "it does not end");
    lua_concat(L, 2);
    lua_error(L);
}

/* The string that the global `name` is, or null. */
static json_t *global_string(lua_State *L, const char *name)
{
    json_t *value = json_null();
    if (lua_getglobal(L, name) == LUA_TSTRING)
        value = json_string(lua_tostring(L, -1));
    lua_pop(L, 1);
    return value;
}

/* Those for one platform only, which have a name, are left out. */
static json_t *global_strings(lua_State *L, const char *name)
{
    json_t *list = json_array();
    if (lua_getglobal(L, name) == LUA_TTABLE) {
        lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
        for (lua_Integer i = 1; i <= count; i++) {
            if (lua_rawgeti(L, -1, i) == LUA_TSTRING)
                json_array_append_new(list, json_string(lua_tostring(L, -1)));
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
    return list;
}

/* What is read of the state in which a file has run; its result, if any, is on top of the stack. */
typedef json_t *read_function(lua_State *L);

/* One file to be read, and what came of it. */
struct reading {
    const char *path;
    read_function *read;
    struct error *err;
    json_t *result;
};

/* In protected mode. */
static int run_file(lua_State *L)
{
    struct reading *reading = lua_touserdata(L, 1);
    const char *name = lua_pushfstring(L, "@%s", path_base(reading->path));
    if (!load(L, reading->path, name, reading->err))
        return 0;
    lua_sethook(L, stop, LUA_MASKCOUNT, INSTRUCTION_LIMIT);
    lua_call(L, 0, 1);
    lua_sethook(L, NULL, 0, 0);
    reading->result = reading->read(L);
    return 0;
}

static json_t *read_file(const char *path, read_function *read, struct error *err)
{
    lua_State *L = luaL_newstate();
    struct reading reading = {path, read, err, NULL};
    if (!L) {
        error_nomem(err);
        return NULL;
    }
    lua_pushcfunction(L, run_file);
    lua_pushlightuserdata(L, &reading);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK)
        error_set(err, ERROR_INVALID, "%s",
                  lua_isstring(L, -1) ? lua_tostring(L, -1) : "it raises an error");
    else if (!reading.result)
        error_nomem(err); /* unless there is a better reason */
    lua_close(L);
    return reading.result;
}

static json_t *read_rockspec(lua_State *L)
{
    return json_pack("{s:o, s:o, s:o}", "package", global_string(L, "package"), "version",
                     global_string(L, "version"), "dependencies",
                     global_strings(L, "dependencies"));
}

static bool check_rockspec(const json_t *rockspec, const char *path, struct error *err)
{
    static const char *const needed[] = {"package", "version"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (!json_is_string(json_object_get(rockspec, needed[i])))
            return error_set(err, ERROR_INVALID, "%s: it has no '%s'", path_base(path), needed[i]);
    }
    return true;
}

json_t *rockspec_read(const char *path, struct error *err)
{
    json_t *rockspec = read_file(path, read_rockspec, err);
    if (rockspec && check_rockspec(rockspec, path, err))
        return rockspec;
    json_decref(rockspec);
    return NULL;
}

/* `return {dependencies = {inspect = "3.1.3-0"}}` */
static json_t *read_lock(lua_State *L)
{
    json_t *rocks = json_object();
    if (!lua_istable(L, -1) || lua_getfield(L, -1, "dependencies") != LUA_TTABLE)
        return rocks;
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        if (lua_type(L, -2) == LUA_TSTRING && lua_type(L, -1) == LUA_TSTRING)
            json_object_set_new(rocks, lua_tostring(L, -2), json_string(lua_tostring(L, -1)));
        lua_pop(L, 1);
    }
    return rocks;
}

json_t *rocks_lock_read(const char *path, struct error *err)
{
    return read_file(path, read_lock, err);
}

/* ---- syntax ---- */

/* `name` is that of `path` below the plugin's folder. */
static bool check_file(lua_State *L, const char *path, const char *name, struct error *err)
{
    struct strbuf chunk = STRBUF_INIT;
    strbuf_add_all(&chunk, "@", name);
    bool ok = load(L, path, chunk.text, err);
    strbuf_release(&chunk);
    lua_settop(L, 0);
    return ok;
}

static bool check_folder(lua_State *L, const char *folder, const char *prefix, int depth,
                         struct error *err);

/* Tests may be broken on purpose, a template is not yet Lua, rocks are others' business. */
bool lua_folder_is_checked(const char *name)
{
    static const char *const folders[] = {"spec",      "test",      "tests",     "rocks",
                                          "resources", "templates", "blueprint", "blueprints",
                                          "examples",  NULL};
    size_t i = 0;
    while (folders[i] && strcmp(folders[i], name) != 0)
        i++;
    return !folders[i];
}

static bool is_left_out(const char *name, int depth)
{
    return name[0] == '.' || (!depth && !lua_folder_is_checked(name));
}

static bool check_entry(lua_State *L, const char *path, const char *name, int depth,
                        struct error *err)
{
    size_t length = strlen(name);
    if (directory_exists(path))
        return depth >= FOLDER_DEPTH || check_folder(L, path, name, depth + 1, err);
    return length < 4 || strcmp(name + length - 4, ".lua") != 0 || check_file(L, path, name, err);
}

static bool check_folder(lua_State *L, const char *folder, const char *prefix, int depth,
                         struct error *err)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);
    bool ok = count >= 0 || error_set(err, ERROR_IO, "cannot read the folder '%s': %m", folder);
    for (int i = 0; i < count; i++) {
        char *path = ok ? path_join(folder, entries[i]->d_name) : NULL;
        char *name = path ? path_join(prefix, entries[i]->d_name) : NULL;
        if (ok && !is_left_out(entries[i]->d_name, depth))
            ok = name ? check_entry(L, path, name, depth, err) : error_nomem(err);
        free(path);
        free(name);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

bool lua_folder_check(const char *folder, struct error *err)
{
    lua_State *L = luaL_newstate();
    bool ok = L ? check_folder(L, folder, "", 0, err) : error_nomem(err);
    if (L)
        lua_close(L);
    return ok;
}
