/* query.c - the part of cloudify.h that only looks: deployments, executions, instances, events. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/runtime.h"
#include "base/json.h"
#include "deployment/instance_source.h"

static bool is_workflow(const json_t *execution, const char *name)
{
    return !strcmp(json_string_at(execution, "workflow_id", ""), name);
}

static bool has_status(const json_t *execution, const char *status)
{
    return !strcmp(json_string_at(execution, "status", ""), status);
}

bool runtime_is_running(const json_t *execution)
{
    if (runtime_is_queued(execution))
        return json_boolean_at(execution, "waiting", false);
    static const char *const ended[] = {"terminated", "failed", "cancelled", "interrupted"};
    for (size_t i = 0; i < sizeof ended / sizeof *ended; i++)
        if (has_status(execution, ended[i]))
            return false;
    return true;
}

static enum deployment_status status_after(enum deployment_status before, const json_t *execution,
                                           bool locked)
{
    bool ended = !runtime_is_running(execution);
    if (json_boolean_at(execution, "is_dry_run", false) || runtime_is_queued(execution))
        return before;
    if (!ended && !locked)
        return DEPLOYMENT_RUNNING;
    if (is_workflow(execution, "install")) {
        if (has_status(execution, "terminated"))
            return DEPLOYMENT_INSTALLED;
        return !ended || has_status(execution, "interrupted") ? DEPLOYMENT_INSTALL_INTERRUPTED
                                                              : DEPLOYMENT_INSTALL_FAILED;
    }
    if (is_workflow(execution, "uninstall"))
        return has_status(execution, "terminated") ? DEPLOYMENT_UNINSTALLED
                                                   : DEPLOYMENT_UNINSTALL_FAILED;
    return before;
}

enum deployment_status deployment_status(const json_t *executions, bool locked)
{
    enum deployment_status status = DEPLOYMENT_CREATED;
    size_t index;
    json_t *execution;
    json_array_foreach(executions, index, execution) status =
        status_after(status, execution, locked);
    return status;
}

const char *deployment_status_name(enum deployment_status status)
{
    static const char *const names[] = {
        "created",          "running",     "installed", "install failed", "install interrupted",
        "uninstall failed", "uninstalled",
    };
    return names[status];
}

/* The information of one deployment, with its status; new, or NULL with `err` set. */
json_t *runtime_describe_deployment(struct deployment_store *ds, struct error *err)
{
    json_t *info = deployment_store_info(ds, err);
    json_t *executions = info ? executions_list(ds, err) : NULL;
    const char *status = deployment_status_name(deployment_status(executions, false));
    if (executions && json_object_set_new(info, "status", json_string(status)))
        error_nomem(err);
    json_decref(executions);
    if (err->code) {
        json_decref(info);
        return NULL;
    }
    return info;
}

/* Whether the deployment could not be opened because it has been deleted meanwhile. */
static bool is_gone(struct store *store, const char *id, struct error *err)
{
    struct error why = {0};
    if (err->code != ERROR_NOT_FOUND || store_has_deployment(store, id, &why) || why.code)
        return false;
    error_clear(err);
    return true;
}

/* Call `add` with each deployment of the store, or with none where there is no store. */
static json_t *for_each_deployment(struct cloudify *c, const char *only,
                                   bool (*add)(struct deployment_store *, json_t *, struct error *),
                                   struct error *err)
{
    struct store *store = runtime_store(c, STORE_READ, err);
    if (!store && err->code == ERROR_NOT_FOUND && !only) {
        error_clear(err);
        return json_array();
    }
    json_t *ids = !store ? NULL : only ? json_pack("[s]", only) : store_deployments(store, err);
    json_t *list = ids ? json_array() : NULL, *id;
    size_t index;
    bool ok = list;
    json_array_foreach(ids, index, id)
    {
        struct deployment_store *ds =
            ok ? runtime_deployment(c, json_string_value(id), STORE_READ, err) : NULL;
        if (!ds && ok && !only && is_gone(store, json_string_value(id), err))
            continue;
        ok = ds && add(ds, list, err);
        deployment_store_close(ds);
    }
    json_decref(ids);
    if (ok)
        return list;
    error_nomem(err);
    json_decref(list);
    return NULL;
}

