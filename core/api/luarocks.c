/* luarocks.c - see luarocks.h. */
#include "api/luarocks.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "api/plugin_description.h"
#include "base/files.h"
#include "base/json.h"
#include "include/cloudify.h"
#include "lua/command.h"
#include "lua/rockspec.h"

enum { MAX_ARGUMENTS = 16 };

/* Which Lua it is for has to be said: LuaRocks itself may run in any. */
static const char program[] = "luarocks", lua_version[] = "5.4";
static const char rocks_folder[] = "lib/luarocks/rocks-5.4";

/* ---- running it ---- */

/* What it complained of last: its other lines tell what it did. */
static void tell_failure(const struct command *command, struct error *err)
{
    const char *text = command_output(command, 2)->text, *last = text, *at = text;
    while ((at = strstr(at, "Error: ")))
        last = at += strlen("Error: ");
    size_t length = strcspn(last, "\n");
    error_set(err, ERROR_FAILED, "luarocks: %.*s", (int)length,
              length ? last : "it failed and does not say why");
}

/* Run `luarocks --lua-version 5.4 --tree TREE ARGUMENT...`. */
static bool run(const char *tree, const char *const *arguments, struct error *err)
{
    const char *argv[MAX_ARGUMENTS + 1] = {program, "--lua-version", lua_version, "--tree", tree};
    for (size_t i = 5; i < MAX_ARGUMENTS && *arguments; i++)
        argv[i] = *arguments++;
    const struct command_options options = {.program = program, .arguments = (char *const *)argv};
    struct command *command = command_start(&options, err);
    if (!command) {
        error_clear(err);
        return error_set(err, ERROR_NOT_FOUND,
                         "the plugin depends on rocks, and there is no 'luarocks' to fetch them: "
                         "install the package luarocks");
    }
    command_wait(command);
    int status = command_status(command);
    bool ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!ok)
        tell_failure(command, err);
    command_free(command);
    return ok;
}

/* ---- the tree ---- */

static bool write_text(const char *folder, const char *name, const char *text, struct error *err)
{
    char *path = path_join(folder, name);
    bool ok = path ? file_write(path, text, strlen(text), 0644, err) : error_nomem(err);
    free(path);
    return ok;
}

/* Cloudify as a rock that is installed: nothing has to be fetched for who depends on it. */
static bool write_provided(const char *rocks, const char *folder, struct error *err)
{
    struct strbuf rockspec = STRBUF_INIT, manifest = STRBUF_INIT, name = STRBUF_INIT;
    const char *version = cloudify_version();
    strbuf_addf(&name, "cloudify-%s-1.rockspec", version);
    strbuf_addf(&rockspec,
                "rockspec_format = \"3.0\"\npackage = \"cloudify\"\nversion = \"%s-1\"\n"
                "source = {url = \"file://.\"}\nbuild = {type = \"none\"}\n",
                version);
    strbuf_addf(&manifest,
                "commands = {}\nmodules = {}\n"
                "dependencies = {cloudify = {[\"%s-1\"] = {}}}\n"
                "repository = {cloudify = {[\"%s-1\"] = {{arch = \"installed\", commands = {}, "
                "dependencies = {}, modules = {}}}}}\n",
                version, version);
    bool ok = !rockspec.failed && !manifest.failed && !name.failed;
    ok = (ok || error_nomem(err)) && write_text(folder, name.text, rockspec.text, err) &&
         write_text(folder, "rock_manifest", "rock_manifest = {}\n", err) &&
         write_text(rocks, "manifest", manifest.text, err);
    strbuf_release(&rockspec);
    strbuf_release(&manifest);
    strbuf_release(&name);
    return ok;
}

static bool make_tree(const char *tree, struct error *err)
{
    struct strbuf below = STRBUF_INIT;
    strbuf_addf(&below, "cloudify/%s-1", cloudify_version());
    char *rocks = path_join(tree, rocks_folder);
    char *folder = rocks ? path_join(rocks, below.text) : NULL;
    bool ok = folder && !below.failed ? directory_make(folder, 0700, err) : error_nomem(err);
    ok = ok && write_provided(rocks, folder, err);
    strbuf_release(&below);
    free(rocks);
    free(folder);
    return ok;
}

/* What only LuaRocks would want is not bundled. */
static bool trim_tree(const char *tree, struct error *err)
{
    static const char *const names[] = {"manifest", "cloudify"};
    char *rocks = path_join(tree, rocks_folder);
    bool ok = rocks || error_nomem(err);
    for (size_t i = 0; ok && i < sizeof names / sizeof *names; i++) {
        char *path = path_join(rocks, names[i]);
        ok = path ? !file_exists(path) || tree_remove(path, err) : error_nomem(err);
        free(path);
    }
    free(rocks);
    return ok;
}

/* ---- locked versions ---- */

static bool is_provided(const char *rock)
{
    return !strcmp(rock, "lua") || !strcmp(rock, "cloudify");
}

static bool install_locked(const char *tree, const json_t *locked, struct error *err)
{
    const char *rock;
    json_t *version;
    bool ok = true;
    json_object_foreach((json_t *)locked, rock, version)
    {
        const char *const arguments[] = {
            "install", "--deps-mode", "none", rock, json_string_value(version), NULL};
        ok = ok && (is_provided(rock) || run(tree, arguments, err));
    }
    return ok;
}

/* LuaRocks puts another version in place of one that the rockspec does not want. */
static bool check_locked(const json_t *rocks, const json_t *locked, struct error *err)
{
    const char *rock;
    json_t *version;
    json_object_foreach((json_t *)locked, rock, version)
    {
        const char *taken = json_string_at(rocks, rock, "none");
        if (!is_provided(rock) && strcmp(taken, json_string_value(version)) != 0)
            return error_set(err, ERROR_FAILED,
                             "luarocks.lock has version %s of '%s', the rockspec wants %s: remove "
                             "the file to resolve all anew",
                             json_string_value(version), rock, taken);
    }
    return true;
}

/* {rock: version}, new; NULL with `err` set. Without a lock file, an empty one. */
static json_t *read_lock(const char *folder, struct error *err)
{
    char *path = path_join(folder, "luarocks.lock");
    json_t *locked = NULL;
    if (!path)
        error_nomem(err);
    else
        locked = file_exists(path) ? rocks_lock_read(path, err) : json_object();
    free(path);
    return locked;
}

bool luarocks_write_lock(const char *folder, const json_t *rocks, struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    const char *rock;
    json_t *version;
    strbuf_adds(&text, "return {\n   dependencies = {\n");
    json_object_foreach((json_t *)rocks, rock, version)
        strbuf_addf(&text, "      [\"%s\"] = \"%s\",\n", rock, json_string_value(version));
    strbuf_adds(&text, "   },\n}\n");
    bool ok = !text.failed ? write_text(folder, "luarocks.lock", text.text, err) : error_nomem(err);
    strbuf_release(&text);
    return ok;
}

json_t *luarocks_resolve(const char *folder, const char *rockspec, const char *tree,
                         struct error *err)
{
    json_t *locked = read_lock(folder, err), *rocks = NULL;
    char *path = path_join(folder, rockspec);
    const char *const arguments[] = {"install", "--only-deps", path, NULL};
    if (!path)
        error_nomem(err);
    else if (locked && make_tree(tree, err) && install_locked(tree, locked, err) &&
             run(tree, arguments, err) && trim_tree(tree, err))
        rocks = rocks_in_tree(tree, err);
    if (rocks && !check_locked(rocks, locked, err)) {
        json_decref(rocks);
        rocks = NULL;
    }
    json_decref(locked);
    free(path);
    return rocks;
}
