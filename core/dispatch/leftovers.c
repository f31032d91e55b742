/* leftovers.c - see leftovers.h. */
#include "dispatch/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/files.h"
#include "dispatch/children.h"

static bool end_one(const char *directory, const char *name, struct error *err)
{
    char *path = path_join(directory, name);
    bool ok = path ? children_memory_end_left(path, err) : error_nomem(err);
    FAULT_POINT("leftovers.ended");
    if (ok && unlink(path) != 0)
        ok = error_set(err, ERROR_IO, "cannot remove '%s': %s", path, strerror(errno));
    free(path);
    return ok;
}

bool leftovers_end(const char *directory, struct error *err)
{
    DIR *files = opendir(directory);
    if (!files)
        return errno == ENOENT ||
               error_set(err, ERROR_IO, "cannot read '%s': %s", directory, strerror(errno));
    bool ok = true;
    const struct dirent *file;
    while (ok && (file = readdir(files))) {
        if (file->d_name[0] != '.')
            ok = end_one(directory, file->d_name, err);
    }
    closedir(files);
    return ok;
}
