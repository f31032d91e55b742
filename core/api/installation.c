/* installation.c - from a blueprint to an installed deployment, and the end of one. */
#include <stdlib.h>
#include <string.h>

#include "api/plugins.h"
#include "api/runtime.h"
#include "base/files.h"
#include "base/json.h"
#include "deployment/deployment.h"
#include "dsl/blueprint.h"

/* What an install is made of; released whatever happens. */
struct installation {
    char *path, *folder, *id;
    struct run run;
    json_t *provider_context;
    struct deployment_plugins plugins;
    const struct store *store;
};

static bool make_instances(struct cloudify *c, struct installation *installation,
                           const json_t *inputs, struct error *err)
{
    const struct blueprint_options options = runtime_blueprint_options(c);
    struct diagnostics diagnostics = {0};
    struct run *run = &installation->run;
    run->plan = blueprint_parse(installation->path, &options, &diagnostics);
    struct runtime_objects objects = {c, run->plan, NULL};
    const struct object_source source = runtime_object_source(&objects);
    const struct secret_source secrets = runtime_secret_source(c);
    const struct prepare_options how = {.objects = &source, .secrets = &secrets};
    if (run->plan && plan_prepare(run->plan, inputs, &how, &diagnostics))
        run->instances = instances_create(run->plan, &diagnostics);
    if (!run->instances)
        diagnostics_to_error(&diagnostics,
                             run->plan ? "'cfy validate' with inputs (-i)" : "'cfy validate'", err);
    diagnostics_release(&diagnostics);
    return run->instances;
}

/* The absolute path of the blueprint, its folder and the id of its deployment. */
static bool locate(struct cloudify *c, struct installation *installation, const char *blueprint,
                   const char *id, struct error *err)
{
    char *path = runtime_blueprint_path(c, blueprint, err);
    if (!path)
        return false;
    installation->path = realpath(path, NULL);
    free(path);
    if (!installation->path)
        return error_set(err, ERROR_NOT_FOUND, "cannot read the blueprint '%s': %m", blueprint);
    installation->folder = path_directory(installation->path);
    if (installation->folder)
        installation->id = strdup(id ? id : path_base(installation->folder));
    return installation->id || error_nomem(err);
}

static bool prepare_install(struct cloudify *c, struct run *run,
                            const struct cloudify_execution_options *options, struct error *err)
{
    if (options->dry_run)
        return error_set(err, ERROR_UNSUPPORTED,
                         "install: a dry run needs a deployment: create it, then execute its "
                         "workflow 'install'");
    if (options->queue || options->force)
        return error_set(err, ERROR_UNSUPPORTED,
                         "install: only executions of a deployment that is there can be queued or "
                         "forced: execute its workflow 'install'");
    run->workflow = runtime_workflow(run->plan, "install", err);
    if (run->workflow && runtime_bind_parameters(c, run, NULL, false, err))
        run->limits = runtime_limits(options, NULL, err);
    return run->limits;
}

/* Whether a deployment with this id may be installed anew (the life of a deployment). */
static bool may_renew(struct deployment_store *ds, struct error *err)
{
    json_t *executions = runtime_check_queue(ds, false, "wait for its end, or cancel it", err)
                             ? executions_list(ds, err)
                             : NULL;
    if (!executions)
        return false;
    enum deployment_status status = deployment_status(executions, true);
    const json_t *last = json_array_get(executions, json_array_size(executions) - 1);
    const char *id = deployment_store_id(ds), *execution = json_string_at(last, "id", "");
    if (status == DEPLOYMENT_INSTALL_FAILED || status == DEPLOYMENT_INSTALL_INTERRUPTED)
        error_set(
            err, ERROR_STATE,
            "deployment '%s': its %s; go on with 'cfy executions resume %s' or clear it with "
            "'cfy uninstall %s'",
            id, status == DEPLOYMENT_INSTALL_FAILED ? "install failed" : "install was interrupted",
            execution, id);
    else if (status != DEPLOYMENT_UNINSTALLED && status != DEPLOYMENT_CREATED)
        error_set(err, ERROR_STATE, "deployment '%s' is in state '%s': 'cfy uninstall %s' first",
                  id, deployment_status_name(status), id);
    json_decref(executions);
    return !err->code;
}

/* A deployment outlives its source: plugins from outside of the blueprint's folder come along. */
static bool add_plugins(void *data, const char *copy, struct error *err)
{
    const struct installation *installation = data;
    return deployment_plugins_add(&installation->plugins, installation->store, copy, err);
}

/* An install needs them at once; what is only created may get them before it is installed. */
static bool check_plugins(const struct cloudify *c, const struct installation *installation,
                          struct error *err)
{
    const struct run *run = &installation->run;
    return !run->workflow || runtime_brings_plugins(c) ||
           deployment_plugins_check(run->plan, installation->plugins.places,
                                    c->options.plugin_directories, installation->folder, true, err);
}

/* What the disk says is not enough: nothing has been begun. */
static void explain_storage(const struct installation *installation, struct error *err)
{
    if (err->code == ERROR_STORAGE)
        error_context(err, "%sdeployment '%s' could not be stored",
                      installation->run.workflow ? "nothing is installed: " : "", installation->id);
}

