/* output_scrub.h - takes what must not be shown out of a file that an operation has written. */
#ifndef CLOUDIFY_DISPATCH_OUTPUT_SCRUB_H
#define CLOUDIFY_DISPATCH_OUTPUT_SCRUB_H

#include "base/mask.h"

/**
 * Overwrite each hidden text in the file by as many '*', where it stands: those that still append
 * to the file are not disturbed. Nothing happens where nothing is hidden or there is no such file.
 */
void output_scrub(const char *path, struct mask *mask);
/** The same for each file in `directory`. */
void outputs_scrub(const char *directory, struct mask *mask);

#endif
