/* cancel.c - see cancel.h. */
#include "engine/cancel.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/strbuf.h"

static const char pipe_name[] = "cancel";
static const int signal_numbers[] = {SIGINT, SIGTERM};
enum { SIGNALS = 2, LISTENERS = 256, LINE_LIMIT = 256 };

/* Several executions of a process may listen. A signal handler has no other memory than this. */
static atomic_uint signals_met;
static atomic_int handlers_running;
static atomic_int events[LISTENERS]; /* descriptors and one; 0: free */

/* Under the lock: how many listen to signals, and what these meant before the first. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int listening;
static struct sigaction meant_before[SIGNALS];

struct cancel_listener {
    char *path; /* of the pipe */
    char *execution;
    int pipe;
    int event;         /* an eventfd that the handler writes to, or -1 */
    atomic_int *place; /* of the event, or NULL: signals are not listened to */
    unsigned met_before;
    enum cancel_level level;
    char line[LINE_LIMIT]; /* the part of a request that has been read */
    size_t length;
};

/* ---- signals ---- */

static void on_signal(int number)
{
    int error = errno;
    uint64_t one = 1;
    (void)number;
    handlers_running++;
    signals_met++;
    for (int i = 0; i < LISTENERS; i++) {
        int event = events[i] - 1;
        /* A full counter has woken the loop already. */
        ssize_t written = event < 0 ? 0 : write(event, &one, sizeof one);
        (void)written;
    }
    handlers_running--;
    errno = error;
}

static atomic_int *take_place(int event)
{
    for (int i = 0; i < LISTENERS; i++) {
        int free_place = 0;
        if (atomic_compare_exchange_strong(&events[i], &free_place, event + 1))
            return &events[i];
    }
    return NULL;
}

static void install_handler(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    pthread_mutex_lock(&lock);
    for (int i = 0; listening == 0 && i < SIGNALS; i++)
        sigaction(signal_numbers[i], &action, &meant_before[i]);
    listening++;
    pthread_mutex_unlock(&lock);
}

static void remove_handler(void)
{
    pthread_mutex_lock(&lock);
    listening--;
    for (int i = 0; listening == 0 && i < SIGNALS; i++)
        sigaction(signal_numbers[i], &meant_before[i], NULL);
    pthread_mutex_unlock(&lock);
}

static bool catch_signals(struct cancel_listener *listener, struct error *err)
{
    listener->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (listener->event < 0)
        return error_set(err, ERROR_IO, "cannot listen for signals: %s", strerror(errno));
    listener->met_before = signals_met;
    listener->place = take_place(listener->event);
    if (!listener->place)
        return error_set(err, ERROR_LIMIT, "%d executions of this process listen for signals",
                         LISTENERS);
    install_handler();
    return true;
}

static void release_signals(struct cancel_listener *listener)
{
    if (listener->place) {
        remove_handler();
        *listener->place = 0;
    }
    /* In another thread one may be about to write to the event. */
    while (handlers_running)
        sched_yield();
    if (listener->event >= 0)
        close(listener->event);
}

/* ---- requests ---- */

static const char *const level_names[] = {"none", "graceful", "force", "kill"};

void cancel_raise(struct cancel_listener *listener, enum cancel_level level)
{
    if (level > listener->level)
        listener->level = level;
}

/* "LEVEL EXECUTION" */
static void hear(struct cancel_listener *listener, char *line)
{
    char *execution = strchr(line, ' ');
    if (!execution || strcmp(execution + 1, listener->execution) != 0)
        return;
    *execution = '\0';
    for (enum cancel_level level = CANCEL_GRACEFUL; level <= CANCEL_KILL; level++) {
        if (!strcmp(line, level_names[level]))
            cancel_raise(listener, level);
    }
}

/* A longer line is none of ours: it is dropped up to its end. */
static void add_character(struct cancel_listener *listener, char c)
{
    if (c != '\n') {
        if (listener->length < LINE_LIMIT - 1)
            listener->line[listener->length++] = c;
        return;
    }
    listener->line[listener->length] = '\0';
    listener->length = 0;
    hear(listener, listener->line);
}

static void read_pipe(struct cancel_listener *listener)
{
    char buffer[LINE_LIMIT];
    ssize_t count;
    while ((count = read(listener->pipe, buffer, sizeof buffer)) > 0) {
        for (ssize_t i = 0; i < count; i++)
            add_character(listener, buffer[i]);
    }
}

