/* fetch.h - what a URL names, in as many attempts as it takes. Who drives libcurl is the caller's
 * business: download.h waits in place, an async operation on its loop.
 *
 *     while ((handle = fetch_begin(fetch)), code = perform(handle),
 *            outcome = fetch_end(fetch, code, &err), outcome == FETCH_AGAIN)
 *         pause(fetch_pause_ms(fetch));
 */
#ifndef CLOUDIFY_RESOURCES_FETCH_H
#define CLOUDIFY_RESOURCES_FETCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "resources/curl.h"
#include "resources/download.h"

struct fetch;

enum fetch_outcome {
    FETCH_DONE,
    FETCH_AGAIN, /* it is worth another attempt, after a pause */
    FETCH_FAILED,
};

/**
 * Prepare to fetch `url`: http, https or ftp.
 *
 * @param options NULL: all defaults; what it points to is copied
 * @param file    descriptor of an empty file, open for writing, that takes the content; borrowed.
 *                -1: the content is kept in memory
 * @return new (fetch_free() it), or NULL with `err` set: ERROR_UNSUPPORTED, ERROR_NOMEM
 */
struct fetch *fetch_new(const char *url, const struct download_options *options, int file,
                        struct error *err);
/** Free it. NULL is allowed. */
void fetch_free(struct fetch *fetch);

/** Begin an attempt. @return the handle that is to be performed; borrowed */
CURL *fetch_begin(struct fetch *fetch);
/**
 * End the attempt. What has come of the content is kept for the next one, if the server has said
 * by what it can be told that the content has not changed since.
 *
 * @param code how performing the handle ended
 * @param err  set for FETCH_FAILED: the codes of download()
 */
enum fetch_outcome fetch_end(struct fetch *fetch, CURLcode code, struct error *err);
/** How long to wait before another attempt, milliseconds. */
long fetch_pause_ms(const struct fetch *fetch);

/** The status of the last answer; 0: there was none. */
long fetch_status(const struct fetch *fetch);
/** Whether what it failed of may be over by itself later: a server that is down, a full disk. */
bool fetch_may_pass(const struct fetch *fetch);
/** Whether it failed because the content that came could not be written. */
bool fetch_could_not_write(const struct fetch *fetch);
/** The URL as it may be shown: without user and password. Borrowed. */
const char *fetch_shown_url(const struct fetch *fetch);
/** Take the content that was kept in memory: new, `*length` bytes and a NUL; NULL: no memory. */
char *fetch_take(struct fetch *fetch, size_t *length);

#endif
