/* execution.c - one run of a workflow: set-up, loop, clean-up. */
#include "engine/execution.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/files.h"
#include "dispatch/leftovers.h"
#include "dispatch/output_scrub.h"
#include "engine/execution_internal.h"
#include "resources/keeping.h"

static const char *instance_name(void *data, long instance)
{
    const struct execution *e = data;
    return e->options.instances->items[instance]->id;
}

static void on_turn(uv_check_t *turn)
{
    struct execution *e = turn->data;
    if (e->fatal.code || e->ended || uv_is_active((uv_handle_t *)&e->wake))
        execution_turn(e);
}

/* Of anything else that may be readable the turn makes nothing. */
static void on_request(uv_poll_t *handle, int status, int events)
{
    struct execution *e = handle->data;
    (void)status, (void)events;
    if (cancel_level(e->listener) > e->cancel)
        execution_arrive(e, (struct arrival){.kind = ARRIVAL_WAKE});
}

static void listen_for_requests(struct execution *e)
{
    int descriptors[2];
    cancel_descriptors(e->listener, descriptors);
    for (int i = 0; i < 2; i++) {
        e->requests[i].data = NULL;
        if (descriptors[i] < 0)
            continue;
        uv_poll_init(&e->loop, &e->requests[i], descriptors[i]);
        uv_poll_start(&e->requests[i], UV_READABLE, on_request);
        e->requests[i].data = e;
    }
}

static bool start_loop(struct execution *e, struct error *err)
{
    int failure = uv_loop_init(&e->loop);
    if (failure)
        return error_set(err, ERROR_IO, "event loop: %s", uv_strerror(failure));
    e->has_loop = e->has_handles = true;
    uv_check_init(&e->loop, &e->turn);
    uv_idle_init(&e->loop, &e->wake);
    uv_timer_init(&e->loop, &e->linger);
    uv_timer_init(&e->loop, &e->patience);
    uv_check_start(&e->turn, on_turn);
    e->turn.data = e->wake.data = e->linger.data = e->patience.data = e;
    listen_for_requests(e);
    return true;
}

static bool make_directory(const struct execution *e, const char *name, char **path,
                           struct error *err)
{
    *path = path_join(e->options.work_directory, name);
    return *path ? directory_make(*path, 0700, err) : error_nomem(err);
}

/* Before anything starts, nothing of an earlier engine may be alive (invariant 2). */
static bool make_directories(struct execution *e, struct error *err)
{
    char *output = NULL;
    bool ok = make_directory(e, "output", &output, err) &&
              make_directory(e, "run", &e->run_directory, err) &&
              leftovers_end(e->run_directory, err) &&
              keeping_hold(e->options.work_directory, e->options.keep_workdir, err);
    struct error ignored = {0};
    if (ok)
        keeping_end_operations(e->options.work_directory, &ignored);
    FAULT_POINT("execution.cleaned");
    /* What an earlier engine did not come to. */
    if (ok)
        outputs_scrub(output, e->disclosure.mask);
    free(output);
    return ok;
}

static bool prepare(struct execution *e, struct error *err)
{
    struct task_graph_observer observer = execution_graph_observer(e);
    size_t nodes = e->options.plan->node_count;
    if (!disclosure_init(&e->disclosure, e->options.vault, e->options.store, true, err))
        return false;
    e->graph = task_graph_new(&observer, e->options.subgraph_retries, err);
    e->done = json_array();
    e->node_functions = malloc(nodes ? nodes : 1);
    e->async_operations = calloc(e->options.plan->operation_count + 1, sizeof(bool));
    if (!e->graph || !execution_events_init(e) || !e->done || !e->node_functions ||
        !e->async_operations)
        return error_nomem(err);
    memset(e->node_functions, -1, nodes);
    task_graph_set_namer(e->graph, instance_name, e);
    if (!make_directories(e, err))
        return false;
    e->listener = cancel_listen(e->options.work_directory, e->options.execution_id,
                                e->options.handle_signals, err);
    if (!e->listener || !start_loop(e, err))
        return false;
    struct pool_options pool = {.workers = e->options.workers > 0 ? e->options.workers : 16,
                                .worker_path = e->options.worker_path,
                                .run_directory = e->run_directory,
                                .settings = e->options.worker_settings,
                                .mask = e->disclosure.mask,
                                .observer = execution_dispatch_observer(e)};
    e->dispatcher =
        e->options.dispatcher_new
            ? e->options.dispatcher_new(e->options.dispatcher_data, &e->loop, &pool, err)
            : pool_new(&e->loop, &pool, err);
    return e->dispatcher != NULL;
}

static void close_handles(struct execution *e)
{
    if (!e->has_handles)
        return;
    uv_close((uv_handle_t *)&e->turn, NULL);
    uv_close((uv_handle_t *)&e->wake, NULL);
    uv_close((uv_handle_t *)&e->linger, NULL);
    uv_close((uv_handle_t *)&e->patience, NULL);
    for (int i = 0; i < 2; i++) {
        if (e->requests[i].data)
            uv_close((uv_handle_t *)&e->requests[i], NULL);
    }
    execution_close_retry_timers(e);
}

static void release_traffic(struct execution *e)
{
    for (size_t i = 0; i < e->arrivals.count; i++)
        arrival_release(&e->arrivals.items[i]);
    for (size_t i = 0; i < e->departures.count; i++)
        departure_release(&e->departures.items[i]);
    free(e->arrivals.items);
    free(e->departures.items);
}

static void release(struct execution *e)
{
    struct error ignored = {0};
    if (e->workflow)
        e->options.host->close(e->workflow);
    dispatcher_close(e->dispatcher);
    if (e->dispatcher) /* what operations kept that were killed with their workers */
        keeping_end_operations(e->options.work_directory, &ignored);
    close_handles(e);
    if (e->has_loop) {
        while (uv_run(&e->loop, UV_RUN_DEFAULT))
            ; /* an earlier uv_stop() ends the first run at once */
        int busy = uv_loop_close(&e->loop);
        assert(!busy);
        (void)busy;
    }
    cancel_listener_free(e->listener);
    release_traffic(e);
    task_graph_free(e->graph);
    execution_release_modifications(e);
    for (size_t i = 0; i < e->plugins.count; i++)
        json_decref(e->plugins.entries[i].value);
    map_release(&e->plugins);
    json_decref(e->common);
    execution_events_release(e);
    json_decref(e->done);
    disclosure_release(&e->disclosure);
    free(e->node_functions);
    free(e->async_operations);
    free(e->run_directory);
    free(e->summary);
    json_decref(e->graph_error);
    free(e->end_text);
}

static bool report(const struct execution *e, struct error *err)
{
    if (e->fatal.code)
        return error_set(err, e->fatal.code, "execution '%s': %s", e->options.execution_id,
                         e->fatal.text);
    if (e->end == ERROR_CANCELLED)
        return error_set(err, ERROR_CANCELLED, "execution '%s' was cancelled",
                         e->options.execution_id);
    if (e->end != ERROR_NONE)
        return error_set(err, e->end, "%s", e->end_text ? e->end_text : "out of memory");
    return true;
}

bool execution_run(const struct execution_options *options, struct error *err)
{
    struct execution e = {.options = *options};
    bool ok = prepare(&e, err);
    if (ok) {
        execution_begin(&e);
        if (!e.ended && !e.fatal.code)
            uv_run(&e.loop, UV_RUN_DEFAULT);
        ok = report(&e, err);
    } else {
        struct error unimportant = {0};
        execution_set_status(options->store, options->execution_id, "failed", err->text,
                             &unimportant);
    }
    release(&e);
    return ok;
}
