/* assignment.c - see assignment.h. */
#include "worker/assignment.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/json.h"
#include "dispatch/children.h"
#include "dispatch/message.h"
#include "lua/process.h"
#include "worker/connection.h"
#include "worker/output_file.h"
#include "worker/settling.h"
#include "worker/watchdog.h"

/* How often the children of one that is cancelled are looked at, and how long they have. */
enum { GRACE_INTERVAL = 50 };
static const double GRACE = 5;

struct assignment {
    struct assignment *next, **link; /* in `all` */
    struct operation_channel channel;
    struct operation_run *run; /* while it waits */
    bool ended;
    json_t *result; /* once it has ended; NULL: out of memory */
    json_t *request;
    const char *id;     /* of the request */
    const char *output; /* path of its output file, of the request; or NULL */
    struct output_file file;
    int owner;          /* of its children */
    double cpu_seconds; /* that its code and its children have taken */
    double entered_at;  /* of the thread's clock, while its code runs */
    bool async;
    bool cancelled;
    uv_loop_t *loop;
    uv_timer_t timer; /* `data` set once it is in the loop */
    double grace_end;
};

static struct assignment *all;
static int count, last_owner;

int assignment_count(void)
{
    return count;
}

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void assignment_free(struct assignment *assignment)
{
    *assignment->link = assignment->next;
    if (assignment->next)
        assignment->next->link = assignment->link;
    count--;
    json_decref(assignment->request);
    if (assignment->timer.data)
        uv_close((uv_handle_t *)&assignment->timer, on_timer_closed);
    else
        free(assignment);
}

/* ---- operation_channel ---- */

static void channel_started(void *data, const struct operation_marks *marks)
{
    struct assignment *assignment = data;
    assignment->async = marks->async;
    json_t *message = message_new(MESSAGE_OPERATION_STARTED);
    char timestamp[CLOCK_TEXT_SIZE];
    clock_timestamp(timestamp);
    if (json_object_set_new(message, "id", json_string(assignment->id)) |
        json_object_set_new(message, "timestamp", json_string(timestamp)) |
        json_object_set_new(message, "resumable", json_boolean(marks->resumable)) |
        json_object_set_new(message, "async", json_boolean(marks->async))) {
        json_decref(message);
        message = NULL;
    }
    connection_send(message);
}

static void send_record(const char *id, enum message_type type, const char *kind,
                        const char *logger, const char *text)
{
    const struct message_record record = {type, kind, logger, text};
    connection_send(message_record(id, &record));
}

static void channel_log(void *data, const char *level, const char *logger, const char *text)
{
    const struct assignment *assignment = data;
    send_record(assignment->id, MESSAGE_LOG, level, logger, text);
}

static void channel_event(void *data, const char *type, const char *text)
{
    const struct assignment *assignment = data;
    send_record(assignment->id, MESSAGE_EVENT, type, NULL, text);
}

static json_t *channel_call(void *data, const char *method, const json_t *arguments,
                            struct error *err)
{
    const struct assignment *assignment = data;
    return connection_call(assignment->id, method, arguments, err);
}

/* From the watchdog's thread: what is said must not depend on what the main thread changes. */
static void tell_that_it_blocks(const char *id, double seconds)
{
    char text[200];
    snprintf(text, sizeof text,
             "this async operation has kept its worker to itself for %g seconds: it delays all "
             "that share the worker; wait through cloudify.aio only, or do not declare it async",
             seconds);
    send_record(id, MESSAGE_LOG, "warning", "worker", text);
}

static void on_child_spent(int owner, double seconds)
{
    for (struct assignment *assignment = all; assignment; assignment = assignment->next) {
        if (assignment->owner == owner)
            assignment->cpu_seconds += seconds;
    }
}

static void channel_enter(void *data)
{
    struct assignment *assignment = data;
    assignment->entered_at = clock_thread();
    children_begin(assignment->owner);
    output_file_enter(&assignment->file);
    if (assignment->async)
        watchdog_begin(assignment->id, tell_that_it_blocks);
}

static void channel_leave(void *data)
{
    struct assignment *assignment = data;
    if (assignment->async)
        watchdog_end();
    output_file_leave(&assignment->file);
    assignment->cpu_seconds += clock_thread() - assignment->entered_at;
}

/* ---- the end ---- */

