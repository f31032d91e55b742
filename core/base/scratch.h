/* scratch.h - a private folder for the time that something takes, also if it is cut short. */
#ifndef CLOUDIFY_BASE_SCRATCH_H
#define CLOUDIFY_BASE_SCRATCH_H

#include <stdbool.h>

#include "base/error.h"

/*
 * The folder is locked as long as its process holds it. What a killed process has left is not
 * locked any more, and is removed when the next folder is made in the same place.
 */
struct scratch {
    char *path; /* NULL: none */
    int lock;
};

/**
 * Make a private folder in `parent`, which must be there.
 *
 * @return false with `err` set: ERROR_IO, ERROR_NOT_FOUND, ERROR_NOMEM; `scratch` is empty then
 */
bool scratch_init(struct scratch *scratch, const char *parent, struct error *err);
/** The same where temporary files belong: in $TMPDIR, or /tmp. */
bool scratch_init_temporary(struct scratch *scratch, struct error *err);
/** Remove the folder with all that is in it, if it is still there. Empty is allowed. */
void scratch_release(struct scratch *scratch);
/** Whether a file of this name, without folders, is such a folder: not to be taken for content. */
bool scratch_is_name(const char *name);

#endif
