/* download.h - what a URL names: http, https, ftp and file (dsl.md 2.4), all at once.
 *
 * Whatever the server does, a download ends within its time and takes no more room than its limit.
 * One that breaks off is gone on with where it stopped, if the server can do that. The proxy
 * variables of the environment are honoured (http_proxy, https_proxy, all_proxy, no_proxy), and
 * SSL_CERT_FILE.
 */
#ifndef CLOUDIFY_RESOURCES_DOWNLOAD_H
#define CLOUDIFY_RESOURCES_DOWNLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* 0 in a member stands for its default. */
struct download_options {
    size_t limit;    /* of the content, bytes; 64 MiB */
    long timeout_ms; /* to connect, and again without a byte; 10 s */
    long total_ms;   /* for all attempts together; 120 s */
    long pause_ms;   /* before another attempt; 1 s. Negative: none */
    const char *ca;  /* a file of certificates that are trusted; the system's */
};

/** Whether `text` is a URL with one of the schemes above, in whatever letters. */
bool download_is_url(const char *text);
/** The URL as it may be shown, without user and password; new, or NULL: no memory. */
char *download_shown_url(const char *url);
/**
 * The path that a file URL names: file:/PATH, file:///PATH or file://localhost/PATH.
 *
 * @return new; or NULL with `err` not set if it is another URL; or NULL with `err` set:
 *         ERROR_INVALID, ERROR_NOMEM
 */
char *download_file_path(const char *url, struct error *err);

/**
 * Fetch `url`. No answer and a status from 500 on are given five more attempts, not counted those
 * that come farther; any other status than 2xx ends it. Up to ten redirects are followed, to http
 * and https only.
 *
 * @param options NULL: all defaults
 * @return the content, new, `*length` bytes and a NUL; or NULL with `err` set (the URL is named in
 *         it, without user and password): ERROR_NOT_FOUND (404, or no such file), ERROR_LIMIT,
 *         ERROR_IO, ERROR_INVALID, ERROR_UNSUPPORTED, ERROR_NOMEM
 */
char *download(const char *url, const struct download_options *options, size_t *length,
               struct error *err);
/** The same for an http, https or ftp URL into the new file `path`; half a file may be left. */
bool download_to(const char *url, const char *path, const struct download_options *options,
                 struct error *err);

#endif
