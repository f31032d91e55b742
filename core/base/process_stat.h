/* process_stat.h - what the kernel tells of a process. */
#ifndef CLOUDIFY_BASE_PROCESS_STAT_H
#define CLOUDIFY_BASE_PROCESS_STAT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process_stat {
    char state; /* as in proc(5): 'R', 'S', ... */
    pid_t group;
    uint64_t start_ticks; /* since boot: tells it apart from a later one with the same pid */
};

/** Does nothing but what is safe after fork(). @return whether there is such a process */
bool process_stat_read(pid_t pid, struct process_stat *stat);
/** Whether it runs or could: a zombie is dead, though no signal tells it from the living. */
bool process_stat_is_alive(const struct process_stat *stat);

#endif
