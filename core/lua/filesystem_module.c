/* filesystem_module.c - cloudify.filesystem: the calls to the system under cloudify.files. */
#include <dirent.h>
#include <errno.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "lua/core_module.h"
#include "lua/operation_context.h"

static int filesystem_exists(lua_State *L)
{
    lua_pushboolean(L, file_exists(luaL_checkstring(L, 1)) || directory_exists(lua_tostring(L, 1)));
    return 1;
}

static int filesystem_is_dir(lua_State *L)
{
    lua_pushboolean(L, directory_exists(luaL_checkstring(L, 1)));
    return 1;
}

/* mkdtemp(template): the template ends in XXXXXX; the new directory is private. */
static int filesystem_mkdtemp(lua_State *L)
{
    size_t length;
    const char *template = luaL_checklstring(L, 1, &length);
    char *path = lua_newuserdatauv(L, length + 1, 0);
    memcpy(path, template, length + 1);
    struct error err = {0};
    if (!mkdtemp(path)) {
        error_set(&err, ERROR_IO, "%s: %s", template, strerror(errno));
        return lua_raise_error(L, &err);
    }
    lua_pushstring(L, path);
    return 1;
}

static int filesystem_mkdir(lua_State *L)
{
    struct error err = {0};
    if (!directory_make(luaL_checkstring(L, 1), 0700, &err))
        return lua_raise_error(L, &err);
    return 0;
}

/* chmod(path, mode): mode as a number. */
static int filesystem_chmod(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    struct error err = {0};
    if (chmod(path, (mode_t)luaL_checkinteger(L, 2)) == 0)
        return 0;
    error_set(&err, ERROR_IO, "%s: %s", path, strerror(errno));
    return lua_raise_error(L, &err);
}

static int filesystem_remove_tree(lua_State *L)
{
    struct error err = {0};
    if (!tree_remove(luaL_checkstring(L, 1), &err))
        return lua_raise_error(L, &err);
    return 0;
}

static int close_directory(lua_State *L)
{
    DIR **directory = lua_touserdata(L, 1);
    if (*directory)
        closedir(*directory);
    *directory = NULL;
    return 0;
}

/* list(path): the names in a directory; none where it cannot be read. */
static int filesystem_list(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    DIR **directory = lua_newuserdatauv(L, sizeof *directory, 0);
    *directory = NULL;
    if (luaL_newmetatable(L, "cloudify.directory")) {
        lua_pushcfunction(L, close_directory);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    lua_newtable(L);
    *directory = opendir(path);
    lua_Integer count = 0;
    const struct dirent *entry;
    while (*directory && (entry = readdir(*directory))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        lua_pushstring(L, entry->d_name);
        lua_rawseti(L, -2, ++count);
    }
    if (*directory)
        closedir(*directory);
    *directory = NULL;
    return 1;
}

int lua_open_filesystem(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"exists", filesystem_exists},   {"is_dir", filesystem_is_dir},
        {"mkdtemp", filesystem_mkdtemp}, {"mkdir", filesystem_mkdir},
        {"chmod", filesystem_chmod},     {"remove_tree", filesystem_remove_tree},
        {"list", filesystem_list},       {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
