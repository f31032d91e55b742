/* execution_traffic.c - what comes from operations waits for the next turn, what goes to them for
 * its commit. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "engine/execution_internal.h"

enum { LINGER_MS = 5 };

void arrival_release(struct arrival *arrival)
{
    json_decref(arrival->json);
    free(arrival->method);
}

void departure_release(struct departure *departure)
{
    json_decref(departure->json);
}

static bool abort_for_memory(struct execution *e)
{
    struct error err = {0};
    error_nomem(&err);
    return execution_abort(e, &err);
}

static void on_wake(uv_idle_t *wake)
{
    (void)wake; /* its being active keeps the poll from waiting: the turn comes right behind */
}

static void on_linger_over(uv_timer_t *linger)
{
    struct execution *e = linger->data;
    uv_idle_start(&e->wake, on_wake);
}

/* A start or a log changes nothing for others; most often the result comes right behind it, and one
 * transaction does for both. */
static void want_turn(struct execution *e, enum arrival_kind kind)
{
    if (kind != ARRIVAL_STARTED && kind != ARRIVAL_RECORD)
        uv_idle_start(&e->wake, on_wake);
    else if (!uv_is_active((uv_handle_t *)&e->linger))
        uv_timer_start(&e->linger, on_linger_over, LINGER_MS, 0);
}

void execution_arrive(struct execution *e, struct arrival arrival)
{
    if (e->arrivals.count == e->arrivals.capacity) {
        size_t capacity = e->arrivals.capacity ? e->arrivals.capacity * 2 : 64;
        struct arrival *items = realloc(e->arrivals.items, capacity * sizeof *items);
        if (!items) {
            arrival_release(&arrival);
            abort_for_memory(e);
            return;
        }
        e->arrivals.items = items;
        e->arrivals.capacity = capacity;
    }
    e->arrivals.items[e->arrivals.count++] = arrival;
    want_turn(e, arrival.kind);
}

bool execution_depart(struct execution *e, struct departure departure)
{
    if (e->departures.count == e->departures.capacity) {
        size_t capacity = e->departures.capacity ? e->departures.capacity * 2 : 64;
        struct departure *items = realloc(e->departures.items, capacity * sizeof *items);
        if (!items) {
            departure_release(&departure);
            return abort_for_memory(e);
        }
        e->departures.items = items;
        e->departures.capacity = capacity;
    }
    e->departures.items[e->departures.count++] = departure;
    return true;
}

static void submit(struct execution *e, const struct departure *departure)
{
    struct error err = {0};
    if (dispatcher_submit(e->dispatcher, departure->place, departure->task, departure->json,
                          &err)) {
        e->under_way++;
        return;
    }
    error_context(&err, "operation '%s'", departure->task->operation->name);
    bool passing = err.code == ERROR_IO || err.code == ERROR_NOMEM || err.code == ERROR_BUSY;
    json_t *error =
        execution_error(passing ? "RecoverableError" : "NonRecoverableError", err.text, passing);
    execution_arrive(
        e, (struct arrival){.kind = ARRIVAL_NOT_SENT, .task = departure->task, .json = error});
}

static void show_records(struct execution *e)
{
    if (e->told_events)
        e->options.on_events_committed(e->options.on_event_data);
    e->told_events = 0;
}

void execution_send(struct execution *e)
{
    for (size_t i = 0; i < e->departures.count; i++) {
        struct departure *departure = &e->departures.items[i];
        if (departure->task)
            submit(e, departure);
        else
            dispatcher_reply(e->dispatcher, departure->call, departure->json,
                             departure->failure.code ? &departure->failure : NULL);
        departure_release(departure);
    }
    e->departures.count = 0;
    show_records(e);
}

static void on_result(void *data, void *tag, json_t *result)
{
    struct execution *e = data;
    e->under_way--;
    execution_arrive(
        data, (struct arrival){.kind = ARRIVAL_RESULT, .task = tag, .json = json_incref(result)});
}

static void on_interrupted(void *data, void *tag, const struct dispatch_interruption *how)
{
    struct execution *e = data;
    e->under_way--;
    struct arrival arrival = {.kind = ARRIVAL_INTERRUPTED, .task = tag, .how = *how};
    arrival.json = utf8_string(how->why, strlen(how->why));
    arrival.how.why = NULL;
    execution_arrive(data, arrival);
}

static void on_started(void *data, void *tag, const struct dispatch_start *start)
{
    execution_arrive(data, (struct arrival){.kind = ARRIVAL_STARTED, .task = tag, .start = *start});
}

static void on_record(void *data, void *tag, json_t *record)
{
    execution_arrive(
        data, (struct arrival){.kind = ARRIVAL_RECORD, .task = tag, .json = json_incref(record)});
}

static void on_call(void *data, void *tag, json_int_t call, const char *method, json_t *arguments)
{
    struct arrival arrival = {.kind = ARRIVAL_CALL, .task = tag, .call = call};
    arrival.method = strdup(method);
    arrival.json = json_incref(arguments);
    if (arrival.method) {
        execution_arrive(data, arrival);
        return;
    }
    arrival_release(&arrival);
    abort_for_memory(data);
}

static void on_wait(void *data)
{
    execution_turn(data);
}

struct dispatch_observer execution_dispatch_observer(struct execution *e)
{
    return (struct dispatch_observer){
        .data = e,
        .on_result = on_result,
        .on_interrupted = on_interrupted,
        .on_started = on_started,
        .on_record = on_record,
        .on_call = on_call,
        .on_wait = on_wait,
    };
}
