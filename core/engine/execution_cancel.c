/* execution_cancel.c - requests to cancel an execution, and what is done about them. */
#include "engine/execution_internal.h"

enum cancel_level execution_cancel_level(struct execution *e)
{
    enum cancel_level level = cancel_level(e->listener);
    return level > e->cancel ? level : e->cancel;
}

/* Each request is told once, however it came to be known. */
void execution_tell_cancel(struct execution *e)
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
void execution_apply_cancel(struct execution *e)
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
    execution_tell_cancel(e);
}
