/* objects.c - looks up what values of object types name: in the plan, its instances, the store. */
#include <string.h>

#include "api/runtime.h"
#include "base/json.h"
#include "deployment/deployment.h"

static bool has_deployment(struct cloudify *c, const char *id, struct error *err)
{
    struct store *store = runtime_store(c, STORE_READ, err);
    bool found = store && store_has_deployment(store, id, err);
    if (err->code == ERROR_NOT_FOUND) /* there is no store yet */
        error_clear(err);
    return found;
}

static bool look_up(const struct runtime_objects *objects, const char *type, const char *name,
                    const json_t *constraints, struct error *err)
{
    const struct object_source in_plan = plan_object_source(objects->plan);
    if (!strcmp(type, "node_instance"))
        return objects->instances && instances_find(objects->instances, name) &&
               object_name_fits(constraints, name);
    json_t *value = json_string(name);
    bool found = value && in_plan.has(in_plan.data, type, value, constraints, err);
    json_decref(value);
    return value ? found : error_nomem(err);
}

/* Look it up in the deployment that the constraint `deployment_id` names. */
static bool look_up_elsewhere(struct cloudify *c, const char *deployment, const char *type,
                              const char *name, const json_t *constraints, struct error *err)
{
    struct deployment_store *ds = runtime_deployment(c, deployment, STORE_READ, err);
    struct plan *plan = NULL;
    struct instance_set *instances = ds ? runtime_load_instances(ds, &plan, err) : NULL;
    const struct runtime_objects objects = {c, plan, instances};
    json_t *others = json_copy_whole(constraints);
    bool found = false;
    if (others && instances && !json_object_del(others, "deployment_id"))
        found = look_up(&objects, type, name, others, err);
    json_decref(others);
    instances_free(instances);
    plan_free(plan);
    deployment_store_close(ds);
    return found;
}

static bool has(void *data, const char *type, const json_t *value, const json_t *constraints,
                struct error *err)
{
    const struct runtime_objects *objects = data;
    const char *name = json_string_value(value);
    const char *deployment = json_string_at(constraints, "deployment_id", NULL);
    static const char *const unknown[] = {"filter_id", "labels", "tenants"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        if (json_object_get(constraints, unknown[i]))
            return error_set(err, ERROR_UNSUPPORTED,
                             "has the constraint '%s', which this store cannot test", unknown[i]);
    }
    if (!strcmp(type, "blueprint_id") || !strcmp(type, "capability_value"))
        return error_set(err, ERROR_UNSUPPORTED,
                         "is of type '%s', which cannot be looked up in this store", type);
    if (!name)
        return false;
    if (!strcmp(type, "deployment_id"))
        return object_name_fits(constraints, name) && has_deployment(objects->c, name, err);
    if (!strcmp(type, "secret_key")) {
        const struct secret_source secrets = runtime_secret_source(objects->c);
        return object_name_fits(constraints, name) && secrets.exists(secrets.data, name, err);
    }
    return deployment ? look_up_elsewhere(objects->c, deployment, type, name, constraints, err)
                      : look_up(objects, type, name, constraints, err);
}

struct object_source runtime_object_source(struct runtime_objects *objects)
{
    return (struct object_source){
        .data = objects, .has_deployment = objects->instances, .has_blueprint = true, .has = has};
}

bool runtime_bind_parameters(struct cloudify *c, struct run *run, const json_t *given,
                             bool allow_custom, struct error *err)
{
    struct runtime_objects objects = {c, run->plan, run->instances};
    const struct object_source source = runtime_object_source(&objects);
    run->parameters =
        plan_workflow_parameters(run->plan, run->workflow, given, allow_custom, &source, err);
    return run->parameters;
}
