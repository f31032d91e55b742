/* execution_results.c - starting tasks, and what their ends change. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "engine/execution_internal.h"
#include "engine/task_error.h"
#include "resources/keeping.h"

/* However many retries an operation has: what kills its worker each time will go on doing so. */
enum { INTERRUPTIONS_LIMIT = 3 };

static bool abort_with(struct execution *e, struct error *err)
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
    struct operation_record record = {
        .row = task->row,
        .id = task->id,
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
        return abort_with(e, &err);
    task->row = record.row;
    return true;
}

/* ---- starting ---- */

json_t *execution_error(const char *type, const char *message, bool recoverable)
{
    return json_pack("{s:s, s:o, s:b}", "type", type, "message",
                     utf8_string(message, strlen(message)), "recoverable", recoverable);
}

static json_t *error_document(const struct error *err, bool recoverable)
{
    return execution_error(recoverable ? "RecoverableError" : "NonRecoverableError", err->text,
                           recoverable);
}

/* Every task ends here: nobody gets to see a secret in its error. */
static void finish(struct execution *e, struct task *task, struct task_outcome outcome)
{
    json_t *error = mask_json(e->disclosure.mask, outcome.error);
    outcome.error = error;
    task_graph_finish(e->graph, task, &outcome);
    json_decref(error);
}

static void finish_with_error(struct execution *e, struct task *task, json_t *error_new,
                              enum task_end end, double retry_after)
{
    finish(e, task,
           (struct task_outcome){.end = end, .error = error_new, .retry_after = retry_after});
    json_decref(error_new);
}

/* An operation that was interrupted can see it when it is tried again, also by another engine; and
 * a try that ended before the function began was none. */
static void keep_resume(struct execution *e, struct task *task, bool resume)
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

/* Nothing runs for an instance that a modification has removed. */
static bool refuse_gone(struct execution *e, struct task *task, int place)
{
    const struct node_instance *ni = e->options.instances->items[task->instance];
    struct error err = {0};
    if (!ni->is_gone)
        return false;
    dispatcher_release(e->dispatcher, place);
    error_set(&err, ERROR_NOT_FOUND,
              "node instance '%s': it is no more, a modification of the deployment has removed it",
              ni->id);
    finish_with_error(e, task, error_document(&err, false), TASK_END_NON_RECOVERABLE, -1);
    return true;
}

static bool send_operation(struct execution *e, struct task *task, int place)
{
    if (refuse_gone(e, task, place))
        return true;
    task->state = TASK_SENDING;
    bool ok = execution_task_event(e, task, NULL, NULL);
    task->state = TASK_SENT;
    if (!ok || !execution_keep_operation(e, task, NULL, 0))
        return false;
    struct error err = {0};
    json_t *request = execution_request(e, task, &err);
    if (request)
        return execution_depart(e,
                                (struct departure){.task = task, .place = place, .json = request});
    dispatcher_release(e->dispatcher, place);
    if (err.code == ERROR_NOMEM)
        return abort_with(e, &err);
    bool resume = task->resume;
    mask_error(e->disclosure.mask, &err);
    finish_with_error(e, task, error_document(&err, true), TASK_END_RECOVERABLE, -1);
    keep_resume(e, task, resume);
    return true;
}

/* A started instance is well, whatever was found out about it before (runtime.md 7.11). New, or
 * NULL where nothing was or memory is lacking. */
static json_t *well_again(const struct node_instance *ni)
{
    if (!json_object_get(ni->system_properties, "status"))
        return NULL;
    json_t *properties = json_copy(ni->system_properties);
    json_object_set_new(properties, "status", json_pack("{s:b, s:n}", "ok", true, "task"));
    json_object_del(properties, "previous_status");
    return properties;
}

static bool set_state(struct execution *e, struct task *task)
{
    struct error err = {0};
    struct node_instance *ni = e->options.instances->items[task->instance];
    json_t *properties = strcmp(task->text, "started") ? NULL : well_again(ni);
    const struct instance_change change = {
        .version = ni->version, .state = task->text, .system_properties = properties};
    bool ok = execution_change_instance(e, ni, &change, &err);
    json_decref(properties);
    if (!ok && !e->fatal.code)
        finish_with_error(e, task, error_document(&err, false), TASK_END_NON_RECOVERABLE, -1);
    return ok;
}

static void get_state(struct execution *e, struct task *task)
{
    json_t *state = json_string(e->options.instances->items[task->instance]->state);
    finish(e, task,
           (struct task_outcome){.end = TASK_END_SUCCESS, .value = state, .retry_after = -1});
    json_decref(state);
}

static enum task_end error_end(const json_t *error)
{
    if (!strcmp(json_string_at(error, "known_type", ""), "OperationRetry"))
        return TASK_END_RETRY;
    return json_boolean_at(error, "recoverable", false) ? TASK_END_RECOVERABLE
                                                        : TASK_END_NON_RECOVERABLE;
}

