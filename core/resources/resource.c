/* resource.c - see resource.h. */
#include "resources/resource.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/files.h"
#include "resources/resource_internal.h"
#include "resources/target.h"

struct resource_place resource_place(const struct resource_places *places, int number)
{
    const struct resource_place all[RESOURCE_PLACES] = {
        {places->workdir, "the deployment's work directory"},
        {places->blueprint, "the blueprint's folder"},
    };
    return all[number];
}

bool resource_check_path(const char *path, struct error *err)
{
    if (path[0] == '/')
        return error_set(err, ERROR_INVALID,
                         "resource '%s': its path is absolute, but resources are named by their "
                         "paths in the deployment's work directory or the blueprint's folder",
                         path);
    return path[0] || error_set(err, ERROR_INVALID, "resource '': it has no name");
}

/* A pipe must not be waited for. @return a descriptor; or -1 with errno set */
static int open_below(const char *folder, const char *path)
{
    int root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int found = root >= 0 ? beneath_open(root, path, O_RDONLY | O_NONBLOCK) : -1;
    int code = errno;
    if (root >= 0)
        close(root);
    errno = code;
    return found;
}

int resource_open_in(const struct resource_place *place, const char *path, mode_t kind,
                     bool *is_other, struct error *err)
{
    struct stat info;
    int found = open_below(place->folder, path);
    if (found >= 0 && !fstat(found, &info) && (info.st_mode & S_IFMT) == kind)
        return found;
    if (found >= 0) {
        *is_other = true;
        close(found);
    } else if (errno == EXDEV) {
        error_set(err, ERROR_INVALID, "resource '%s': its path leads out of %s '%s'", path,
                  place->name, place->folder);
    } else if (errno != ENOENT && errno != ENOTDIR) {
        error_set(err, ERROR_IO, "resource '%s': cannot read it in %s '%s': %m", path, place->name,
                  place->folder);
    }
    return -1;
}

void resource_not_found(const struct resource_places *places, const char *path, mode_t kind,
                        bool is_other, struct error *err)
{
    const char *wanted = kind == S_IFREG ? "file" : "folder";
    struct resource_place first = resource_place(places, 0), second = resource_place(places, 1);
    if (is_other)
        error_set(err, ERROR_INVALID, "resource '%s': it is not a %s", path, wanted);
    else if (first.folder && second.folder)
        error_set(err, ERROR_NOT_FOUND,
                  "resource '%s': there is no such %s in %s '%s' nor in %s '%s'", path, wanted,
                  first.name, first.folder, second.name, second.folder);
    else if (first.folder || second.folder)
        error_set(err, ERROR_NOT_FOUND, "resource '%s': there is no such %s in %s '%s'", path,
                  wanted, first.folder ? first.name : second.name,
                  first.folder ? first.folder : second.folder);
    else
        error_set(err, ERROR_NOT_FOUND, "resource '%s': there are no resources here", path);
}

int resource_open(const struct resource_places *places, const char *path, const char **folder,
                  struct error *err)
{
    bool ok = resource_check_path(path, err), is_other = false;
    for (int i = 0; ok && i < RESOURCE_PLACES; i++) {
        struct resource_place place = resource_place(places, i);
        int found = place.folder ? resource_open_in(&place, path, S_IFREG, &is_other, err) : -1;
        if (found >= 0) {
            if (folder)
                *folder = place.folder;
            return found;
        }
        ok = !err->code;
    }
    if (ok)
        resource_not_found(places, path, S_IFREG, is_other, err);
    return -1;
}

char *resource_read(const struct resource_places *places, const char *path, size_t limit,
                    size_t *length, struct error *err)
{
    int file = resource_open(places, path, NULL, err);
    if (file < 0)
        return NULL;
    char *text = file_read_from(file, path, limit, length, err);
    close(file);
    return text;
}

bool resource_copy(const struct resource_places *places, const char *path, const char *target,
                   size_t limit, struct error *err)
{
    struct target copy = TARGET_NONE;
    int file = resource_open(places, path, NULL, err);
    bool ok = file >= 0 && target_init(&copy, target, err) &&
              target_copy(&copy, file, path, limit, err) && target_commit(&copy, err);
    target_release(&copy);
    if (file >= 0)
        close(file);
    return ok;
}