static bool add_deployment(struct deployment_store *ds, json_t *list, struct error *err)
{
    json_t *info = runtime_describe_deployment(ds, err);
    return info && !json_array_append_new(list, info);
}

static bool add_executions(struct deployment_store *ds, json_t *list, struct error *err)
{
    json_t *executions = executions_list(ds, err);
    bool ok = executions && !json_array_extend(list, executions);
    json_decref(executions);
    return ok;
}

struct listed {
    json_t *execution; /* borrowed */
    size_t number;     /* those of one deployment keep their order */
};

static int compare_begins(const void *a, const void *b)
{
    const struct listed *first = a, *second = b;
    int times = strcmp(json_string_at(first->execution, "created_at", ""),
                       json_string_at(second->execution, "created_at", ""));
    return times ? times : first->number < second->number ? -1 : first->number > second->number;
}

/* Those of all deployments as they came, whichever they are of. Takes the list; new, or NULL. */
static json_t *in_order_of_time(json_t *executions, struct error *err)
{
    size_t count = json_array_size(executions);
    struct listed *order = calloc(count + 1, sizeof *order);
    json_t *sorted = json_array();
    bool ok = order && sorted;
    for (size_t i = 0; ok && i < count; i++)
        order[i] = (struct listed){json_array_get(executions, i), i};
    if (ok)
        qsort(order, count, sizeof *order, compare_begins);
    for (size_t i = 0; ok && i < count; i++)
        ok = !json_array_append(sorted, order[i].execution);
    free(order);
    json_decref(executions);
    if (ok)
        return sorted;
    error_nomem(err);
    json_decref(sorted);
    return NULL;
}

char *cloudify_deployments(struct cloudify *c, struct cloudify_error *err)
{
    struct error why = {0};
    return runtime_result(for_each_deployment(c, NULL, add_deployment, &why), &why, err);
}

char *cloudify_executions(struct cloudify *c, const char *deployment, struct cloudify_error *err)
{
    struct error why = {0};
    json_t *executions = for_each_deployment(c, deployment, add_executions, &why);
    if (executions && !deployment) /* of one deployment they are in the order of their numbers */
        executions = in_order_of_time(executions, &why);
    return runtime_result(executions, &why, err);
}

char *cloudify_deployment(struct cloudify *c, const char *deployment, struct cloudify_error *err)
{
    struct error why = {0};
    struct deployment_store *ds = runtime_deployment(c, deployment, STORE_READ, &why);
    json_t *info = ds ? runtime_describe_deployment(ds, &why) : NULL;
    deployment_store_close(ds);
    return runtime_result(info, &why, err);
}

char *cloudify_execution(struct cloudify *c, const char *execution, struct cloudify_error *err)
{
    struct error why = {0};
    struct deployment_store *ds = runtime_deployment_of(c, execution, STORE_READ, &why);
    json_t *record = ds ? execution_get(ds, execution, &why) : NULL;
    deployment_store_close(ds);
    return runtime_result(record, &why, err);
}

/* What `show` makes of the instances of a deployment; secrets come from, and are hidden by, the
 * disclosure that it is handed. */
static char *query(struct cloudify *c, const char *deployment,
                   json_t *(*show)(struct instance_set *, struct disclosure *, struct error *),
                   struct cloudify_error *err)
{
    struct error why = {0};
    struct plan *plan = NULL;
    struct disclosure disclosure = {0};
    json_t *value = NULL;
    struct deployment_store *ds = runtime_deployment(c, deployment, STORE_READ, &why);
    struct vault *vault = ds ? runtime_vault(c, STORE_READ, &why) : NULL;
    struct instance_set *set = vault ? runtime_load_instances(ds, &plan, &why) : NULL;
    if (set && disclosure_init(&disclosure, vault, ds, false, &why))
        value = show(set, &disclosure, &why);
    mask_error(disclosure.mask, &why);
    disclosure_release(&disclosure);
    instances_free(set);
    plan_free(plan);
    deployment_store_close(ds);
    return runtime_result(value, &why, err);
}

