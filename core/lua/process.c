/* process.c - see process.h. */
#include "lua/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "dispatch/children.h"
#include "lua/last_place.h"

extern char **environ;

/* A descriptor that already has its number must lose close-on-exec, which dup2() leaves alone. */
static bool place(int from, int to)
{
    if (from < 0)
        return true;
    if (from == to)
        return fcntl(to, F_SETFD, 0) == 0;
    return dup2(from, to) == to;
}

/* The limits that are this process's own: children get what it found. */
static struct {
    int resource;
    struct rlimit found;
} limits[2];
static size_t limit_count;

bool process_limit(int resource, rlim_t most)
{
    struct rlimit found;
    if (getrlimit(resource, &found) != 0)
        return false;
    const struct rlimit own = {most < found.rlim_max ? most : found.rlim_max, found.rlim_max};
    limits[limit_count].resource = resource;
    limits[limit_count++].found = found;
    return setrlimit(resource, &own) == 0;
}

static void lift_limits(void)
{
    for (size_t i = 0; i < limit_count; i++)
        setrlimit(limits[i].resource, &limits[i].found);
}

/* Handlers would run in the parent's memory; SIGPIPE is ignored for the sake of our own writes. */
static void reset_signals(void)
{
    struct sigaction action;
    for (int number = 1; number < NSIG; number++) {
        bool known = !sigaction(number, NULL, &action);
        if (known &&
            (number == SIGPIPE || (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN)))
            signal(number, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child, between vfork and exec: only calls that are safe in a signal handler, and nothing
 * is written that the parent reads. */
static _Noreturn void become(const struct process_start *start, int report)
{
    reset_signals();
    lift_limits();
    if (!children_join())
        _exit(127);
    if (place(start->input, 0) && place(start->output, 1) && place(start->error, 2) &&
        (!start->directory || chdir(start->directory) == 0))
        execvpe(start->program, start->arguments,
                start->environment ? (char **)start->environment : environ);
    int reason = errno;
    ssize_t written = write(report, &reason, sizeof reason);
    _exit(written == (ssize_t)sizeof reason ? 127 : 126);
}

/* Start the child in the parent's memory, which is not copied: that takes long where it is large.
 * No signal is handled meanwhile. @return its pid, or -1 with errno set */
static pid_t spawn(const struct process_start *start, int report)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = vfork();
    if (pid == 0)
        become(start, report);
    int code = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = code;
    return pid;
}

/* The errno that the child reports, or 0: it runs the program. */
static int read_report(int report)
{
    int reason = 0;
    ssize_t count;
    do
        count = read(report, &reason, sizeof reason);
    while (count < 0 && errno == EINTR);
    return count == (ssize_t)sizeof reason ? reason : 0;
}

pid_t process_start(const struct process_start *start, struct error *err)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC)) {
        error_set(err, ERROR_IO, "'%s' could not start: %s", start->program, strerror(errno));
        return -1;
    }
    pid_t pid = spawn(start, report[1]);
    int reason = pid < 0 ? errno : 0;
    close(report[1]);
    if (pid > 0) {
        setpgid(pid, pid);
        FAULT_POINT("child.forked");
        if (!children_add(pid))
            kill(-pid, SIGKILL);
        reason = read_report(report[0]);
    }
    close(report[0]);
    if (!reason)
        return pid;
    if (pid > 0)
        process_wait(pid);
    error_set(err, ERROR_IO, "'%s' could not start: %s", start->program, strerror(reason));
    return -1;
}

static void (*on_spent)(int owner, double seconds);

void process_watch_time(void (*spent)(int owner, double seconds))
{
    on_spent = spent;
}

static double seconds_of(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

/* It has been waited for, its group is still listed. */
static void ended_with(pid_t pid, const struct rusage *usage)
{
    if (on_spent)
        on_spent(children_owner(pid), seconds_of(&usage->ru_utime) + seconds_of(&usage->ru_stime));
    if (kill(-pid, 0) != 0)
        children_remove(pid);
}

/* Whoever ends the children ends this process, too: until then the operation must not go on as if
 * its child had ended by itself. */
static void stay_if_ending(void)
{
    if (!children_are_ending())
        return;
    last_place_tell();
    for (;;)
        pause();
}

int process_wait(pid_t pid)
{
    int status = 0;
    struct rusage usage = {0};
    pid_t ended;
    do
        ended = wait4(pid, &status, 0, &usage);
    while (ended < 0 && errno == EINTR);
    stay_if_ending();
    ended_with(pid, &usage);
    return status;
}

bool process_poll(pid_t pid, int *status)
{
    struct rusage usage;
    if (wait4(pid, status, WNOHANG, &usage) != pid)
        return false;
    stay_if_ending();
    ended_with(pid, &usage);
    return true;
}
