/* execution_turn.c - one turn: apply what has arrived, go as far as possible, commit, send. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/json.h"
#include "base/utf8.h"
#include "engine/execution_internal.h"
#include "engine/task_error.h"
#include "resources/keeping.h"

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

static bool is_full(const void *data)
{
    const struct execution *e = data;
    return e->told_events >= RECORDS_LIMIT;
}

/* ---- what the task graph tells ---- */

static void on_state(void *data, struct task *task, const struct task_outcome *outcome)
{
    struct execution *e = data;
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

/* Put the virtual clock on to the first retry, if nothing but retries is waited for; of those that
 * are due together, the first that began to wait comes first. */
static void skip_to_retry(struct execution *e)
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

/* Let the task be released then. */
static void set_timer(struct execution *e, struct task *task, double seconds)
{
    /* Thirty years, in place of more than a timer can count: that would be none. */
    enum { LONGEST = 1000 * 1000 * 1000 };
    if (seconds > LONGEST)
        seconds = LONGEST;
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
    uv_timer_start(&retry->timer, on_retry_due, (uint64_t)(seconds * 1000 + 0.5), 0);
}

static void delay(void *data, struct task *task, double seconds)
{
    task->execute_after = clock_realtime() + seconds;
    set_timer(data, task, seconds);
}

/* In a dry run nothing is waited for. */
static bool hold(void *data, struct task *task)
{
    struct execution *e = data;
    double seconds = task->execute_after - clock_realtime();
    if (!(seconds > 0) || e->options.dry_run)
        return false;
    set_timer(e, task, seconds);
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

/* ---- the end ---- */

static bool record_end(struct execution *e, const char *status, const char *event, const char *text,
                       json_t *arguments)
{
    struct error err = {0};
    if (!execution_workflow_event(e, event, text, arguments))
        return false;
    return execution_set_status(e->options.store, e->options.execution_id, status, e->end_text,
                                &err) ||
           execution_abort(e, &err);
}

/* What operations have downloaded lives as long as the deployment (runtime.md 1.11). */
static void remove_downloads(struct execution *e)
{
    struct error err = {0};
    if (keeping_end_deployment(e->options.work_directory, &err))
        return;
    error_context(&err, "what operations have downloaded is not all removed");
    execution_warning(e, err.text);
}

static void end_well(struct execution *e)
{
    struct strbuf text = STRBUF_INIT;
    if (!e->options.dry_run && !strcmp(e->options.workflow->name, "uninstall"))
        remove_downloads(e);
    strbuf_addf(&text, "'%s' workflow execution succeeded%s", e->options.workflow->name,
                e->options.dry_run ? " (dry run)" : "");
    e->end = ERROR_NONE;
    e->ended = record_end(e, "terminated", "workflow_succeeded", text.text, NULL);
    strbuf_release(&text);
}

void execution_end_cancelled(struct execution *e)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_addf(&text, "'%s' workflow execution cancelled", e->options.workflow->name);
    e->end = ERROR_CANCELLED;
    e->ended = record_end(e, "cancelled", "workflow_cancelled", text.text, NULL);
    strbuf_release(&text);
}

/* An error of a task that the workflow has waited for by itself, or of the workflow. */
static void add_error(struct strbuf *text, const json_t *error)
{
    const json_t *fields = json_object_get(error, "fields"), *cause;
    const char *task = json_string_at(fields, "task", NULL);
    size_t i;
    if (task) {
        strbuf_addf(text, "Task failed: %s: ", task);
        task_error_add_summary(text, error);
    } else {
        strbuf_adds(text, json_string_at(error, "message", "the workflow failed"));
        json_array_foreach(json_object_get(error, "causes"), i, cause)
        {
            strbuf_addf(text, "\ncaused by %s `%s`", json_string_at(cause, "type", "Error"),
                        json_string_at(cause, "message", ""));
        }
    }
    if (!json_boolean_at(fields, "hide_traceback", false))
        task_error_add_tracebacks(text, error, task ? task : "the workflow");
}

/* What the execution keeps as its error: the message, and the tracebacks unless they are hidden. */
static char *end_text(const struct execution *e, const json_t *error)
{
    const char *message = json_string_at(error, "message", "");
    struct strbuf text = STRBUF_INIT;
    if (e->summary && *message && !strncmp(e->summary, message, strlen(message)))
        strbuf_adds(&text, e->summary);
    else
        add_error(&text, error);
    return strbuf_detach(&text);
}

static void end_badly(struct execution *e, json_t *reported)
{
    struct strbuf text = STRBUF_INIT;
    json_t *error = mask_json(e->disclosure.mask, reported);
    free(e->end_text);
    e->end_text = error ? end_text(e, error) : NULL;
    e->end = ERROR_FAILED;
    const char *reason = e->end_text ? e->end_text : "out of memory";
    strbuf_addf(&text, "'%s' workflow execution failed: %s", e->options.workflow->name, reason);
    json_t *arguments = json_pack("{s:s}", "error", reason);
    e->ended = record_end(e, "failed", "workflow_failed", text.text, arguments);
    json_decref(arguments);
    json_decref(error);
    strbuf_release(&text);
}

static void end_by_error(struct execution *e, const struct error *err)
{
    json_t *error = execution_error("PluginError", err->text, false);
    end_badly(e, error);
    json_decref(error);
}

/* ---- cancelling ---- */

/* Each request is told once, however it came to be known. */
static void tell_cancel(struct execution *e)
{
    enum cancel_level level = execution_cancel_level(e);
    if (level == e->told || !e->workflow || !e->options.host->cancelled)
        return;
    e->told = level;
    e->options.host->cancelled(e->workflow, level);
}

/* Nothing is seen of a cancel while operations go on to their end, maybe for long: say so. */
static void warn_of_wait(struct execution *e)
{
    struct strbuf text = STRBUF_INIT;
    if (!e->under_way || e->cancel == CANCEL_KILL)
        return;
    strbuf_addf(&text,
                "Cancelling: nothing new starts, %zu operation%s to end; to kill %s, "
                "%s'cfy executions cancel %s --kill'",
                e->under_way, e->under_way == 1 ? " has" : "s have",
                e->under_way == 1 ? "it" : "them",
                e->options.handle_signals ? "Ctrl-C again or " : "", e->options.execution_id);
    if (!text.failed)
        execution_warning(e, text.text);
    strbuf_release(&text);
}

/* A cancelled graph may still be one that has failed: that is the graph's to say. */
static void apply_cancel(struct execution *e)
{
    static const char *const statuses[] = {NULL, "cancelling", "force_cancelling",
                                           "kill_cancelling"};
    struct error err = {0};
    enum cancel_level level = execution_cancel_level(e);
    if (level == e->cancel)
        return;
    e->cancel = level;
    task_graph_cancel(e->graph);
    if (!execution_set_status(e->options.store, e->options.execution_id, statuses[level], NULL,
                              &err))
        execution_abort(e, &err);
    warn_of_wait(e);
    tell_cancel(e);
}

/* ---- the workflow ---- */

static void resume_workflow(struct execution *e)
{
    json_t *value = NULL;
    e->waiting_for = WAIT_NOTHING;
    enum workflow_status status = e->options.host->resume(e->workflow, &value);
    tell_cancel(e);
    if (e->waiting_for == WAIT_TASK && e->waited_once)
        task_graph_try_no_more(e->graph, e->waited_task);
    if (status == WORKFLOW_ABANDONED) {
        apply_cancel(e);
    } else if (status == WORKFLOW_DONE && execution_cancel_level(e) >= CANCEL_FORCE) {
        execution_end_cancelled(e);
    } else if (status == WORKFLOW_DONE) {
        if (e->options.value)
            *e->options.value = json_incref(value);
        end_well(e);
    } else if (status == WORKFLOW_FAILED) {
        if (json_boolean_at(value, "cancelled", false))
            execution_end_cancelled(e);
        else
            end_badly(e, value);
    } else if (e->told_cancelled) {
        execution_end_cancelled(e);
    } else if (e->waiting_for == WAIT_NOTHING) {
        struct error err = {0};
        error_set(&err, ERROR_STATE, "workflow '%s' waits for nothing", e->options.workflow->name);
        end_by_error(e, &err);
    }
    json_decref(value);
}

static bool may_go_on(const struct execution *e)
{
    enum task_graph_status status = task_graph_status(e->graph, e->no_more_waiting);
    if (e->waiting_for == WAIT_TASK && !e->waited_task->attached)
        return true;
    return status != TASK_GRAPH_RUNNING;
}

static void on_patience_over(uv_timer_t *timer)
{
    struct execution *e = timer->data;
    e->no_more_waiting = true;
    execution_arrive(e, (struct arrival){.kind = ARRIVAL_WAKE});
}

static void watch_patience(struct execution *e)
{
    bool failed = task_graph_error_count(e->graph) > 0;
    if (!failed || uv_is_active((uv_handle_t *)&e->patience) || e->no_more_waiting)
        return;
    double seconds = e->options.wait_after_fail < 0 ? 600 : e->options.wait_after_fail;
    uv_timer_start(&e->patience, on_patience_over, (uint64_t)(seconds * 1000), 0);
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
        if (!task && !is_full(e))
            task = take_operation(e, &place);
        if (!task)
            break;
        execution_start_task(e, task, place);
    }
    if (is_full(e))
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
        if (!may_go_on(e))
            break;
        if (++steps > STEPS_LIMIT) {
            execution_arrive(e, (struct arrival){.kind = ARRIVAL_WAKE});
            break;
        }
        resume_workflow(e);
    }
    watch_patience(e);
}

