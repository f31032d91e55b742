/* execution.c - runs workflows of deployments for the embedding API. */
#include "engine/execution.h"

#include <stdlib.h>
#include <string.h>

#include "api/event_text.h"
#include "api/plugins.h"
#include "api/runtime.h"
#include "base/files.h"
#include "base/json.h"
#include "base/suggest.h"
#include "lua/lua_workflow_host.h"

/* Keep the event, in the form asked for, until it is committed: each with a zero at its end. */
static void hear(void *data, const struct event *event, const char *record)
{
    struct cloudify *c = data;
    size_t before = c->told.length;
    if (!event_is_shown(event, c->options.event_form))
        return;
    if (c->options.event_form == CLOUDIFY_EVENTS_JSON)
        strbuf_adds(&c->told, record);
    else
        event_write_text(&c->told, event, true);
    strbuf_addc(&c->told, '\0');
    if (c->told.failed)
        strbuf_truncate(&c->told, before);
}

/* Who is told may run another execution. */
static void hand_on(void *data)
{
    struct cloudify *c = data;
    struct strbuf told = c->told;
    c->told = (struct strbuf)STRBUF_INIT;
    for (size_t i = 0; i < told.length; i += strlen(told.text + i) + 1)
        c->options.on_event(c->options.on_event_data, told.text + i);
    strbuf_release(&told);
    if (c->options.on_events_end)
        c->options.on_events_end(c->options.on_event_data);
}

void runtime_listen(struct cloudify *c, struct execution_options *how)
{
    strbuf_truncate(&c->told, 0); /* what an execution has told that could not commit it */
    how->on_event = c->options.on_event ? hear : NULL;
    how->on_events_committed = hand_on;
    how->on_event_data = c;
}

/* The directories that plugins are looked for in: the deployment's own first. New, or NULL. */
static const char **plugin_directories(const struct cloudify *c, const char *own)
{
    const char *const *given = c->options.plugin_directories;
    size_t count = 0;
    while (given && given[count])
        count++;
    const char **directories = calloc(count + 2, sizeof *directories);
    if (!directories)
        return NULL;
    directories[0] = own;
    for (size_t i = 0; i < count; i++)
        directories[i + 1] = given[i];
    return directories;
}

json_t *runtime_run(struct cloudify *c, const struct run *run, struct error *err)
{
    char *own = path_join(deployment_store_resources(run->ds), "plugins");
    json_t *places = deployment_plugins_places(c->store, run->ds, err);
    const char **directories = own ? plugin_directories(c, own) : NULL;
    struct execution_options execution = {
        .store = run->ds,
        .plan = run->plan,
        .instances = run->instances,
        .vault = runtime_vault(c, STORE_WRITE, err),
        .deployment_id = deployment_store_id(run->ds),
        .blueprint_id = deployment_store_blueprint_id(run->ds),
        .execution_id = run->id,
        .workflow = run->workflow,
        .parameters = run->parameters,
        .plugin_directories = directories,
        .plugin_places = places,
        .resources_directory = deployment_store_resources(run->ds),
        .work_directory = deployment_store_workdir(run->ds),
        .worker_path = c->options.worker,
        .dry_run = run->dry_run,
        .resume = run->resume,
        .reset_operations = run->reset_operations,
        .handle_signals = c->options.handle_signals,
        .host = lua_workflow_host(),
        .dispatcher_new = c->setting.dispatcher_new,
        .dispatcher_data = c->setting.dispatcher_data,
        .virtual_clock = c->setting.virtual_clock,
        .value = c->setting.value,
    };
    runtime_listen(c, &execution);
    const char **passed = runtime_apply_limits(&execution, run->limits);
    json_t *record = NULL;
    if (!directories || !passed)
        error_nomem(err);
    else if (places && execution.vault && execution_run(&execution, err))
        record = execution_get(run->ds, run->id, err);
    free(passed);
    json_decref(places);
    free(directories);
    free(own);
    return record;
}

void runtime_note_contents(const struct run *run, json_t *record)
{
    if (!record)
        return;
    json_set_value(record, "has_nodes", json_boolean(run->plan->node_count));
    json_set_value(record, "has_outputs", json_boolean(json_object_size(run->plan->outputs)));
}

