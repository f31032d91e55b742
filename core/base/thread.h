/* thread.h - helper threads that leave signals to the main thread. */
#ifndef CLOUDIFY_BASE_THREAD_H
#define CLOUDIFY_BASE_THREAD_H

#include <pthread.h>

/**
 * Start a thread with all signals blocked: they are the main thread's.
 *
 * @return 0, or the error number of pthread_create()
 */
int thread_start(pthread_t *thread, void *(*run)(void *data), void *data);

#endif
