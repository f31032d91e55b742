/* pool_worker.c - one worker of a pool: its process, its messages, its end. */
#include "dispatch/pool_internal.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "dispatch/children.h"
#include "dispatch/message.h"

/* How often those that have been asked to end are looked at, and how long they have, ms. */
enum { GRACE_INTERVAL = 50, GRACE = 5000 };

void worker_kill(struct worker *worker)
{
    worker_process_signal(&worker->process, SIGKILL);
    worker->ending = true;
}

void worker_broken(struct worker *worker, const char *fmt, ...)
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

void worker_reply(struct worker *worker, json_int_t call_id, json_t *result,
                  const struct error *failure)
{
    struct error err = {0}, again = {0};
    if (send_reply(worker, call_id, result, failure, &err))
        return;
    if (!send_reply(worker, call_id, NULL, &err, &again))
        worker_broken(worker, "cannot be answered: %s", again.text);
}

/* ---- messages ---- */

static void handle_call(struct pool_operation *operation, json_t *message)
{
    struct worker *worker = operation->worker;
    struct pool *pool = worker->pool;
    const char *method = json_string_at(message, "method", NULL);
    json_int_t id = json_integer_at(message, "id", 0);
    if (!method || id <= 0 || operation->call) {
        worker_broken(worker, "sent a call without 'id' or 'method', or two at a time");
        return;
    }
    if (!pool->observer.on_call) {
        struct error err = {0};
        error_set(&err, ERROR_UNSUPPORTED, "'%s' cannot be asked for here", method);
        worker_reply(worker, id, NULL, &err);
        return;
    }
    operation->call = ++pool->last_call;
    operation->call_id = id;
    pool->observer.on_call(pool->observer.data, operation->tag, operation->call, method,
                           json_object_get(message, "arguments"));
}

static void handle_started(struct pool_operation *operation, const json_t *message)
{
    struct worker *worker = operation->worker;
    const struct dispatch_observer *observer = &worker->pool->observer;
    struct dispatch_start start = {.pid = worker->process.pid,
                                   .resumable = json_boolean_at(message, "resumable", false),
                                   .async = json_boolean_at(message, "async", false)};
    strncat(start.time, json_string_at(message, "timestamp", ""), sizeof start.time - 1);
    operation->started = true;
    operation->resumable = start.resumable;
    if (start.async)
        worker->pool->slots[worker->slot].shared = true;
    if (observer->on_started)
        observer->on_started(observer->data, operation->tag, &start);
}

/* A failure has its reason; one that was cancelled, which the engine gives it. */
static bool is_whole_result(const json_t *message)
{
    const json_t *ok = json_object_get(message, "ok");
    return json_is_true(ok) ||
           (json_is_false(ok) && (json_is_object(json_object_get(message, "error")) ||
                                  json_boolean_at(message, "cancelled", false)));
}

static void handle_result(struct pool_operation *operation, json_t *message)
{
    const struct pool *pool = operation->worker->pool;
    bool has_output = json_boolean_at(message, "output", true);
    if (!is_whole_result(message)) {
        worker_broken(operation->worker, "sent an operation_result without 'ok', or of a failure "
                                         "without 'error'");
    } else if (json_boolean_at(message, "cancelled", false)) {
        pool_operation_report_interruption(operation);
    } else {
        void *tag = pool_operation_finish(operation, has_output);
        pool->observer.on_result(pool->observer.data, tag, message);
    }
}

/* The operation that the message concerns, of those that the worker has been given; or NULL. */
static struct pool_operation *operation_of(const struct worker *worker, const json_t *message,
                                           enum message_type type)
{
    const char *key = type == MESSAGE_CALL ? "operation" : "id";
    return pool_operation_find(worker, json_string_at(message, key, ""));
}

