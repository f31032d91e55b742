/* blueprint_source.c - where blueprints come from: a file, a folder, an archive, a URL of one. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/runtime.h"
#include "base/files.h"
#include "base/strbuf.h"
#include "resources/archive.h"
#include "resources/download.h"

static const struct download_options download_options = {
    .limit = (size_t)1 << 30,
    .total_ms = 600000,
};

/* A new folder that lives as long as the handle; new, or NULL with `err` set. */
static char *new_folder(struct cloudify *c, struct error *err)
{
    char *path = NULL;
    if (!c->scratch.path && !scratch_init_temporary(&c->scratch, err))
        return NULL;
    if (asprintf(&path, "%s/%d", c->scratch.path, ++c->fetched) < 0) {
        error_nomem(err);
        return NULL;
    }
    if (!mkdir(path, 0700))
        return path;
    error_set(err, ERROR_IO, "cannot make the folder '%s': %m", path);
    free(path);
    return NULL;
}

static bool has_end(const char *name, size_t length, const char *end)
{
    size_t end_length = strlen(end);
    return length > end_length && !strncasecmp(name + length - end_length, end, end_length);
}

/* The last part of a path or URL, for a folder: without the query, nor the ending of an archive or
 * of YAML; new, or NULL. */
static char *folder_name(const char *given)
{
    static const char *const ends[] = {".tar.gz", ".tar.bz2", ".tar.xz", ".tgz",
                                       ".tar",    ".zip",     ".yaml",   ".yml"};
    size_t length = download_is_url(given) ? strcspn(given, "?#") : strlen(given);
    while (length && given[length - 1] == '/')
        length--;
    const char *slash = memrchr(given, '/', length);
    const char *name = slash ? slash + 1 : given;
    length -= (size_t)(name - given);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (has_end(name, length, ends[i])) {
            length -= strlen(ends[i]);
            break;
        }
    return length && *name != '.' ? strndup(name, length) : strdup("blueprint");
}

/* ---- the main file in a folder ---- */

static bool is_yaml(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return has_end(entry->d_name, length, ".yaml") || has_end(entry->d_name, length, ".yml");
}

/* The names of the YAML files in the folder, in `names`, one behind the other. */
static int list_yaml(const char *folder, struct strbuf *names)
{
    int count = 0;
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        if (!is_yaml(entry))
            continue;
        strbuf_add_all(names, count++ ? "', '" : "", entry->d_name);
    }
    if (directory)
        closedir(directory);
    return count;
}

/* Tell that it is a plugin, if its only YAML file says so. */
static bool check_is_blueprint(const char *folder, const char *name, const char *given,
                               struct error *err)
{
    if (strcmp(name, "plugin.yaml") != 0)
        return true;
    char *example = path_join(folder, "blueprint/blueprint.yaml");
    bool has_example = example && file_exists(example);
    free(example);
    bool is_url = download_is_url(given); /* which 'cfy plugins install' does not take */
    return error_set(err, ERROR_INVALID,
                     "'%s' is a plugin, not a blueprint: %s'cfy plugins install %s' installs it "
                     "for the blueprints that import it%s",
                     given, is_url ? "when you have downloaded it, " : "", is_url ? "FILE" : given,
                     has_example ? "; there is one in it, 'blueprint/blueprint.yaml'" : "");
}

static char *only_yaml(const char *folder, const char *given, struct error *err)
{
    struct strbuf names = STRBUF_INIT;
    int count = list_yaml(folder, &names);
    bool is_blueprint = count != 1 || check_is_blueprint(folder, names.text, given, err);
    char *path = count == 1 && is_blueprint ? path_join(folder, names.text) : NULL;
    if (count > 1)
        error_set(err, ERROR_INVALID,
                  "'%s' has no blueprint.yaml, but '%s': say which one is the blueprint "
                  "(--blueprint-file)",
                  given, names.text);
    else if (!count)
        error_set(err, ERROR_NOT_FOUND, "'%s' has no blueprint.yaml, nor another YAML file", given);
    else if (is_blueprint && !path)
        error_nomem(err);
    strbuf_release(&names);
    return path;
}

static char *main_file(const char *folder, const char *wanted, const char *given, struct error *err)
{
    if (wanted && !path_is_inside(wanted)) {
        error_set(err, ERROR_INVALID, "blueprint file '%s': must be a path inside '%s'", wanted,
                  given);
        return NULL;
    }
    char *path = path_join(folder, wanted ? wanted : "blueprint.yaml");
    if (!path)
        error_nomem(err);
    else if (file_exists(path) && !directory_exists(path))
        return path;
    else if (wanted)
        error_set(err, ERROR_NOT_FOUND, "'%s' has no file '%s'", given, wanted);
    free(path);
    return err->code ? NULL : only_yaml(folder, given, err);
}

/* ---- archives and URLs ---- */

static char *unpack(struct cloudify *c, const char *archive, const char *given, struct error *err)
{
    char *parent = new_folder(c, err);
    char *name = parent ? folder_name(given) : NULL;
    char *folder = name ? path_join(parent, name) : NULL;
    if (parent && !folder)
        error_nomem(err);
    char *top =
        folder && archive_unpack(archive, folder, NULL, err) ? archive_top(folder, err) : NULL;
    char *path = top ? main_file(top, c->options.blueprint_file, given, err) : NULL;
    free(parent);
    free(name);
    free(folder);
    free(top);
    return path;
}

/* Give the file that was fetched the name that a blueprint has, in a folder of its own. */
static char *place(struct cloudify *c, const char *file, const char *given, struct error *err)
{
    char *parent = new_folder(c, err);
    char *name = parent ? folder_name(given) : NULL;
    char *folder = name ? path_join(parent, name) : NULL;
    char *path = folder ? path_join(folder, "blueprint.yaml") : NULL;
    if (parent && !path)
        error_nomem(err);
    if (path && (!directory_make(folder, 0700, err) || rename(file, path))) {
        error_set(err, ERROR_IO, "cannot make '%s': %m", path);
        free(path);
        path = NULL;
    }
    free(parent);
    free(name);
    free(folder);
    return path;
}

static char *fetch(struct cloudify *c, const char *url, const char *shown, struct error *err)
{
    char *folder = new_folder(c, err), *path = NULL;
    char *file = folder ? path_join(folder, "content") : NULL;
    if (folder && !file)
        error_nomem(err);
    if (file && download_to(url, file, &download_options, err))
        path = archive_is(file) ? unpack(c, file, shown, err) : place(c, file, shown, err);
    free(folder);
    free(file);
    return path;
}

static char *local(struct cloudify *c, const char *path, const char *given, struct error *err)
{
    if (directory_exists(path))
        return main_file(path, c->options.blueprint_file, given, err);
    if (archive_is(path))
        return unpack(c, path, given, err);
    char *copy = strdup(path);
    if (!copy)
        error_nomem(err);
    return copy;
}

char *runtime_blueprint_path(struct cloudify *c, const char *given, struct error *err)
{
    if (!download_is_url(given))
        return local(c, given, given, err);
    char *file = download_file_path(given, err), *path = NULL;
    char *shown = download_shown_url(given);
    if (!shown)
        error_nomem(err);
    else if (file)
        path = local(c, file, shown, err);
    else if (!err->code)
        path = fetch(c, given, shown, err);
    free(shown);
    free(file);
    return path;
}
