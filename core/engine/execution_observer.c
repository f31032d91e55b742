/* execution_observer.c - what the task graph tells its execution, and asks it for. */
#include "base/clock.h"
#include "engine/execution_internal.h"

static bool is_full(const void *data)
{
    return execution_turn_is_full(data);
}

static void on_state(void *data, struct task *task, const struct task_outcome *outcome)
{
    struct execution *e = data;
    /* It leaves the graph before the end of the turn in which it came, but is tried again when the
     * execution is resumed. */
    if (task->state == TASK_FAILED && !task->number)
        execution_keep_graph(e);
    if (e->fatal.code || !execution_task_event(e, task, outcome, NULL))
        return;
    if (task->kind != TASK_OPERATION || !task_is_terminal(task) || e->options.dry_run)
        return;
    json_t *details = outcome->error ? json_pack("{s:O}", "error", outcome->error) : NULL;
    execution_keep_operation(e, task, details, outcome->cpu_seconds);
    json_decref(details);
}

static bool handle(void *data, struct task *task, int handler, struct handler_result *result,
                   struct error *err)
{
    struct execution *e = data;
    bool ok = e->options.host->handle(e->workflow, task, handler, result, err);
    if (!ok)
        mask_error(e->disclosure.mask, err);
    return ok;
}

/* From here on it waits for its retry, also after an interruption. */
static void on_retry(void *data, struct task *task)
{
    struct execution *e = data;
    if (task->kind == TASK_OPERATION && task->number && !e->fatal.code)
        execution_keep_operation(e, task, NULL, 0);
}

static void on_done(void *data, struct task *task)
{
    execution_note_done(data, task);
}

static void delay(void *data, struct task *task, double seconds)
{
    task->execute_after = clock_realtime() + seconds;
    execution_set_retry_timer(data, task, seconds);
}

/* In a dry run nothing is waited for. */
static bool hold(void *data, struct task *task)
{
    struct execution *e = data;
    double seconds = task->execute_after - clock_realtime();
    if (!(seconds > 0) || e->options.dry_run)
        return false;
    execution_set_retry_timer(e, task, seconds);
    return true;
}

static void on_end(void *data, struct task *task)
{
    struct execution *e = data;
    if (e->options.host->ended)
        e->options.host->ended(e->workflow, task);
}

struct task_graph_observer execution_graph_observer(struct execution *e)
{
    return (struct task_graph_observer){
        .data = e,
        .is_full = is_full,
        .on_state = on_state,
        .handle = handle,
        .on_retry = on_retry,
        .delay = delay,
        .hold = hold,
        .on_end = on_end,
        .on_done = on_done,
    };
}