const struct plan_workflow *runtime_workflow(const struct plan *plan, const char *name,
                                             struct error *err)
{
    const struct plan_workflow *workflow = plan_find_workflow(plan, name);
    struct suggestion suggestion;
    if (workflow)
        return workflow;
    suggestion_init(&suggestion, name);
    for (size_t i = 0; i < plan->workflow_count; i++)
        suggestion_consider(&suggestion, plan->workflows[i].name);
    if (suggestion.best)
        error_set(err, ERROR_NOT_FOUND, "no workflow '%s', did you mean '%s'?", name,
                  suggestion.best);
    else
        error_set(err, ERROR_NOT_FOUND,
                  plan->workflow_count ? "the blueprint has no workflow '%s'"
                                       : "the blueprint has no workflow '%s': does it import "
                                         "cloudify/types/types.yaml?",
                  name);
    return NULL;
}

bool runtime_load(struct run *run, struct error *err)
{
    run->plan = deployment_store_plan(run->ds, err);
    run->instances = run->plan ? deployment_store_instances(run->ds, run->plan, err) : NULL;
    return run->instances;
}

void runtime_clear(struct run *run)
{
    json_decref(run->parameters);
    instances_free(run->instances);
    plan_free(run->plan);
    run->parameters = NULL;
    run->instances = NULL;
    run->plan = NULL;
}

void runtime_unload(struct run *run)
{
    runtime_clear(run);
    json_decref(run->limits);
    deployment_store_close(run->ds);
}

/* Keep the execution in the store and run it. */
static json_t *add_and_run(struct cloudify *c, struct run *run, bool queue, struct error *err)
{
    struct execution_record record = {
        .id = run->id,
        .workflow_id = run->workflow->name,
        .parameters = run->parameters,
        .options = run->limits,
        .dry_run = run->dry_run,
    };
    id_uuid(run->id);
    if (queue)
        return runtime_run_queued(c, run, &record, err);
    return execution_add(run->ds, &record, err) ? runtime_run(c, run, err) : NULL;
}

/* What is queued keeps the parameters as they are given: the turn comes, and they are bound. */
static bool bind_given(struct cloudify *c, struct run *run, const json_t *given,
                       const struct cloudify_execution_options *options, struct error *err)
{
    if (!runtime_bind_parameters(c, run, given, options->allow_custom_parameters, err))
        return false;
    if (!options->queue)
        return true;
    json_decref(run->parameters);
    run->parameters = json_deep_copy_whole(given);
    return run->parameters || error_nomem(err);
}

/* Fill `run` from the store, as far as it can be, and run it. */
static json_t *execute(struct cloudify *c, struct run *run, const char *workflow,
                       const json_t *given, const struct cloudify_execution_options *options,
                       struct error *err)
{
    if (!runtime_load(run, err))
        return NULL;
    run->dry_run = options->dry_run;
    run->force = options->force;
    run->workflow = runtime_workflow(run->plan, workflow, err);
    if (run->workflow && bind_given(c, run, given, options, err))
        run->limits = runtime_limits(options, NULL, err);
    bool ok = run->limits && (options->queue || runtime_ready_plugins(c, run, err));
    return ok ? add_and_run(c, run, options->queue, err) : NULL;
}

/* To run at once, or to wait. */
static bool open_to_execute(struct cloudify *c, struct run *run, const char *deployment,
                            const struct cloudify_execution_options *options, struct error *err)
{
    run->ds = runtime_deployment(c, deployment, options->queue ? STORE_REQUEST : STORE_WRITE, err);
    runtime_explain_busy(c, deployment,
                         options->force ? "--force does not stop it: wait for it with --queue"
                                        : "wait for it with --queue",
                         err);
    return run->ds &&
           (options->queue ||
            runtime_check_queue(run->ds, options->force,
                                "wait behind it with --queue, or go before it with --force", err));
}

char *cloudify_execute(struct cloudify *c, const char *deployment, const char *workflow,
                       const char *parameters, const struct cloudify_execution_options *options,
                       struct cloudify_error *err)
{
    struct error why = {0};
    struct run run = {0};
    json_t *record = NULL, *given = runtime_object(parameters, "parameters", &why);
    if (given && open_to_execute(c, &run, deployment, options, &why))
        record = execute(c, &run, workflow, given, options, &why);
    runtime_unload(&run);
    json_decref(given);
    return runtime_run_result(record, run.id, &why, err);
}

char *cloudify_uninstall(struct cloudify *c, const char *deployment, const char *parameters,
                         const struct cloudify_execution_options *options,
                         struct cloudify_error *err)
{
    return cloudify_execute(c, deployment, "uninstall", parameters, options, err);
}
