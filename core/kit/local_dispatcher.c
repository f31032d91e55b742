/* local_dispatcher.c - see local_dispatcher.h. */
#include "kit/local_dispatcher.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "dispatch/children.h"
#include "dispatch/dispatcher.h"
#include "dispatch/message.h"
#include "kit/exit.h"
#include "lua/operation_run.h"

enum { PLACE_ORDINARY = 0, PLACE_ASYNC = 1 };

struct local;

struct local_operation {
    struct local_operation *next, **link; /* in `queued` or `running` */
    struct local *local;
    struct operation_channel channel;
    struct operation_run *run; /* while it waits */
    void *tag;
    json_t *request;
    int owner; /* of its children */
    int place;
    double timeout, deadline;       /* seconds, of clock_monotonic(); 0: none */
    double cpu_seconds, entered_at; /* that its code has taken; of the thread's clock */
    bool resumable, started;
};

struct local {
    struct dispatcher base;
    struct dispatch_observer observer;
    uv_loop_t *loop;
    uv_idle_t idle;   /* active while something is to be begun or ended */
    uv_timer_t timer; /* the next deadline of one that waits */
    lua_State *L;
    struct operation_host *host, *host_before; /* of the state: this one's, and what it had */
    struct local_operation *queued, *running;
    int places;   /* that are left for ordinary operations */
    bool closing; /* nothing is reported any more */
    json_int_t last_call;
    json_int_t answered; /* the call that dispatcher_reply() has answered last */
    json_t *answer;
    struct error failure;
    int handles;
};

static int last_owner; /* the process's children know one list of owners */

static void on_idle(uv_idle_t *idle);

/* ---- lists ---- */

static void link_first(struct local_operation *operation, struct local_operation **list)
{
    operation->next = *list;
    operation->link = list;
    if (operation->next)
        operation->next->link = &operation->next;
    *list = operation;
}

static void link_last(struct local_operation *operation, struct local_operation **list)
{
    while (*list)
        list = &(*list)->next;
    operation->next = NULL;
    operation->link = list;
    *list = operation;
}

static void unlink_operation(struct local_operation *operation)
{
    *operation->link = operation->next;
    if (operation->next)
        operation->next->link = operation->link;
}

static void operation_free(struct local_operation *operation)
{
    struct local *local = operation->local;
    if (operation->place == PLACE_ORDINARY)
        local->places++;
    unlink_operation(operation);
    json_decref(operation->request);
    free(operation);
}

static const char *operation_id(const struct local_operation *operation)
{
    return json_string_at(operation->request, "id", "");
}

/* ---- operation_channel ---- */

/* An async operation that was not known to be one gives its place back, as in the pool. */
static void channel_started(void *data, const struct operation_marks *marks)
{
    struct local_operation *operation = data;
    struct local *local = operation->local;
    struct dispatch_start start = {
        .pid = getpid(), .resumable = marks->resumable, .async = marks->async};
    clock_timestamp(start.time);
    operation->started = true;
    operation->resumable = marks->resumable;
    if (marks->async && operation->place == PLACE_ORDINARY) {
        operation->place = PLACE_ASYNC;
        local->places++;
    }
    if (local->observer.on_started && !local->closing)
        local->observer.on_started(local->observer.data, operation->tag, &start);
}

static void send_record(const struct local_operation *operation,
                        const struct message_record *record)
{
    const struct local *local = operation->local;
    json_t *message = message_record(operation_id(operation), record);
    if (message && local->observer.on_record && !local->closing)
        local->observer.on_record(local->observer.data, operation->tag, message);
    json_decref(message);
}

static void channel_log(void *data, const char *level, const char *logger, const char *text)
{
    send_record(data, &(struct message_record){MESSAGE_LOG, level, logger, text});
}

static void channel_event(void *data, const char *type, const char *text)
{
    send_record(data, &(struct message_record){MESSAGE_EVENT, type, NULL, text});
}

