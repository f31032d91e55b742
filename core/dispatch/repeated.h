/* repeated.h - what a request has in common with the one before it on the same stream is not sent
 * again: nearly half of it, mostly (docs/protocol.md, "Frames").
 */
#ifndef CLOUDIFY_DISPATCH_REPEATED_H
#define CLOUDIFY_DISPATCH_REPEATED_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

enum { REPEATED_COUNT = 4 };

/* What the last request had. Start with `struct repeated repeated = {0};`. */
struct repeated {
    json_t *members[REPEATED_COUNT];
};

/**
 * Before a request is sent: take out of it what is the very same value as in the request before.
 *
 * @return false with `err` set: ERROR_NOMEM
 */
bool repeated_leave_out(struct repeated *repeated, json_t *request, struct error *err);
/**
 * After a request has been received: put in what was left out.
 *
 * @return false with `err` set: ERROR_NOMEM
 */
bool repeated_put_back(struct repeated *repeated, json_t *request, struct error *err);
/** Begin anew, as after a request that could not be sent. */
void repeated_forget(struct repeated *repeated);

#endif
