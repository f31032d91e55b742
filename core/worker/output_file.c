/* output_file.c - see output_file.h. */
#include "worker/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "dispatch/children.h"

/* Duplicates stay above these, out of the way of what a plugin expects to get. */
enum { LOWEST_FD = 10 };

static const int standard[2] = {STDOUT_FILENO, STDERR_FILENO};
/* Where they went at first; -1: not known yet. */
static int original[2] = {-1, -1};

/* The empty file of an operation that is over: making and removing one for each is what a file
 * system is slow at. Engines ask for the same name again. */
static struct {
    int fd;
    char *path; /* NULL: there is none */
    dev_t device;
    ino_t inode;
} spare = {.fd = -1};

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

/* @return its descriptor, or -1 with errno set */
static int make_file(const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return -1;
    int fd = fcntl(file, F_DUPFD_CLOEXEC, LOWEST_FD);
    int reason = errno;
    close(file);
    errno = reason;
    return fd;
}

static void drop_spare(void)
{
    close(spare.fd);
    unlink(spare.path);
    free(spare.path);
    spare.path = NULL;
}

/* Whether the spare file is what is found at `path`, and still empty: operations may do anything to
 * their folder. */
static bool is_spare(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && status.st_dev == spare.device &&
           status.st_ino == spare.inode && status.st_size == 0;
}

/* @return its descriptor, or -1 */
static int take_spare(const char *path)
{
    if (!spare.path)
        return -1;
    bool has_name = !strcmp(spare.path, path);
    if (!is_spare(spare.path) || (!has_name && rename(spare.path, path) != 0)) {
        drop_spare();
        return -1;
    }
    free(spare.path);
    spare.path = NULL;
    return spare.fd;
}

static bool keep_spare(int fd, const char *path, const struct stat *status)
{
    if (spare.path)
        return false;
    spare.fd = fd;
    spare.path = strdup(path);
    spare.device = status->st_dev;
    spare.inode = status->st_ino;
    return spare.path;
}

static bool open_file(struct output_file *output, const char *path)
{
    output->fd = -1;
    output->children = children_ever();
    if (!keep_originals() || FAULT_ERRNO("output.open"))
        return false;
    output->fd = take_spare(path);
    if (output->fd < 0)
        output->fd = make_file(path);
    return output->fd >= 0;
}

bool output_file_open(struct output_file *output, const char *path, struct error *err)
{
    return open_file(output, path) ||
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

static bool is_empty(const struct output_file *output, struct stat *status)
{
    return fstat(output->fd, status) == 0 && S_ISREG(status->st_mode) && status->st_size == 0;
}

/* Whether somebody has opened the file once more, by /dev/fd/1 say, and may write to it later: a
 * lease is refused then. Where there are no leases it is not known. Who opens the file in just that
 * moment, as the engine may to read it, sends a signal: it must be one that does nothing, which is
 * forgotten with the lease. */
static bool is_open_elsewhere(int fd)
{
    fcntl(fd, F_SETSIG, SIGURG);
    bool is_refused = fcntl(fd, F_SETLEASE, F_WRLCK) != 0 && errno == EAGAIN;
    fcntl(fd, F_SETLEASE, F_UNLCK);
    return is_refused;
}

bool output_file_end(struct output_file *output, const char *path, bool in_use)
{
    int fd = output->fd;
    struct stat status;
    bool remove = !in_use && is_empty(output, &status);
    output->fd = -1;
    /* A child that has left its group may still write to it: then it is no file for others. */
    if (remove && children_ever() == output->children && !is_open_elsewhere(fd) &&
        keep_spare(fd, path, &status))
        return false;
    close(fd);
    return !remove || unlink(path) != 0;
}

void output_files_release(void)
{
    if (spare.path)
        drop_spare();
}
