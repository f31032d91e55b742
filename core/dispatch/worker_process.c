/* worker_process.c - see worker_process.h. */
#include "dispatch/worker_process.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/files.h"
#include "base/strbuf.h"
#include "dispatch/children.h"
#include "dispatch/dispatch.h"
#include "dispatch/message.h"

/* Above those of message.h, so that placing one never overwrites another. */
enum { LOWEST_FD = 16 };

/* Move `*fd` out of the way of the numbers that the worker expects. */
static bool move_up(int *fd)
{
    int moved = fcntl(*fd, F_DUPFD_CLOEXEC, LOWEST_FD);
    if (moved < 0)
        return false;
    close(*fd);
    *fd = moved;
    return true;
}

bool worker_lifeline_new(int ends[2], struct error *err)
{
    if (pipe2(ends, O_CLOEXEC) != 0) {
        ends[0] = ends[1] = -1;
        return error_set(err, ERROR_IO, "cannot create a pipe: %s", strerror(errno));
    }
    if (move_up(&ends[0]) && move_up(&ends[1]))
        return true;
    error_set(err, ERROR_IO, "cannot create a pipe: %s", strerror(errno));
    close(ends[0]);
    close(ends[1]);
    ends[0] = ends[1] = -1;
    return false;
}

/* Each function here returns an errno, 0 meaning success. */
static int set_files(posix_spawn_file_actions_t *actions, int channel, int lifeline, int children)
{
    int failed = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!failed && fcntl(STDERR_FILENO, F_GETFD) < 0)
        failed = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    const int places[][2] = {{STDERR_FILENO, STDOUT_FILENO},
                             {channel, WORKER_CHANNEL_FD},
                             {lifeline, WORKER_LIFELINE_FD},
                             {children, WORKER_CHILDREN_FD}};
    for (size_t i = 0; !failed && i < sizeof places / sizeof *places; i++)
        failed = posix_spawn_file_actions_adddup2(actions, places[i][0], places[i][1]);
    if (!failed)
        failed = posix_spawn_file_actions_addclosefrom_np(actions, WORKER_CHILDREN_FD + 1);
    return failed;
}

/* A session of its own keeps the terminal's Ctrl-C for the engine. */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    int failed = posix_spawnattr_setsigdefault(attributes, &all);
    if (!failed)
        failed = posix_spawnattr_setsigmask(attributes, &none);
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID;
    return failed ? failed : posix_spawnattr_setflags(attributes, flags);
}

static int spawn(pid_t *pid, const struct worker_setup *setup, int channel, int lifeline,
                 int children)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed)
        return failed;
    failed = posix_spawnattr_init(&attributes);
    if (failed)
        goto no_attributes;
    failed = set_files(&actions, channel, lifeline, children);
    if (!failed)
        failed = set_attributes(&attributes);
    if (!failed)
        failed = posix_spawn(pid, setup->arguments[0], &actions, &attributes, setup->arguments,
                             setup->environment);
    posix_spawnattr_destroy(&attributes);
no_attributes:
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

static bool start_failed(const char *path, int number, struct error *err)
{
    return error_set(err, ERROR_IO, "cannot start the worker '%s': %s", path, strerror(number));
}

bool worker_process_start(struct worker_process *process, const struct worker_setup *setup,
                          int lifeline, char *record, struct error *err)
{
    const char *path = setup->arguments[0];
    int ends[2] = {-1, -1}, failed = 0;
    *process = (struct worker_process){
        .pid = -1, .pidfd = -1, .channel = -1, .children = -1, .record = record};
    process->children = children_memory_new(record, err);
    if (process->children < 0)
        goto fail;
    FAULT_POINT("worker.recorded");
    if (!move_up(&process->children) ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        start_failed(path, errno, err);
        goto fail;
    }
    process->channel = ends[0];
    if (!move_up(&process->channel) || !move_up(&ends[1]))
        failed = errno;
    else
        failed = spawn(&process->pid, setup, ends[1], lifeline, process->children);
    close(ends[1]);
    if (failed) {
        process->pid = -1;
        start_failed(path, failed, err);
        goto fail;
    }
    FAULT_POINT("worker.spawned");
    children_memory_set_worker(process->children, process->pid);
    process->pidfd = pidfd_open(process->pid, 0);
    if (process->pidfd >= 0)
        return true;
    start_failed(path, errno, err);
    kill(process->pid, SIGKILL);
    worker_process_reap(process);

fail:
    worker_process_release(process);
    return false;
}

