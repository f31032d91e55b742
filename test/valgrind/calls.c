/* calls.c - to be preloaded: system calls that valgrind 3.19 does not know, or takes for ones that
 * never wait.
 *
 * pidfd_open() and pidfd_send_signal(): the descriptor is one end of a pipe, whose other end a
 * thread closes when the process has ended: it becomes readable then, as a real one does.
 *
 * fcntl(F_OFD_SETLKW): while it waits, no other thread of the program would run. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};

/* ---- pidfds ---- */

enum { DESCRIPTORS = 4096 };

/* By descriptor; that of one that was closed is overwritten when its number is given again. */
static pid_t processes[DESCRIPTORS];

/* Children are waited for; of others it can only be asked again and again. */
static void *close_at_end(void *data)
{
    pid_t pid = (pid_t)((intptr_t)data >> 16);
    siginfo_t info;
    int failed;
    do
        failed = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
    while (failed && errno == EINTR);
    while (failed && kill(pid, 0) == 0)
        nanosleep(&moment, NULL);
    close((int)((intptr_t)data & 0xffff));
    return NULL;
}

int pidfd_open(pid_t pid, unsigned flags)
{
    int ends[2];
    pthread_t thread;
    (void)flags;
    if (kill(pid, 0) != 0 || pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    if (ends[0] < DESCRIPTORS &&
        pthread_create(&thread, NULL, close_at_end, (void *)((intptr_t)pid << 16 | ends[1])) == 0) {
        processes[ends[0]] = pid;
        pthread_detach(thread);
        return ends[0];
    }
    close(ends[0]);
    close(ends[1]);
    errno = EMFILE;
    return -1;
}

int pidfd_send_signal(int descriptor, int number, siginfo_t *info, unsigned flags)
{
    (void)info, (void)flags;
    return kill(processes[descriptor], number);
}

/* ---- locks ---- */

int fcntl64(int descriptor, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *); /* or a number, which takes no more room */
    va_end(arguments);
    bool waits = command == F_OFD_SETLKW;
    int now = waits ? F_OFD_SETLK : command, code;
    while ((code = (int)syscall(SYS_fcntl, descriptor, now, argument)) && waits &&
           (errno == EAGAIN || errno == EACCES))
        nanosleep(&moment, NULL);
    return code;
}

int fcntl(int descriptor, int command, ...) __attribute__((alias("fcntl64")));