/* ---- turns ---- */

static bool begin(struct execution *e)
{
    struct error err = {0};
    return deployment_store_begin(e->options.store, &err) || execution_abort(e, &err);
}

static void commit_and_send(struct execution *e)
{
    struct error err = {0};
    execution_keep_graph(e);
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
    skip_to_retry(e);
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
    apply_cancel(e);
    apply_arrivals(e);
    advance(e);
    commit_and_send(e);
}

static void start_workflow(struct execution *e)
{
    struct error err = {0};
    const struct plan_plugin *plugin = e->options.workflow->plugin;
    const json_t *place = json_object_get(e->options.plugin_places, plugin->name);
    struct workflow_call call = {
        .workflow = e->options.workflow->name,
        .plugin = plugin,
        .resume = e->options.resume,
        .function = e->options.workflow->function,
        .plugin_folder = json_string_at(place, "folder", NULL),
        .directories = e->options.plugin_directories,
        .parameters = e->options.parameters,
    };
    e->workflow = e->options.host->open(e->options.host->data, e, &call, &err);
    if (!e->workflow) {
        end_by_error(e, &err);
        return;
    }
    resume_workflow(e);
    if (!e->ended)
        advance(e);
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
    start_workflow(e);
    commit_and_send(e);
}

/* ---- what the workflow waits for ---- */