void worker_process_signal(const struct worker_process *process, int signal)
{
    pidfd_send_signal(process->pidfd, signal, NULL, 0);
}

struct worker_end worker_process_reap(const struct worker_process *process)
{
    int status;
    pid_t ended;
    do
        ended = waitpid(process->pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    /* A host that ignores SIGCHLD leaves no status to be had. */
    if (ended < 0)
        return (struct worker_end){.signal = 0, .exit_code = -1};
    if (WIFSIGNALED(status))
        return (struct worker_end){.signal = WTERMSIG(status), .exit_code = -1};
    return (struct worker_end){.signal = 0, .exit_code = WEXITSTATUS(status)};
}

void worker_process_release(struct worker_process *process)
{
    int *const descriptors[] = {&process->pidfd, &process->channel, &process->children};
    for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++) {
        if (*descriptors[i] >= 0)
            close(*descriptors[i]);
        *descriptors[i] = -1;
    }
    if (process->record)
        unlink(process->record);
    free(process->record);
    process->record = NULL;
}

static char *program_directory(void)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length < 0)
        return strdup(".");
    path[length] = '\0';
    return path_directory(path);
}

/* Where this code is: the shared library's folder, in a program that embeds it. */
static char *library_directory(void)
{
    static const char here;
    Dl_info info;
    char path[PATH_MAX];
    if (!dladdr(&here, &info) || !realpath(info.dli_fname, path))
        return strdup(".");
    return path_directory(path);
}

/* The program `name` in `directory`/`below`, or NULL after adding the path to `tried`. */
static char *program_at(const char *directory, const char *below, const char *name,
                        struct strbuf *tried)
{
    struct strbuf place = STRBUF_INIT;
    strbuf_add_all(&place, below, name);
    char *path = directory && !place.failed ? path_join(directory, place.text) : NULL;
    strbuf_release(&place);
    if (path && access(path, X_OK) == 0)
        return path;
    if (path)
        strbuf_addf(tried, "%s'%s'", tried->length ? ", " : "", path);
    else
        tried->failed = true;
    free(path);
    return NULL;
}

/* One of our own programs, which are installed beside each other. */
static char *program_find(const char *what, const char *name, struct error *err)
{
    static const char beside[] = "", installed[] = "../libexec/cloudify/";
    char *program = program_directory(), *library = library_directory();
    bool embedded = program && library && strcmp(program, library);
    struct strbuf tried = STRBUF_INIT;
    char *found = program_at(program, beside, name, &tried);
    if (!found)
        found = program_at(program, installed, name, &tried);
    if (!found && embedded)
        found = program_at(library, beside, name, &tried);
    if (!found && embedded)
        found = program_at(library, installed, name, &tried);
    if (!found)
        found = program_at(CLOUDIFY_LIBEXECDIR, beside, name, &tried);
    if (!found && tried.failed)
        error_nomem(err);
    else if (!found)
        error_set(err, ERROR_NOT_FOUND, "%s: no executable '%s', looked for %s", what, name,
                  tried.text);
    strbuf_release(&tried);
    free(library);
    free(program);
    return found;
}

char *worker_find(struct error *err)
{
    return program_find("worker", "cloudify-worker", err);
}

char *lua_runner_find(struct error *err)
{
    return program_find("lua-runner", "lua-runner", err);
}
