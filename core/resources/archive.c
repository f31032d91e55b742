/* archive.c - what is an archive, and which folder in it it is about. */
#include "resources/archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "resources/archive_internal.h"

static bool has_text(const char *head, size_t length, size_t at, const char *text, size_t size)
{
    return length >= at + size && !memcmp(head + at, text, size);
}

bool archive_is(const char *path)
{
    char head[512];
    struct stat info;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    /* What is read of a pipe is gone. */
    bool is_file = file >= 0 && !fstat(file, &info) && S_ISREG(info.st_mode);
    ssize_t got = is_file ? read(file, head, sizeof head) : -1;
    size_t length = got > 0 ? (size_t)got : 0;
    if (file >= 0)
        close(file);
    return has_text(head, length, 0, "PK\3\4", 4) || has_text(head, length, 0, "PK\5\6", 4) ||
           has_text(head, length, 0, "\37\213", 2) || has_text(head, length, 0, "BZh", 3) ||
           has_text(head, length, 0, "\3757zXZ", 6) || has_text(head, length, 257, "ustar", 5);
}

char *archive_only_folder(int folder, struct error *err)
{
    struct stat info;
    int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = again >= 0 ? fdopendir(again) : NULL;
    const struct dirent *entry;
    char *name = NULL;
    size_t count = 0;
    while (directory && (entry = readdir(directory)) && count < 2) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (++count == 1 && !(name = strdup(entry->d_name)))
            error_nomem(err);
    }
    if (!directory)
        error_set(err, ERROR_IO, "cannot read a folder: %m");
    else
        closedir(directory);
    if (count == 1 && name && !fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) &&
        S_ISDIR(info.st_mode))
        return name;
    free(name);
    return NULL;
}

char *archive_top(const char *folder, struct error *err)
{
    int root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_IO, "cannot read '%s': %m",
                  folder);
        return NULL;
    }
    char *name = archive_only_folder(root, err);
    close(root);
    char *top = err->code ? NULL : name ? path_join(folder, name) : strdup(folder);
    if (!top)
        error_nomem(err);
    free(name);
    return top;
}
