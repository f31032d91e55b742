/* resource_folder.c - copies whole folders of resources; see resource.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/files.h"
#include "resources/resource_internal.h"

enum { DEPTH_LIMIT = 64, BLOCK = 65536 };

/* One of the places being copied. */
struct copying {
    const char *resource; /* path of the folder in its place */
    int place;            /* the whole of it: links may lead anywhere in it */
    int folder;           /* what is copied */
    struct stat target;   /* where it goes, which may be in it */
    struct error *err;
};

static bool io_error(const struct copying *copying, const char *path)
{
    return error_set(copying->err, ERROR_IO, "resource '%s/%s': cannot copy it: %m",
                     copying->resource, path);
}

static bool refuse(const struct copying *copying, const char *path, const char *why)
{
    return error_set(copying->err, ERROR_INVALID, "resource '%s/%s': %s", copying->resource, path,
                     why);
}

static bool copy_bytes(int from, int to)
{
    char block[BLOCK];
    ssize_t got;
    while ((got = read(from, block, sizeof block)) != 0) {
        if (got < 0 && errno != EINTR)
            return false;
        for (ssize_t done = 0, put; done<got; done += put> 0 ? put : 0) {
            put = write(to, block + done, (size_t)(got - done));
            if (put < 0 && errno != EINTR)
                return false;
        }
    }
    return true;
}

/* Make way for `base`; a folder stays, and is in the way. */
static bool clear(const struct copying *copying, int target, const char *path, const char *base)
{
    return !unlinkat(target, base, 0) || errno == ENOENT || io_error(copying, path);
}

/* Copy the open file `from`. */
static bool copy_file(const struct copying *copying, int from, int target, const char *path,
                      const char *base)
{
    struct stat info;
    if (fstat(from, &info) || !S_ISREG(info.st_mode))
        return refuse(copying, path, "it is a link to what is no file");
    if (!clear(copying, target, path, base))
        return false;
    int to = openat(target, base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    0666 | (info.st_mode & 0111));
    bool ok = to >= 0 && copy_bytes(from, to);
    if (!ok)
        io_error(copying, path);
    if (to >= 0 && close(to) && ok)
        ok = io_error(copying, path);
    return ok;
}

/* A link that stays in the folder goes with it. */
static bool copy_link(const struct copying *copying, int target, const char *path, const char *base)
{
    char text[PATH_MAX];
    ssize_t length = readlinkat(copying->folder, path, text, sizeof text - 1);
    text[length > 0 ? length : 0] = '\0';
    if (length <= 0)
        return io_error(copying, path);
    return clear(copying, target, path, base) &&
           (!symlinkat(text, target, base) || io_error(copying, path));
}

/* One that does not is copied as what it leads to, which has to be a file of the same place. */
static bool copy_linked(const struct copying *copying, int target, const char *path,
                        const char *base)
{
    struct stat info;
    char *whole = path_join(copying->resource, path);
    int from = whole ? beneath_open(copying->place, whole, O_RDONLY | O_NONBLOCK) : -1;
    bool ok = false;
    if (!whole)
        error_nomem(copying->err);
    else if (from < 0 && errno == EXDEV)
        refuse(copying, path, "it is a link that leads out of the resources");
    else if (from < 0)
        io_error(copying, path);
    else if (!fstat(from, &info) && S_ISDIR(info.st_mode))
        refuse(copying, path, "it is a link to a folder outside of the one that is copied");
    else
        ok = copy_file(copying, from, target, path, base);
    if (from >= 0)
        close(from);
    free(whole);
    return ok;
}

static bool copy_by_link(const struct copying *copying, int target, const char *path,
                         const char *base)
{
    int inside = beneath_open(copying->folder, path, O_PATH);
    int code = inside < 0 ? errno : 0;
    if (inside >= 0)
        close(inside);
    /* One that leads nowhere does not lead out. */
    return code == EXDEV ? copy_linked(copying, target, path, base)
                         : copy_link(copying, target, path, base);
}