static void on_message(void *data, json_t *message)
{
    struct worker *worker = data;
    const struct dispatch_observer *observer = &worker->pool->observer;
    enum message_type type;
    struct error err = {0};
    if (worker->pool->closing)
        return;
    struct pool_operation *operation = NULL;
    if (message_check(message, &type, &err))
        operation = operation_of(worker, message, type);
    if (!operation) {
        worker_broken(worker, "sent '%s' for an operation that it was not given",
                      json_string_at(message, "type", ""));
        return;
    }
    switch (type) {
    case MESSAGE_OPERATION_STARTED:
        handle_started(operation, message);
        break;
    case MESSAGE_OPERATION_RESULT:
        handle_result(operation, message);
        break;
    case MESSAGE_LOG:
    case MESSAGE_EVENT:
        if (observer->on_record)
            observer->on_record(observer->data, operation->tag, message);
        break;
    case MESSAGE_CALL:
        handle_call(operation, message);
        break;
    case MESSAGE_OPERATION_REQUEST:
    case MESSAGE_OPERATION_CANCEL:
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
    else if (!worker->ending)
        worker_kill(worker); /* most likely dead; one that hangs up and lives on is of no use */
}

/* ---- end of a worker ---- */

static void worker_free(struct worker *worker)
{
    struct pool *pool = worker->pool;
    worker_process_release(&worker->process);
    channel_release(&worker->channel);
    strbuf_release(&worker->broken);
    repeated_forget(&worker->repeated);
    free(worker->empty_output);
    free(worker);
    pool_worker_gone(pool);
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

static void on_handle_closed(uv_handle_t *handle)
{
    handle_closed(handle->data);
}

void worker_hang_up(struct worker *worker)
{
    if (worker->channel.fd < 0)
        return;
    shutdown(worker->channel.fd, SHUT_WR);
    channel_finish(&worker->channel);
}

/* Its process is no more: its place is free for another one at once. */
static void worker_close(struct worker *worker)
{
    uv_handle_t *const handles[] = {(uv_handle_t *)&worker->death, (uv_handle_t *)&worker->grace};
    worker->pool->slots[worker->slot].worker = NULL;
    if (worker->channel.fd >= 0)
        channel_close(&worker->channel, on_channel_closed);
    for (size_t i = 0; i < sizeof handles / sizeof *handles; i++) {
        if (handles[i]->data)
            uv_close(handles[i], on_handle_closed);
    }
    if (worker->open_handles == 0)
        worker_free(worker);
}

/* All that it was given has ended with it, unless children still have time to end. */
static void worker_settle(struct worker *worker)
{
    bool waits = uv_is_active((uv_handle_t *)&worker->grace) && !worker->pool->closing;
    if (waits && children_memory_are_alive(worker->process.children))
        return;
    if (worker->operations)
        children_memory_end(worker->process.children);
    while (worker->operations)
        pool_operation_report_interruption(worker->operations);
    worker_close(worker);
}

static void on_death(uv_poll_t *poll, int status, int events)
{
    struct worker *worker = poll->data;
    (void)status, (void)events;
    uv_poll_stop(poll);
    worker->end = worker_process_reap(&worker->process);
    if (!worker->pool->closing)
        channel_drain(&worker->channel);
    worker->dead = worker->ending = true;
    worker_settle(worker);
}

static void on_grace_time(uv_timer_t *timer)
{
    struct worker *worker = timer->data;
    if (clock_monotonic() >= worker->grace_end) {
        uv_timer_stop(timer);
        children_memory_end(worker->process.children);
        if (!worker->dead)
            worker_kill(worker);
    }
    if (worker->dead)
        worker_settle(worker);
}

void worker_terminate(struct worker *worker)
{
    if (uv_is_active((uv_handle_t *)&worker->grace))
        return;
    worker->ending = true;
    worker->grace_end = clock_monotonic() + GRACE / 1000.0;
    uv_timer_start(&worker->grace, on_grace_time, GRACE_INTERVAL, GRACE_INTERVAL);
    children_memory_terminate(worker->process.children);
    worker_process_signal(&worker->process, SIGTERM);
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
    uv_timer_init(loop, &worker->grace);
    worker->grace.data = worker;
    worker->open_handles++;
    return uv_poll_start(&worker->death, UV_READABLE, on_death);
}

/* A file for the next worker; new, or NULL: none is wanted, or `err` is set. */
static char *record_path(struct pool *pool, struct error *err)
{
    if (!pool->run_directory)
        return NULL;
    struct strbuf path = STRBUF_INIT;
    strbuf_addf(&path, "%s/worker-%ld-%u", pool->run_directory, (long)getpid(), ++pool->started);
    char *text = strbuf_detach(&path);
    if (!text)
        error_nomem(err);
    return text;
}

struct worker *worker_new(struct pool *pool, int slot, struct error *err)
{
    struct worker *worker = calloc(1, sizeof *worker);
    char *record = record_path(pool, err);
    if (!worker || err->code) {
        error_nomem(err);
        free(worker);
        free(record);
        return NULL;
    }
    worker->pool = pool;
    worker->slot = slot;
    worker->broken = (struct strbuf)STRBUF_INIT;
    channel_init(&worker->channel);
    worker->channel.data = worker;
    worker->channel.on_message = on_message;
    worker->channel.on_end = on_end;
    if (!worker_process_start(&worker->process, &pool->setup, pool->lifeline[0], record, err)) {
        free(worker);
        return NULL;
    }
    pool->alive++;
    pool->slots[slot].worker = worker;
    int failed = worker_open(worker);
    if (!failed)
        return worker;
    error_set(err, ERROR_IO, "cannot talk to a worker: %s", uv_strerror(failed));
    worker_process_signal(&worker->process, SIGKILL);
    worker_process_reap(&worker->process);
    worker_close(worker);
    return NULL;
}

/* An empty file keeps its name: giving it another one takes as long as all else that the worker
 * asks the kernel for. */
static bool give_empty_output(struct worker *worker, json_t *request, struct error *err)
{
    if (!worker->empty_output || !json_object_get(request, "output"))
        return true;
    bool ok = json_set_text(request, "output", worker->empty_output);
    free(worker->empty_output);
    worker->empty_output = NULL;
    return ok || error_nomem(err);
}

bool worker_run(struct worker *worker, void *tag, json_t *request, struct error *err)
{
    if (!give_empty_output(worker, request, err))
        return false;
    struct pool_operation *operation = pool_operation_new(worker, tag, request, err);
    if (!operation)
        return false;
    if (repeated_leave_out(&worker->repeated, request, err) &&
        channel_send(&worker->channel, request, err))
        return true;
    repeated_forget(&worker->repeated);
    pool_operation_finish(operation, false);
    return false;
}
