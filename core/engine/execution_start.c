/* execution_start.c - starting tasks: an operation is sent, all others are done at once. */
#include <string.h>

#include "base/json.h"
#include "engine/execution_internal.h"

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
    execution_fail_task(e, task, execution_error_of(&err, false), TASK_END_NON_RECOVERABLE, -1);
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
        return execution_abort(e, &err);
    bool resume = task->resume;
    mask_error(e->disclosure.mask, &err);
    execution_fail_task(e, task, execution_error_of(&err, true), TASK_END_RECOVERABLE, -1);
    execution_keep_resume(e, task, resume);
    return true;
}

/* A started instance is well, whatever was found out about it before (runtime.md 7.11). New, or
 * NULL where nothing was or memory is lacking. */
static json_t *well_again(const struct node_instance *ni)
{
    if (!json_object_get(ni->system_properties, "status"))
        return NULL;
    json_t *properties = json_copy_whole(ni->system_properties);
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
        execution_fail_task(e, task, execution_error_of(&err, false), TASK_END_NON_RECOVERABLE, -1);
    return ok;
}

static void get_state(struct execution *e, struct task *task)
{
    json_t *state = json_string(e->options.instances->items[task->instance]->state);
    execution_finish_task(
        e, task, (struct task_outcome){.end = TASK_END_SUCCESS, .value = state, .retry_after = -1});
    json_decref(state);
}

/* Its function could not be stored, and the engine that had it is gone. */
static void refuse_nameless(struct execution *e, struct task *task)
{
    struct error err = {0};
    error_set(&err, ERROR_STATE,
              "local task '%s' cannot go on after an interruption, as its function has no name: "
              "give ctx:local_task() the name of a function, 'module.function'",
              task->text);
    execution_fail_task(e, task, execution_error_of(&err, false), TASK_END_NON_RECOVERABLE, -1);
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
        execution_finish_task(e, task, outcome);
        json_decref(value);
        return;
    }
    execution_fail_task(e, task, value, execution_error_end(value),
                        json_number_at(value, "retry_after", -1));
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
    execution_finish_task(e, task, outcome);
}
