/* pool.c - a dispatcher over worker processes of this machine (dispatch.h). */
#include "dispatch/dispatch.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "dispatch/channel.h"
#include "dispatch/children.h"
#include "dispatch/dispatcher.h"
#include "dispatch/message.h"
#include "dispatch/output.h"
#include "dispatch/worker_process.h"

/* Milliseconds between looks at the output of operations; that a worker has for its exit. */
enum { OUTPUT_INTERVAL = 200, EXIT_GRACE = 2000 };

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
    int lifeline[2];
    struct worker **workers; /* `limit` of them, NULL where none has been started */
    int limit, alive;
    json_int_t last_call;
    uv_timer_t timer; /* looks at outputs; once closing, ends those that linger */
    bool closing;
};

static void worker_kill(struct worker *worker)
{
    worker_process_kill(&worker->process);
    worker->ending = true;
}

/* The worker has said what it must not: whatever else it says counts for nothing. */
__attribute__((format(printf, 2, 3))) static void worker_broken(struct worker *worker,
                                                                const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    strbuf_truncate(&worker->broken, 0);
    strbuf_vaddf(&worker->broken, fmt, args);
    va_end(args);
    channel_finish(&worker->channel);
    worker_kill(worker);
}

static bool send_reply(struct worker *worker, json_int_t call_id, json_t *result,
                       const struct error *failure, struct error *err)
{
    json_t *reply = message_reply(call_id, result, failure);
    bool ok = reply ? channel_send(&worker->channel, reply, err) : error_nomem(err);
    json_decref(reply);
    return ok;
}

static void worker_reply(struct worker *worker, json_int_t call_id, json_t *result,
                         const struct error *failure)
{
    struct error err = {0}, again = {0};
    if (send_reply(worker, call_id, result, failure, &err))
        return;
    if (!send_reply(worker, call_id, NULL, &err, &again))
        worker_broken(worker, "cannot be answered: %s", again.text);
}

/* ---- the operation of a worker ---- */

static void on_output_line(void *data, json_t *line)
{
    struct worker *worker = data;
    const struct dispatch_observer *observer = &worker->pool->observer;
    if (!observer->on_record || worker->pool->closing)
        return;
    json_t *record = json_pack("{s:i, s:s, s:s, s:O}", "version", MESSAGE_VERSION, "type", "output",
                               "id", worker->id, "text", line);
    if (record)
        observer->on_record(observer->data, worker->tag, record);
    json_decref(record);
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
        if (worker && worker->busy)
            output_read(&worker->output, false, on_output_line, worker);
    }
    if (!pool->closing && !any_busy(pool))
        uv_timer_stop(timer);
}

/* It has no operation any more. */
static void worker_release(struct worker *worker)
{
    output_release(&worker->output);
    free(worker->id);
    worker->id = NULL;
    worker->call = 0;
    worker->busy = false;
}

/* The operation is over. @return its tag */
static void *worker_finish(struct worker *worker)
{
    output_read(&worker->output, true, on_output_line, worker);
    worker_release(worker);
    return worker->tag;
}

static void handle_call(struct worker *worker, json_t *message)
{
    struct pool *pool = worker->pool;
    const char *method = json_string_at(message, "method", NULL);
    json_int_t id = json_integer_at(message, "id", 0);
    if (!method || id <= 0 || worker->call) {
        worker_broken(worker, "sent a call without 'id' or 'method', or two at a time");
        return;
    }
    if (!pool->observer.on_call) {
        struct error err = {0};
        error_set(&err, ERROR_UNSUPPORTED, "'%s' cannot be asked for here", method);
        worker_reply(worker, id, NULL, &err);
        return;
    }
    worker->call = ++pool->last_call;
    worker->call_id = id;
    pool->observer.on_call(pool->observer.data, worker->tag, worker->call, method,
                           json_object_get(message, "arguments"));
}

