/* resource_module.c - cloudify.resource_files: what cloudify.resources stands on. Its functions
 * take ctx, or what they need of files and URLs. */
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/json.h"
#include "lua/exception.h"
#include "lua/core_module.h"
#include "lua/operation_context.h"
#include "lua/value.h"
#include "lua/workflow_run.h"
#include "resources/download.h"
#include "resources/keeping.h"
#include "resources/resource.h"
#include "resources/target.h"

/* Of the ctx of an operation or of a workflow. */
static struct resource_places check_places(lua_State *L)
{
    struct resource_places places;
    if (workflow_ctx_places(L, 1, &places))
        return places;
    const json_t *request = lua_context_check(L, 1)->request;
    return (struct resource_places){.workdir = json_string_at(request, "workdir", NULL),
                                    .blueprint = json_string_at(request, "resources", NULL)};
}

/* A path with a NUL would mean another one to the system. */
static const char *check_path(lua_State *L, int index)
{
    size_t length;
    const char *path = luaL_checklstring(L, index, &length);
    luaL_argcheck(L, strlen(path) == length, index, "a path with a NUL byte");
    return path;
}

static size_t optional_limit(lua_State *L, int index)
{
    lua_Integer limit = luaL_optinteger(L, index, LUA_MAXINTEGER);
    return limit > 0 ? (size_t)limit : 0;
}

/* A file that is missing is so at the next try, too. */
static int raise_failure(lua_State *L, const struct error *err)
{
    if (err->code == ERROR_NOT_FOUND)
        return lua_exception_raise(L, "NonRecoverableError", "%s", err->text);
    return lua_raise_error(L, err);
}

/* Push `text` (taken), or raise. */
static int push_text(lua_State *L, char *text, size_t length, const struct error *err)
{
    if (!text)
        return raise_failure(L, err);
    lua_text_push_new(L, text, length);
    return 1;
}

static int finish(lua_State *L, bool ok, const struct error *err)
{
    return ok ? 0 : raise_failure(L, err);
}

/* path(ctx, path): where the resource can be read. */
static int resource_path(lua_State *L)
{
    const struct resource_places places = check_places(L);
    const char *path = check_path(L, 2), *place = NULL;
    struct error err = {0};
    int file = resource_open(&places, path, &place, &err);
    if (file < 0)
        return raise_failure(L, &err);
    close(file);
    lua_pushfstring(L, "%s/%s", place, path);
    return 1;
}

/* read(ctx, path, limit?): the bytes of the resource. */
static int resource_read_text(lua_State *L)
{
    const struct resource_places places = check_places(L);
    struct error err = {0};
    size_t length = 0;
    char *text = resource_read(&places, check_path(L, 2), optional_limit(L, 3), &length, &err);
    return push_text(L, text, length, &err);
}

/* copy(ctx, path, target, limit?) */
static int resource_copy_to(lua_State *L)
{
    const struct resource_places places = check_places(L);
    struct error err = {0};
    return finish(
        L, resource_copy(&places, check_path(L, 2), check_path(L, 3), optional_limit(L, 4), &err),
        &err);
}

/* copy_folder(ctx, path, target) */
static int resource_copy_folder_to(lua_State *L)
{
    const struct resource_places places = check_places(L);
    struct error err = {0};
    return finish(L, resource_copy_folder(&places, check_path(L, 2), check_path(L, 3), &err), &err);
}

/* read_file(path, limit?): any file, for file URLs. */
static int file_read_text(lua_State *L)
{
    struct error err = {0};
    size_t length = 0;
    char *text = file_read_regular(check_path(L, 1), optional_limit(L, 2), &length, &err);
    return push_text(L, text, length, &err);
}

/* write_file(path, text): the whole file at once, or nothing. */
static int file_write_text(lua_State *L)
{
    struct target target = TARGET_NONE;
    struct error err = {0};
    size_t length;
    const char *path = check_path(L, 1), *text = luaL_checklstring(L, 2, &length);
    bool ok = target_init(&target, path, &err) && target_write(&target, text, length, &err) &&
              target_commit(&target, &err);
    target_release(&target);
    return finish(L, ok, &err);
}

/* copy_file(path, target, limit?) */
static int file_copy(lua_State *L)
{
    struct target target = TARGET_NONE;
    struct error err = {0};
    const char *path = check_path(L, 1), *to = check_path(L, 2);
    int file = file_open_regular(path, &err);
    bool ok = file >= 0 && target_init(&target, to, &err) &&
              target_copy(&target, file, path, optional_limit(L, 3), &err) &&
              target_commit(&target, &err);
    target_release(&target);
    if (file >= 0)
        close(file);
    return finish(L, ok, &err);
}

/* file_path(url): the path that a file URL names; nil: it is another URL. */
static int url_file_path(lua_State *L)
{
    struct error err = {0};
    char *path = download_file_path(luaL_checkstring(L, 1), &err);
    if (err.code)
        return raise_failure(L, &err);
    lua_pushstring(L, path);
    free(path);
    return 1;
}

static char *new_folder(const char *workdir, const char *operation, struct error *err)
{
    if (workdir)
        return keeping_new(workdir, operation, err);
    const char *temporary = getenv("TMPDIR");
    char *path = path_join(temporary && *temporary ? temporary : "/tmp", "resource-XXXXXX");
    if (!path)
        error_nomem(err);
    else if (!mkdtemp(path))
        error_set(err, ERROR_IO, "cannot make the folder '%s': %m", path);
    if (!err->code)
        return path;
    free(path);
    return NULL;
}

/* keep(ctx, scope): a new private folder, "deployment" or "operation" says until when it is kept.
 */
static int resource_keep(lua_State *L)
{
    static const char *const scopes[] = {"deployment", "operation", NULL};
    bool for_operation = luaL_checkoption(L, 2, "deployment", scopes) == 1;
    struct operation_context *context = for_operation ? lua_context_check(L, 1) : NULL;
    const struct resource_places places = check_places(L);
    const char *operation = context ? json_string_at(context->request, "id", "operation") : NULL;
    struct error err = {0};
    char *path = new_folder(places.workdir, operation, &err);
    if (context)
        context->keeps_files = true;
    return push_text(L, path, path ? strlen(path) : 0, &err);
}

int lua_open_resource_files(lua_State *L)
{
    static const luaL_Reg functions[] = {{"path", resource_path},
                                         {"read", resource_read_text},
                                         {"copy", resource_copy_to},
                                         {"copy_folder", resource_copy_folder_to},
                                         {"read_file", file_read_text},
                                         {"write_file", file_write_text},
                                         {"copy_file", file_copy},
                                         {"file_path", url_file_path},
                                         {"keep", resource_keep},
                                         {"fetch", lua_fetch_new},
                                         {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
