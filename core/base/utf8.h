/* utf8.h - text of unknown origin as a JSON string. */
#ifndef CLOUDIFY_BASE_UTF8_H
#define CLOUDIFY_BASE_UTF8_H

#include <jansson.h>
#include <stddef.h>

/**
 * The bytes as a JSON string, each that is no part of a UTF-8 character replaced by U+FFFD.
 *
 * @return new, or NULL when out of memory
 */
json_t *utf8_string(const char *text, size_t length);

#endif
