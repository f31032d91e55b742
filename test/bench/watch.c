/* watch.c - run a command of cfy that prints its events as JSON, one a line, and print, as one line
 * of JSON, when they came: events are told right after the commit that makes them durable.
 *
 * With --until the command is killed when the COUNT-th such event has come, and what memory it and
 * its children had at that moment is printed, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "process.h"

enum { MAX_OPERATIONS = 1000000 };

struct watch {
    const char *until; /* event type; NULL: none */
    long count;
    pid_t pid;
    double begun_ms, first_sent_ms, reached_ms; /* the latter two since `begun_ms`; or 0 */
    long sent, succeeded, until_seen;
    long engine_kb;
    struct children workers;
    /* The operation under way, as long as there is never more than one. */
    bool overlapping, is_open;
    double open_ms;
    double *took_ms; /* of each that has succeeded */
};

static void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
static void die(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("watch: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

/* Its standard output, to be read. */
static FILE *start(struct watch *w, char **command)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0 || (w->pid = fork()) < 0)
        die("cannot start the command: %s", strerror(errno));
    if (w->pid > 0) {
        close(ends[1]);
        return fdopen(ends[0], "re");
    }
    dup2(ends[1], STDOUT_FILENO);
    execvp(command[0], command);
    fprintf(stderr, "watch: cannot run '%s': %s\n", command[0], strerror(errno));
    _exit(127);
}

static void on_sent(struct watch *w, double now)
{
    if (w->sent++ == 0)
        w->first_sent_ms = now - w->begun_ms;
    w->overlapping |= w->is_open;
    w->is_open = true;
    w->open_ms = now;
}

static void on_succeeded(struct watch *w, double now)
{
    if (w->succeeded == MAX_OPERATIONS)
        die("more than %d operations", MAX_OPERATIONS);
    w->took_ms[w->succeeded++] = now - w->open_ms;
    w->is_open = false;
}

static void on_reached(struct watch *w, double now)
{
    w->reached_ms = now - w->begun_ms;
    w->engine_kb = process_kb(w->pid, "VmRSS");
    w->workers = process_children(w->pid, "VmRSS");
    kill(w->pid, SIGKILL);
}

static bool is_event(const char *type, size_t length, const char *wanted)
{
    return length == strlen(wanted) && !memcmp(type, wanted, length);
}

/* Of operations only: other tasks, and what is logged, have no id of a task or another type. */
static void on_line(struct watch *w, const char *line)
{
    static const char key[] = "\"event_type\":\"";
    const char *type = strstr(line, key);
    if (!type || !strstr(line, "\"task_id\":\""))
        return;
    double now = now_ms();
    type += sizeof key - 1;
    size_t length = strcspn(type, "\"");
    if (is_event(type, length, "sending_task"))
        on_sent(w, now);
    else if (is_event(type, length, "task_succeeded"))
        on_succeeded(w, now);
    if (w->until && is_event(type, length, w->until) && ++w->until_seen == w->count)
        on_reached(w, now);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How long it took from the event that an operation is sent to the one that it has succeeded. */
static void print_durations(struct watch *w)
{
    size_t count = (size_t)w->succeeded;
    if (w->overlapping || !count)
        return;
    qsort(w->took_ms, count, sizeof *w->took_ms, compare);
    printf(", \"median_ms\": %.3f, \"p99_ms\": %.3f", w->took_ms[count / 2],
           w->took_ms[count - 1 - count / 100]);
}

static void report(struct watch *w, double wall_ms)
{
    printf("{\"wall_ms\": %.2f, \"sent\": %ld, \"succeeded\": %ld, \"first_sent_ms\": %.2f",
           wall_ms, w->sent, w->succeeded, w->first_sent_ms);
    print_durations(w);
    if (w->until)
        printf(", \"reached_ms\": %.2f, \"engine_kb\": %ld, \"workers\": %d, \"workers_kb\": %ld,"
               " \"largest_worker_kb\": %ld",
               w->reached_ms, w->engine_kb, w->workers.count, w->workers.all_kb,
               w->workers.largest_kb);
    puts("}");
}

static int watch(struct watch *w, char **command)
{
    char *line = NULL;
    size_t size = 0;
    int status;

    w->took_ms = calloc(MAX_OPERATIONS, sizeof *w->took_ms);
    if (!w->took_ms)
        die("out of memory");
    w->begun_ms = now_ms();
    FILE *events = start(w, command);
    while (getline(&line, &size, events) > 0)
        on_line(w, line);
    fclose(events);
    if (waitpid(w->pid, &status, 0) < 0)
        die("cannot wait for the command: %s", strerror(errno));
    double wall_ms = now_ms() - w->begun_ms;
    if (w->until && w->until_seen < w->count)
        die("the command has ended after %ld of %ld events '%s'", w->until_seen, w->count,
            w->until);
    report(w, wall_ms);
    free(w->took_ms);
    free(line);
    return w->until || (WIFEXITED(status) && WEXITSTATUS(status) == 0) ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct watch w = {0};
    char **command = argv + 1;
    if (argc > 4 && !strcmp(argv[1], "--until")) {
        w.until = argv[2];
        w.count = atol(argv[3]);
        command += 3;
    }
    if (!*command || (w.until && w.count < 1)) {
        fputs("usage: watch [--until EVENT COUNT] COMMAND [ARGUMENT...]\n", stderr);
        return 2;
    }
    return watch(&w, command);
}