static json_t *masked_instance(const struct instance_set *set, const struct node_instance *ni,
                               struct mask *mask)
{
    static const char *const members[] = {"runtime_properties", "system_properties"};
    json_t *instance = node_instance_to_json(set, ni);
    for (size_t i = 0; instance && i < sizeof members / sizeof *members; i++) {
        json_t *properties = json_object_get(instance, members[i]);
        if (properties && json_object_set_new(instance, members[i], mask_json(mask, properties))) {
            json_decref(instance);
            return NULL;
        }
    }
    return instance;
}

static json_t *list_instances(struct instance_set *set, struct disclosure *disclosure,
                              struct error *err)
{
    json_t *list = json_array();
    (void)err;
    for (size_t i = 0; list && i < set->count; i++) {
        json_t *instance = masked_instance(set, set->items[i], disclosure->mask);
        if (json_array_append_new(list, instance)) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

char *cloudify_node_instances(struct cloudify *c, const char *deployment,
                              struct cloudify_error *err)
{
    return query(c, deployment, list_instances, err);
}

/* name -> value of outputs or capabilities, evaluated. */
static json_t *evaluate_values(const json_t *declared, struct instance_set *set,
                               struct disclosure *disclosure, enum function_scope_kind kind,
                               struct error *err)
{
    struct value_source source = instance_source(set);
    struct function_scope scope = {.kind = kind};
    source.secret = disclosure_secret;
    source.secrets = disclosure;
    json_t *values = json_object(), *declaration;
    const char *name;
    json_object_foreach((json_t *)declared, name, declaration)
    {
        struct function_failure failure;
        const json_t *written = json_object_get(declaration, "value");
        scope.path = name;
        json_t *value =
            functions_evaluate(written, &scope, &source, FUNCTIONS_RUNTIME, &failure, err);
        if (!value && function_lacks_secret(written, &failure)) {
            error_clear(err);
            continue;
        }
        if (!value || json_object_set_new(values, name, value)) {
            json_decref(values);
            return NULL;
        }
    }
    return values;
}

/* All are evaluated before any is masked: one may show what only another one asks for. */
static json_t *masked_values(const json_t *declared, struct instance_set *set,
                             struct disclosure *disclosure, enum function_scope_kind kind,
                             struct error *err)
{
    json_t *values = evaluate_values(declared, set, disclosure, kind, err), *value;
    json_t *masked = values ? json_object() : NULL;
    const char *name;
    json_object_foreach(values, name, value)
    {
        if (masked && json_object_set_new(masked, name, mask_json(disclosure->mask, value))) {
            json_decref(masked);
            masked = NULL;
        }
    }
    json_decref(values);
    return masked;
}

static json_t *evaluate_outputs(struct instance_set *set, struct disclosure *disclosure,
                                struct error *err)
{
    return masked_values(set->plan->outputs, set, disclosure, FUNCTION_SCOPE_OUTPUTS, err);
}

static json_t *evaluate_capabilities(struct instance_set *set, struct disclosure *disclosure,
                                     struct error *err)
{
    return masked_values(set->plan->capabilities, set, disclosure, FUNCTION_SCOPE_CAPABILITIES,
                         err);
}

char *cloudify_outputs(struct cloudify *c, const char *deployment, struct cloudify_error *err)
{
    return query(c, deployment, evaluate_outputs, err);
}

char *cloudify_capabilities(struct cloudify *c, const char *deployment, struct cloudify_error *err)
{
    return query(c, deployment, evaluate_capabilities, err);
}