/* Takes `result`. */
static void send_result(const char *id, json_t *result)
{
    struct error err = {0};
    if (!connection_try_send(result, &err))
        connection_send(message_failure(id, "NonRecoverableError", &err));
}

static void report(struct assignment *assignment)
{
    FAULT_POINT("operation.ended");
    send_result(assignment->id, assignment->result);
    FAULT_POINT("operation.sent");
    /* Only now: until the engine has the result, what the operation started dies with us. */
    children_forget(assignment->owner);
    assignment_free(assignment);
}

void assignment_report_ended(void)
{
    struct assignment *assignment = all;
    while (assignment) {
        struct assignment *next = assignment->next;
        if (assignment->ended)
            report(assignment);
        assignment = next;
    }
}

/* No clock tells more, and fifteen digits take long to write. */
static double microseconds(double seconds)
{
    return round(seconds * 1e6) / 1e6;
}

static void channel_ended(void *data, json_t *result)
{
    struct assignment *assignment = data;
    bool alive = children_signal(assignment->owner, 0) > 0;
    bool has_output =
        assignment->output && output_file_end(&assignment->file, assignment->output, alive);
    int failed = json_object_set_new(result, "cpu_seconds",
                                     json_real(microseconds(assignment->cpu_seconds)));
    if (assignment->output && !has_output)
        failed |= json_object_set_new(result, "output", json_false());
    if (failed) {
        json_decref(result);
        result = NULL;
    }
    assignment->run = NULL;
    assignment->result = result;
    assignment->ended = true;
    settling_begin();
}

/* ---- the beginning ---- */

static struct assignment *assignment_new(uv_loop_t *loop, json_t *request)
{
    struct assignment *assignment = calloc(1, sizeof *assignment);
    if (!assignment)
        return NULL;
    *assignment = (struct assignment){.next = all,
                                      .link = &all,
                                      .channel = {.data = assignment,
                                                  .started = channel_started,
                                                  .call = channel_call,
                                                  .log = channel_log,
                                                  .event = channel_event,
                                                  .enter = channel_enter,
                                                  .leave = channel_leave,
                                                  .ended = channel_ended},
                                      .request = json_incref(request),
                                      .id = json_string_at(request, "id", ""),
                                      .output = json_string_at(request, "output", NULL),
                                      .file = OUTPUT_FILE_NONE,
                                      .owner = ++last_owner,
                                      .loop = loop};
    if (all)
        all->link = &assignment->next;
    all = assignment;
    count++;
    return assignment;
}

void assignment_begin(struct operation_host *host, uv_loop_t *loop, json_t *request)
{
    struct error err = {0};
    struct assignment *assignment = assignment_new(loop, request);
    if (!assignment) {
        error_nomem(&err);
        send_result(json_string_at(request, "id", ""),
                    message_failure(json_string_at(request, "id", ""), "RecoverableError", &err));
        return;
    }
    process_watch_time(on_child_spent);
    FAULT_POINT("operation.received");
    if (assignment->output && !output_file_open(&assignment->file, assignment->output, &err)) {
        send_result(assignment->id, message_failure(assignment->id, "RecoverableError", &err));
        assignment_free(assignment);
        return;
    }
    /* One that does not wait has ended when this returns. */
    assignment->run = operation_host_start(host, &assignment->channel, request);
}

/* ---- cancelling ---- */

static void on_grace_time(uv_timer_t *timer)
{
    struct assignment *assignment = timer->data;
    bool over = clock_monotonic() >= assignment->grace_end;
    size_t alive = children_signal(assignment->owner, over ? SIGKILL : 0);
    if (alive && !over)
        return;
    uv_timer_stop(timer);
    operation_host_cancel(assignment->run);
}

void assignment_cancel(const char *id)
{
    struct assignment *assignment = all;
    while (assignment && strcmp(assignment->id, id) != 0)
        assignment = assignment->next;
    /* One that has ended meanwhile has its result on the way. */
    if (!assignment || !assignment->run || assignment->cancelled)
        return;
    assignment->cancelled = true;
    operation_host_hold(assignment->run);
    assignment->grace_end = clock_monotonic() + GRACE;
    children_signal(assignment->owner, SIGTERM);
    uv_timer_init(assignment->loop, &assignment->timer);
    assignment->timer.data = assignment;
    uv_timer_start(&assignment->timer, on_grace_time, 0, GRACE_INTERVAL);
}