/* The loop stands still while the operation waits: the answer comes from within on_wait(). */
static json_t *channel_call(void *data, const char *method, const json_t *arguments,
                            struct error *err)
{
    const struct local_operation *operation = data;
    struct local *local = operation->local;
    json_int_t call = ++local->last_call;
    if (!local->closing) {
        local->observer.on_call(local->observer.data, operation->tag, call, method,
                                (json_t *)arguments);
        local->observer.on_wait(local->observer.data);
    }
    if (local->answered != call) {
        error_set(err, ERROR_STATE, "the execution has come to its end");
        return NULL;
    }
    json_t *answer = local->answer;
    local->answer = NULL;
    if (local->failure.code)
        *err = local->failure;
    return answer;
}

static void channel_enter(void *data)
{
    struct local_operation *operation = data;
    exit_refuse(operation->local->L);
    operation->entered_at = clock_thread();
    children_begin(operation->owner);
}

static void channel_leave(void *data)
{
    struct local_operation *operation = data;
    exit_restore(operation->local->L);
    children_begin(0);
    operation->cpu_seconds += clock_thread() - operation->entered_at;
}

/* ---- the end of an operation ---- */

static void report_timeout(const struct local_operation *operation)
{
    const struct local *local = operation->local;
    const struct dispatch_interruption how = {.pid = getpid(),
                                              .exit_code = -1,
                                              .started = operation->started,
                                              .resumable = operation->resumable,
                                              .timed_out = true,
                                              .why = "took longer than its timeout"};
    if (!local->closing)
        local->observer.on_interrupted(local->observer.data, operation->tag, &how);
}

/* Takes `result`. */
static void report_result(const struct local_operation *operation, json_t *result)
{
    const struct local *local = operation->local;
    struct error err = {0};
    if (!result || json_object_set_new(result, "cpu_seconds", json_real(operation->cpu_seconds))) {
        json_decref(result);
        error_nomem(&err);
        result = message_failure(operation_id(operation), "RecoverableError", &err);
    }
    if (result && !local->closing)
        local->observer.on_result(local->observer.data, operation->tag, result);
    json_decref(result);
}

static bool is_late(const struct local_operation *operation)
{
    return operation->deadline > 0 && clock_monotonic() >= operation->deadline;
}

static void channel_ended(void *data, json_t *result)
{
    struct local_operation *operation = data;
    if (is_late(operation)) {
        json_decref(result);
        report_timeout(operation);
    } else {
        report_result(operation, result);
    }
    children_forget(operation->owner);
    operation_free(operation);
}

/* ---- running ---- */

static void begin(struct local_operation *operation)
{
    struct local *local = operation->local;
    unlink_operation(operation);
    link_first(operation, &local->running);
    if (operation->timeout > 0)
        operation->deadline = clock_monotonic() + operation->timeout;
    /* One that does not wait has ended, and is free, when this returns. */
    struct operation_run *run =
        operation_run_start(local->host, local->L, NULL, &operation->channel, operation->request);
    if (run)
        operation->run = run;
}

/* End by force what waits: its children, too. */
static void cancel(struct local_operation *operation)
{
    children_signal(operation->owner, SIGKILL);
    operation_host_cancel(operation->run);
}

/* One that takes too long and can be ended, or NULL. */
static struct local_operation *find_overdue(const struct local *local)
{
    struct local_operation *operation = local->running;
    while (operation && !(operation->run && is_late(operation)))
        operation = operation->next;
    return operation;
}

static void on_timer(uv_timer_t *timer)
{
    struct local *local = timer->data;
    uv_idle_start(&local->idle, on_idle);
}

/* Let the timer end with the first deadline of what waits. */
static void watch_deadlines(struct local *local)
{
    double first = 0;
    for (const struct local_operation *operation = local->running; operation;
         operation = operation->next) {
        if (operation->deadline > 0 && (!(first > 0) || operation->deadline < first))
            first = operation->deadline;
    }
    uv_timer_stop(&local->timer);
    if (!(first > 0))
        return;
    double left = first - clock_monotonic();
    uv_update_time(local->loop);
    uv_timer_start(&local->timer, on_timer, left > 0 ? clock_milliseconds(left) + 1 : 0, 0);
}

