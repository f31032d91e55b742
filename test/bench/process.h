/* process.h - the clock, and what the kernel tells of a process, for the programs that measure. */
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static inline double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* A line of /proc/PID/status in KB: "VmRSS" is the resident memory, "VmHWM" its peak since the
 * exec. 0 when the process has ended. */
static inline long process_kb(pid_t pid, const char *what)
{
    char path[64], line[256];
    size_t length = strlen(what);
    long kb = 0;

    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *status = fopen(path, "re");
    if (!status)
        return 0;
    while (fgets(line, sizeof line, status))
        if (!strncmp(line, what, length) && sscanf(line + length, ": %ld", &kb) == 1)
            break;
    fclose(status);
    return kb;
}

/* Memory of the children of a process, as process_kb() tells it. */
struct children {
    int count;
    long largest_kb, all_kb;
};

static inline struct children process_children(pid_t pid, const char *what)
{
    struct children children = {0};
    char path[64];
    int child;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    FILE *list = fopen(path, "re");
    if (!list)
        return children;
    for (; fscanf(list, "%d", &child) == 1; children.count++) {
        long kb = process_kb(child, what);
        children.all_kb += kb;
        if (kb > children.largest_kb)
            children.largest_kb = kb;
    }
    fclose(list);
    return children;
}

/* Processor time of a process alone, without that of its children, also when it has ended and
 * nobody has waited for it. Counted in ticks of the kernel, mostly of 10 ms. */
static inline double process_cpu_ms(pid_t pid)
{
    char path[64], text[1024];
    unsigned long user = 0, system = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *stat = fopen(path, "re");
    size_t size = stat ? fread(text, 1, sizeof text - 1, stat) : 0;
    text[size] = '\0';
    /* The name, in parentheses, may have anything in it; the times are fields 14 and 15. */
    const char *rest = strrchr(text, ')');
    if (rest)
        sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    if (stat)
        fclose(stat);
    return (double)(user + system) * 1e3 / (double)sysconf(_SC_CLK_TCK);
}

#endif
