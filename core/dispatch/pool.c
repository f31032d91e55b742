/* pool.c - a dispatcher over worker processes of this machine (dispatch.h). */
#include "dispatch/dispatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "dispatch/message.h"
#include "dispatch/pool_internal.h"

/* Milliseconds between looks at the output of operations; that a worker has for its exit. */
enum { OUTPUT_INTERVAL = 200, EXIT_GRACE = 2000 };
/* Async operations in one worker: from so many on another is rather begun; there are never more. */
enum { SHARED_ENOUGH = 32, SHARED_LIMIT = 1000 };

static void pool_free(struct pool *pool)
{
    for (int i = 0; i < 2; i++) {
        if (pool->lifeline[i] >= 0)
            close(pool->lifeline[i]);
    }
    free(pool->slots);
    worker_setup_release(&pool->setup);
    free(pool->worker_path);
    free(pool->run_directory);
    free(pool);
}

static void on_timer_closed(uv_handle_t *handle)
{
    pool_free(handle->data);
}

static void pool_close_if_done(struct pool *pool)
{
    if (pool->closing && !pool->alive && !uv_is_closing((uv_handle_t *)&pool->timer))
        uv_close((uv_handle_t *)&pool->timer, on_timer_closed);
}

void pool_worker_gone(struct pool *pool)
{
    pool->alive--;
    pool_close_if_done(pool);
}

static bool any_busy(const struct pool *pool)
{
    for (int i = 0; i < pool->limit; i++) {
        if (pool->slots[i].worker && pool->slots[i].worker->operations)
            return true;
    }
    return false;
}

static void on_output_time(uv_timer_t *timer)
{
    struct pool *pool = timer->data;
    for (int i = 0; i < pool->limit && !pool->closing; i++) {
        const struct worker *worker = pool->slots[i].worker;
        struct pool_operation *operation = worker ? worker->operations : NULL;
        for (; operation; operation = operation->next)
            pool_operation_read_output(operation);
    }
    if (!pool->closing && !any_busy(pool))
        uv_timer_stop(timer);
}

/* ---- places ---- */

static int load(const struct pool_slot *slot)
{
    return slot->reserved + (slot->worker ? slot->worker->count : 0);
}

static bool is_ending(const struct pool_slot *slot)
{
    return slot->worker && slot->worker->ending;
}

/* One that nothing runs in, rather with a worker than without; -1: there is none, or as many as
 * there may be of this kind are taken. */
static int idle_slot(const struct pool *pool, bool shared)
{
    int empty = -1, taken = 0;
    for (int i = 0; i < pool->limit; i++) {
        const struct pool_slot *slot = &pool->slots[i];
        taken += (load(slot) || is_ending(slot)) && slot->shared == shared;
    }
    for (int i = 0; i < pool->limit && taken < pool->limit / 2; i++) {
        const struct pool_slot *slot = &pool->slots[i];
        if (load(slot) || is_ending(slot))
            continue;
        if (slot->worker)
            return i;
        if (empty < 0)
            empty = i;
    }
    return empty;
}

/* The one with the fewest async operations; -1: there is none that has room. */
static int shared_slot(const struct pool *pool)
{
    int best = -1;
    for (int i = 0; i < pool->limit; i++) {
        const struct pool_slot *slot = &pool->slots[i];
        if (!slot->shared || !load(slot) || load(slot) >= SHARED_LIMIT || is_ending(slot))
            continue;
        if (best < 0 || load(slot) < load(&pool->slots[best]))
            best = i;
    }
    return best;
}

static int pool_reserve(struct dispatcher *dispatcher, bool async)
{
    struct pool *pool = (struct pool *)dispatcher;
    int shared = async ? shared_slot(pool) : -1, place = shared;
    if (shared < 0 || load(&pool->slots[shared]) >= SHARED_ENOUGH)
        place = idle_slot(pool, async);
    if (place < 0)
        place = shared;
    if (place < 0)
        return -1;
    pool->slots[place].shared = async;
    pool->slots[place].reserved++;
    return place;
}

static void pool_release(struct dispatcher *dispatcher, int place)
{
    struct pool *pool = (struct pool *)dispatcher;
    pool->slots[place].reserved--;
}

/* ---- operations ---- */

static bool check_request(const json_t *request, struct error *err)
{
    enum message_type type;
    if (!message_check(request, &type, err))
        return false;
    if (type != MESSAGE_OPERATION_REQUEST || !json_string_at(request, "id", NULL))
        return error_set(err, ERROR_INVALID, "message: expected an operation_request with 'id'");
    return true;
}

