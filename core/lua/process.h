/* process.h - starting children: each in a process group of its own, which the operation owns. */
#ifndef CLOUDIFY_LUA_PROCESS_H
#define CLOUDIFY_LUA_PROCESS_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/error.h"

struct process_start {
    const char *program;      /* looked up in PATH */
    char *const *arguments;   /* argv, NULL-terminated */
    char *const *environment; /* NULL: that of this process */
    const char *directory;    /* or NULL: the current one */
    int input, output, error; /* descriptors for 0, 1, 2 of the child; -1: as they are here */
};

/**
 * Start a child and remember its group as the operation's.
 *
 * @return its pid, also the number of its group, or -1 with `err` set: ERROR_IO (says why it could
 *         not start)
 */
pid_t process_start(const struct process_start *start, struct error *err);
/**
 * Give this process at most `most` of a `resource` of setrlimit(), or RLIM_INFINITY: as much as it
 * may have. Its children get what it had before. Once for each of at most two resources.
 *
 * @return false with errno set
 */
bool process_limit(int resource, rlim_t most);
/** Call `spent` for each child that is waited for from now on: `owner` as of children_begin(), the
 *  processor time that it and its own children took, seconds. */
void process_watch_time(void (*spent)(int owner, double seconds));
/** Wait for the child `pid`; its group is forgotten unless somebody else lives in it.
 *  @return the status as of waitpid() */
int process_wait(pid_t pid);
/** Whether the child has ended, and then its status; its group as with process_wait(). */
bool process_poll(pid_t pid, int *status);

#endif
