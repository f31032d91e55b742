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
#include "dispatch/children.h"
#include "dispatch/dispatcher.h"
#include "dispatch/message.h"
#include "dispatch/output.h"
#include "dispatch/worker_process.h"

/* Milliseconds between looks at the output of operations; that a worker has for its exit. */
enum { OUTPUT_INTERVAL = 200, EXIT_GRACE = 2000 };
enum { READ_SIZE = 64 * 1024 };

struct pool;

/* One worker process and the operation that it runs. */
struct worker {
    struct pool *pool;
    int slot; /* its place in pool->workers */
    struct worker_process process;
    uv_pipe_t channel; /* owns process.channel once open */
    uv_poll_t death;
    int open_handles;
    bool ending; /* killed, dead, or out of step: gets no more operations */
    struct strbuf received;
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

/* A frame on its way to a worker. */
struct sending {
    uv_write_t request;
    struct strbuf frame;
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
    strbuf_truncate(&worker->received, 0);
    worker_kill(worker);
}

/* ---- sending ---- */

static void sending_free(struct sending *sending)
{
    if (sending)
        strbuf_release(&sending->frame);
    free(sending);
}

/* A worker that cannot be written to is dead or about to be: its death tells the rest. */
static void on_sent(uv_write_t *request, int status)
{
    (void)status;
    sending_free((struct sending *)request);
}

static struct sending *sending_new(const json_t *message, struct error *err)
{
    struct sending *sending = calloc(1, sizeof *sending);
    if (!sending) {
        error_nomem(err);
        return NULL;
    }
    sending->frame = (struct strbuf)STRBUF_INIT;
    if (message_write(&sending->frame, message, err))
        return sending;
    sending_free(sending);
    return NULL;
}

/* Takes `sending`. */
static void worker_send(struct worker *worker, struct sending *sending)
{
    uv_stream_t *stream = (uv_stream_t *)&worker->channel;
    uv_buf_t rest = uv_buf_init(sending->frame.text, (unsigned)sending->frame.length);
    int sent = uv_is_closing((uv_handle_t *)stream) ? UV_EPIPE : uv_try_write(stream, &rest, 1);
    if (sent >= 0 || sent == UV_EAGAIN) {
        rest.base += sent > 0 ? sent : 0;
        rest.len -= (size_t)(sent > 0 ? sent : 0);
        if (rest.len && uv_write(&sending->request, stream, &rest, 1, on_sent) == 0)
            return;
    }
    sending_free(sending);
}

static void worker_reply(struct worker *worker, json_int_t call_id, json_t *result,
                         const struct error *failure)
{
    struct error err = {0};
    json_t *reply = message_reply(call_id, result, failure);
    struct sending *sending = reply ? sending_new(reply, &err) : NULL;
    json_decref(reply);
    if (!sending && err.code == ERROR_LIMIT) {
        reply = message_reply(call_id, NULL, &err);
        sending = reply ? sending_new(reply, &err) : NULL;
        json_decref(reply);
    }
    if (sending)
        worker_send(worker, sending);
    else
        worker_broken(worker, "no memory for the reply to it");
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

/* The operation is over. @return its tag */
static void *worker_finish(struct worker *worker)
{
    output_read(&worker->output, true, on_output_line, worker);
    output_release(&worker->output);
    free(worker->id);
    worker->id = NULL;
    worker->call = 0;
    worker->busy = false;
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

static void handle_message(struct worker *worker, json_t *message)
{
    const struct dispatch_observer *observer = &worker->pool->observer;
    enum message_type type;
    struct error err = {0};
    if (!message_check(message, &type, &err)) {
        worker_broken(worker, "sent a broken %s", err.text);
        return;
    }
    if (!names_operation(worker, message, type)) {
        worker_broken(worker, "sent '%s' for an operation that it was not given",
                      message_type_name(type));
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

/* Handle what has arrived in full. The observer may close the pool meanwhile. */
static void handle_received(struct worker *worker)
{
    struct strbuf *received = &worker->received;
    size_t done = 0;
    while (!worker->pool->closing && !worker->broken.length) {
        size_t taken;
        struct error err = {0};
        json_t *message =
            message_read(received->text + done, received->length - done, &taken, &err);
        if (!message && err.code != ERROR_NONE)
            worker_broken(worker, "sent a broken %s", err.text);
        if (!message)
            break;
        handle_message(worker, message);
        json_decref(message);
        done += taken;
    }
    if (done < received->length)
        memmove(received->text, received->text + done, received->length - done);
    strbuf_truncate(received, done < received->length ? received->length - done : 0);
}

/* ---- reading ---- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct worker *worker = handle->data;
    (void)suggested;
    *buffer = uv_buf_init(NULL, 0); /* no memory: the reader is told UV_ENOBUFS */
    if (strbuf_reserve(&worker->received, READ_SIZE))
        *buffer = uv_buf_init(worker->received.text + worker->received.length, READ_SIZE);
}

static void worker_received(struct worker *worker, size_t count)
{
    worker->received.length += count;
    worker->received.text[worker->received.length] = '\0';
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct worker *worker = stream->data;
    (void)buffer;
    if (count > 0) {
        worker_received(worker, (size_t)count);
        handle_received(worker);
    } else if (count < 0) {
        /* Most likely it is dead; one that has closed its channel and lives on is of no use. */
        uv_read_stop(stream);
        worker_kill(worker);
    }
}

/* Take what a dead worker has said last. */
static void worker_drain(struct worker *worker)
{
    uv_os_fd_t fd;
    if (uv_fileno((uv_handle_t *)&worker->channel, &fd) != 0)
        return;
    while (strbuf_reserve(&worker->received, READ_SIZE)) {
        ssize_t count =
            recv(fd, worker->received.text + worker->received.length, READ_SIZE, MSG_DONTWAIT);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        worker_received(worker, (size_t)count);
    }
    handle_received(worker);
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
    strbuf_release(&worker->received);
    strbuf_release(&worker->broken);
    free(worker->id);
    free(worker);
    pool->alive--;
    pool_close_if_done(pool);
}

static void on_worker_closed(uv_handle_t *handle)
{
    struct worker *worker = handle->data;
    if (--worker->open_handles == 0)
        worker_free(worker);
}

static void close_handle(uv_handle_t *handle)
{
    if (handle->data && !uv_is_closing(handle))
        uv_close(handle, on_worker_closed);
}

/* Its process is no more: its place is free for another one at once. */
static void worker_close(struct worker *worker)
{
    worker->pool->workers[worker->slot] = NULL;
    close_handle((uv_handle_t *)&worker->channel);
    close_handle((uv_handle_t *)&worker->death);
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
        worker_drain(worker);
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
    int failed = uv_pipe_init(loop, &worker->channel, 0);
    if (failed)
        return failed;
    worker->channel.data = worker;
    worker->open_handles++;
    failed = uv_pipe_open(&worker->channel, worker->process.channel);
    if (failed)
        return failed;
    worker->process.channel = -1;
    failed = uv_poll_init(loop, &worker->death, worker->process.pidfd);
    if (failed)
        return failed;
    worker->death.data = worker;
    worker->open_handles++;
    failed = uv_read_start((uv_stream_t *)&worker->channel, on_alloc, on_read);
    return failed ? failed : uv_poll_start(&worker->death, UV_READABLE, on_death);
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
    worker->received = worker->broken = (struct strbuf)STRBUF_INIT;
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
    struct sending *sending = sending_new(request, err);
    struct worker *worker = sending ? worker_take(pool, err) : NULL;
    if (!worker || !worker_assign(worker, tag, request, err)) {
        sending_free(sending);
        return false;
    }
    worker_send(worker, sending);
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
            close_handle((uv_handle_t *)&worker->channel); /* which tells it to exit */
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
