/* children.h - the process groups that the operations of this process have started. */
#ifndef CLOUDIFY_DISPATCH_CHILDREN_H
#define CLOUDIFY_DISPATCH_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * One list for the process, without locks: all functions may be called from any thread, the
 * lifeline's too, and children_join() from a child that has not called exec yet.
 *
 * Whoever starts a child lets it call children_join() between fork and exec, and children_add() in
 * the parent when it must not depend on which of the two runs first. In a worker the list lies in
 * memory shared with the engine, which ends the groups when the worker itself has been killed.
 */

/* So many groups at a time. */
enum { CHILDREN_LIMIT = 2000 };

/** From now on children belong to operation `owner`; at first to 0. */
void children_begin(int owner);

/**
 * In a new child: make it the leader of a process group of its own and remember that. Uses
 * nothing that is unsafe after fork().
 *
 * @return false if it must _exit() at once: too many groups, or the operation is being ended
 */
bool children_join(void);
/**
 * Remember the process group `group`, whose leader has not been waited for yet. Twice is once.
 *
 * @return false if there are too many, or the operation is being ended: end it
 */
bool children_add(pid_t group);
/** How many children there have been so far, those that forked by themselves included. */
uint32_t children_ever(void);
/** The operation that the group belongs to, or -1. */
int children_owner(pid_t group);
/** Forget a group whose leader has been waited for and that has no other member left. */
void children_remove(pid_t group);
/** Forget the groups of `owner`, which is over: what it left running lives on. */
void children_forget(int owner);
/** Send `signal` to every group of `owner`. @return how many groups still existed */
size_t children_signal(int owner, int signal);
/** Kill every group remembered, and each child that joins from now on. For a process that ends. */
void children_end(void);
/** Whether that has begun: what waited for a child must not take its death for its end. */
bool children_are_ending(void);

/**
 * The engine's side: make the memory in which a worker keeps its list.
 *
 * @param path a new file to hold it, for who comes after the engine; NULL: none
 * @return a descriptor, close-on-exec, or -1 with `err` set: ERROR_IO
 */
int children_memory_new(const char *path, struct error *err);
/** Write down in `memory` which process its worker is. */
void children_memory_set_worker(int memory, pid_t worker);
/**
 * End what is left of an engine that is dead: the worker of the file `path`, waiting for it, and
 * then the groups in its list. A file from before the last boot has nothing left.
 *
 * @return false with `err` set: ERROR_IO (unreadable, or the worker does not end)
 */
bool children_memory_end_left(const char *path, struct error *err);
/** Like children_memory_end(), but ask the groups to end: whose worker is about to be ended. */
void children_memory_terminate(int memory);
/** Whether any group in the list has a member that has not ended: zombies do not count. */
bool children_memory_are_alive(int memory);
/** Like children_end(), for the list in `memory`; its worker is dead or dying. */
void children_memory_end(int memory);
/** The worker's side: keep the list in `memory` from now on. @return false with errno set */
bool children_share(int memory);

#endif
