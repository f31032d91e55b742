/* execution_results.c - what has come of operations: starts, results, interruptions. */
#include <string.h>

#include "base/json.h"
#include "engine/execution_internal.h"
#include "engine/task_error.h"
#include "resources/keeping.h"

/* However many retries an operation has: what kills its worker each time will go on doing so. */
enum { INTERRUPTIONS_LIMIT = 3 };

/* The function is running since `time`, or has run (NULL): tell it once. */
static bool announce(struct execution *e, struct task *task, const char *time)
{
    if (task->announced)
        return true;
    task->announced = true;
    task->state = TASK_STARTED;
    return execution_task_event(e, task, NULL, time);
}

/* What is so of one operation is so of all that call the same function. */
static void note_async(struct execution *e, const struct operation *operation)
{
    const struct plan *plan = e->options.plan;
    if (e->async_operations[operation->index])
        return;
    for (size_t i = 0; i < plan->operation_count; i++) {
        const struct operation *other = plan->operations[i];
        if (other->plugin == operation->plugin && other->function &&
            !strcmp(other->function, operation->function))
            e->async_operations[other->index] = true;
    }
}

bool execution_is_async(const struct execution *e, const struct operation *operation)
{
    return e->async_operations[operation->index];
}

/* Save what the operation changed, whatever its outcome (runtime.md 2.5). */
static bool save_instances(struct execution *e, const json_t *result, struct error *err)
{
    size_t i;
    json_t *change;
    json_array_foreach(json_object_get(result, "instances"), i, change)
    {
        const char *id = json_string_at(change, "id", "");
        struct node_instance *ni = instances_find(e->options.instances, id);
        json_t *properties = json_object_get(change, "runtime_properties");
        if (!ni || !json_is_object(properties))
            return error_set(err, ERROR_INVALID,
                             "node instance '%s': the operation's result changes it in a way "
                             "that makes no sense",
                             id);
        const struct instance_change update = {.version = json_integer_at(change, "version", -1),
                                               .runtime_properties = properties};
        if (!execution_change_instance(e, ni, &update, err))
            return false;
    }
    return true;
}

/* That its changes could not be saved replaces how it ended; its own error, if it was that, is the
 * cause. One that was outdone by another operation is tried once more, on top of what that one did.
 */
static void finish_unsaved(struct execution *e, const struct arrival *arrival,
                           const struct error *err)
{
    if (e->fatal.code)
        return;
    bool conflict = err->code == ERROR_CONFLICT;
    json_t *error = conflict ? execution_error("StorageConflictError", err->text, true)
                             : execution_error_of(err, false);
    const json_t *own = json_object_get(arrival->json, "error");
    if (own)
        json_object_set_new(error, "causes", task_error_causes(own));
    execution_fail_task(e, arrival->task, error,
                        conflict ? TASK_END_RECOVERABLE : TASK_END_NON_RECOVERABLE, -1);
}

static void apply_result(struct execution *e, const struct arrival *arrival)
{
    struct task *task = arrival->task;
    struct error err = {0};
    if (!announce(e, task, NULL))
        return;
    if (!save_instances(e, arrival->json, &err)) {
        finish_unsaved(e, arrival, &err);
        return;
    }
    json_t *error = json_object_get(arrival->json, "error");
    bool ok = json_boolean_at(arrival->json, "ok", false);
    const struct task_outcome outcome = {
        .end = ok ? TASK_END_SUCCESS : execution_error_end(error),
        .value = ok ? json_object_get(arrival->json, "value") : NULL,
        .error = ok ? NULL : error,
        .retry_after = ok ? -1 : json_number_at(error, "retry_after", -1),
        .cpu_seconds = json_number_at(arrival->json, "cpu_seconds", 0),
    };
    execution_finish_task(e, task, outcome);
}

static void interruption_text(const struct execution *e, const struct arrival *arrival, bool again,
                              bool too_often, char *text, size_t size)
{
    const struct task *task = arrival->task;
    const char *reason = "";
    if (too_often)
        reason = "; it is not run again after three such interruptions";
    else if (!again)
        reason = "; it is not declared resumable, so it is not run again";
    snprintf(text, size, "operation '%s' of node instance '%s' was interrupted: worker %d %s%s",
             task->operation->name, e->options.instances->items[task->instance]->id,
             (int)arrival->how.pid, json_string_value(arrival->json), reason);
}

/* Like any other failure, of the kind that the blueprint says (runtime.md 3.6). */
static void apply_timeout(struct execution *e, struct task *task)
{
    const struct operation *operation = task->operation;
    bool again = operation->timeout_recoverable > 0;
    char text[1024];
    snprintf(text, sizeof text,
             "operation '%s' of node instance '%s' was ended: it took longer than its timeout of "
             "%g second%s, which is set by 'timeout' where the blueprint or a type maps it to '%s'",
             operation->name, e->options.instances->items[task->instance]->id, operation->timeout,
             operation->timeout == 1 ? "" : "s", task->text);
    execution_fail_task(e, task, execution_error("TimeoutException", text, again),
                        again ? TASK_END_RECOVERABLE : TASK_END_NON_RECOVERABLE, -1);
}

static void apply_interruption(struct execution *e, const struct arrival *arrival)
{
    struct task *task = arrival->task;
    struct error ignored = {0};
    keeping_end_operation(e->options.work_directory, uuid_text(&task->id).text, &ignored);
    if (arrival->how.timed_out) {
        apply_timeout(e, task);
        return;
    }
    bool again = arrival->how.resumable || !arrival->how.started;
    bool too_often = again && ++task->interruptions > INTERRUPTIONS_LIMIT;
    char text[1024];
    interruption_text(e, arrival, again, too_often, text, sizeof text);
    again = again && !too_often;
    json_t *error = execution_error("OperationInterrupted", text, again);
    execution_fail_task(e, task, error, again ? TASK_END_RECOVERABLE : TASK_END_NON_RECOVERABLE,
                        again ? 0 : -1);
}

void execution_apply(struct execution *e, const struct arrival *arrival)
{
    struct task *task = arrival->task;
    bool resume = task && task->resume && !task->announced;
    switch (arrival->kind) {
    case ARRIVAL_RESULT:
        apply_result(e, arrival);
        execution_keep_resume(e, task, resume);
        break;
    case ARRIVAL_INTERRUPTED:
        apply_interruption(e, arrival);
        execution_keep_resume(e, task, resume || (arrival->how.started && !arrival->how.timed_out));
        break;
    case ARRIVAL_STARTED:
        if (arrival->start.async)
            note_async(e, arrival->task->operation);
        announce(e, arrival->task, *arrival->start.time ? arrival->start.time : NULL);
        break;
    case ARRIVAL_RECORD:
        execution_operation_record(e, arrival->task, arrival->json);
        break;
    case ARRIVAL_CALL:
        execution_answer(e, arrival);
        break;
    case ARRIVAL_NOT_SENT:
        execution_fail_task(e, task, json_incref(arrival->json), execution_error_end(arrival->json),
                            -1);
        execution_keep_resume(e, task, resume);
        break;
    case ARRIVAL_RETRY_DUE:
        task_graph_release(e->graph, arrival->task);
        break;
    case ARRIVAL_WAKE:
        break;
    }
}
