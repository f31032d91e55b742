/* resume.c - goes on with executions that were interrupted, have failed or were cancelled. */
#include <stdlib.h>
#include <string.h>

#include "api/runtime.h"
#include "base/json.h"

static bool has_run(const json_t *execution)
{
    return json_is_string(json_object_get(execution, "started_at"));
}

/* These change what an earlier execution has reached: it cannot go on behind them. */
static bool is_overtaking(const json_t *execution)
{
    static const char *const workflows[] = {"install", "uninstall"};
    const char *workflow = json_string_at(execution, "workflow_id", "");
    for (size_t i = 0; i < sizeof workflows / sizeof *workflows; i++) {
        if (!strcmp(workflow, workflows[i]))
            return has_run(execution);
    }
    return false;
}

static bool check_status(const json_t *execution, struct error *err)
{
    const char *id = json_string_at(execution, "id", "");
    if (!strcmp(json_string_at(execution, "status", ""), "terminated"))
        return error_set(err, ERROR_STATE,
                         "execution '%s' has completed: there is nothing to resume", id);
    if (json_boolean_at(execution, "is_dry_run", false))
        return error_set(err, ERROR_STATE, "execution '%s' was a dry run: start it anew", id);
    return true;
}

/* Whether `id`, one of the list of all, may go on. */
static bool check(const json_t *executions, const char *id, const json_t **execution,
                  struct error *err)
{
    size_t i;
    const json_t *each;
    *execution = NULL;
    json_array_foreach(executions, i, each)
    {
        if (!strcmp(json_string_at(each, "id", ""), id))
            *execution = each;
        else if (*execution && is_overtaking(each))
            return error_set(
                err, ERROR_STATE, "execution '%s' cannot be resumed: '%s' ('%s') has run since", id,
                json_string_at(each, "workflow_id", ""), json_string_at(each, "id", ""));
    }
    return *execution ? check_status(*execution, err)
                      : error_set(err, ERROR_NOT_FOUND, "there is no execution '%s'", id);
}

static bool prepare(struct run *run, const json_t *execution,
                    const struct cloudify_resume_options *options, struct error *err)
{
    const json_t *stored = json_object_get(execution, "options");
    if (!runtime_load(run, err))
        return false;
    run->workflow = runtime_workflow(run->plan, json_string_at(execution, "workflow_id", ""), err);
    run->parameters = json_incref(json_object_get(execution, "parameters"));
    run->dry_run = json_boolean_at(execution, "is_dry_run", false);
    run->resume = has_run(execution);
    run->force = json_boolean_at(stored, "force", false);
    run->reset_operations = options->reset_operations;
    strcpy(run->id, json_string_at(execution, "id", ""));
    if (run->workflow)
        run->limits = runtime_limits(&options->execution, stored, err);
    return run->limits;
}

/* One that was cancelled while it was queued, or whose engine ended too soon, is begun: it may be
 * that its parameters were never bound. */
static bool renew(struct cloudify *c, struct run *run, struct error *err)
{
    json_t *given = run->parameters;
    run->parameters = NULL;
    bool ok = runtime_bind_parameters(c, run, given, true, err) &&
              execution_make_pending(run->ds, run->id, run->parameters, err);
    json_decref(given);
    return ok;
}

static json_t *resume(struct cloudify *c, struct run *run, const char *id,
                      const struct cloudify_resume_options *options, struct error *err)
{
    const json_t *execution;
    json_t *executions = executions_list(run->ds, err), *record = NULL;
    if (executions && check(executions, id, &execution, err) &&
        prepare(run, execution, options, err) && runtime_ready_plugins(c, run, err) &&
        (run->resume || renew(c, run, err)))
        record = runtime_run(c, run, err);
    runtime_note_contents(run, record);
    json_decref(executions);
    return record;
}

/* Wait for the turn of an execution that nobody waits for. */
static json_t *wait_again(struct cloudify *c, struct run *run, const json_t *execution,
                          const struct cloudify_resume_options *options, struct error *err)
{
    json_t *record =
        prepare(run, execution, options, err) ? runtime_run_queued(c, run, NULL, err) : NULL;
    runtime_note_contents(run, record);
    return record;
}

char *cloudify_resume(struct cloudify *c, const char *execution,
                      const struct cloudify_resume_options *options, struct cloudify_error *err)
{
    struct error why = {0};
    struct run run = {0};
    json_t *record = NULL;
    run.ds = runtime_deployment_of(c, execution, STORE_REQUEST, &why);
    json_t *found = run.ds ? execution_get(run.ds, execution, &why) : NULL;
    if (found && runtime_is_queued(found)) {
        record = wait_again(c, &run, found, options, &why);
    } else if (found) {
        deployment_store_close(run.ds);
        run.ds = runtime_deployment_of(c, execution, STORE_WRITE, &why);
        if (run.ds)
            record = resume(c, &run, execution, options, &why);
    }
    json_decref(found);
    runtime_unload(&run);
    return runtime_run_result(record, run.id, &why, err);
}