static void handle_started(struct worker *worker, const json_t *message)
{
    const struct dispatch_observer *observer = &worker->pool->observer;
    worker->started = true;
    worker->resumable = json_boolean_at(message, "resumable", false);
    if (observer->on_started)
        observer->on_started(observer->data, worker->tag, worker->resumable, worker->process.pid);
}

static void handle_result(struct worker *worker, json_t *message)
{
    const struct dispatch_observer *observer = &worker->pool->observer;
    if (!json_is_boolean(json_object_get(message, "ok"))) {
        worker_broken(worker, "sent an operation_result without 'ok'");
        return;
    }
    void *tag = worker_finish(worker);
    if (!worker->pool->closing)
        observer->on_result(observer->data, tag, message);
}

/* Whether the message concerns the operation that the worker has been given. */
static bool names_operation(const struct worker *worker, const json_t *message,
                            enum message_type type)
{
    const char *key = type == MESSAGE_CALL ? "operation" : "id";
    return worker->busy && !strcmp(json_string_at(message, key, ""), worker->id);
}

static void on_message(void *data, json_t *message)
{
    struct worker *worker = data;
    const struct dispatch_observer *observer = &worker->pool->observer;
    enum message_type type;
    struct error err = {0};
    if (worker->pool->closing)
        return;
    if (!message_check(message, &type, &err) || !names_operation(worker, message, type)) {
        worker_broken(worker, "sent '%s' for an operation that it was not given",
                      json_string_at(message, "type", ""));
        return;
    }
    switch (type) {
    case MESSAGE_OPERATION_STARTED:
        handle_started(worker, message);
        break;
    case MESSAGE_OPERATION_RESULT:
        handle_result(worker, message);
        break;
    case MESSAGE_LOG:
    case MESSAGE_EVENT:
        if (observer->on_record)
            observer->on_record(observer->data, worker->tag, message);
        break;
    case MESSAGE_CALL:
        handle_call(worker, message);
        break;
    case MESSAGE_OPERATION_REQUEST:
    case MESSAGE_REPLY:
        worker_broken(worker, "sent '%s', which only an engine sends", message_type_name(type));
        break;
    }
}

static void on_end(void *data, const struct error *err)
{
    struct worker *worker = data;
    if (err)
        worker_broken(worker, "sent a broken %s", err->text);
    else
        worker_kill(worker); /* most likely dead; one that hangs up and lives on is of no use */
}

/* ---- end of a worker ---- */

