/* pool_worker.c - one worker of a pool: its process, its messages, its operation, its end. */
#include "dispatch/pool_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "dispatch/children.h"
#include "dispatch/message.h"

void worker_kill(struct worker *worker)
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

void worker_reply(struct worker *worker, json_int_t call_id, json_t *result,
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

void worker_read_output(struct worker *worker)
{
    if (worker->busy)
        output_read(&worker->output, false, on_output_line, worker);
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
static void *worker_finish(struct worker *worker, bool has_output)
{
    if (has_output)
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
    void *tag = worker_finish(worker, json_boolean_at(message, "output", true));
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

static void worker_free(struct worker *worker)
{
    struct pool *pool = worker->pool;
    worker_process_release(&worker->process);
    output_release(&worker->output);
    channel_release(&worker->channel);
    strbuf_release(&worker->broken);
    free(worker->id);
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

static void on_death_closed(uv_handle_t *handle)
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
    void *tag = worker_finish(worker, true);
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
    output_init(&worker->output, NULL);
    if (!worker_process_start(&worker->process, pool->worker_path, pool->lifeline[0], record,
                              err)) {
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

bool worker_run(struct worker *worker, void *tag, const json_t *request, struct error *err)
{
    if (!worker_assign(worker, tag, request, err))
        return false;
    if (channel_send(&worker->channel, request, err))
        return true;
    worker_release(worker);
    return false;
}
