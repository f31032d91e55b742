/* target.h - a file that is there as a whole or not at all. */
#ifndef CLOUDIFY_RESOURCES_TARGET_H
#define CLOUDIFY_RESOURCES_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/scratch.h"

/* Written aside, next to where it will be; `struct target target = TARGET_NONE;`. */
struct target {
    char *path; /* where it will be */
    char *aside;
    struct scratch scratch;
    int file; /* open for writing */
};
#define TARGET_NONE                                                                                \
    {                                                                                              \
        NULL, NULL, {NULL, -1}, -1                                                                 \
    }

/**
 * Begin the file `path`, whose folder has to be there. A link there is followed.
 *
 * @return false with `err` set: ERROR_NOT_FOUND, ERROR_IO, ERROR_INVALID (it is a folder),
 *         ERROR_NOMEM; the target is empty then
 */
bool target_init(struct target *target, const char *path, struct error *err);
/** Add what can be read from `from`, at most `limit` bytes. `name` is for the errors. */
bool target_copy(struct target *target, int from, const char *name, size_t limit,
                 struct error *err);
bool target_write(struct target *target, const void *data, size_t length, struct error *err);
/** It is whole: put it in its place, with the permissions of the file that it replaces. */
bool target_commit(struct target *target, struct error *err);
/** Release it; what was not committed is gone. Empty is allowed. */
void target_release(struct target *target);

#endif
