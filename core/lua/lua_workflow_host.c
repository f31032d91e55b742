/* lua_workflow_host.c - lets workflows written in Lua run until they wait or end. */
#include "lua/lua_workflow_host.h"

#include <string.h>

#include "lua/workflow_host_internal.h"
#include "lua/workflow_interrupt.h"

const char workflow_not_ended[] = "the workflow was cancelled and did not end within 5 seconds";

static enum workflow_status fail(json_t **value, json_t *error)
{
    *value = error;
    return WORKFLOW_FAILED;
}

/* Tasks that were started without a graph and not waited for belong to the workflow too. */
static enum workflow_status drain(struct workflow_run *run, json_t **value)
{
    while (run->drain || (run->drain = workflow_task_next_pending(run->L))) {
        struct task *task = run->drain;
        if (task->attached) {
            execution_wait_task(run->execution, task, true);
            return WORKFLOW_WAITING;
        }
        json_t *result = NULL;
        run->drain = NULL;
        if (!execution_task_result(run->execution, task, &result))
            return fail(value, execution_task_error(run->execution, task));
    }
    *value = run->value;
    run->value = NULL;
    return WORKFLOW_DONE;
}

static enum workflow_status finish(struct workflow_run *run, json_t **value)
{
    const char *text = json_string_value(run->value);
    run->returned = true;
    /* How workflows say so that look for requests to cancel by themselves (runtime.md 6.1). */
    if (run->succeeded && text && !strcmp(text, "execution_cancelled"))
        return fail(value, json_pack("{s:s, s:s, s:b}", "type", "ExecutionCancelled", "message",
                                     "the execution was cancelled", "cancelled", true));
    if (run->succeeded)
        return drain(run, value);
    json_t *error = run->value;
    run->value = NULL;
    return fail(value, error);
}

static enum workflow_status not_ended(json_t **value)
{
    return fail(value, workflow_error("NonRecoverableError", workflow_not_ended));
}

static enum workflow_status resume_thread(struct workflow_run *run, json_t **value)
{
    int results = 0, arguments = run->started ? 0 : 3;
    run->started = true;
    run->waiting = false;
    int status = lua_resume(run->thread, run->L, arguments, &results);
    if (status == LUA_OK)
        return finish(run, value);
    if (status != LUA_YIELD)
        return fail(value, workflow_memory_error(run));
    if (run->abandoned)
        return WORKFLOW_ABANDONED;
    lua_pop(run->thread, results);
    if (!run->waiting)
        return fail(value, workflow_error("NonRecoverableError",
                                          "the workflow has yielded by itself; it can wait only in "
                                          "graph:execute() and task:get()"));
    return WORKFLOW_WAITING;
}

static enum workflow_status host_resume(void *workflow, json_t **value)
{
    struct workflow_run *run = workflow;
    *value = NULL;
    if (!run->L) /* a handler, a listener or a local task was left where it stood */
        return not_ended(value);
    if (run->returned)
        return drain(run, value);
    if (setjmp(run->way_out)) {
        workflow_interrupt_leave(run);
        return not_ended(value);
    }
    workflow_interrupt_begin(run);
    return resume_thread(run, value);
}

const struct workflow_host *lua_workflow_host(void)
{
    static const struct workflow_host host = {.open = workflow_host_open,
                                              .resume = host_resume,
                                              .handle = workflow_host_handle,
                                              .save_handler = workflow_host_save_handler,
                                              .load_handler = workflow_host_load_handler,
                                              .run_local = workflow_host_run_local,
                                              .ended = workflow_host_ended,
                                              .cancelled = workflow_host_cancelled,
                                              .close = workflow_host_close};
    return &host;
}
