/* download.h - a URL into memory: http, https, ftp and file (dsl.md 2.4).
 *
 * Whatever the server does, a download ends within two minutes and takes no more memory than its
 * limit. The proxy variables of the environment are honoured.
 */
#ifndef CLOUDIFY_RESOURCES_DOWNLOAD_H
#define CLOUDIFY_RESOURCES_DOWNLOAD_H

#include <stddef.h>

#include "base/error.h"

/* 0 in a member stands for its default. */
struct download_options {
    size_t limit;    /* of the content, bytes; 64 MiB */
    long timeout_ms; /* to connect, and again without a byte; 10 s */
    long total_ms;   /* for all attempts together; 120 s */
    long pause_ms;   /* before another attempt; 1 s. Negative: none */
};

/**
 * Fetch `url`. No answer and a status from 500 on are given five more attempts; any other status
 * than 2xx ends it. Up to ten redirects are followed, to http and https only.
 *
 * @param options NULL: all defaults
 * @return the content, new, `*length` bytes and a NUL; or NULL with `err` set (the URL is named in
 *         it): ERROR_NOT_FOUND (404, or no such file), ERROR_LIMIT, ERROR_IO, ERROR_INVALID,
 *         ERROR_UNSUPPORTED, ERROR_NOMEM
 */
char *download(const char *url, const struct download_options *options, size_t *length,
               struct error *err);

#endif
