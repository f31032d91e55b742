/* main.c - a worker: runs the operations that its engine sends, ordinary ones one after the other,
 * async ones side by side. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/json.h"
#include "base/json_pool.h"
#include "dispatch/children.h"
#include "dispatch/message.h"
#include "dispatch/repeated.h"
#include "dispatch/worker_settings.h"
#include "lua/coverage.h"
#include "lua/last_place.h"
#include "lua/memory.h"
#include "lua/operation_host.h"
#include "lua/process.h"
#include "lua/trace.h"
#include "worker/assignment.h"
#include "worker/connection.h"
#include "worker/lifeline.h"
#include "worker/output_file.h"
#include "worker/settling.h"

struct worker {
    uv_loop_t loop;
    uv_poll_t readable; /* the connection has something */
    uv_check_t turn;    /* what an operation has kept from the loop while it waited for a reply */
    struct operation_host *host;
    struct repeated repeated;
};

static bool begin(struct worker *worker, json_t *request, struct error *err)
{
    if (!repeated_put_back(&worker->repeated, request, err))
        return false;
    assignment_begin(worker->host, &worker->loop, request);
    return true;
}

static void handle(struct worker *worker, json_t *message)
{
    struct error err = {0};
    enum message_type type;
    bool ok = message_check(message, &type, &err);
    if (ok && type == MESSAGE_OPERATION_REQUEST)
        ok = begin(worker, message, &err);
    else if (ok && type == MESSAGE_OPERATION_CANCEL)
        assignment_cancel(json_string_at(message, "id", ""));
    else if (ok)
        ok = error_set(&err, ERROR_INVALID, "expected an operation_request, got '%s'",
                       message_type_name(type));
    if (!ok)
        connection_give_up(&err);
}

static void handle_all(struct worker *worker)
{
    json_t *message;
    while ((message = connection_next())) {
        handle(worker, message);
        json_decref(message);
    }
}

static void on_turn(uv_check_t *turn)
{
    handle_all(turn->data);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct worker *worker = poll->data;
    (void)events;
    if (status < 0 || !connection_receive())
        uv_stop(&worker->loop);
    else
        handle_all(worker);
}

static bool take_descriptors(struct error *err)
{
    const int descriptors[] = {WORKER_CHANNEL_FD, WORKER_LIFELINE_FD, WORKER_CHILDREN_FD};
    for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++) {
        if (fcntl(descriptors[i], F_SETFD, FD_CLOEXEC) != 0)
            return error_set(err, ERROR_INVALID,
                             "descriptor %d is not open: workers are started by an engine, not "
                             "by hand",
                             descriptors[i]);
    }
    if (!children_share(WORKER_CHILDREN_FD))
        return error_set(err, ERROR_INVALID, "descriptor %d is no shared memory: %s",
                         WORKER_CHILDREN_FD, strerror(errno));
    close(WORKER_CHILDREN_FD); /* mapped by now: no plugin shall write into it by its number */
    return lifeline_watch(WORKER_LIFELINE_FD, err);
}

static bool worker_open(struct worker *worker, struct error *err)
{
    int failed = uv_loop_init(&worker->loop);
    if (!failed)
        failed = uv_poll_init(&worker->loop, &worker->readable, WORKER_CHANNEL_FD);
    if (!failed)
        failed = uv_poll_start(&worker->readable, UV_READABLE, on_readable);
    if (failed)
        return error_set(err, ERROR_IO, "cannot listen to the engine: %s", uv_strerror(failed));
    /* libuv wants it otherwise, but an operation that calls the engine waits for the answer. */
    fcntl(WORKER_CHANNEL_FD, F_SETFL, fcntl(WORKER_CHANNEL_FD, F_GETFL) & ~O_NONBLOCK);
    uv_check_init(&worker->loop, &worker->turn);
    uv_check_start(&worker->turn, on_turn);
    settling_open(&worker->loop, assignment_report_ended);
    worker->readable.data = worker->turn.data = worker;
    worker->host = operation_host_new(&worker->loop, err);
    return worker->host;
}

static void worker_close(struct worker *worker)
{
    uv_close((uv_handle_t *)&worker->readable, NULL);
    uv_close((uv_handle_t *)&worker->turn, NULL);
    settling_close();
    operation_host_free(worker->host);
    while (uv_run(&worker->loop, UV_RUN_DEFAULT))
        ; /* an earlier uv_stop() ends the first run at once */
    uv_loop_close(&worker->loop);
    repeated_forget(&worker->repeated);
    connection_release();
    output_files_release();
}

/* Many async operations side by side need many files; what plugins need is bounded on request. */
static bool take_limits(char *const *arguments, struct error *err)
{
    struct worker_settings settings = {0};
    if (!worker_settings_parse(&settings, arguments, err))
        return false;
    process_limit(RLIMIT_NOFILE, RLIM_INFINITY);
    memory_of_plugins.limit = settings.memory ? settings.memory : memory_fair_share();
    return !settings.address_space || process_limit(RLIMIT_AS, settings.address_space) ||
           error_set(err, ERROR_IO, "cannot bound the address space: %s", strerror(errno));
}

int main(int count, char **arguments)
{
    (void)count;
    struct error err = {0};
    struct worker worker = {0};
    /* What a plugin prints shall be seen as it is printed. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    json_pool_use();
    trace_begin();
    coverage_take_environment();
    if (!take_limits(arguments + 1, &err) || !take_descriptors(&err) ||
        !worker_open(&worker, &err)) {
        fprintf(stderr, "cloudify-worker: %s\n", err.text);
        return EXIT_FAILURE;
    }
    last_place_watch();
    uv_run(&worker.loop, UV_RUN_DEFAULT);
    if (assignment_count()) {
        error_set(&err, ERROR_IO, "the engine is gone");
        connection_give_up(&err);
    }
    worker_close(&worker);
    return EXIT_SUCCESS;
}
