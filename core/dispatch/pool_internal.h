/* pool_internal.h - a pool, its workers and their operations, shared by the files of the pool. */
#ifndef CLOUDIFY_DISPATCH_POOL_INTERNAL_H
#define CLOUDIFY_DISPATCH_POOL_INTERNAL_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "dispatch/channel.h"
#include "dispatch/dispatch.h"
#include "dispatch/dispatcher.h"
#include "dispatch/output.h"
#include "dispatch/repeated.h"
#include "dispatch/worker_process.h"

struct pool;
struct worker;

/* An operation that a worker has been given. */
struct pool_operation {
    struct worker *worker;
    struct pool_operation *next, **link; /* in worker->operations */
    void *tag;
    char *id;
    double timeout; /* seconds; 0: none */
    bool started, resumable;
    bool timed_out;     /* it is being ended for that */
    json_int_t call;    /* what the observer knows its open call by, or 0 */
    json_int_t call_id; /* what the worker knows it by */
    struct output output;
    uv_timer_t timer; /* its `data` is set once it is in the loop */
};

/* One worker process and the operations that it runs: one, or any number of async ones. */
struct worker {
    struct pool *pool;
    int slot; /* its place in pool->slots */
    struct worker_process process;
    struct channel channel;
    uv_poll_t death;
    uv_timer_t grace; /* its children are given time to end; `data` set once it is in the loop */
    double grace_end; /* of clock_monotonic() */
    int open_handles;
    bool ending;           /* killed, dead, or out of step: gets no more operations */
    bool dead;             /* its process has ended, `end` tells how */
    struct worker_end end; /* once dead */
    struct strbuf broken;  /* why it was killed, where that was a fault of its own; or empty */
    struct pool_operation *operations;
    int count; /* of operations */
    struct repeated repeated;
    char *empty_output; /* the file of an operation that has printed nothing, or NULL */
};

/* A place for a worker. */
struct pool_slot {
    struct worker *worker; /* NULL: none has been started */
    int reserved;          /* operations that have been promised a place here */
    bool shared;           /* its operations are async */
};

struct pool {
    struct dispatcher base;
    uv_loop_t *loop;
    struct dispatch_observer observer;
    char *worker_path;
    struct worker_setup setup;
    char *run_directory; /* or NULL */
    struct mask *mask;   /* or NULL */
    unsigned started;    /* workers so far */
    int lifeline[2];
    struct pool_slot *slots;
    int limit; /* of slots */
    int alive; /* workers */
    json_int_t last_call;
    uv_timer_t timer; /* looks at outputs; once closing, ends those that linger */
    bool closing;
};

/* pool.c */

/** A worker has been freed: so is the pool, if it was the last and the pool is closing. */
void pool_worker_gone(struct pool *pool);

/* pool_operation.c: what a worker has been given. */

/**
 * Make `request` an operation of `worker`; it is not sent yet.
 *
 * @return it, borrowed until pool_operation_finish(), or NULL with `err` set: ERROR_NOMEM
 */
struct pool_operation *pool_operation_new(struct worker *worker, void *tag, const json_t *request,
                                          struct error *err);
/** The operation `id` of `worker`, or NULL. */
struct pool_operation *pool_operation_find(const struct worker *worker, const char *id);
/** Report what it has printed since. */
void pool_operation_read_output(struct pool_operation *operation);
/** It is over; `has_output`: it may have printed something. If not, its file is for the worker's
 * next operation. @return its tag */
void *pool_operation_finish(struct pool_operation *operation, bool has_output);
/** End it by force, and what it has started; its neighbours go on. */
void pool_operation_end(struct pool_operation *operation);
/** Tell the observer that it has ended without a result, and free it. */
void pool_operation_report_interruption(struct pool_operation *operation);

/* pool_worker.c: workers report to the pool's observer and take themselves out of the pool. */

/**
 * Start a worker at the empty place `slot`.
 *
 * @return it, until its process ends; or NULL with `err` set: ERROR_IO, ERROR_NOMEM
 */
struct worker *worker_new(struct pool *pool, int slot, struct error *err);
/** Give it an operation. @return false with `err` set: ERROR_LIMIT, ERROR_NOMEM */
bool worker_run(struct worker *worker, void *tag, json_t *request, struct error *err);
/** Answer the call of one of its operations. */
void worker_reply(struct worker *worker, json_int_t call_id, json_t *result,
                  const struct error *failure);
/** End it at once. */
void worker_kill(struct worker *worker);
/** Ask it and what its operations have started to end; after some seconds end them. */
void worker_terminate(struct worker *worker);
/** Tell an idle worker to exit. */
void worker_hang_up(struct worker *worker);
/** The worker has said what it must not: it is ended. */
__attribute__((format(printf, 2, 3))) void worker_broken(struct worker *worker, const char *fmt,
                                                         ...);

#endif
