/* beneath.c - see beneath.h. */
#include "base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_LIMIT = 100, LINK_LIMIT = 40 };

struct walk {
    int folders[DEPTH_LIMIT]; /* the way from the root to where the walk stands: ".." goes back */
    int depth;
    int links;           /* followed so far */
    char rest[PATH_MAX]; /* what is still to be walked; begins with '/' once a part is cut off */
};

static bool refuse(int code)
{
    errno = code;
    return false;
}

static bool go_up(struct walk *walk)
{
    if (walk->depth == 1) /* at the root, which is the caller's */
        return refuse(EXDEV);
    close(walk->folders[--walk->depth]);
    return true;
}

/* Put what the link `name` holds in front of the rest. */
static bool follow(struct walk *walk, const char *name)
{
    char target[PATH_MAX], rest[PATH_MAX];
    ssize_t length = readlinkat(walk->folders[walk->depth - 1], name, target, sizeof target - 1);
    if (length < 0)
        return false;
    target[length] = '\0';
    if (target[0] == '/')
        return refuse(EXDEV);
    if (++walk->links > LINK_LIMIT)
        return refuse(ELOOP);
    memcpy(rest, walk->rest, sizeof rest);
    int needed = snprintf(walk->rest, sizeof walk->rest, "%s%s", target, rest);
    return needed < (int)sizeof walk->rest || refuse(ENAMETOOLONG);
}

static bool is_link(const struct walk *walk, const char *name)
{
    struct stat info;
    return !fstatat(walk->folders[walk->depth - 1], name, &info, AT_SYMLINK_NOFOLLOW) &&
           S_ISLNK(info.st_mode);
}

static bool go_down(struct walk *walk, const char *name)
{
    if (walk->depth == DEPTH_LIMIT)
        return refuse(ENAMETOOLONG);
    int folder =
        openat(walk->folders[walk->depth - 1], name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder >= 0) {
        walk->folders[walk->depth++] = folder;
        return true;
    }
    int code = errno;
    return is_link(walk, name) ? follow(walk, name) : refuse(code);
}

/* Cut the first part off the rest; `*is_last`: nothing but slashes follows it. */
static bool next_part(struct walk *walk, char name[NAME_MAX + 1], bool *is_last)
{
    const char *start = walk->rest + strspn(walk->rest, "/");
    size_t length = strcspn(start, "/");
    if (length > NAME_MAX)
        return refuse(ENAMETOOLONG);
    memcpy(name, start, length);
    name[length] = '\0';
    start += length;
    *is_last = !start[strspn(start, "/")];
    memmove(walk->rest, start, strlen(start) + 1);
    return true;
}

/* Walk all of the path but its last part. @return a descriptor, -1, or -2: a link came last, go on
 */
static int finish(struct walk *walk, const char *name, int flags)
{
    bool folder_wanted = walk->rest[0] == '/';
    int here = walk->folders[walk->depth - 1];
    if (folder_wanted)
        flags |= O_DIRECTORY;
    if (is_link(walk, name) && !(flags & O_NOFOLLOW && !folder_wanted))
        return follow(walk, name) ? -2 : -1;
    return openat(here, name, flags | O_NOFOLLOW | O_CLOEXEC);
}

static int walk_to_end(struct walk *walk, int flags)
{
    char name[NAME_MAX + 1];
    bool is_last = false;
    int found = -2;
    while (found == -2) {
        bool ok = next_part(walk, name, &is_last);
        if (ok && !strcmp(name, ".."))
            ok = go_up(walk);
        else if (ok && name[0] && strcmp(name, ".") && is_last)
            found = finish(walk, name, flags);
        else if (ok && name[0] && strcmp(name, "."))
            ok = go_down(walk, name);
        if (!ok)
            return -1;
        bool ended = !walk->rest[strspn(walk->rest, "/")];
        if (found == -2 && ended)
            found = openat(walk->folders[walk->depth - 1], ".", flags | O_CLOEXEC);
    }
    return found;
}

int beneath_open(int root, const char *path, int flags)
{
    struct walk walk = {.folders = {root}, .depth = 1};
    if (path[0] == '/' || strlen(path) >= sizeof walk.rest) {
        errno = path[0] == '/' ? EXDEV : ENAMETOOLONG;
        return -1;
    }
    if (!path[0]) {
        errno = ENOENT;
        return -1;
    }
    memcpy(walk.rest, path, strlen(path) + 1);
    int found = walk_to_end(&walk, flags);
    int code = errno;
    while (walk.depth > 1)
        close(walk.folders[--walk.depth]);
    errno = code;
    return found;
}

/* The folder at the first `length` bytes of `path`; if it is missing it is made in `above`. */
static int make_part(int root, const char *path, size_t length, int above, mode_t mode)
{
    char part[PATH_MAX];
    memcpy(part, path, length);
    part[length] = '\0';
    int folder = beneath_open(root, part, O_RDONLY | O_DIRECTORY);
    if (folder >= 0 || errno != ENOENT)
        return folder;
    const char *slash = strrchr(part, '/');
    const char *name = slash ? slash + 1 : part;
    if (mkdirat(above, name, mode) && errno != EEXIST)
        return -1;
    return openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int beneath_make(int root, const char *path, mode_t mode)
{
    int folder = beneath_open(root, path, O_RDONLY | O_DIRECTORY);
    if (folder >= 0 || errno != ENOENT || !*path)
        return folder;
    folder = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t end = 0; folder >= 0 && path[end + strspn(path + end, "/")];) {
        int above = folder;
        end += strspn(path + end, "/");
        end += strcspn(path + end, "/");
        folder = make_part(root, path, end, above, mode);
        int code = errno;
        close(above);
        errno = code;
    }
    return folder;
}
