/* execution_workflow.c - the workflow of an execution: opened, resumed, what it waits for and gets.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"
#include "engine/execution_internal.h"

void execution_resume_workflow(struct execution *e)
{
    json_t *value = NULL;
    e->waiting_for = WAIT_NOTHING;
    enum workflow_status status = e->options.host->resume(e->workflow, &value);
    execution_tell_cancel(e);
    if (e->waiting_for == WAIT_TASK && e->waited_once)
        task_graph_try_no_more(e->graph, e->waited_task);
    if (status == WORKFLOW_ABANDONED) {
        execution_apply_cancel(e);
    } else if (status == WORKFLOW_DONE && execution_cancel_level(e) >= CANCEL_FORCE) {
        execution_end_cancelled(e);
    } else if (status == WORKFLOW_DONE) {
        if (e->options.value)
            *e->options.value = json_incref(value);
        execution_end_well(e);
    } else if (status == WORKFLOW_FAILED) {
        if (json_boolean_at(value, "cancelled", false))
            execution_end_cancelled(e);
        else
            execution_end_badly(e, value);
    } else if (e->told_cancelled) {
        execution_end_cancelled(e);
    } else if (e->waiting_for == WAIT_NOTHING) {
        struct error err = {0};
        error_set(&err, ERROR_STATE, "workflow '%s' waits for nothing", e->options.workflow->name);
        execution_end_by_error(e, &err);
    }
    json_decref(value);
}

void execution_open_workflow(struct execution *e)
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
        execution_end_by_error(e, &err);
        return;
    }
    execution_resume_workflow(e);
}

/* ---- what it waits for ---- */

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

bool execution_workflow_may_go_on(const struct execution *e)
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

void execution_watch_patience(struct execution *e)
{
    bool failed = task_graph_error_count(e->graph) > 0;
    if (!failed || uv_is_active((uv_handle_t *)&e->patience) || e->no_more_waiting)
        return;
    double seconds = e->options.wait_after_fail < 0 ? 600 : e->options.wait_after_fail;
    uv_timer_start(&e->patience, on_patience_over, clock_milliseconds(seconds), 0);
}

/* ---- what has become of it ---- */

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
    execution_keep_graph(e); /* what has not started is left for who resumes the execution */
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
    json_t *error = json_copy_whole(task->error), *fields = json_object();
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
