/* output_scrub.c - see output_scrub.h. */
#include "dispatch/output_scrub.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"

enum { BLOCK = 64 * 1024 };

static void overwrite(void *data, size_t start, size_t end)
{
    static const char stars[] = "****************************************************************";
    const int *fd = data;
    while (start < end) {
        size_t count = end - start < sizeof stars - 1 ? end - start : sizeof stars - 1;
        ssize_t written = pwrite(*fd, stars, count, (off_t)start);
        if (written <= 0 && errno != EINTR)
            return; /* a full or broken disk: nothing better can be done */
        if (written > 0)
            start += (size_t)written;
    }
}

static void scrub(int fd, char *block, struct mask *mask)
{
    struct mask_search search = {0};
    ssize_t count;
    while ((count = pread(fd, block, BLOCK, (off_t)search.place)) > 0 ||
           (count < 0 && errno == EINTR)) {
        if (count > 0 && !mask_search(mask, &search, block, (size_t)count, overwrite, &fd))
            return;
    }
}

void output_scrub(const char *path, struct mask *mask)
{
    if (!path || mask_is_empty(mask))
        return;
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    char *block = fd >= 0 ? malloc(BLOCK) : NULL;
    if (block) {
        scrub(fd, block, mask);
        explicit_bzero(block, BLOCK);
        free(block);
    }
    if (fd >= 0)
        close(fd);
}

void outputs_scrub(const char *directory, struct mask *mask)
{
    DIR *files = mask_is_empty(mask) ? NULL : opendir(directory);
    struct dirent *entry;
    while (files && (entry = readdir(files))) {
        char *path = entry->d_name[0] == '.' ? NULL : path_join(directory, entry->d_name);
        output_scrub(path, mask);
        free(path);
    }
    if (files)
        closedir(files);
}
