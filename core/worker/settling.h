/* settling.h - one turn of the loop between the end of an operation and its result.
 *
 * An operation that has damaged the loop (written into one of its pipes, say) dies in that turn
 * with its worker, before the engine has given this worker another one.
 */
#ifndef CLOUDIFY_WORKER_SETTLING_H
#define CLOUDIFY_WORKER_SETTLING_H

#include <uv.h>

/** Call `on_settled` after each settling_begin(), once `loop` has looked at all its files. */
void settling_open(uv_loop_t *loop, void (*on_settled)(void));
/** From any callback of the loop. */
void settling_begin(void);
void settling_close(void);

#endif