/* In the store, with its first execution. */
static bool create_or_renew(struct cloudify *c, struct installation *installation,
                            const struct deployment_record *record, struct error *err)
{
    struct store *store = c->store;
    struct run *run = &installation->run;
    if (!store_has_deployment(store, installation->id, err)) {
        run->ds = err->code ? NULL : deployment_create(store, record, err);
        if (err->code != ERROR_EXISTS)
            return run->ds;
        error_clear(err); /* another process was quicker */
    }
    run->ds = deployment_open(store, installation->id, STORE_WRITE, err);
    runtime_explain_busy(c, installation->id, "wait for its end", err);
    return run->ds && may_renew(run->ds, err) && deployment_renew(store, run->ds, record, err);
}

/* Store the deployment with all that it needs. */
static bool create(struct cloudify *c, struct installation *installation, struct error *err)
{
    struct run *run = &installation->run;
    struct execution_record execution = {
        .id = run->id,
        .workflow_id = run->workflow ? run->workflow->name : NULL,
        .parameters = run->parameters,
        .options = run->limits,
    };
    struct deployment_record record = {
        .id = installation->id,
        .blueprint_id =
            c->setting.is_transient ? installation->id : path_base(installation->folder),
        .folder = installation->folder,
        .main_file = path_base(installation->path),
        .plan = run->plan,
        .instances = run->instances,
        .execution = run->workflow ? &execution : NULL,
        .add_files = add_plugins,
        .add_files_data = installation,
    };
    installation->provider_context =
        runtime_object(c->options.provider_context, "provider context", err);
    /* Found before: the search may read the store, whose handle would not survive it. */
    if (!installation->provider_context ||
        !deployment_plugins_find(c, run->plan, installation->folder, &installation->plugins, err) ||
        !check_plugins(c, installation, err))
        return false;
    record.provider_context = installation->provider_context;
    record.plugins = installation->plugins.places;
    struct store *store = runtime_store(c, STORE_WRITE, err);
    id_uuid(run->id);
    installation->store = store;
    bool ok = store && create_or_renew(c, installation, &record, err);
    if (!ok)
        explain_storage(installation, err);
    return ok;
}

static void installation_release(struct installation *installation)
{
    runtime_unload(&installation->run);
    json_decref(installation->provider_context);
    deployment_plugins_release(&installation->plugins);
    free(installation->path);
    free(installation->folder);
    free(installation->id);
}

char *cloudify_install(struct cloudify *c, const char *blueprint,
                       const struct cloudify_install_options *options, struct cloudify_error *err)
{
    struct error why = {0};
    struct installation installation = {0};
    json_t *record = NULL, *inputs = runtime_object(options->inputs, "inputs", &why);
    if (inputs && locate(c, &installation, blueprint, options->deployment, &why) &&
        make_instances(c, &installation, inputs, &why) &&
        prepare_install(c, &installation.run, &options->execution, &why) &&
        create(c, &installation, &why))
        record = runtime_run(c, &installation.run, &why);
    runtime_note_contents(&installation.run, record);
    installation_release(&installation);
    json_decref(inputs);
    return runtime_run_result(record, installation.run.id, &why, err);
}

char *cloudify_deployment_create(struct cloudify *c, const char *blueprint, const char *deployment,
                                 const char *inputs, struct cloudify_error *err)
{
    struct error why = {0};
    struct installation installation = {0};
    json_t *values = runtime_object(inputs, "inputs", &why);
    bool ok = values && locate(c, &installation, blueprint, deployment, &why) &&
              make_instances(c, &installation, values, &why) && create(c, &installation, &why);
    if (ok && c->setting.on_created)
        ok = c->setting.on_created(c, &installation.run, c->setting.on_created_data, &why);
    json_t *record = ok ? runtime_describe_deployment(installation.run.ds, &why) : NULL;
    installation_release(&installation);
    json_decref(values);
    return runtime_result(record, &why, err);
}

/* Whether the deployment may be forgotten, as far as its state says. */
static bool may_delete(struct cloudify *c, const char *deployment, struct error *err)
{
    struct deployment_store *ds = runtime_deployment(c, deployment, STORE_WRITE, err);
    bool ok = ds && may_renew(ds, err);
    deployment_store_close(ds);
    runtime_explain_busy(c, deployment, "wait for its end", err);
    if (err->code == ERROR_STATE)
        error_context(err, "cannot delete (--force does it all the same)");
    return ok;
}

bool cloudify_deployment_delete(struct cloudify *c, const char *deployment, bool force,
                                struct cloudify_error *err)
{
    struct error why = {0};
    /* By force without opening it: its database may be damaged. */
    bool ok = force ? runtime_has_deployment(c, deployment, &why) : may_delete(c, deployment, &why);
    ok = ok && deployment_remove(c->store, deployment, &why);
    runtime_explain_busy(c, deployment, "wait for its end", &why);
    return ok || runtime_error(err, &why);
}