static bool pool_submit(struct dispatcher *dispatcher, int place, void *tag, json_t *request,
                        struct error *err)
{
    struct pool *pool = (struct pool *)dispatcher;
    struct worker *worker = pool->slots[place].worker;
    pool_release(dispatcher, place);
    if (!check_request(request, err))
        return false;
    if (!worker)
        worker = worker_new(pool, place, err);
    if (!worker || !worker_run(worker, tag, request, err))
        return false;
    if (json_object_get(request, "output") && !uv_is_active((uv_handle_t *)&pool->timer))
        uv_timer_start(&pool->timer, on_output_time, OUTPUT_INTERVAL, OUTPUT_INTERVAL);
    return true;
}

/* The operation that waits for an answer to `call`, or NULL. */
static struct pool_operation *find_call(const struct pool *pool, json_int_t call)
{
    for (int i = 0; i < pool->limit; i++) {
        const struct worker *worker = pool->slots[i].worker;
        struct pool_operation *operation = worker ? worker->operations : NULL;
        for (; operation; operation = operation->next) {
            if (operation->call == call)
                return operation;
        }
    }
    return NULL;
}

static void pool_reply(struct dispatcher *dispatcher, json_int_t call, json_t *result,
                       const struct error *failure)
{
    struct pool_operation *operation = find_call((struct pool *)dispatcher, call);
    if (!operation)
        return;
    operation->call = 0;
    worker_reply(operation->worker, operation->call_id, result, failure);
}

static void pool_warm(struct dispatcher *dispatcher)
{
    struct pool *pool = (struct pool *)dispatcher;
    struct error ignored = {0};
    if (!pool->alive)
        worker_new(pool, 0, &ignored);
}

/* ---- closing ---- */

static void on_grace_over(uv_timer_t *timer)
{
    struct pool *pool = timer->data;
    for (int i = 0; i < pool->limit; i++) {
        if (pool->slots[i].worker)
            worker_kill(pool->slots[i].worker);
    }
}

static void pool_close(struct dispatcher *dispatcher)
{
    struct pool *pool = (struct pool *)dispatcher;
    pool->closing = true;
    for (int i = 0; i < pool->limit; i++) {
        struct worker *worker = pool->slots[i].worker;
        if (worker && worker->operations)
            worker_kill(worker);
        else if (worker)
            worker_hang_up(worker); /* which tells it to exit */
    }
    uv_timer_start(&pool->timer, on_grace_over, EXIT_GRACE, 0);
    pool_close_if_done(pool);
}

static const struct dispatcher_class pool_class = {.reserve = pool_reserve,
                                                   .release = pool_release,
                                                   .submit = pool_submit,
                                                   .reply = pool_reply,
                                                   .close = pool_close,
                                                   .warm = pool_warm};

static char *choose_worker(const char *path, struct error *err)
{
    if (!path)
        return worker_find(err);
    if (access(path, X_OK) != 0) {
        error_set(err, ERROR_NOT_FOUND, "worker '%s': %s", path, strerror(errno));
        return NULL;
    }
    char *copy = strdup(path);
    if (!copy)
        error_nomem(err);
    return copy;
}

struct dispatcher *pool_new(uv_loop_t *loop, const struct pool_options *options, struct error *err)
{
    if (options->workers < 1) {
        error_set(err, ERROR_INVALID, "workers: expected at least 1, got %d", options->workers);
        return NULL;
    }
    struct pool *pool = calloc(1, sizeof *pool);
    if (!pool) {
        error_nomem(err);
        return NULL;
    }
    pool->base.class = &pool_class;
    pool->loop = loop;
    pool->observer = options->observer;
    /* Operations that only wait must not keep others from a worker: as many again may be shared. */
    pool->limit = 2 * options->workers;
    pool->lifeline[0] = pool->lifeline[1] = -1;
    pool->slots = calloc((size_t)pool->limit, sizeof *pool->slots);
    pool->mask = options->mask;
    if (options->run_directory)
        pool->run_directory = strdup(options->run_directory);
    if (!pool->slots || (options->run_directory && !pool->run_directory)) {
        error_nomem(err);
        goto fail;
    }
    pool->worker_path = choose_worker(options->worker_path, err);
    if (!pool->worker_path ||
        !worker_setup_init(&pool->setup, &options->settings, pool->worker_path, err) ||
        !worker_lifeline_new(pool->lifeline, err))
        goto fail;
    uv_timer_init(loop, &pool->timer);
    pool->timer.data = pool;
    return &pool->base;

fail:
    pool_free(pool);
    return NULL;
}
