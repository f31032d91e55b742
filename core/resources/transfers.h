/* transfers.h - any number of libcurl transfers at a time, on a loop. */
#ifndef CLOUDIFY_RESOURCES_TRANSFERS_H
#define CLOUDIFY_RESOURCES_TRANSFERS_H

#include <uv.h>

#include "base/error.h"
#include "resources/curl.h"

struct transfers;

/**
 * Prepare for transfers.
 *
 * @param loop borrowed: must outlive it, see transfers_free()
 * @return new (transfers_free() it), or NULL with `err` set: ERROR_UNSUPPORTED (no libcurl),
 *         ERROR_NOMEM
 */
struct transfers *transfers_new(uv_loop_t *loop, struct error *err);
/**
 * Begin the transfer that `handle` is set up for.
 *
 * @param handle borrowed until `on_end` is called or transfers_remove(); its CURLOPT_PRIVATE is
 *        taken
 * @param on_end called once, from the loop, with how it ended
 * @return false with `err` set: ERROR_IO, ERROR_NOMEM
 */
bool transfers_add(struct transfers *transfers, CURL *handle,
                   void (*on_end)(void *data, CURLcode code), void *data, struct error *err);
/** Break off the transfer of `handle`, if it is under way. */
void transfers_remove(struct transfers *transfers, CURL *handle);
/** Free it, as the loop goes on; nothing is under way any more. NULL is allowed. */
void transfers_free(struct transfers *transfers);

#endif
