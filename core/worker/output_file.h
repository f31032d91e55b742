/* output_file.h - lends standard output and error to a file while an operation runs. */
#ifndef CLOUDIFY_WORKER_OUTPUT_FILE_H
#define CLOUDIFY_WORKER_OUTPUT_FILE_H

#include <stdbool.h>

#include "base/error.h"

/* Where standard output and error went before. */
struct output_file {
    int before[2];
};

/**
 * Let standard output and error, and so those of children, go to the file `path`, made anew.
 *
 * @return false with `err` set: ERROR_IO, and nothing changed
 */
bool output_file_begin(struct output_file *output, const char *path, struct error *err);
/**
 * Put them back. The file is removed if it is empty and no child is left that may write to it.
 *
 * @return whether there still is a file
 */
bool output_file_end(struct output_file *output, const char *path);

#endif
