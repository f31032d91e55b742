/* target.c - see target.h. */
#include "resources/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"

enum { BLOCK = 65536 };

static bool io_error(const struct target *target, struct error *err)
{
    return error_set(err, errno == ENOENT || errno == ENOTDIR ? ERROR_NOT_FOUND : ERROR_IO,
                     "cannot write '%s': %m", target->path);
}

/* `path`, or what a link there leads to; new, or NULL. */
static char *followed(const char *path)
{
    char *real = realpath(path, NULL);
    return real ? real : strdup(path);
}

static bool open_aside(struct target *target, struct error *err)
{
    char *folder = path_directory(target->path);
    bool ok = (folder || error_nomem(err)) && scratch_init(&target->scratch, folder, err);
    free(folder);
    if (!ok)
        return false;
    target->aside = path_join(target->scratch.path, "file");
    if (!target->aside)
        return error_nomem(err);
    target->file = open(target->aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    return target->file >= 0 || io_error(target, err);
}

bool target_init(struct target *target, const char *path, struct error *err)
{
    *target = (struct target)TARGET_NONE;
    target->path = followed(path);
    bool ok = target->path || error_nomem(err);
    if (ok && directory_exists(target->path))
        ok = error_set(err, ERROR_INVALID, "cannot write '%s': it is a folder; name a file in it",
                       path);
    if (ok && !open_aside(target, err)) {
        error_context(err, "cannot write '%s'", path);
        ok = false;
    }
    if (!ok)
        target_release(target);
    return ok;
}

bool target_write(struct target *target, const void *data, size_t length, struct error *err)
{
    const char *rest = data;
    while (length) {
        ssize_t put = write(target->file, rest, length);
        if (put < 0 && errno != EINTR)
            return io_error(target, err);
        rest += put > 0 ? put : 0;
        length -= put > 0 ? (size_t)put : 0;
    }
    return true;
}

bool target_copy(struct target *target, int from, const char *name, size_t limit, struct error *err)
{
    char block[BLOCK];
    ssize_t got;
    size_t length = 0;
    while ((got = read(from, block, sizeof block)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(err, ERROR_IO, "cannot read '%s': %m", name);
        length += (size_t)got;
        if (length > limit)
            return error_set(err, ERROR_LIMIT, "'%s' is larger than %zu bytes", name, limit);
        if (!target_write(target, block, (size_t)got, err))
            return false;
    }
    return true;
}

bool target_commit(struct target *target, struct error *err)
{
    struct stat old;
    if (!stat(target->path, &old))
        fchmod(target->file, old.st_mode & 0777); /* if it fails, they are those of a new file */
    int file = target->file;
    target->file = -1;
    if (close(file) || rename(target->aside, target->path))
        return io_error(target, err);
    return true;
}

void target_release(struct target *target)
{
    if (target->file >= 0)
        close(target->file);
    scratch_release(&target->scratch);
    free(target->aside);
    free(target->path);
    *target = (struct target)TARGET_NONE;
}
