/* children.c - see children.h. */
#include "dispatch/children.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pid_t *groups;
static size_t count, capacity;
static children_observer *observe;
static void *observe_data;

void children_observe(children_observer *observer, void *data)
{
    pthread_mutex_lock(&mutex);
    observe = observer;
    observe_data = data;
    pthread_mutex_unlock(&mutex);
}

static bool reserve_one(void)
{
    if (count < capacity)
        return true;
    size_t larger = capacity ? 2 * capacity : 16;
    pid_t *grown = realloc(groups, larger * sizeof *grown);
    if (!grown)
        return false;
    groups = grown;
    capacity = larger;
    return true;
}

bool children_add(pid_t group)
{
    pthread_mutex_lock(&mutex);
    bool ok = reserve_one();
    if (ok)
        groups[count++] = group;
    children_observer *observer = observe;
    void *data = observe_data;
    pthread_mutex_unlock(&mutex);
    if (ok && observer)
        observer(data, group);
    return ok;
}

void children_remove(pid_t group)
{
    pthread_mutex_lock(&mutex);
    for (size_t i = 0; i < count; i++) {
        if (groups[i] == group) {
            groups[i] = groups[--count];
            break;
        }
    }
    pthread_mutex_unlock(&mutex);
}

void children_forget(void)
{
    pthread_mutex_lock(&mutex);
    free(groups);
    groups = NULL;
    count = capacity = 0;
    pthread_mutex_unlock(&mutex);
}

size_t children_signal(int signal)
{
    size_t existing = 0;
    pthread_mutex_lock(&mutex);
    for (size_t i = 0; i < count; i++)
        existing += kill(-groups[i], signal) == 0;
    pthread_mutex_unlock(&mutex);
    return existing;
}
