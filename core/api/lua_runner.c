/* lua_runner.c - see lua_runner.h. */
#include "api/lua_runner.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* Wait for its end. @return false with errno set */
static bool wait_for(pid_t pid, int *status)
{
    pid_t ended;
    do
        ended = waitpid(pid, status, 0);
    while (ended < 0 && errno == EINTR);
    return ended == pid;
}

bool lua_runner_run(char **argv, int *exit_code, struct error *err)
{
    /* Ctrl-C is for whoever reads the terminal. */
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction before[2];
    pid_t pid;
    int status = 0;
    sigaction(SIGINT, &ignore, &before[0]);
    sigaction(SIGQUIT, &ignore, &before[1]);
    int code = start(&pid, argv);
    if (code)
        error_set(err, ERROR_IO, "cannot start '%s': %s", argv[0], strerror(code));
    else if (!wait_for(pid, &status))
        error_set(err, ERROR_IO, "cannot wait for '%s': %m", argv[0]);
    sigaction(SIGINT, &before[0], NULL);
    sigaction(SIGQUIT, &before[1], NULL);
    *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return !err->code;
}
