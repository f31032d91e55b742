/* scratch.c - see scratch.h. */
#include "base/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"

enum { ATTEMPTS = 10 };
static const char prefix[] = ".cloudify-scratch-";

bool scratch_is_name(const char *name)
{
    return !strncmp(name, prefix, sizeof prefix - 1);
}

/* Lock the folder at `path`, if it is ours alone and still there. @return a descriptor, or -1 */
static int lock_folder(const char *path)
{
    struct stat opened, there;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (!fstat(fd, &opened) && opened.st_uid == geteuid() && !flock(fd, LOCK_EX | LOCK_NB) &&
        !lstat(path, &there) && there.st_ino == opened.st_ino && there.st_dev == opened.st_dev)
        return fd;
    close(fd);
    return -1;
}

static void remove_if_abandoned(const char *parent, const char *name)
{
    char *path = path_join(parent, name);
    int lock = path ? lock_folder(path) : -1;
    struct error ignored = {0};
    if (lock >= 0) {
        tree_remove(path, &ignored);
        close(lock);
    }
    free(path);
}

static void remove_abandoned(const char *parent)
{
    DIR *directory = opendir(parent);
    const struct dirent *entry;
    while (directory && (entry = readdir(directory)))
        if (scratch_is_name(entry->d_name))
            remove_if_abandoned(parent, entry->d_name);
    if (directory)
        closedir(directory);
}

/* Another process may take a new folder for an abandoned one until it is locked: then again. */
static bool make_locked(struct scratch *scratch, struct error *err)
{
    char *end = scratch->path + strlen(scratch->path) - strlen("XXXXXX");
    for (int i = 0; i < ATTEMPTS && scratch->lock < 0; i++) {
        memcpy(end, "XXXXXX", strlen("XXXXXX"));
        if (!mkdtemp(scratch->path))
            return error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_IO,
                             "cannot make the folder '%s': %m", scratch->path);
        scratch->lock = lock_folder(scratch->path);
    }
    return scratch->lock >= 0 ||
           error_set(err, ERROR_IO, "cannot lock the folder '%s': %m", scratch->path);
}

bool scratch_init(struct scratch *scratch, const char *parent, struct error *err)
{
    char name[sizeof prefix + 6];
    memcpy(name, prefix, sizeof prefix - 1);
    memcpy(name + sizeof prefix - 1, "XXXXXX", 7);
    *scratch = (struct scratch){.path = path_join(parent, name), .lock = -1};
    remove_abandoned(parent);
    if (!scratch->path)
        return error_nomem(err);
    if (make_locked(scratch, err))
        return true;
    free(scratch->path);
    *scratch = (struct scratch){0};
    return false;
}

bool scratch_init_temporary(struct scratch *scratch, struct error *err)
{
    const char *parent = getenv("TMPDIR");
    return scratch_init(scratch, parent && *parent ? parent : "/tmp", err);
}

void scratch_release(struct scratch *scratch)
{
    struct error ignored = {0};
    if (!scratch->path)
        return;
    if (directory_exists(scratch->path))
        tree_remove(scratch->path, &ignored);
    close(scratch->lock);
    free(scratch->path);
    *scratch = (struct scratch){0};
}
