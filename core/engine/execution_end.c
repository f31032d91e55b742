/* execution_end.c - the end of an execution: what it is, and what is recorded of it. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "engine/execution_internal.h"
#include "engine/task_error.h"
#include "resources/keeping.h"

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

void execution_end_well(struct execution *e)
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

void execution_end_badly(struct execution *e, json_t *reported)
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

void execution_end_by_error(struct execution *e, const struct error *err)
{
    json_t *error = execution_error("PluginError", err->text, false);
    execution_end_badly(e, error);
    json_decref(error);
}
