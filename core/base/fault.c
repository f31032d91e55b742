/* fault.c - see fault.h. */
#include "base/fault.h"

#ifdef CLOUDIFY_FAULTS

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/thread.h"

enum { FAULTS = 4, POINTS = 48 };

struct fault {
    char point[32];
    unsigned long at;
    enum fault_action action;
    char token[256];
};

static struct fault faults[FAULTS];
static size_t fault_count;
static struct {
    const char *name;
    unsigned long hits;
} points[POINTS];
static int disk;

static enum fault_action action_named(const char *name)
{
    static const char *const names[] = {"none", "kill", "kill-all", "full", "read-only", "broken"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!strcmp(names[i], name))
            return (enum fault_action)i;
    }
    fprintf(stderr, "CLOUDIFY_FAULT: there is no action '%s'\n", name);
    abort();
}

/* ---- dying ---- */

static void kill_children_of(const char *task)
{
    char path[300];
    int child;
    snprintf(path, sizeof path, "/proc/self/task/%s/children", task);
    FILE *children = fopen(path, "re");
    while (children && fscanf(children, "%d", &child) == 1)
        kill(child, SIGKILL);
    if (children)
        fclose(children);
}

static void kill_children(void)
{
    DIR *tasks = opendir("/proc/self/task");
    const struct dirent *task;
    while (tasks && (task = readdir(tasks))) {
        if (task->d_name[0] != '.')
            kill_children_of(task->d_name);
    }
    if (tasks)
        closedir(tasks);
}

void fault_die(enum fault_action action)
{
    if (action != FAULT_KILL && action != FAULT_KILL_ALL)
        return;
    if (action == FAULT_KILL_ALL)
        kill_children();
    raise(SIGKILL);
    for (;;) /* raise() from a thread may return before the others have stopped */
        pause();
}

/* ---- points ---- */

static unsigned long count(const char *name)
{
    size_t i = 0;
    while (i < POINTS && points[i].name && strcmp(points[i].name, name))
        i++;
    if (i == POINTS)
        abort();
    points[i].name = name;
    return ++points[i].hits;
}

static int errno_of(enum fault_action action)
{
    return action == FAULT_FULL        ? ENOSPC
           : action == FAULT_READ_ONLY ? EROFS
           : action == FAULT_BROKEN    ? EIO
                                       : 0;
}

enum fault_action fault_hit(const char *name)
{
    unsigned long hits = count(name);
    for (size_t i = 0; i < fault_count; i++) {
        struct fault *fault = &faults[i];
        if (fault->at != hits || strcmp(fault->point, name) || unlink(fault->token))
            continue;
        if (!disk)
            disk = errno_of(fault->action);
        return fault->action;
    }
    return FAULT_NONE;
}

int fault_disk(void)
{
    return disk;
}

int fault_errno(const char *name)
{
    enum fault_action action = fault_hit(name);
    fault_die(action);
    int number = errno_of(action);
    if (number)
        errno = number;
    return number;
}

/* ---- the environment ---- */

static void *await_time(void *data)
{
    const struct fault *fault = data;
    struct timespec left = {(time_t)(fault->at / 1000000), (long)(fault->at % 1000000) * 1000};
    while (nanosleep(&left, &left) && errno == EINTR)
        continue;
    if (unlink(fault->token) == 0)
        fault_die(fault->action);
    return NULL;
}

static void start_clock(struct fault *fault)
{
    pthread_t thread;
    if (thread_start(&thread, await_time, fault) == 0)
        pthread_detach(thread);
}

static void take(const char *text)
{
    char program[32], action[16];
    struct fault *fault = &faults[fault_count];
    if (fault_count == FAULTS || sscanf(text, "%31s %31s %lu %15s %255s", program, fault->point,
                                        &fault->at, action, fault->token) != 5) {
        fprintf(stderr, "CLOUDIFY_FAULT: cannot be understood: '%s'\n", text);
        abort();
    }
    fault->action = action_named(action);
    if (strcmp(program, program_invocation_short_name))
        return;
    fault_count++;
    if (!strcmp(fault->point, "time"))
        start_clock(fault);
}

__attribute__((constructor)) static void take_all(void)
{
    const char *given = getenv("CLOUDIFY_FAULT");
    char *text = given && *given ? strdup(given) : NULL, *rest = NULL;
    for (char *each = text ? strtok_r(text, ";", &rest) : NULL; each;
         each = strtok_r(NULL, ";", &rest))
        take(each);
    free(text);
}

__attribute__((destructor)) static void write_counts(void)
{
    const char *path = getenv("CLOUDIFY_FAULT_COUNTS");
    FILE *file = path && points[0].name ? fopen(path, "ae") : NULL;
    for (size_t i = 0; file && i < POINTS && points[i].name; i++)
        fprintf(file, "%s %s %lu\n", program_invocation_short_name, points[i].name, points[i].hits);
    if (file)
        fclose(file);
}

#else

/* ISO C wants a file to have something in it. */
typedef int fault_is_left_out;

#endif
