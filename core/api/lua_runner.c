/* lua_runner.c - see lua_runner.h. */
#include "api/lua_runner.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { GRACE = 2 /* seconds between SIGTERM and SIGKILL */ };

/* Whoever ignores SIGPIPE must not make the specs do so. @return errno */
static int start(pid_t *pid, char **argv)
{
    sigset_t defaults;
    posix_spawnattr_t attributes;
    int code = posix_spawnattr_init(&attributes);
    if (code)
        return code;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGQUIT);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    code = posix_spawn(pid, argv[0], NULL, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    return code;
}

/* Wait until it has ended, but not longer than `timeout` seconds, 0 for ever. @return false: it has
 * not */
static bool ends_within(pid_t pid, double timeout)
{
    double end = clock_monotonic() + timeout;
    int file = timeout > 0 ? pidfd_open(pid, 0) : -1, ready = -1;
    if (file < 0) /* waitpid() waits */
        return true;
    struct pollfd event = {.fd = file, .events = POLLIN};
    do {
        double left = end - clock_monotonic();
        int milliseconds = left < 0 ? 0 : left > INT_MAX / 1000 ? INT_MAX : (int)(left * 1000) + 1;
        ready = poll(&event, 1, milliseconds);
    } while (ready < 0 && errno == EINTR);
    close(file);
    return ready != 0;
}

/* Wait for its end. @return false with errno set */
static bool wait_for(pid_t pid, int *status)
{
    pid_t ended;
    do
        ended = waitpid(pid, status, 0);
    while (ended < 0 && errno == EINTR);
    return ended == pid;
}

/* Wait for its end, and bring that about after `timeout` seconds. */
static bool see_to_end(pid_t pid, double timeout, int *exit_code)
{
    int status = 0;
    bool in_time = ends_within(pid, timeout);
    if (!in_time) {
        kill(pid, SIGTERM);
        if (!ends_within(pid, GRACE))
            kill(pid, SIGKILL);
    }
    if (!wait_for(pid, &status))
        return false;
    *exit_code = !in_time            ? LUA_RUNNER_TIMED_OUT
                 : WIFEXITED(status) ? WEXITSTATUS(status)
                                     : 128 + WTERMSIG(status);
    return true;
}

bool lua_runner_run(char **argv, double timeout, int *exit_code, struct error *err)
{
    /* Ctrl-C is for whoever reads the terminal. */
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction before[2];
    pid_t pid;
    *exit_code = 0;
    sigaction(SIGINT, &ignore, &before[0]);
    sigaction(SIGQUIT, &ignore, &before[1]);
    int code = start(&pid, argv);
    if (code)
        error_set(err, ERROR_IO, "cannot start '%s': %s", argv[0], strerror(code));
    else if (!see_to_end(pid, timeout, exit_code))
        error_set(err, ERROR_IO, "cannot wait for '%s': %m", argv[0]);
    sigaction(SIGINT, &before[0], NULL);
    sigaction(SIGQUIT, &before[1], NULL);
    return !err->code;
}
