/* output.h - follows the file that an operation's standard output goes to, line by line. */
#ifndef CLOUDIFY_DISPATCH_OUTPUT_H
#define CLOUDIFY_DISPATCH_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/mask.h"
#include "base/strbuf.h"

/* Start with output_init(), end with output_release(). */
struct output {
    char *path;         /* NULL: there is none */
    off_t place;        /* how far the file has been read */
    struct strbuf line; /* the beginning of a line still to be completed */
    struct mask *mask;  /* what is hidden in it; NULL: nothing */
};

/**
 * Follow the file `path`, which need not exist yet; NULL: none.
 *
 * @param mask hides what must not be shown; borrowed. NULL: nothing is hidden
 * @return false: out of memory
 */
bool output_init(struct output *output, const char *path, struct mask *mask);
/**
 * Read what has been added to the file.
 *
 * @param last the operation is over: an unfinished line counts as one, and what exceeds the limit
 *        of one call is not read but mentioned, with the name of the file. What is hidden is
 *        overwritten in the file, too
 * @param on_line called for each line, without its end; bytes that are no UTF-8 have become
 *        U+FFFD, a very long line comes in pieces. `line` is a string value, masked, borrowed
 */
void output_read(struct output *output, bool last, void (*on_line)(void *data, json_t *line),
                 void *data);
void output_release(struct output *output);

#endif
