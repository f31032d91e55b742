/* files.c - see files.h. */
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"

static bool io_error(struct error *err, const char *doing, const char *path)
{
    enum error_code code = errno == ENOENT || errno == ENOTDIR ? ERROR_NOT_FOUND : ERROR_IO;
    return error_set(err, code, "cannot %s '%s': %s", doing, path, strerror(errno));
}

char *path_join(const char *directory, const char *name)
{
    struct strbuf path = STRBUF_INIT;
    if (name[0] != '/' && directory[0]) {
        strbuf_adds(&path, directory);
        if (path.text[path.length - 1] != '/')
            strbuf_addc(&path, '/');
    }
    strbuf_adds(&path, name);
    return strbuf_detach(&path);
}

char *path_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool path_is_inside(const char *path)
{
    if (path[0] == '/')
        return false;
    for (const char *part = path; part; part = strchr(part, '/')) {
        part += *part == '/';
        if (!strncmp(part, "..", 2) && (part[2] == '/' || !part[2]))
            return false;
    }
    return true;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool directory_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

char *file_read_from(int fd, const char *path, size_t limit, size_t *length, struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    ssize_t got = 0;
    do {
        if (!strbuf_reserve(&text, 65536))
            break;
        got = read(fd, text.text + text.length, text.capacity - text.length - 1);
        if (got > 0)
            text.length += (size_t)got;
    } while ((got > 0 || (got < 0 && errno == EINTR)) && text.length <= limit);

    if (text.failed)
        error_nomem(err);
    else if (got < 0)
        io_error(err, "read", path);
    else if (text.length > limit)
        error_set(err, ERROR_LIMIT, "'%s' is larger than %zu bytes", path, limit);
    else {
        *length = text.length;
        return strbuf_detach(&text);
    }
    strbuf_release(&text);
    return NULL;
}

char *file_read(const char *path, size_t limit, size_t *length, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        io_error(err, "read", path);
        return NULL;
    }
    char *text = file_read_from(fd, path, limit, length, err);
    close(fd);
    return text;
}

static bool check_regular(int fd, const char *path, struct error *err)
{
    struct stat info;
    if (fstat(fd, &info))
        return io_error(err, "read", path);
    return S_ISREG(info.st_mode) ||
           error_set(err, ERROR_INVALID, "cannot read '%s': it is a %s, not a file", path,
                     S_ISDIR(info.st_mode)    ? "directory"
                     : S_ISFIFO(info.st_mode) ? "pipe"
                                              : "device");
}

int file_open_regular(const char *path, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* or opening a pipe would wait */
    if (fd < 0) {
        io_error(err, "read", path);
        return -1;
    }
    if (check_regular(fd, path, err))
        return fd;
    close(fd);
    return -1;
}

char *file_read_regular(const char *path, size_t limit, size_t *length, struct error *err)
{
    int fd = file_open_regular(path, err);
    if (fd < 0)
        return NULL;
    char *text = file_read_from(fd, path, limit, length, err);
    close(fd);
    return text;
}

static bool write_all(int fd, const char *data, size_t length)
{
    while (length) {
        ssize_t put = write(fd, data, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        data += put;
        length -= (size_t)put;
    }
    return true;
}

bool file_write(const char *path, const void *data, size_t length, mode_t mode, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return io_error(err, "write", path);
    bool ok = write_all(fd, data, length);
    if (!ok)
        io_error(err, "write", path);
    if (close(fd) && ok)
        ok = io_error(err, "write", path);
    return ok;
}

bool directory_make(const char *path, mode_t mode, struct error *err)
{
    /* Most often what is above it is there. */
    if (mkdir(path, mode) == 0 || (errno == EEXIST && directory_exists(path)))
        return true;
    char *partial = strdup(path);
    if (!partial)
        return error_nomem(err);
    bool ok = true;
    for (char *slash = partial + 1; ok && *partial; slash++) {
        char c = *slash;
        if (c != '/' && c)
            continue;
        *slash = '\0';
        if (mkdir(partial, mode) && errno != EEXIST)
            ok = io_error(err, "make the directory", partial);
        *slash = c;
        if (!c)
            break;
    }
    free(partial);
    if (ok && !directory_exists(path)) {
        errno = ENOTDIR;
        ok = io_error(err, "make the directory", path);
    }
    return ok;
}

static bool copy_file(const char *from, const char *to, mode_t mode, struct error *err)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return io_error(err, "read", from);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    bool ok = out >= 0;
    ssize_t got = 0;
    char data[65536];
    while (ok && ((got = read(in, data, sizeof data)) > 0 || (got < 0 && errno == EINTR)))
        ok = got < 0 || write_all(out, data, (size_t)got);
    if (!ok)
        io_error(err, "write", to);
    else if (got < 0)
        ok = io_error(err, "read", from);
    if (out >= 0 && close(out) && ok)
        ok = io_error(err, "write", to);
    close(in);
    return ok;
}

static bool copy_link(const char *from, const char *to, struct error *err)
{
    char target[4096];
    ssize_t length = readlink(from, target, sizeof target - 1);
    if (length < 0)
        return io_error(err, "read the link", from);
    target[length] = '\0';
    return symlink(target, to) == 0 || io_error(err, "make the link", to);
}

bool tree_copy(const char *from, const char *to, const char *skip, struct error *err)
{
    struct stat info;
    if (lstat(from, &info))
        return io_error(err, "copy", from);
    if (S_ISDIR(info.st_mode))
        return directory_copy(from, to, skip, err);
    if (S_ISREG(info.st_mode))
        return copy_file(from, to, info.st_mode & 0700, err);
    if (S_ISLNK(info.st_mode))
        return copy_link(from, to, err);
    return error_set(err, ERROR_IO,
                     "cannot copy '%s': not a file, directory or link; move it elsewhere", from);
}

/* Call `visit` for each entry; both paths are those of the entry. */
static bool for_each_entry(const char *from, const char *to, const char *skip,
                           bool (*visit)(const char *, const char *, const char *, struct error *),
                           struct error *err)
{
    DIR *directory = opendir(from);
    if (!directory)
        return io_error(err, "read the directory", from);
    bool ok = true;
    struct dirent *entry;
    while (ok && (errno = 0, entry = readdir(directory))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        char *source = path_join(from, entry->d_name);
        char *target = to ? path_join(to, entry->d_name) : NULL;
        if (!source || (to && !target))
            ok = error_nomem(err);
        else if (!skip || strcmp(source, skip))
            ok = visit(source, target, skip, err);
        free(source);
        free(target);
    }
    if (ok && errno)
        ok = io_error(err, "read the directory", from);
    closedir(directory);
    return ok;
}

bool directory_copy(const char *from, const char *to, const char *skip, struct error *err)
{
    struct stat info;
    if (stat(from, &info))
        return io_error(err, "copy", from);
    if (!directory_make(to, 0700, err))
        return false;
    return for_each_entry(from, to, skip, tree_copy, err);
}

static bool remove_entry(const char *path, const char *unused, const char *skip, struct error *err)
{
    (void)unused;
    (void)skip;
    return tree_remove(path, err);
}

bool tree_remove(const char *path, struct error *err)
{
    struct stat info;
    if (lstat(path, &info))
        return io_error(err, "remove", path);
    if (!S_ISDIR(info.st_mode))
        return unlink(path) == 0 || io_error(err, "remove", path);
    if (!for_each_entry(path, NULL, NULL, remove_entry, err))
        return false;
    return rmdir(path) == 0 || io_error(err, "remove", path);
}