static void pool_free(struct pool *pool)
{
    for (int i = 0; i < 2; i++) {
        if (pool->lifeline[i] >= 0)
            close(pool->lifeline[i]);
    }
    free(pool->workers);
    free(pool->worker_path);
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

static void worker_free(struct worker *worker)
{
    struct pool *pool = worker->pool;
    worker_process_release(&worker->process);
    output_release(&worker->output);
    channel_release(&worker->channel);
    strbuf_release(&worker->broken);
    free(worker->id);
    free(worker);
    pool->alive--;
    pool_close_if_done(pool);
}

static void handle_closed(struct worker *worker)
{
    if (--worker->open_handles == 0)
        worker_free(worker);
}

static void on_channel_closed(uv_handle_t *handle)
{
    const struct channel *channel = handle->data;
    handle_closed(channel->data);
}

static void on_death_closed(uv_handle_t *handle)
{
    handle_closed(handle->data);
}

static void worker_hang_up(struct worker *worker)
{
    if (worker->channel.fd < 0)
        return;
    shutdown(worker->channel.fd, SHUT_WR);
    channel_finish(&worker->channel);
}

/* Its process is no more: its place is free for another one at once. */
static void worker_close(struct worker *worker)
{
    worker->pool->workers[worker->slot] = NULL;
    if (worker->channel.fd >= 0)
        channel_close(&worker->channel, on_channel_closed);
    if (worker->death.data)
        uv_close((uv_handle_t *)&worker->death, on_death_closed);
    if (worker->open_handles == 0)
        worker_free(worker);
}

static void describe_end(const struct worker *worker, struct worker_end end, char *text,
                         size_t size)
{
    if (worker->broken.length)
        snprintf(text, size, "ended because it %s", worker->broken.text);
    else if (end.signal)
        snprintf(text, size, "killed by signal %d (%s)", end.signal, strsignal(end.signal));
    else
        snprintf(text, size, "exited with code %d", end.exit_code);
}

static void report_interruption(struct worker *worker, struct worker_end end)
{
    struct pool *pool = worker->pool;
    const struct dispatch_observer *observer = &pool->observer;
    char why[1200];
    struct dispatch_interruption how = {.pid = worker->process.pid,
                                        .signal = end.signal,
                                        .exit_code = end.exit_code,
                                        .started = worker->started || worker->broken.length,
                                        .resumable = worker->resumable,
                                        .why = why};
    describe_end(worker, end, why, sizeof why);
    void *tag = worker_finish(worker);
    worker_close(worker);
    if (!pool->closing)
        observer->on_interrupted(observer->data, tag, &how);
}

static void on_death(uv_poll_t *poll, int status, int events)
{
    struct worker *worker = poll->data;
    (void)status, (void)events;
    uv_poll_stop(poll);
    struct worker_end end = worker_process_reap(&worker->process);
    if (!worker->pool->closing)
        channel_drain(&worker->channel);
    worker->ending = true;
    if (worker->busy) {
        children_memory_end(worker->process.children);
        report_interruption(worker, end);
    } else {
        worker_close(worker);
    }
}

/* ---- start of a worker ---- */

/* @return 0, or an error of libuv */
static int worker_open(struct worker *worker)
{
    uv_loop_t *loop = worker->pool->loop;
    int failed = channel_open(&worker->channel, loop, worker->process.channel);
    worker->open_handles += worker->channel.fd >= 0;
    if (failed)
        return failed;
    failed = uv_poll_init(loop, &worker->death, worker->process.pidfd);
    if (failed)
        return failed;
    worker->death.data = worker;
    worker->open_handles++;
    return uv_poll_start(&worker->death, UV_READABLE, on_death);
}

static struct worker *worker_new(struct pool *pool, int slot, struct error *err)
{
    struct worker *worker = calloc(1, sizeof *worker);
    if (!worker) {
        error_nomem(err);
        return NULL;
    }
    worker->pool = pool;
    worker->slot = slot;
    worker->broken = (struct strbuf)STRBUF_INIT;
    channel_init(&worker->channel);
    worker->channel.data = worker;
    worker->channel.on_message = on_message;
    worker->channel.on_end = on_end;
    output_init(&worker->output, NULL);
    if (!worker_process_start(&worker->process, pool->worker_path, pool->lifeline[0], err)) {
        free(worker);
        return NULL;
    }
    pool->alive++;
    pool->workers[slot] = worker;
    int failed = worker_open(worker);
    if (!failed)
        return worker;
    error_set(err, ERROR_IO, "cannot talk to a worker: %s", uv_strerror(failed));
    worker_process_kill(&worker->process);
    worker_process_reap(&worker->process);
    worker_close(worker);
    return NULL;
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

/* ---- the functions of a dispatcher ---- */

/* Make it the worker of that operation. */
static bool worker_assign(struct worker *worker, void *tag, const json_t *request,
                          struct error *err)
{
    worker->id = strdup(json_string_at(request, "id", ""));
    if (!worker->id || !output_init(&worker->output, json_string_at(request, "output", NULL))) {
        free(worker->id);
        worker->id = NULL;
        return error_nomem(err);
    }
    worker->tag = tag;
    worker->started = worker->resumable = false;
    worker->call = 0;
    worker->busy = true;
    return true;
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
    if (!worker || !worker_assign(worker, tag, request, err))
        return false;
    if (!channel_send(&worker->channel, request, err)) {
        worker_release(worker);
        return false;
    }
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
    if (!pool->workers) {
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