/* Its function could not be stored, and the engine that had it is gone. */
static void refuse_nameless(struct execution *e, struct task *task)
{
    struct error err = {0};
    error_set(&err, ERROR_STATE,
              "local task '%s' cannot go on after an interruption, as its function has no name: "
              "give ctx:local_task() the name of a function, 'module.function'",
              task->text);
    finish_with_error(e, task, error_document(&err, false), TASK_END_NON_RECOVERABLE, -1);
}

static void run_local(struct execution *e, struct task *task)
{
    json_t *value = NULL;
    task->state = TASK_STARTED;
    if (!execution_task_event(e, task, NULL, NULL))
        return;
    if (task->function == TASK_HANDLER_NONE) {
        refuse_nameless(e, task);
        return;
    }
    if (e->options.host->run_local(e->workflow, task, &value)) {
        struct task_outcome outcome = {.end = TASK_END_SUCCESS, .value = value, .retry_after = -1};
        finish(e, task, outcome);
        json_decref(value);
        return;
    }
    finish_with_error(e, task, value, error_end(value), json_number_at(value, "retry_after", -1));
}

/* Functions are not called; that instances do not change, execution_change_instance() sees to. */
bool execution_leaves_out(const struct execution *e, enum task_kind kind)
{
    return e->options.dry_run && (kind == TASK_OPERATION || kind == TASK_LOCAL);
}

void execution_start_task(struct execution *e, struct task *task, int place)
{
    bool ok = true;
    enum task_kind kind = (enum task_kind)task->kind;
    switch (execution_leaves_out(e, kind) ? TASK_NOP : kind) {
    case TASK_OPERATION:
        send_operation(e, task, place);
        return;
    case TASK_LOCAL:
        run_local(e, task);
        return;
    case TASK_SET_STATE:
        ok = set_state(e, task);
        break;
    case TASK_GET_STATE:
        get_state(e, task);
        return;
    case TASK_NODE_EVENT:
    case TASK_WORKFLOW_EVENT:
        ok = execution_send_event(e, task);
        break;
    case TASK_NOP:
    case TASK_SUBGRAPH:
        break;
    }
    if (!ok)
        return;
    struct task_outcome outcome = {.end = TASK_END_SUCCESS, .retry_after = -1};
    finish(e, task, outcome);
}

/* ---- ends ---- */

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

void execution_keep_started(struct execution *e, const struct arrival *arrival)
{
    json_t *details = json_pack("{s:i, s:b}", "worker_pid", (int)arrival->start.pid, "resumable",
                                arrival->start.resumable);
    execution_keep_operation(e, arrival->task, details, 0);
    json_decref(details);
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
                             : error_document(err, false);
    const json_t *own = json_object_get(arrival->json, "error");
    if (own)
        json_object_set_new(error, "causes", task_error_causes(own));
    finish_with_error(e, arrival->task, error,
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
        .end = ok ? TASK_END_SUCCESS : error_end(error),
        .value = ok ? json_object_get(arrival->json, "value") : NULL,
        .error = ok ? NULL : error,
        .retry_after = ok ? -1 : json_number_at(error, "retry_after", -1),
        .cpu_seconds = json_number_at(arrival->json, "cpu_seconds", 0),
    };
    finish(e, task, outcome);
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
    finish_with_error(e, task, execution_error("TimeoutException", text, again),
                      again ? TASK_END_RECOVERABLE : TASK_END_NON_RECOVERABLE, -1);
}

static void apply_interruption(struct execution *e, const struct arrival *arrival)
{
    struct task *task = arrival->task;
    struct error ignored = {0};
    keeping_end_operation(e->options.work_directory, task->id, &ignored);
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
    finish_with_error(e, task, error, again ? TASK_END_RECOVERABLE : TASK_END_NON_RECOVERABLE,
                      again ? 0 : -1);
}

void execution_apply(struct execution *e, const struct arrival *arrival)
{
    struct task *task = arrival->task;
    bool resume = task && task->resume && !task->announced;
    switch (arrival->kind) {
    case ARRIVAL_RESULT:
        apply_result(e, arrival);
        keep_resume(e, task, resume);
        break;
    case ARRIVAL_INTERRUPTED:
        apply_interruption(e, arrival);
        keep_resume(e, task, resume || (arrival->how.started && !arrival->how.timed_out));
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
        finish_with_error(e, task, json_incref(arrival->json), error_end(arrival->json), -1);
        keep_resume(e, task, resume);
        break;
    case ARRIVAL_RETRY_DUE:
        task_graph_release(e->graph, arrival->task);
        break;
    case ARRIVAL_WAKE:
        break;
    }
}