void execution_wait_graph(struct execution *e)
{
    e->waiting_for = WAIT_GRAPH;
}

void execution_wait_task(struct execution *e, struct task *task, bool retries)
{
    e->waited_once = !retries;
    e->waiting_for = WAIT_TASK;
    e->waited_task = task;
}

const json_t *execution_graph_error(const struct execution *e)
{
    return e->graph_error;
}

/* The tracebacks are those of the tasks: of where the workflow stood there is nothing to tell. */
static json_t *workflow_failed(const struct execution *e, const char *text)
{
    return json_pack("{s:s, s:s, s:o, s:b, s:o, s:{s:b}}", "type", "WorkflowFailed", "known_type",
                     "WorkflowFailed", "message", utf8_string(text, strlen(text)), "recoverable", 0,
                     "causes", task_graph_error_causes(e->graph), "fields", "hide_traceback", 1);
}

static bool report_failure(struct execution *e, struct error *err)
{
    struct strbuf summary = STRBUF_INIT;
    free(e->summary);
    task_graph_error_text(e->graph, true, &summary);
    e->summary = strbuf_detach(&summary);
    task_graph_error_text(e->graph, false, &summary);
    error_set(err, ERROR_FAILED, "%s", summary.failed ? "out of memory" : summary.text);
    json_decref(e->graph_error);
    e->graph_error = workflow_failed(e, err->code == ERROR_FAILED ? summary.text : err->text);
    strbuf_release(&summary);
    task_graph_reset(e->graph);
    return false;
}

bool execution_graph_result(struct execution *e, struct error *err)
{
    switch (task_graph_status(e->graph, e->no_more_waiting)) {
    case TASK_GRAPH_SUCCEEDED:
        execution_keep_graph(e);
        e->graph_row = 0; /* what comes next is another graph */
        return true;
    case TASK_GRAPH_FAILED:
        return report_failure(e, err);
    case TASK_GRAPH_STUCK:
        return error_set(err, ERROR_STATE,
                         "the task graph cannot go on: its %zu tasks wait for each other",
                         task_graph_count(e->graph));
    case TASK_GRAPH_CANCELLED:
    case TASK_GRAPH_RUNNING:
        break;
    }
    e->told_cancelled = true;
    return error_set(err, ERROR_CANCELLED, "execution '%s' was cancelled", e->options.execution_id);
}

bool execution_task_result(struct execution *e, const struct task *task, json_t **value)
{
    bool ok = task->state == TASK_SUCCEEDED;
    if (!ok && task->attached && e->cancel)
        e->told_cancelled = true;
    *value = ok ? task->value : task->error;
    if (!ok && !task->attached)
        task_graph_forget_failures(e->graph);
    return ok;
}

json_t *execution_task_error(const struct execution *e, const struct task *task)
{
    struct strbuf name = STRBUF_INIT;
    json_t *error = json_copy(task->error), *fields = json_object();
    task_graph_describe(e->graph, task, &name);
    bool ok = error && fields &&
              (!json_object_get(error, "fields") ||
               !json_object_update(fields, json_object_get(error, "fields"))) &&
              !json_object_set_new(fields, "task", utf8_string(name.text, name.length)) &&
              !json_object_set(error, "fields", fields);
    strbuf_release(&name);
    json_decref(fields);
    if (ok)
        return error;
    json_decref(error);
    return NULL;
}
