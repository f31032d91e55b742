/* lifeline.h - ends the worker, and what its operation has started, when its engine is gone. */
#ifndef CLOUDIFY_WORKER_LIFELINE_H
#define CLOUDIFY_WORKER_LIFELINE_H

#include <stdbool.h>

#include "base/error.h"

/**
 * Watch the descriptor `lifeline` in a thread of its own: at its end of file, kill the process
 * groups of dispatch/children.h and exit. So it works while an operation keeps the main thread.
 *
 * @return false with `err` set: ERROR_IO
 */
bool lifeline_watch(int lifeline, struct error *err);

#endif
