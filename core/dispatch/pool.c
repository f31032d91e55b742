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

static void pool_free(struct pool *pool)
{
    for (int i = 0; i < 2; i++) {
        if (pool->lifeline[i] >= 0)
            close(pool->lifeline[i]);
    }
    free(pool->workers);
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
        if (pool->workers[i] && pool->workers[i]->busy)
            return true;
    }
    return false;
}

static void on_output_time(uv_timer_t *timer)
{
    struct pool *pool = timer->data;
    for (int i = 0; i < pool->limit && !pool->closing; i++) {
        struct worker *worker = pool->workers[i];
        if (worker)
            worker_read_output(worker);
    }
    if (!pool->closing && !any_busy(pool))
        uv_timer_stop(timer);
}

/* One that is idle, or a new one. */
static struct worker *worker_take(struct pool *pool, struct error *err)
{
    int empty = -1;
    for (int i = 0; i < pool->limit; i++) {
        struct worker *worker = pool->workers[i];
        if (worker && !worker->busy && !worker->ending)
            return worker;
        if (!worker && empty < 0)
            empty = i;
    }
    if (empty >= 0)
        return worker_new(pool, empty, err);
    error_set(err, ERROR_BUSY, "all %d workers are taken", pool->limit);
    return NULL;
}

static bool check_request(const json_t *request, struct error *err)
{
    enum message_type type;
    if (!message_check(request, &type, err))
        return false;
    if (type != MESSAGE_OPERATION_REQUEST || !json_string_at(request, "id", NULL))
        return error_set(err, ERROR_INVALID, "message: expected an operation_request with 'id'");
    return true;
}

static bool pool_submit(struct dispatcher *dispatcher, void *tag, json_t *request,
                        struct error *err)
{
    struct pool *pool = (struct pool *)dispatcher;
    if (!check_request(request, err))
        return false;
    struct worker *worker = worker_take(pool, err);
    if (!worker || !worker_run(worker, tag, request, err))
        return false;
    if (worker->output.path && !uv_is_active((uv_handle_t *)&pool->timer))
        uv_timer_start(&pool->timer, on_output_time, OUTPUT_INTERVAL, OUTPUT_INTERVAL);
    return true;
}

static int pool_free_slots(const struct dispatcher *dispatcher)
{
    const struct pool *pool = (const struct pool *)dispatcher;
    int slots = pool->limit;
    for (int i = 0; i < pool->limit; i++) {
        const struct worker *worker = pool->workers[i];
        slots -= worker && (worker->busy || worker->ending);
    }
    return slots;
}

static void pool_reply(struct dispatcher *dispatcher, json_int_t call, json_t *result,
                       const struct error *failure)
{
    struct pool *pool = (struct pool *)dispatcher;
    for (int i = 0; i < pool->limit; i++) {
        struct worker *worker = pool->workers[i];
        if (!worker || !worker->busy || worker->call != call)
            continue;
        worker->call = 0;
        worker_reply(worker, worker->call_id, result, failure);
        return;
    }
}

static void pool_interrupt(struct dispatcher *dispatcher, void *tag)
{
    struct pool *pool = (struct pool *)dispatcher;
    for (int i = 0; i < pool->limit; i++) {
        struct worker *worker = pool->workers[i];
        if (worker && worker->busy && worker->tag == tag)
            worker_kill(worker);
    }
}

static void on_grace_over(uv_timer_t *timer)
{
    struct pool *pool = timer->data;
    for (int i = 0; i < pool->limit; i++) {
        if (pool->workers[i])
            worker_kill(pool->workers[i]);
    }
}

static void pool_close(struct dispatcher *dispatcher)
{
    struct pool *pool = (struct pool *)dispatcher;
    pool->closing = true;
    for (int i = 0; i < pool->limit; i++) {
        struct worker *worker = pool->workers[i];
        if (worker && worker->busy)
            worker_kill(worker);
        else if (worker)
            worker_hang_up(worker); /* which tells it to exit */
    }
    uv_timer_start(&pool->timer, on_grace_over, EXIT_GRACE, 0);
    pool_close_if_done(pool);
}

static const struct dispatcher_class pool_class = {.submit = pool_submit,
                                                   .free_slots = pool_free_slots,
                                                   .reply = pool_reply,
                                                   .interrupt = pool_interrupt,
                                                   .close = pool_close};

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
    pool->limit = options->workers;
    pool->lifeline[0] = pool->lifeline[1] = -1;
    pool->workers = calloc((size_t)pool->limit, sizeof *pool->workers);
    if (options->run_directory)
        pool->run_directory = strdup(options->run_directory);
    if (!pool->workers || (options->run_directory && !pool->run_directory)) {
        error_nomem(err);
        goto fail;
    }
    pool->worker_path = choose_worker(options->worker_path, err);
    if (!pool->worker_path || !worker_lifeline_new(pool->lifeline, err))
        goto fail;
    uv_timer_init(loop, &pool->timer);
    pool->timer.data = pool;
    return &pool->base;

fail:
    pool_free(pool);
    return NULL;
}
