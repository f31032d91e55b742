/* utf8.h - text of unknown origin made UTF-8. */
#ifndef CLOUDIFY_BASE_UTF8_H
#define CLOUDIFY_BASE_UTF8_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/** Whether all of it is ASCII, in which nothing can be wrong; most texts are. */
bool utf8_is_ascii(const char *text, size_t length);

/**
 * The bytes as a JSON string, each that is no part of a UTF-8 character replaced by U+FFFD.
 *
 * @return new, or NULL when out of memory
 */
json_t *utf8_string(const char *text, size_t length);

/**
 * Make `text` UTF-8 where it stands: each byte that is no part of a character becomes a '?'.
 *
 * @param cut whether the text has been cut short: then a character without its end is dropped
 */
void utf8_repair(char *text, bool cut);

/** Where to cut a longer text so that at most `length` bytes are left, and no character is cut in
 * two. */
size_t utf8_cut(const char *text, size_t length);

#endif
