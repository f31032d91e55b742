/* execution_retry_timers.c - tasks that wait for the time of their retry, on either clock. */
#include <stdlib.h>

#include "base/clock.h"
#include "engine/execution_internal.h"

static void on_retry_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void let_retry(struct retry_timer *retry)
{
    execution_arrive(retry->execution,
                     (struct arrival){.kind = ARRIVAL_RETRY_DUE, .task = retry->task});
    *retry->link = retry->next;
    if (retry->next)
        retry->next->link = retry->link;
    uv_close((uv_handle_t *)&retry->timer, on_retry_closed);
}

static void on_retry_due(uv_timer_t *timer)
{
    let_retry(timer->data);
}

/* Of those that are due together, the first that began to wait comes first. */
void execution_skip_to_retry(struct execution *e)
{
    struct retry_timer *first = e->retry_timers;
    if (!e->options.virtual_clock || e->under_way || e->arrivals.count || e->ended)
        return;
    for (struct retry_timer *retry = first; retry; retry = retry->next)
        if (retry->due <= first->due)
            first = retry;
    if (!first)
        return;
    *e->options.virtual_clock = first->due;
    let_retry(first);
}

void execution_set_retry_timer(struct execution *e, struct task *task, double seconds)
{
    struct retry_timer *retry = calloc(1, sizeof *retry);
    struct error err = {0};
    if (!retry) {
        error_nomem(&err);
        execution_abort(e, &err);
        return;
    }
    *retry = (struct retry_timer){
        .execution = e, .task = task, .next = e->retry_timers, .link = &e->retry_timers};
    if (retry->next)
        retry->next->link = &retry->next;
    e->retry_timers = retry;
    uv_timer_init(&e->loop, &retry->timer);
    retry->timer.data = retry;
    if (e->options.virtual_clock) {
        retry->due = *e->options.virtual_clock + seconds;
        return;
    }
    uv_update_time(&e->loop);
    uv_timer_start(&retry->timer, on_retry_due, clock_milliseconds(seconds), 0);
}

void execution_close_retry_timers(struct execution *e)
{
    for (struct retry_timer *retry = e->retry_timers; retry; retry = retry->next)
        uv_close((uv_handle_t *)&retry->timer, on_retry_closed);
    e->retry_timers = NULL;
}
