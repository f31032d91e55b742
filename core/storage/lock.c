/* lock.c - see lock.h. */
#include "storage/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/process_stat.h"
#include "storage/storage_internal.h"

struct lock {
    char *path;
    int fd; /* close-on-exec: no child may keep the lock */
};

static struct flock whole_file(short type)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET};
}

struct process_identity process_identity_self(void)
{
    struct process_stat stat = {0};
    process_stat_read(getpid(), &stat);
    return (struct process_identity){.pid = getpid(), .start_ticks = stat.start_ticks};
}

static void read_holder(int fd, struct lock_holder *holder)
{
    char text[128];
    long pid = 0;
    memset(holder, 0, sizeof *holder);
    ssize_t length = pread(fd, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    if (sscanf(text, "%ld %llu %31s", &pid, &holder->process.start_ticks, holder->since) == 3)
        holder->process.pid = (pid_t)pid;
}

static bool write_holder(int fd, const char *path, struct error *err)
{
    struct process_identity self = process_identity_self();
    char since[CLOCK_TEXT_SIZE], text[128];
    clock_timestamp(since);
    int length =
        snprintf(text, sizeof text, "%ld %llu %s\n", (long)self.pid, self.start_ticks, since);
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)length, 0) == length)
        return true;
    return error_set(err, ERROR_STORAGE, "cannot write '%s': %s: free some space and try again",
                     path, strerror(errno));
}

static bool busy(int fd, struct error *err)
{
    struct lock_holder holder;
    read_holder(fd, &holder);
    if (!holder.process.pid)
        return error_set(err, ERROR_BUSY, "another process has just begun to work on it");
    return error_set(err, ERROR_BUSY, "process %ld works on it since %s: wait for it or end it",
                     (long)holder.process.pid, holder.since);
}

/* Whether the file was not removed between opening and locking it. */
static bool is_current(int fd)
{
    struct stat info;
    return fstat(fd, &info) == 0 && info.st_nlink > 0;
}

static int open_lock_file(const char *path, struct error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0)
        return fd;
    if (errno == ENOENT || errno == ENOTDIR)
        error_set(err, ERROR_NOT_FOUND, "cannot open '%s': %s", path, strerror(errno));
    else
        error_set(err, ERROR_STORAGE,
                  "cannot write '%s': %s: make it writable or use another store", path,
                  strerror(errno));
    return -1;
}

struct lock *lock_new(const char *path, struct error *err)
{
    struct lock *lock = calloc(1, sizeof *lock);
    if (!lock) {
        error_nomem(err);
        return NULL;
    }
    lock->fd = open_lock_file(path, err);
    lock->path = lock->fd >= 0 ? strdup(path) : NULL;
    if (lock->path)
        return lock;
    error_nomem(err); /* unless there is a better reason */
    lock_release(lock);
    return NULL;
}

/* What has been locked is the file at the path, and says who holds it. */
static bool confirm(const struct lock *lock, struct error *err)
{
    if (!is_current(lock->fd))
        return error_set(err, ERROR_NOT_FOUND, "'%s' has been removed", lock->path);
    return write_holder(lock->fd, lock->path, err);
}

struct lock *lock_take(const char *path, struct error *err)
{
    struct lock *lock = lock_new(path, err);
    if (!lock)
        return NULL;
    struct flock request = whole_file(F_WRLCK);
    if (fcntl(lock->fd, F_OFD_SETLK, &request)) {
        if (errno == EAGAIN || errno == EACCES)
            busy(lock->fd, err);
        else
            error_set(err, ERROR_STORAGE, "cannot lock '%s': %s", path, strerror(errno));
    } else if (confirm(lock, err)) {
        return lock;
    }
    lock_release(lock);
    return NULL;
}

MAY_BE_CANCELLED bool lock_request(int fd, struct flock request)
{
    int state, code;
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state);
    do
        code = fcntl(fd, F_OFD_SETLKW, &request);
    while (code && errno == EINTR);
    pthread_setcancelstate(state, NULL);
    return !code;
}

MAY_BE_CANCELLED bool lock_wait(struct lock *lock, struct error *err)
{
    return lock_request(lock->fd, whole_file(F_WRLCK))
               ? confirm(lock, err)
               : error_set(err, ERROR_STORAGE, "cannot lock '%s': %s", lock->path, strerror(errno));
}

void lock_give_back(struct lock *lock)
{
    struct flock request = whole_file(F_UNLCK);
    fcntl(lock->fd, F_OFD_SETLK, &request);
}

/* Unlocked first: a child that another thread has just begun to start has all descriptors until it
 * runs its program, and closing ours would leave the lock to it. */
void lock_close(int fd)
{
    struct flock request = whole_file(F_UNLCK);
    fcntl(fd, F_OFD_SETLK, &request);
    close(fd);
}

void lock_release(struct lock *lock)
{
    if (!lock)
        return;
    if (lock->fd >= 0)
        lock_close(lock->fd);
    free(lock->path);
    free(lock);
}

bool lock_is_held(const char *path, struct lock_holder *holder, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return false;
    struct flock request = whole_file(F_WRLCK);
    if (fd < 0 || fcntl(fd, F_OFD_GETLK, &request)) {
        error_set(err, ERROR_STORAGE, "cannot read '%s': %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool held = request.l_type != F_UNLCK;
    if (held && holder)
        read_holder(fd, holder);
    close(fd);
    return held;
}