static void read_signals(struct cancel_listener *listener)
{
    uint64_t count;
    if (listener->event < 0)
        return;
    while (read(listener->event, &count, sizeof count) > 0)
        ;
    unsigned met = signals_met - listener->met_before;
    cancel_raise(listener, met > 1 ? CANCEL_KILL : met ? CANCEL_GRACEFUL : CANCEL_NONE);
}

enum cancel_level cancel_level(struct cancel_listener *listener)
{
    read_pipe(listener);
    read_signals(listener);
    return listener->level;
}

void cancel_descriptors(const struct cancel_listener *listener, int descriptors[2])
{
    descriptors[0] = listener->pipe;
    descriptors[1] = listener->event;
}

/* ---- listening ---- */

/* The work directory is the operations' too: what has the name of the pipe may be a file of theirs.
 *
 * @return -1: it cannot be opened, with errno set, or is no pipe, which `*is_other` says */
static int open_if_pipe(const char *path, int mode, bool *is_other)
{
    struct stat info;
    int fd = open(path, mode | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    *is_other = fd >= 0 && (fstat(fd, &info) != 0 || !S_ISFIFO(info.st_mode));
    if (!*is_other)
        return fd;
    close(fd);
    return -1;
}

/* Opened for both ways, so that it never ends while it is open; a pipe that an engine has left
 * behind is as good as a new one. */
static bool open_pipe(struct cancel_listener *listener, struct error *err)
{
    bool is_other;
    if (mkfifo(listener->path, 0600) && errno != EEXIST)
        return error_set(err, ERROR_IO, "cannot make '%s': %s", listener->path, strerror(errno));
    listener->pipe = open_if_pipe(listener->path, O_RDWR, &is_other);
    if (is_other)
        return error_set(err, ERROR_IO,
                         "'%s' is in the way of the pipe through which executions are cancelled: "
                         "move it elsewhere",
                         listener->path);
    return listener->pipe >= 0 ||
           error_set(err, ERROR_IO, "cannot open '%s': %s", listener->path, strerror(errno));
}

struct cancel_listener *cancel_listen(const char *directory, const char *execution, bool signals,
                                      struct error *err)
{
    struct cancel_listener *listener = calloc(1, sizeof *listener);
    if (!listener) {
        error_nomem(err);
        return NULL;
    }
    listener->pipe = listener->event = -1;
    listener->path = path_join(directory, pipe_name);
    listener->execution = strdup(execution);
    bool ok = (listener->path && listener->execution) || error_nomem(err);
    if (ok && open_pipe(listener, err) && (!signals || catch_signals(listener, err)))
        return listener;
    cancel_listener_free(listener);
    return NULL;
}

void cancel_listener_free(struct cancel_listener *listener)
{
    if (!listener)
        return;
    release_signals(listener);
    if (listener->pipe >= 0) {
        close(listener->pipe);
        unlink(listener->path);
    }
    free(listener->path);
    free(listener->execution);
    free(listener);
}

/* ---- asking ---- */

static bool send_line(const char *path, const char *line, size_t length, struct error *err)
{
    bool is_other;
    int pipe = open_if_pipe(path, O_WRONLY, &is_other);
    if (is_other || (pipe < 0 && (errno == ENXIO || errno == ENOENT)))
        return false; /* nobody listens */
    if (pipe < 0)
        return error_set(err, ERROR_IO, "cannot open '%s': %s", path, strerror(errno));
    ssize_t sent = write(pipe, line, length); /* so short a one is sent whole or not at all */
    int error = errno;
    close(pipe);
    if (sent == (ssize_t)length)
        return true;
    return error == EPIPE
               ? false
               : error_set(err, ERROR_IO, "cannot write to '%s': %s", path, strerror(error));
}

bool cancel_request(const char *directory, const char *execution, enum cancel_level level,
                    struct error *err)
{
    struct strbuf line = STRBUF_INIT;
    char *path = path_join(directory, pipe_name);
    strbuf_add_all(&line, level_names[level], " ", execution, "\n");
    bool sent = path ? send_line(path, line.text, line.length, err) : error_nomem(err);
    strbuf_release(&line);
    free(path);
    return sent;
}
