/* deployment_file.c - see deployment_file.h. */
#include "resources/deployment_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/files.h"
#include "resources/target.h"

static bool refuse(struct error *err, const char *path, const char *why)
{
    return error_set(err, ERROR_INVALID, "deployment file '%s': %s", path, why);
}

static bool cannot(struct error *err, const char *path)
{
    if (errno == EXDEV)
        return refuse(err, path, "must be a path inside the deployment's folder");
    if (errno == EISDIR)
        return refuse(err, path, "names a folder");
    return error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_IO, "deployment file '%s': %m",
                     path);
}

/* Open the folder that `path` is in; `make`: with what is missing of it. @return -1: `err` is set
 */
static int open_folder(const char *workdir, const char *path, bool make, struct error *err)
{
    const char *name = path_base(path);
    if (!*name || !strcmp(name, ".") || !strcmp(name, "..")) {
        refuse(err, path, "names no file");
        return -1;
    }
    char *folder = path_directory(path);
    int root = folder ? open(workdir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int found = -1;
    if (root >= 0 && make)
        found = beneath_make(root, folder, 0700);
    else if (root >= 0)
        found = beneath_open(root, folder, O_RDONLY | O_DIRECTORY);
    if (found < 0)
        cannot(err, path);
    if (root >= 0)
        close(root);
    free(folder);
    return found;
}

/* What is written to a link goes where the link leads: none may be there. */
static bool clear_link(int folder, const char *path, struct error *err)
{
    struct stat info;
    const char *name = path_base(path);
    bool is_link = !fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) && S_ISLNK(info.st_mode);
    return !is_link || !unlinkat(folder, name, 0) || cannot(err, path);
}

static bool copy_into(int folder, const char *path, int from, const char *source, struct error *err)
{
    char place[PATH_MAX];
    struct target target;
    if ((size_t)snprintf(place, sizeof place, "/proc/self/fd/%d/%s", folder, path_base(path)) >=
        sizeof place)
        return refuse(err, path, "its name is too long");
    if (!clear_link(folder, path, err) || !target_init(&target, place, err))
        return false;
    bool ok = target_copy(&target, from, source, SIZE_MAX, err) && target_commit(&target, err);
    target_release(&target);
    return ok;
}

bool deployment_file_put(const char *workdir, const char *path, const char *source,
                         struct error *err)
{
    int from = file_open_regular(source, err);
    int folder = from >= 0 ? open_folder(workdir, path, true, err) : -1;
    bool ok = folder >= 0 && copy_into(folder, path, from, source, err);
    if (folder >= 0)
        close(folder);
    if (from >= 0)
        close(from);
    return ok;
}

bool deployment_file_remove(const char *workdir, const char *path, struct error *err)
{
    int folder = open_folder(workdir, path, false, err);
    if (folder < 0)
        return false;
    bool ok = !unlinkat(folder, path_base(path), 0) || cannot(err, path);
    close(folder);
    return ok;
}
