/* base64.h - bytes as text that JSON can carry (RFC 4648, with padding). */
#ifndef CLOUDIFY_BASE_BASE64_H
#define CLOUDIFY_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

/** Append `length` bytes of `data` as base64; `out` turns failed when out of memory. */
void base64_encode(struct strbuf *out, const void *data, size_t length);
/**
 * Append the bytes that the `length` characters of `text` stand for.
 *
 * @return false where it is no base64; `out` then has the part before
 */
bool base64_decode(struct strbuf *out, const char *text, size_t length);

#endif
