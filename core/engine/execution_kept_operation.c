/* execution_kept_operation.c - what the store keeps of an operation while and after it runs. */
#include "engine/execution_internal.h"

static bool abort_for(struct execution *e, struct error *err)
{
    if (err->code == ERROR_NONE)
        error_nomem(err);
    return execution_abort(e, err);
}

bool execution_keep_operation(struct execution *e, struct task *task, json_t *details,
                              double cpu_seconds)
{
    struct error err = {0};
    /* A task that came in this turn has its number only once it is stored. */
    if (!task->row && !task->number)
        execution_keep_graph(e);
    const struct uuid_text id = uuid_text(&task->id);
    struct operation_record record = {
        .row = task->row,
        .id = id.text,
        .execution_id = e->options.execution_id,
        .name = task->operation->name,
        .type = task_kind_name(task->kind),
        .instance_id = e->options.instances->items[task->instance]->id,
        .state = task_state_name(task->state),
        .retry = task->current_retries,
        .details = details,
        .cpu_seconds = cpu_seconds,
        .graph = task->number ? e->graph_row : 0,
        .task = task->number,
    };
    bool add = !task->row;
    if (add ? !operation_add(e->options.store, &record, &err)
            : !operation_update(e->options.store, &record, &err))
        return abort_for(e, &err);
    task->row = record.row;
    return true;
}

/* An operation that was interrupted can see it when it is tried again, also by another engine; and
 * a try that ended before the function began was none. */
void execution_keep_resume(struct execution *e, struct task *task, bool resume)
{
    if (!resume || task->state != TASK_PENDING || !task->attached)
        return;
    task->resume = true;
    if (!task->row)
        return;
    json_t *details = json_pack("{s:b}", "interrupted", true);
    execution_keep_operation(e, task, details, 0);
    json_decref(details);
}

void execution_keep_started(struct execution *e, const struct arrival *arrival)
{
    json_t *details = json_pack("{s:i, s:b}", "worker_pid", (int)arrival->start.pid, "resumable",
                                arrival->start.resumable);
    execution_keep_operation(e, arrival->task, details, 0);
    json_decref(details);
}
