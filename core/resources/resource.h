/* resource.h - the files that a deployment's operations are handed (runtime.md 1.11).
 *
 * A resource is named by its path in the deployment's work directory or, if it is not there, in the
 * copy of the blueprint's folder. No path leads out of these: neither by "..", nor by a link, nor
 * by something that is replaced meanwhile.
 */
#ifndef CLOUDIFY_RESOURCES_RESOURCE_H
#define CLOUDIFY_RESOURCES_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Where resources are looked for, in this order. Borrowed; NULL: not there. */
struct resource_places {
    const char *workdir;   /* the deployment's work directory */
    const char *blueprint; /* the copy of the blueprint's folder */
};

/**
 * Open a resource for reading.
 *
 * @param place gets the folder, of `places`, that it was found in; may be NULL
 * @return a new descriptor of a regular file; or -1 with `err` set: ERROR_INVALID (the path is
 *         absolute, would leave its place, or names no file), ERROR_NOT_FOUND (the places are
 *         named), ERROR_IO
 */
int resource_open(const struct resource_places *places, const char *path, const char **place,
                  struct error *err);
/** The content of a resource: new, `*length` bytes and a NUL; or NULL with `err` set. */
char *resource_read(const struct resource_places *places, const char *path, size_t limit,
                    size_t *length, struct error *err);
/**
 * Copy a resource to the file `target`, which is replaced at once when all is there. Its folder has
 * to be there.
 *
 * @param limit bytes
 * @return false with `err` set: as resource_open(), ERROR_LIMIT
 */
bool resource_copy(const struct resource_places *places, const char *path, const char *target,
                   size_t limit, struct error *err);
/**
 * Copy all that a folder of resources holds, in either place, into the folder `target`, which is
 * made if it is not there. What is in both is taken from the first. Links are copied as links if
 * they stay in the folder, else as the file that they lead to; pipes, sockets and devices are left
 * out.
 *
 * @return false with `err` set: as resource_open(); ERROR_INVALID also: a link leads out of the
 *         place, or out of the folder to what is no file
 */
bool resource_copy_folder(const struct resource_places *places, const char *path,
                          const char *target, struct error *err);

#endif