static bool is_target(const struct copying *copying, const struct stat *info)
{
    return info->st_ino == copying->target.st_ino && info->st_dev == copying->target.st_dev;
}

static bool copy_level(const struct copying *copying, int target, const char *path, int depth);

static bool copy_subfolder(const struct copying *copying, int target, const char *path,
                           const char *base, int depth)
{
    if (depth == DEPTH_LIMIT)
        return refuse(copying, path, "it lies too deep");
    if (mkdirat(target, base, 0777) && errno != EEXIST)
        return io_error(copying, path);
    int below = openat(target, base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool ok = below >= 0 ? copy_level(copying, below, path, depth) : io_error(copying, path);
    if (below >= 0)
        close(below);
    return ok;
}

static bool copy_entry(const struct copying *copying, int target, const char *path, int depth)
{
    struct stat info;
    const char *base = path_base(path);
    int found = beneath_open(copying->folder, path, O_PATH | O_NOFOLLOW);
    bool known = found >= 0 && !fstat(found, &info);
    if (found >= 0)
        close(found);
    if (!known)
        return io_error(copying, path);
    if (S_ISDIR(info.st_mode))
        return is_target(copying, &info) || copy_subfolder(copying, target, path, base, depth + 1);
    if (S_ISLNK(info.st_mode))
        return copy_by_link(copying, target, path, base);
    if (!S_ISREG(info.st_mode))
        return true;
    int from = beneath_open(copying->folder, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    bool ok = from >= 0 ? copy_file(copying, from, target, path, base) : io_error(copying, path);
    if (from >= 0)
        close(from);
    return ok;
}

/* Copy all that is in the folder `path` ("" is the whole) into the open folder `target`. */
static bool copy_level(const struct copying *copying, int target, const char *path, int depth)
{
    int folder =
        beneath_open(copying->folder, path[0] ? path : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    DIR *directory = folder >= 0 ? fdopendir(folder) : NULL;
    bool ok = directory || io_error(copying, path);
    const struct dirent *entry;
    while (ok && (entry = readdir(directory))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        char *below = path_join(path, entry->d_name);
        ok = below ? copy_entry(copying, target, below, depth) : error_nomem(copying->err);
        free(below);
    }
    if (directory)
        closedir(directory);
    else if (folder >= 0)
        close(folder);
    return ok;
}

static bool copy_place(const struct resource_place *place, int folder, const char *path, int target,
                       struct error *err)
{
    struct copying copying = {.resource = path, .folder = folder, .err = err};
    copying.place = open(place->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (copying.place < 0 || fstat(target, &copying.target)) {
        if (copying.place >= 0)
            close(copying.place);
        return error_set(err, ERROR_IO, "cannot read '%s': %m", place->folder);
    }
    bool ok = copy_level(&copying, target, "", 0);
    close(copying.place);
    return ok;
}

static bool copy_places(const struct resource_places *places, const char *path, int target,
                        struct error *err)
{
    bool found = false, is_other = false, ok = true;
    /* From the last on, so that what the first has stands at the end. */
    for (int i = RESOURCE_PLACES - 1; ok && i >= 0; i--) {
        struct resource_place place = resource_place(places, i);
        int folder = place.folder ? resource_open_in(&place, path, S_IFDIR, &is_other, err) : -1;
        ok = !err->code;
        if (folder < 0)
            continue;
        found = true;
        ok = copy_place(&place, folder, path, target, err);
        close(folder);
    }
    if (ok && !found)
        resource_not_found(places, path, S_IFDIR, is_other, err);
    return ok && found;
}

bool resource_copy_folder(const struct resource_places *places, const char *path,
                          const char *target, struct error *err)
{
    if (!resource_check_path(path, err))
        return false;
    if (mkdir(target, 0777) && errno != EEXIST)
        return error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_IO,
                         "cannot make the folder '%s': %m", target);
    int folder = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return error_set(err, ERROR_IO, "cannot write to the folder '%s': %m", target);
    bool ok = copy_places(places, path, folder, err);
    close(folder);
    return ok;
}
