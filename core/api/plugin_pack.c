/* plugin_pack.c - the part of cloudify.h that makes one archive of a plugin. */
#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/luarocks.h"
#include "api/plugin_description.h"
#include "api/runtime.h"
#include "base/files.h"
#include "base/json.h"
#include "base/scratch.h"
#include "lua/rockspec.h"
#include "resources/archive.h"

/* Earlier archives of the plugin that lie in its own folder are not packed again. */
static bool remove_archives(const char *copy, const char *name, struct error *err)
{
    struct dirent **entries = NULL;
    struct strbuf pattern = STRBUF_INIT;
    int count = scandir(copy, &entries, NULL, alphasort);
    bool ok = true;
    strbuf_add_all(&pattern, name, "-*.tar.gz");
    for (int i = 0; i < count; i++) {
        char *path = path_join(copy, entries[i]->d_name);
        if (ok && !path)
            ok = error_nomem(err);
        else if (ok && !fnmatch(pattern.text, entries[i]->d_name, 0))
            ok = tree_remove(path, err);
        free(path);
        free(entries[i]);
    }
    free(entries);
    strbuf_release(&pattern);
    return ok;
}

static bool copy_plugin(const char *folder, const char *copy, const char *name, struct error *err)
{
    char *history = path_join(folder, ".git");
    bool ok = history ? directory_copy(folder, copy, history, err) : error_nomem(err);
    free(history);
    return ok && remove_archives(copy, name, err);
}

/* Put what the plugin depends on into rocks/ of its copy; {rock: version}, new, or NULL. */
static json_t *bundle(const char *folder, const char *copy, const json_t *description,
                      struct error *err)
{
    if (!json_array_size(json_object_get(description, "dependencies")))
        return json_incref(json_object_get(description, "bundled"));
    char *tree = path_join(copy, "rocks");
    json_t *rocks = NULL;
    if (!tree)
        error_nomem(err);
    else if (!file_exists(tree) || tree_remove(tree, err))
        rocks = luarocks_resolve(copy, json_string_at(description, "rockspec", ""), tree, err);
    free(tree);
    if (rocks && luarocks_write_lock(copy, rocks, err) && luarocks_write_lock(folder, rocks, err))
        return rocks;
    json_decref(rocks);
    return NULL;
}

static json_t *pack_copy(const char *folder, const char *copy, const json_t *description,
                         const char *file, struct error *err)
{
    struct strbuf top = STRBUF_INIT, archive = STRBUF_INIT;
    const char *name = json_string_at(description, "name", "");
    const char *version = json_string_at(description, "version", "");
    json_t *bundled = NULL, *result = NULL;
    strbuf_add_all(&top, name, "-", version);
    if (file)
        strbuf_adds(&archive, file);
    else
        strbuf_add_all(&archive, top.text, ".tar.gz");
    if (top.failed || archive.failed)
        error_nomem(err);
    else if (copy_plugin(folder, copy, name, err) &&
             (bundled = bundle(folder, copy, description, err)) &&
             archive_pack(copy, archive.text, top.text, err))
        result = json_pack("{s:s, s:s, s:s, s:O}", "file", archive.text, "name", name, "version",
                           version, "bundled", bundled);
    json_decref(bundled);
    strbuf_release(&top);
    strbuf_release(&archive);
    return result;
}

/* Who has raised one version and forgotten the other does not want the archive that comes of it. */
static bool check_versions(const json_t *description, struct error *err)
{
    const char *version = json_string_at(description, "version", "");
    const char *rock = json_string_at(description, "rock_version", NULL);
    size_t length = strlen(version);
    if (!rock || !strcmp(rock, version) ||
        (!strncmp(rock, version, length) && rock[length] == '-' && !strchr(rock + length + 1, '-')))
        return true;
    return error_set(err, ERROR_INVALID,
                     "%s is of version '%s', plugin.yaml of '%s': make it '%s-1', or change "
                     "plugin.yaml",
                     json_string_at(description, "rockspec", ""), rock, version, version);
}

static json_t *pack(const char *folder, const char *file, struct error *err)
{
    if (!directory_exists(folder)) {
        error_set(err, ERROR_NOT_FOUND, "there is no folder '%s'", folder);
        return NULL;
    }
    json_t *description = plugin_describe(folder, err), *result = NULL;
    struct scratch scratch = {0};
    if (description && check_versions(description, err) && lua_folder_check(folder, err) &&
        scratch_init_temporary(&scratch, err)) {
        char *copy = path_join(scratch.path, "plugin");
        if (copy)
            result = pack_copy(folder, copy, description, file, err);
        else
            error_nomem(err);
        free(copy);
        scratch_release(&scratch);
    }
    if (!result)
        error_context(err, "cannot pack '%s'", folder);
    json_decref(description);
    return result;
}

char *cloudify_plugin_pack(struct cloudify *c, const char *folder, const char *file,
                           struct cloudify_error *err)
{
    struct error why = {0};
    (void)c;
    json_t *result = pack(folder, file, &why);
    return runtime_result(result, &why, err);
}
