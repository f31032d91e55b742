/* unix_address.c - see unix_address.h. */
#include "base/unix_address.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* As /proc/self/fd/FOLDER/NAME. `path` ends with its zero. */
static bool go_by_folder(struct unix_address *to, char *path, struct error *err)
{
    char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (slash)
        *slash = '\0';
    const char *folder = !slash ? "." : *path ? path : "/";
    to->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (to->folder < 0)
        return error_set(err, ERROR_IO, "cannot open '%s': %s", folder, strerror(errno));
    int length = snprintf(to->address.sun_path, sizeof to->address.sun_path, "/proc/self/fd/%d/%s",
                          to->folder, name);
    return (size_t)length < sizeof to->address.sun_path ||
           error_set(err, ERROR_LIMIT, "'%s' is too long for the name of a socket", name);
}

bool unix_address_init(struct unix_address *to, const char *path, size_t length, struct error *err)
{
    *to = (struct unix_address){.address.sun_family = AF_UNIX, .folder = -1};
    if (length < sizeof to->address.sun_path) {
        memcpy(to->address.sun_path, path, length);
        return true;
    }
    char *copy = strndup(path, length);
    bool ok = copy ? go_by_folder(to, copy, err) : error_nomem(err);
    free(copy);
    return ok;
}

void unix_address_release(struct unix_address *address)
{
    if (address->folder >= 0)
        close(address->folder);
    address->folder = -1;
}
