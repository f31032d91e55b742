/* lock.h - at most one engine runs executions of a deployment.
 *
 * The lock is one of the open file description: it is gone with the process that took it, even
 * while children of that process live on, and however the process ended.
 */
#ifndef CLOUDIFY_STORAGE_LOCK_H
#define CLOUDIFY_STORAGE_LOCK_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/error.h"

/* A process, told apart from a later one with the same pid. */
struct process_identity {
    pid_t pid;
    unsigned long long start_ticks; /* clock ticks since boot; 0: not known */
};

struct lock_holder {
    struct process_identity process;
    char since[CLOCK_TEXT_SIZE]; /* when it took the lock */
};

struct lock;

/** This process. */
struct process_identity process_identity_self(void);

/**
 * Take the lock in the file `path`, which is made if it is missing; never waits.
 *
 * @return a new lock (lock_release() it), or NULL with `err` set: ERROR_BUSY with the pid and
 *         start time of the holder, ERROR_NOT_FOUND (no such directory, or removed meanwhile),
 *         ERROR_STORAGE, ERROR_NOMEM
 */
struct lock *lock_take(const char *path, struct error *err);
/** A lock that is still to be taken, by lock_wait(). New, or NULL with `err` set as above. */
struct lock *lock_new(const char *path, struct error *err);
/**
 * Take a lock as soon as it is free. While it waits, and only then, the calling thread can be
 * cancelled: pthread_cancel().
 *
 * @return false with `err` set: ERROR_NOT_FOUND (the file was removed meanwhile), ERROR_STORAGE
 */
bool lock_wait(struct lock *lock, struct error *err);
/** Give back a lock that may be taken again. */
void lock_give_back(struct lock *lock);
/** Give the lock back and free it. NULL is allowed. */
void lock_release(struct lock *lock);
/**
 * Who holds the lock, this process included.
 *
 * @return whether it is held; false with `err` set if that cannot be known. A file that is
 *         missing is not held. `holder` (may be NULL) has pid 0 if the holder has not yet written
 *         its name.
 */
bool lock_is_held(const char *path, struct lock_holder *holder, struct error *err);

#endif
