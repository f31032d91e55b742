/* beneath.h - paths that cannot leave the folder they start from, whoever changes it meanwhile. */
#ifndef CLOUDIFY_BASE_BENEATH_H
#define CLOUDIFY_BASE_BENEATH_H

#include <sys/types.h>

/**
 * Open `path` as open(2) does, taking it from the folder `root`: neither "..", nor a symbolic link
 * on the way or at the end, nor a leading '/' leads out of it. Each part is opened from the one
 * before, so that nothing which is renamed or replaced during the walk leads out either.
 *
 * @param root descriptor of a folder, borrowed
 * @param flags of open(2), without O_CREAT; O_CLOEXEC is added
 * @return a new descriptor; or -1 with errno set: EXDEV if the path would leave the folder, ELOOP
 *         (too many links), ENAMETOOLONG, or what open(2) sets
 */
int beneath_open(int root, const char *path, int flags);
/**
 * Open the folder `path` in the same way, for its use as a root; its parts that are missing are
 * made with `mode`.
 *
 * @return a new descriptor; or -1 with errno set, as beneath_open() or mkdir(2) set it
 */
int beneath_make(int root, const char *path, mode_t mode);

#endif
