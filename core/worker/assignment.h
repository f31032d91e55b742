/* assignment.h - an operation that this worker has been given, from its request to its result. */
#ifndef CLOUDIFY_WORKER_ASSIGNMENT_H
#define CLOUDIFY_WORKER_ASSIGNMENT_H

#include <jansson.h>
#include <uv.h>

#include "lua/operation_host.h"

/**
 * Run the operation of `request`: until it has ended or, if it is async, waits. Its result is sent
 * from the loop.
 *
 * @param request borrowed
 */
void assignment_begin(struct operation_host *host, uv_loop_t *loop, json_t *request);
/**
 * End the operation `id`, if it waits: its children are asked to end, and killed after five
 * seconds; then its coroutine is closed and the result says "cancelled".
 */
void assignment_cancel(const char *id);
/** Send the results of those that have ended: for settling_open(). */
void assignment_report_ended(void);
/** How many have not ended, or not been reported yet. */
int assignment_count(void);

#endif
