/* measure.c - run a command and print, as one line of JSON, how long it took and how much memory
 * it and the largest of its children needed.
 *
 * The kernel's own figure for a finished process (ru_maxrss) is the largest of the process and
 * all its descendants, and a child that was forked from a large parent counts the parent's
 * memory as its own. So the peaks are read from /proc while the command runs; ru_maxrss stands
 * in where no children were seen.
 */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "process.h"

/* Looking at a command with 16 children takes some 0.3 ms: at this interval, below 1 %. */
enum { SAMPLE_INTERVAL_MS = 50 };

struct peaks {
    long process_kb, child_kb;
    int children; /* the most that were seen at one time */
};

static void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
static void die(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("measure: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static double milliseconds(struct timeval time)
{
    return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

static void sample(pid_t pid, struct peaks *peaks)
{
    long kb = process_kb(pid, "VmHWM");
    struct children children = process_children(pid, "VmHWM");
    if (kb > peaks->process_kb)
        peaks->process_kb = kb;
    if (children.largest_kb > peaks->child_kb)
        peaks->child_kb = children.largest_kb;
    if (children.count > peaks->children)
        peaks->children = children.count;
}

/* Standard output is for the measurements; what the command prints goes to standard error. */
static pid_t start(char **command)
{
    pid_t pid = fork();
    if (pid < 0)
        die("cannot fork: %s", strerror(errno));
    if (pid > 0)
        return pid;
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execvp(command[0], command);
    fprintf(stderr, "measure: cannot run '%s': %s\n", command[0], strerror(errno));
    _exit(127);
}

static void watch(pid_t pid, struct peaks *peaks)
{
    struct pollfd ended = {.fd = pidfd_open(pid, 0), .events = POLLIN};
    if (ended.fd < 0)
        die("cannot watch the command: %s", strerror(errno));
    while (poll(&ended, 1, SAMPLE_INTERVAL_MS) == 0)
        sample(pid, peaks);
    close(ended.fd);
}

int main(int argc, char **argv)
{
    struct peaks peaks = {0};
    struct rusage usage;
    int status;

    if (argc < 2) {
        fputs("usage: measure COMMAND [ARGUMENT...]\n", stderr);
        return 2;
    }
    double begun = now_ms();
    pid_t pid = start(argv + 1);
    watch(pid, &peaks);
    double wall_ms = now_ms() - begun, own_cpu_ms = process_cpu_ms(pid);
    if (wait4(pid, &status, 0, &usage) < 0)
        die("cannot wait for the command: %s", strerror(errno));
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    double user_ms = milliseconds(usage.ru_utime);
    bool is_alone = !peaks.children;
    printf("{\"exit_code\": %d, \"wall_ms\": %.2f, \"cpu_ms\": %.2f, \"user_ms\": %.2f,"
           " \"own_cpu_ms\": %.0f, \"max_rss_kb\": %ld, \"max_child_rss_kb\": %ld, "
           "\"max_children\": %d}\n",
           code, wall_ms, user_ms + milliseconds(usage.ru_stime), user_ms, own_cpu_ms,
           is_alone ? usage.ru_maxrss : peaks.process_kb, peaks.child_kb, peaks.children);
    return code;
}
