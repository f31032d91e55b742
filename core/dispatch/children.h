/* children.h - the process groups that the operation under way has started in this process. */
#ifndef CLOUDIFY_DISPATCH_CHILDREN_H
#define CLOUDIFY_DISPATCH_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * One list for the process. All functions may be called from any thread, the lifeline's too.
 * Whoever starts a child puts it into a process group of its own (setpgid in the child and in the
 * parent) and adds that group here at once.
 */

/** Told of each group as it is added, so that the engine can store it. */
typedef void children_observer(void *data, pid_t group);

/** Set the one observer, called in the thread that adds; NULL for none. */
void children_observe(children_observer *observer, void *data);
/** Remember the process group `group`. @return false when out of memory */
bool children_add(pid_t group);
/** Forget a group whose leader has been waited for and that has no other member left. */
void children_remove(pid_t group);
/** Forget all groups: the next operation begins; what the last one left running lives on. */
void children_forget(void);
/** Send `signal` to every group remembered. @return how many groups still existed */
size_t children_signal(int signal);

#endif
