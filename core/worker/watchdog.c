/* watchdog.c - see watchdog.h: a thread, started at first use, that looks once a second. */
#include "worker/watchdog.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/thread.h"

static const double LIMIT = 5;

/* What runs. Guarded by `lock`. */
static struct {
    const char *id;
    double since; /* of clock_monotonic(); 0: nothing runs */
    bool told;
    void (*on_blocked)(const char *id, double seconds);
} running;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Under the lock, so that what it tells is still so: the main thread waits until it is said. */
static void look(void)
{
    pthread_mutex_lock(&lock);
    if (running.since > 0 && !running.told && clock_monotonic() - running.since > LIMIT) {
        running.told = true;
        running.on_blocked(running.id, LIMIT);
    }
    pthread_mutex_unlock(&lock);
}

static void *watch(void *argument)
{
    const struct timespec second = {.tv_sec = 1};
    for (;;) {
        nanosleep(&second, NULL);
        look();
    }
    return argument;
}

static void start(void)
{
    pthread_t thread;
    if (thread_start(&thread, watch, NULL) == 0)
        pthread_detach(thread);
    else
        fputs("cloudify-worker: no thread can be started to watch async operations\n", stderr);
}

void watchdog_begin(const char *id, void (*on_blocked)(const char *id, double seconds))
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
    pthread_mutex_lock(&lock);
    running.id = id;
    running.since = clock_monotonic();
    running.told = false;
    running.on_blocked = on_blocked;
    pthread_mutex_unlock(&lock);
}

void watchdog_end(void)
{
    pthread_mutex_lock(&lock);
    running.since = 0;
    pthread_mutex_unlock(&lock);
}
