/* plugin_new.c - the part of cloudify.h that begins a plugin: the files of plugins/template, with
 * the plugin's own name in them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "api/runtime.h"
#include "base/embedded.h"
#include "base/files.h"
#include "base/strbuf.h"
#include "lua/rockspec.h"

enum { NAME_MAX_LENGTH = 64 };

/* What the template has in the place of what belongs there. */
static const char template_name[] = "my-plugin", template_module[] = "my_plugin",
                  template_release[] = "CLOUDIFY_VERSION";

/* ---- the name ---- */

/* Modules of a plugin called so would be taken for something else. */
static const char *why_reserved(const char *name)
{
    static const struct {
        const char *name, *reason;
    } reserved[] = {
        {"cloudify", "the modules of Cloudify itself are called so"},
        {"script", "a plugin called so is built in"},
        {"blueprint", "the example of each plugin is in a folder called so"},
        {"spec", "the tests of each plugin are in a folder called so"},
    };
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (!strcmp(reserved[i].name, name))
            return reserved[i].reason;
    return lua_folder_is_checked(name) ? NULL : "Lua in a folder called so is not looked at";
}

static bool check_name(const char *name, struct error *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t length = strlen(name);
    if (!length || !strchr(letters, name[0]) || strspn(name, allowed) != length)
        return error_set(err, ERROR_INVALID,
                         "'%s' cannot be the name of a plugin: it begins with a lower case letter, "
                         "and lower case letters, digits, '-' and '_' follow",
                         name);
    if (strchr("-_", name[length - 1]) || length > NAME_MAX_LENGTH)
        return error_set(err, ERROR_INVALID, "'%s' cannot be the name of a plugin: %s", name,
                         length > NAME_MAX_LENGTH ? "it is longer than 64 characters"
                                                  : "its last character must be no '-' or '_'");
    const char *reason = why_reserved(name);
    return !reason ||
           error_set(err, ERROR_INVALID, "'%s' cannot be the name of a plugin: %s", name, reason);
}

/* The name that Lua modules have in common: "-" is not possible there. New, or NULL. */
static char *module_name(const char *name)
{
    char *module = strdup(name);
    for (char *c = module; c && *c; c++)
        if (*c == '-')
            *c = '_';
    return module;
}

/* ---- the files ---- */

struct project {
    const char *name, *module; /* the name is that of its folder, too */
};

/* Where `text` begins with the name of something: what it is in this project, and its length. */
static const char *replacement(const struct project *project, const char *text, size_t *length)
{
    const char *const names[][2] = {
        {template_name, project->name},
        {template_module, project->module},
        {template_release, cloudify_version()},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        *length = strlen(names[i][0]);
        if (!strncmp(text, names[i][0], *length))
            return names[i][1];
    }
    return NULL;
}

/* A text of the template as it is in this project; new, or NULL: no memory. */
static char *render(const struct project *project, const char *text)
{
    struct strbuf out = STRBUF_INIT;
    while (*text) {
        size_t length;
        const char *own = replacement(project, text, &length);
        strbuf_add(&out, own ? own : text, own ? strlen(own) : 1);
        text += own ? length : 1;
    }
    return strbuf_detach(&out);
}

static bool is_program(const char *text)
{
    return !strncmp(text, "#!", 2);
}

static bool write_file(const struct project *project, const struct embedded_file *file,
                       struct error *err)
{
    char *name = render(project, file->name), *text = render(project, file->text);
    char *path = name ? path_join(project->name, name) : NULL;
    char *directory = path ? path_directory(path) : NULL;
    bool ok = (directory && text) || error_nomem(err);
    ok = ok && directory_make(directory, 0777, err) &&
         file_write(path, text, strlen(text), is_program(text) ? 0777 : 0666, err);
    free(directory);
    free(path);
    free(text);
    free(name);
    return ok;
}

static bool write_project(const struct project *project, struct error *err)
{
    if (mkdir(project->name, 0777))
        return errno == EEXIST
                   ? error_set(err, ERROR_EXISTS,
                               "there is a '%s' already: choose another name, or remove it",
                               project->name)
                   : error_set(err, ERROR_IO, "cannot make the folder '%s': %m", project->name);
    bool ok = true;
    for (const struct embedded_file *file = embedded_template; ok && file->name; file++)
        ok = write_file(project, file, err);
    struct error ignored = {0};
    if (!ok)
        tree_remove(project->name, &ignored);
    return ok;
}

static json_t *describe(const struct project *project)
{
    json_t *files = json_array();
    for (const struct embedded_file *file = embedded_template; file->name; file++) {
        char *name = render(project, file->name);
        json_array_append_new(files, name ? json_string(name) : NULL);
        free(name);
    }
    return json_pack("{s:s, s:s, s:s, s:o}", "name", project->name, "module", project->module,
                     "folder", project->name, "files", files);
}

char *cloudify_plugin_new(struct cloudify *c, const char *name, struct cloudify_error *err)
{
    struct error why = {0};
    (void)c;
    char *module = module_name(name);
    const struct project project = {.name = name, .module = module};
    json_t *result = NULL;
    if (!module)
        error_nomem(&why);
    else if (check_name(name, &why) && write_project(&project, &why) &&
             !(result = describe(&project)))
        error_nomem(&why);
    free(module);
    return runtime_result(result, &why, err);
}
