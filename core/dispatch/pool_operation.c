/* pool_operation.c - the operations of a worker: what they print, how long they may take. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "dispatch/message.h"
#include "dispatch/pool_internal.h"

/* So long a worker has to end one of its operations when it is told to, ms: more than the five
 * seconds that the operation's children have. */
enum { CANCEL_GRACE = 7000 };

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void operation_free(struct pool_operation *operation)
{
    *operation->link = operation->next;
    if (operation->next)
        operation->next->link = operation->link;
    operation->worker->count--;
    output_release(&operation->output);
    free(operation->id);
    if (operation->timer.data)
        uv_close((uv_handle_t *)&operation->timer, on_timer_closed);
    else
        free(operation);
}

static void start_timer(struct pool_operation *operation, uv_timer_cb on_time, double seconds)
{
    uv_loop_t *loop = operation->worker->pool->loop;
    if (!operation->timer.data)
        uv_timer_init(loop, &operation->timer);
    operation->timer.data = operation;
    uv_update_time(loop);
    uv_timer_start(&operation->timer, on_time, clock_milliseconds(seconds), 0);
}

static void on_timeout(uv_timer_t *timer)
{
    struct pool_operation *operation = timer->data;
    operation->timed_out = true;
    pool_operation_end(operation);
}

struct pool_operation *pool_operation_new(struct worker *worker, void *tag, const json_t *request,
                                          struct error *err)
{
    struct pool_operation *operation = calloc(1, sizeof *operation);
    char *id = strdup(json_string_at(request, "id", ""));
    if (!operation || !id ||
        !output_init(&operation->output, json_string_at(request, "output", NULL),
                     worker->pool->mask)) {
        error_nomem(err);
        free(operation);
        free(id);
        return NULL;
    }
    operation->worker = worker;
    operation->tag = tag;
    operation->id = id;
    operation->link = &worker->operations;
    operation->next = worker->operations;
    if (operation->next)
        operation->next->link = &operation->next;
    worker->operations = operation;
    worker->count++;
    operation->timeout = json_number_at(json_object_get(request, "operation"), "timeout", 0);
    if (operation->timeout > 0)
        start_timer(operation, on_timeout, operation->timeout);
    return operation;
}

struct pool_operation *pool_operation_find(const struct worker *worker, const char *id)
{
    struct pool_operation *operation = worker->operations;
    while (operation && strcmp(operation->id, id) != 0)
        operation = operation->next;
    return operation;
}

/* ---- output ---- */

static void on_output_line(void *data, json_t *line)
{
    const struct pool_operation *operation = data;
    const struct pool *pool = operation->worker->pool;
    if (!pool->observer.on_record || pool->closing)
        return;
    json_t *record = json_pack("{s:i, s:s, s:s, s:O}", "version", MESSAGE_VERSION, "type", "output",
                               "id", operation->id, "text", line);
    if (record)
        pool->observer.on_record(pool->observer.data, operation->tag, record);
    json_decref(record);
}

void pool_operation_read_output(struct pool_operation *operation)
{
    output_read(&operation->output, false, on_output_line, operation);
}

/* ---- the end ---- */

void *pool_operation_finish(struct pool_operation *operation, bool has_output)
{
    void *tag = operation->tag;
    struct worker *worker = operation->worker;
    if (has_output) {
        output_read(&operation->output, true, on_output_line, operation);
    } else if (!worker->empty_output) {
        worker->empty_output = operation->output.path;
        operation->output.path = NULL;
    }
    operation_free(operation);
    return tag;
}

static void on_cancel_grace_over(uv_timer_t *timer)
{
    struct pool_operation *operation = timer->data;
    worker_kill(operation->worker);
}

/* Its neighbours need the worker: the worker itself is asked to end the operation. */
static void cancel(struct pool_operation *operation)
{
    struct worker *worker = operation->worker;
    struct error err = {0};
    json_t *message = message_new(MESSAGE_OPERATION_CANCEL);
    bool ok = message && !json_object_set_new(message, "id", json_string(operation->id)) &&
              channel_send(&worker->channel, message, &err);
    json_decref(message);
    if (ok)
        start_timer(operation, on_cancel_grace_over, CANCEL_GRACE / 1000.0);
    else
        worker_kill(worker);
}

void pool_operation_end(struct pool_operation *operation)
{
    struct worker *worker = operation->worker;
    if (worker->pool->slots[worker->slot].shared)
        cancel(operation);
    else
        worker_terminate(worker);
}

static void describe(const struct pool_operation *operation, char *text, size_t size)
{
    const struct worker *worker = operation->worker;
    if (operation->timed_out)
        snprintf(text, size, "took longer than %g seconds", operation->timeout);
    else if (worker->broken.length)
        snprintf(text, size, "ended because it %s", worker->broken.text);
    else if (!worker->dead)
        snprintf(text, size, "was told to end it");
    else if (worker->end.signal)
        snprintf(text, size, "killed by signal %d (%s)", worker->end.signal,
                 strsignal(worker->end.signal));
    else
        snprintf(text, size, "exited with code %d", worker->end.exit_code);
}

void pool_operation_report_interruption(struct pool_operation *operation)
{
    const struct worker *worker = operation->worker;
    const struct pool *pool = worker->pool;
    char why[1200];
    struct dispatch_interruption how = {.pid = worker->process.pid,
                                        .signal = worker->end.signal,
                                        .exit_code = worker->dead ? worker->end.exit_code : -1,
                                        .started = operation->started || worker->broken.length,
                                        .resumable = operation->resumable,
                                        .timed_out = operation->timed_out,
                                        .why = why};
    describe(operation, why, sizeof why);
    void *tag = pool_operation_finish(operation, true);
    if (!pool->closing)
        pool->observer.on_interrupted(pool->observer.data, tag, &how);
}
