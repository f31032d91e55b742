/* output_file.c - see output_file.h. */
#include "worker/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"

/* Duplicates stay above these, out of the way of what a plugin expects to get. */
enum { LOWEST_FD = 10 };

static const int standard[2] = {STDOUT_FILENO, STDERR_FILENO};
/* Where they went at first; -1: not known yet. */
static int original[2] = {-1, -1};

static bool keep_originals(void)
{
    for (int i = 0; i < 2; i++) {
        if (original[i] < 0)
            original[i] = fcntl(standard[i], F_DUPFD_CLOEXEC, LOWEST_FD);
        if (original[i] < 0)
            return false;
    }
    return true;
}

bool output_file_open(struct output_file *output, const char *path, struct error *err)
{
    int file = -1;
    output->fd = -1;
    if (keep_originals() && !FAULT_ERRNO("output.open"))
        file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file >= 0) {
        output->fd = fcntl(file, F_DUPFD_CLOEXEC, LOWEST_FD);
        int reason = errno;
        close(file);
        errno = reason;
    }
    return output->fd >= 0 ||
           error_set(err, ERROR_IO, "cannot open the output file '%s': %s", path, strerror(errno));
}

/* What is still buffered belongs to where it goes now. */
static void redirect(const int to[2])
{
    fflush(NULL);
    for (int i = 0; i < 2; i++)
        dup2(to[i], standard[i]);
}

void output_file_enter(const struct output_file *output)
{
    if (output->fd >= 0)
        redirect((const int[2]){output->fd, output->fd});
}

void output_file_leave(const struct output_file *output)
{
    if (output->fd >= 0)
        redirect(original);
}

bool output_file_end(struct output_file *output, const char *path, bool in_use)
{
    struct stat status;
    bool empty = !in_use && fstat(output->fd, &status) == 0 && S_ISREG(status.st_mode) &&
                 status.st_size == 0;
    close(output->fd);
    output->fd = -1;
    return !empty || unlink(path) != 0;
}
