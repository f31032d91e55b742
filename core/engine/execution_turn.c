/* execution_turn.c - one turn: apply what has arrived, go as far as possible, commit, send. */
#include "base/fault.h"
#include "engine/execution_internal.h"

/* So often a workflow goes on in one turn: one that never really waits must not keep the loop from
 * signals. */
enum { STEPS_LIMIT = 1000 };
/* So many records a turn keeps until its commit; then the next one goes on. */
enum { RECORDS_LIMIT = 1000 };

bool execution_abort(struct execution *e, const struct error *err)
{
    if (!e->fatal.code)
        error_set(&e->fatal, err->code, "%s", err->text);
    return false;
}

bool execution_turn_is_full(const struct execution *e)
{
    return e->told_events >= RECORDS_LIMIT;
}

/* The next operation if there is a place for it, which is reserved. */
static struct task *take_operation(struct execution *e, int *place)
{
    const struct task *next = task_graph_next_operation(e->graph);
    if (!next)
        return NULL;
    if (!execution_leaves_out(e, TASK_OPERATION)) {
        *place = dispatcher_reserve(e->dispatcher, execution_is_async(e, next->operation));
        if (*place < 0)
            return NULL;
    }
    return task_graph_take(e->graph, true);
}

/* Every task that can start is started: operations as far as there are workers. */
static void start_tasks(struct execution *e)
{
    while (!e->fatal.code) {
        int place = -1;
        struct task *task = task_graph_take(e->graph, false);
        if (!task && !execution_turn_is_full(e))
            task = take_operation(e, &place);
        if (!task)
            break;
        execution_start_task(e, task, place);
    }
    if (execution_turn_is_full(e))
        execution_arrive(e, (struct arrival){.kind = ARRIVAL_WAKE});
}

/* The workflow is not asked any more: it is over when nothing runs, or at once. */
static void wind_up(struct execution *e)
{
    bool idle = task_graph_is_idle(e->graph);
    if (e->cancel == CANCEL_KILL || idle)
        execution_end_cancelled(e);
}

static void advance(struct execution *e)
{
    int steps = 0;
    while (!e->fatal.code && !e->ended) {
        start_tasks(e);
        if (e->fatal.code)
            break;
        if (e->cancel >= CANCEL_FORCE) {
            wind_up(e);
            break;
        }
        if (!execution_workflow_may_go_on(e))
            break;
        if (++steps > STEPS_LIMIT) {
            execution_arrive(e, (struct arrival){.kind = ARRIVAL_WAKE});
            break;
        }
        execution_resume_workflow(e);
    }
    execution_watch_patience(e);
}

static bool begin(struct execution *e)
{
    struct error err = {0};
    return deployment_store_begin(e->options.store, &err) || execution_abort(e, &err);
}

static void commit_and_send(struct execution *e)
{
    struct error err = {0};
    execution_keep_graph(e);
    if (!e->fatal.code)
        execution_keep_events(e);
    FAULT_POINT("turn.written");
    if (!e->fatal.code && !deployment_store_commit(e->options.store, &err))
        execution_abort(e, &err);
    if (e->fatal.code) {
        deployment_store_rollback(e->options.store);
        uv_stop(&e->loop);
        return;
    }
    FAULT_POINT("turn.committed");
    execution_send(e);
    FAULT_POINT("turn.sent");
    execution_skip_to_retry(e);
    if (e->ended)
        uv_stop(&e->loop);
}

static void apply_arrivals(struct execution *e)
{
    for (size_t i = 0; i < e->arrivals.count; i++) {
        struct arrival *arrival = &e->arrivals.items[i];
        if (!e->fatal.code)
            execution_apply(e, arrival);
    }
    for (size_t i = 0; i < e->arrivals.count; i++) {
        struct arrival *arrival = &e->arrivals.items[i];
        /* Where an operation runs matters only while it does: not if its result has come, too. */
        bool runs = arrival->kind == ARRIVAL_STARTED && arrival->task->state == TASK_STARTED;
        if (runs && !e->fatal.code)
            execution_keep_started(e, arrival);
        arrival_release(arrival);
    }
    e->arrivals.count = 0;
}

void execution_turn(struct execution *e)
{
    uv_idle_stop(&e->wake);
    uv_timer_stop(&e->linger);
    if (e->ended || e->fatal.code || !begin(e)) {
        uv_stop(&e->loop);
        return;
    }
    execution_apply_cancel(e);
    apply_arrivals(e);
    advance(e);
    commit_and_send(e);
}

void execution_begin(struct execution *e)
{
    struct error err = {0};
    if (e->options.plan->operation_count && !e->options.dry_run)
        dispatcher_warm(e->dispatcher);
    if (!begin(e))
        return;
    /* What was noted of an earlier run is over. */
    if (!e->options.resume)
        cancel_raise(e->listener, (enum cancel_level)execution_noted_cancel(
                                      e->options.store, e->options.execution_id, &err));
    if (err.code ||
        !execution_set_status(e->options.store, e->options.execution_id, "started", NULL, &err))
        execution_abort(e, &err);
    struct strbuf text = STRBUF_INIT;
    strbuf_addf(&text, "%s '%s' workflow execution%s", e->options.resume ? "Resuming" : "Starting",
                e->options.workflow->name, e->options.dry_run ? " (dry run)" : "");
    if (!e->fatal.code)
        execution_workflow_event(e, "workflow_started", text.text, NULL);
    strbuf_release(&text);
    commit_and_send(e);
    /* Its start is known before the workflow runs, which may take its time. */
    if (e->fatal.code || !begin(e))
        return;
    execution_open_workflow(e);
    if (!e->ended)
        advance(e);
    commit_and_send(e);
}
