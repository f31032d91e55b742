/* cut_text.h - texts of others, of which the beginning is enough. */
#ifndef CLOUDIFY_BASE_CUT_TEXT_H
#define CLOUDIFY_BASE_CUT_TEXT_H

#include <jansson.h>
#include <stddef.h>

/* Bytes of a text that are kept. */
enum { CUT_TEXT_LIMIT = 1024 * 1024 };

/**
 * The text as a JSON string, bytes that are no UTF-8 replaced. Of one that is too long the
 * beginning, and behind it a mark that tells how long it is; of one that has been cut before that
 * mark is kept.
 *
 * @return new, or NULL when out of memory
 */
json_t *cut_text(const char *text, size_t length);

/** Where the beginning ends that cut_text() has left of a text; `length`: it was not cut. */
size_t cut_text_end(const char *text, size_t length);

#endif
