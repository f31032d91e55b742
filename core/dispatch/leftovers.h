/* leftovers.h - what an engine that was killed may have left running on this machine. */
#ifndef CLOUDIFY_DISPATCH_LEFTOVERS_H
#define CLOUDIFY_DISPATCH_LEFTOVERS_H

#include <stdbool.h>

#include "base/error.h"

/**
 * End all workers of earlier pools that had `directory` as their run_directory, with what their
 * operations have started (invariant 2). To be called while nobody else uses it; a directory that
 * is missing has none.
 *
 * @return false with `err` set: ERROR_IO (one does not end, or the directory is unreadable)
 */
bool leftovers_end(const char *directory, struct error *err);

#endif
