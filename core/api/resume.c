/* resume.c - goes on with executions that were interrupted, have failed or were cancelled. */
#include <stdlib.h>
#include <string.h>

#include "api/runtime.h"
#include "base/json.h"

/* These change what an earlier execution has reached: it cannot go on behind them. */
static bool is_overtaking(const json_t *execution)
{
    static const char *const workflows[] = {"install", "uninstall"};
    const char *workflow = json_string_at(execution, "workflow_id", "");
    for (size_t i = 0; i < sizeof workflows / sizeof *workflows; i++) {
        if (!strcmp(workflow, workflows[i]))
            return true;
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
    if (!runtime_load(run, err))
        return false;
    run->workflow = runtime_workflow(run->plan, json_string_at(execution, "workflow_id", ""), err);
    run->parameters = json_incref(json_object_get(execution, "parameters"));
    run->resume = true;
    run->reset_operations = options->reset_operations;
    strcpy(run->id, json_string_at(execution, "id", ""));
    if (run->workflow)
        run->limits =
            runtime_limits(&options->execution, json_object_get(execution, "options"), err);
    return run->limits;
}

static json_t *resume(struct cloudify *c, struct run *run, const char *id,
                      const struct cloudify_resume_options *options, struct error *err)
{
    const json_t *execution;
    json_t *executions = executions_list(run->ds, err), *record = NULL;
    if (executions && check(executions, id, &execution, err) &&
        prepare(run, execution, options, err))
        record = runtime_run(c, run, err);
    json_decref(executions);
    return record;
}

char *cloudify_resume(struct cloudify *c, const char *execution,
                      const struct cloudify_resume_options *options, struct cloudify_error *err)
{
    struct error why = {0};
    struct run run = {0};
    json_t *record = NULL;
    run.ds = runtime_deployment_of(c, execution, STORE_WRITE, &why);
    if (run.ds)
        record = resume(c, &run, execution, options, &why);
    runtime_unload(&run);
    return runtime_result(record, &why, err);
}
