/* output_file.h - lends standard output and error to a file while code of an operation runs. */
#ifndef CLOUDIFY_WORKER_OUTPUT_FILE_H
#define CLOUDIFY_WORKER_OUTPUT_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* The file of an operation; one that is not open takes nothing. */
struct output_file {
    int fd;
    uint32_t children; /* of children_ever(), when it was opened */
};
#define OUTPUT_FILE_NONE                                                                           \
    {                                                                                              \
        -1, 0                                                                                      \
    }

/** Make the file `path` anew. @return false with `err` set: ERROR_IO */
bool output_file_open(struct output_file *output, const char *path, struct error *err);
/** Let standard output and error, and so those of children that start, go to the file. */
void output_file_enter(const struct output_file *output);
/** Put them back where they were when this process started. */
void output_file_leave(const struct output_file *output);
/**
 * Close the file, and remove it if it is empty and nobody is left that may write to it. One to
 * which nobody but this process ever had access is kept for the next operation, under the name that
 * this one then asks for.
 *
 * @param in_use whether somebody is left
 * @return whether there is anything to read in it, or may yet be
 */
bool output_file_end(struct output_file *output, const char *path, bool in_use);
/** Remove the file that is kept. */
void output_files_release(void);

#endif
