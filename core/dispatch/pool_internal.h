/* pool_internal.h - a pool and its workers, shared by pool.c and pool_worker.c. */
#ifndef CLOUDIFY_DISPATCH_POOL_INTERNAL_H
#define CLOUDIFY_DISPATCH_POOL_INTERNAL_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "dispatch/channel.h"
#include "dispatch/dispatch.h"
#include "dispatch/dispatcher.h"
#include "dispatch/output.h"
#include "dispatch/worker_process.h"

struct pool;

/* One worker process and the operation that it runs. */
struct worker {
    struct pool *pool;
    int slot; /* its place in pool->workers */
    struct worker_process process;
    struct channel channel;
    uv_poll_t death;
    int open_handles;
    bool ending;          /* killed, dead, or out of step: gets no more operations */
    struct strbuf broken; /* why it was killed, where that was a fault of its own; or empty */
    bool busy;
    /* The rest is good while busy. */
    void *tag;
    char *id;
    bool started, resumable;
    json_int_t call;    /* what the observer knows its open call by, or 0 */
    json_int_t call_id; /* what the worker knows it by */
    struct output output;
};

struct pool {
    struct dispatcher base;
    uv_loop_t *loop;
    struct dispatch_observer observer;
    char *worker_path;
    char *run_directory; /* or NULL */
    unsigned started;    /* workers so far */
    int lifeline[2];
    struct worker **workers; /* `limit` of them, NULL where none has been started */
    int limit, alive;
    json_int_t last_call;
    uv_timer_t timer; /* looks at outputs; once closing, ends those that linger */
    bool closing;
};

/* pool_worker.c: workers report to the pool's observer and take themselves out of the pool. */

/**
 * Start a worker at the empty place `slot`.
 *
 * @return it, until its process ends; or NULL with `err` set: ERROR_IO, ERROR_NOMEM
 */
struct worker *worker_new(struct pool *pool, int slot, struct error *err);
/** Give an idle worker an operation. @return false with `err` set: ERROR_LIMIT, ERROR_NOMEM */
bool worker_run(struct worker *worker, void *tag, const json_t *request, struct error *err);
/** Answer its call. */
void worker_reply(struct worker *worker, json_int_t call_id, json_t *result,
                  const struct error *failure);
/** Report what its operation has printed since. */
void worker_read_output(struct worker *worker);
/** End it by force. */
void worker_kill(struct worker *worker);
/** Tell an idle worker to exit. */
void worker_hang_up(struct worker *worker);

/* pool.c */

/** A worker has been freed: so is the pool, if it was the last and the pool is closing. */
void pool_worker_gone(struct pool *pool);

#endif