/* From the loop, as observers and the operations want it. */
static void on_idle(uv_idle_t *idle)
{
    struct local *local = idle->data;
    struct local_operation *overdue = find_overdue(local);
    if (overdue) {
        cancel(overdue);
    } else if (local->queued) {
        begin(local->queued);
    } else {
        watch_deadlines(local);
        uv_idle_stop(idle);
    }
}

/* ---- dispatcher_class ---- */

static int local_reserve(struct dispatcher *dispatcher, bool async)
{
    struct local *local = (struct local *)dispatcher;
    if (async)
        return PLACE_ASYNC;
    if (!local->places)
        return -1;
    local->places--;
    return PLACE_ORDINARY;
}

static void local_release(struct dispatcher *dispatcher, int place)
{
    struct local *local = (struct local *)dispatcher;
    if (place == PLACE_ORDINARY)
        local->places++;
}

static bool local_submit(struct dispatcher *dispatcher, int place, void *tag, json_t *request,
                         struct error *err)
{
    struct local *local = (struct local *)dispatcher;
    struct local_operation *operation = calloc(1, sizeof *operation);
    if (!operation) {
        local_release(dispatcher, place);
        return error_nomem(err);
    }
    *operation = (struct local_operation){
        .local = local,
        .channel = {.data = operation,
                    .started = channel_started,
                    .call = channel_call,
                    .log = channel_log,
                    .event = channel_event,
                    .enter = channel_enter,
                    .leave = channel_leave,
                    .ended = channel_ended},
        .tag = tag,
        .request = json_incref(request),
        .owner = ++last_owner,
        .place = place,
        .timeout = json_number_at(json_object_get(request, "operation"), "timeout", 0)};
    link_last(operation, &local->queued);
    uv_idle_start(&local->idle, on_idle);
    return true;
}

static void local_reply(struct dispatcher *dispatcher, json_int_t call, json_t *result,
                        const struct error *failure)
{
    struct local *local = (struct local *)dispatcher;
    local->answered = call;
    local->failure = failure ? *failure : (struct error){0};
    json_decref(local->answer);
    local->answer = failure ? NULL : result ? json_incref(result) : json_null();
}

static void on_closed(uv_handle_t *handle)
{
    struct local *local = handle->data;
    if (--local->handles == 0)
        free(local);
}

static void local_close(struct dispatcher *dispatcher)
{
    struct local *local = (struct local *)dispatcher;
    local->closing = true;
    while (local->queued)
        operation_free(local->queued);
    while (local->running)
        cancel(local->running);
    operation_run_register(local->L, local->host_before);
    operation_host_free(local->host);
    json_decref(local->answer);
    uv_close((uv_handle_t *)&local->idle, on_closed);
    uv_close((uv_handle_t *)&local->timer, on_closed);
}

struct dispatcher *local_dispatcher_new(uv_loop_t *loop,
                                        const struct local_dispatcher_options *options,
                                        struct error *err)
{
    static const struct dispatcher_class class = {.reserve = local_reserve,
                                                  .release = local_release,
                                                  .submit = local_submit,
                                                  .reply = local_reply,
                                                  .close = local_close};
    struct local *local = calloc(1, sizeof *local);
    if (!local) {
        error_nomem(err);
        return NULL;
    }
    local->host = operation_host_new(loop, err);
    if (!local->host) {
        free(local);
        return NULL;
    }
    local->base.class = &class;
    local->observer = options->pool->observer;
    local->loop = loop;
    local->L = options->L;
    local->places = options->pool->workers;
    local->handles = 2;
    local->host_before = operation_run_host(local->L);
    operation_run_register(local->L, local->host);
    uv_idle_init(loop, &local->idle);
    uv_timer_init(loop, &local->timer);
    local->idle.data = local->timer.data = local;
    return &local->base;
}

struct dispatcher *local_dispatcher_of_state(void *L, uv_loop_t *loop,
                                             const struct pool_options *pool, struct error *err)
{
    const struct local_dispatcher_options options = {.L = L, .pool = pool};
    return local_dispatcher_new(loop, &options, err);
}
