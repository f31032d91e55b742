/* dispatch.h - hands operation_requests to whoever runs them and reports what became of them.
 *
 * Request, result and the other documents are described in docs/protocol.md. Everything happens in
 * the thread of the loop; observers are called from the loop only, never from within a function
 * of this header.
 */
#ifndef CLOUDIFY_DISPATCH_DISPATCH_H
#define CLOUDIFY_DISPATCH_DISPATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mask.h"
#include "dispatch/worker_settings.h"

struct dispatcher;

/* An operation that ended without a result: its worker died or had to be ended. */
struct dispatch_interruption {
    pid_t pid;       /* of the worker */
    int signal;      /* that it died of, or 0 */
    int exit_code;   /* if it exited by itself, else -1 */
    bool started;    /* the function may have run; false: it certainly has not */
    bool resumable;  /* the function is declared so; known only if `started` */
    bool timed_out;  /* it took longer than its timeout and was ended for that */
    const char *why; /* "killed by signal 9 (Killed)", "exited with code 1", ...; borrowed */
};

/* A function that is about to run. */
struct dispatch_start {
    pid_t pid;                  /* of the worker */
    bool resumable;             /* the function is declared so */
    bool async;                 /* the function is declared so: others of it may share the worker */
    char time[CLOCK_TEXT_SIZE]; /* before anything that it logs; "": not known */
};

/*
 * The user of a dispatcher. `tag` is what was given to dispatcher_submit(); each operation ends
 * with exactly one on_result or on_interrupted, after which the tag is not used again. JSON is
 * borrowed: take a reference to keep it. Members may be NULL, except the first two.
 */
struct dispatch_observer {
    void *data; /* first argument of each function */
    /* The operation_result has arrived; it is a checked message whose "id" is the request's. */
    void (*on_result)(void *data, void *tag, json_t *result);
    void (*on_interrupted)(void *data, void *tag, const struct dispatch_interruption *how);
    /* The function has been found and is about to run. */
    void (*on_started)(void *data, void *tag, const struct dispatch_start *start);
    /* A message of type "log" or "event"; or "output": {text}, a line that the operation or a
     * child of it wrote to its standard output or error. */
    void (*on_record)(void *data, void *tag, json_t *record);
    /* The operation asks for something and waits: answer with dispatcher_reply(), at once or
     * later, such as after a commit. Without this member the answer is ERROR_UNSUPPORTED. */
    void (*on_call)(void *data, void *tag, json_int_t call, const char *method, json_t *arguments);
    /* Whoever called on_call keeps the loop until it is answered: what has been reported is to be
     * handled now. For dispatchers whose operations run in the thread of the loop. */
    void (*on_wait)(void *data);
};

struct pool_options {
    int workers;             /* at most so many ordinary operations at a time, each in a process;
                              * async ones share as many further processes */
    const char *worker_path; /* the executable; NULL: worker_find() it */
    /* A directory to note the workers in while they live, for leftovers_end(); NULL: nowhere. */
    const char *run_directory;
    struct worker_settings settings; /* read at once */
    /* Hides what must not be shown in what operations print; borrowed, NULL: nothing. */
    struct mask *mask;
    struct dispatch_observer observer; /* copied */
};

/**
 * A dispatcher that runs operations in worker processes on this machine: each has its worker to
 * itself, but async ones may share one. Processes are started as they are needed and kept for the
 * next operation.
 *
 * @param loop borrowed: must outlive the dispatcher, see dispatcher_close()
 * @return a new dispatcher (dispatcher_close() it), or NULL with `err` set: ERROR_NOT_FOUND (no
 *         worker executable), ERROR_IO, ERROR_NOMEM
 */
struct dispatcher *pool_new(uv_loop_t *loop, const struct pool_options *options, struct error *err);

/** Get ready for a first operation meanwhile, where that takes time. If it fails, the operation
 * will meet the same and tell. */
void dispatcher_warm(struct dispatcher *dispatcher);
/**
 * Ask for a place for one more operation. A place is given back by dispatcher_submit() with it, or
 * by dispatcher_release().
 *
 * @param async whether it is known to be so, and may share a worker
 * @return a place, or -1: there is none now
 */
int dispatcher_reserve(struct dispatcher *dispatcher, bool async);
void dispatcher_release(struct dispatcher *dispatcher, int place);
/**
 * Run the operation that `request` describes. Its timeout, if it has one, begins now.
 *
 * @param place of dispatcher_reserve(), in the same turn of the loop
 * @param tag any value that names this operation to the observer
 * @param request an operation_request; borrowed, and not whole afterwards
 * @return false with `err` set, and nothing sent: ERROR_INVALID, ERROR_LIMIT (too large), ERROR_IO
 *         (no process can be started), ERROR_NOMEM
 */
bool dispatcher_submit(struct dispatcher *dispatcher, int place, void *tag, json_t *request,
                       struct error *err);
/**
 * Answer call number `call` of on_call: with `result` (borrowed; NULL: null), or with `failure`
 * where that is not NULL. An answer to an operation that has ended meanwhile is dropped.
 */
void dispatcher_reply(struct dispatcher *dispatcher, json_int_t call, json_t *result,
                      const struct error *failure);
/**
 * End the dispatcher: operations still under way are ended by force, without report. It frees
 * itself as the loop goes on: run that until nothing is left in it. NULL is allowed.
 */
void dispatcher_close(struct dispatcher *dispatcher);

/**
 * Where the worker executable is: beside the running executable, or in ../libexec/cloudify from
 * there; the same two places as the shared library sees them, where the program embeds it; or where
 * the library was configured to be installed.
 *
 * @return the path, new (free() it), or NULL with `err` set: ERROR_NOT_FOUND naming the places,
 *         ERROR_NOMEM
 */
char *worker_find(struct error *err);
/** Where the Lua interpreter with the runtime in it is, found in the same way. */
char *lua_runner_find(struct error *err);

#endif
