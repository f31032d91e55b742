/* lifeline.c - see lifeline.h. */
#include "worker/lifeline.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/thread.h"
#include "dispatch/children.h"

static void *watch(void *argument)
{
    int lifeline = (int)(intptr_t)argument;
    char byte;
    ssize_t count;
    do
        count = read(lifeline, &byte, 1);
    while (count > 0 || (count < 0 && errno == EINTR));
    children_end();
    _exit(1);
}

bool lifeline_watch(int lifeline, struct error *err)
{
    pthread_t thread;
    int failed = thread_start(&thread, watch, (void *)(intptr_t)lifeline);
    if (failed)
        return error_set(err, ERROR_IO, "cannot watch the engine: %s", strerror(failed));
    pthread_detach(thread);
    return true;
}
