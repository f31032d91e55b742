/* execution_calls.c - what operations ask for while they run, and how instances change. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "engine/execution_internal.h"

bool execution_change_instance(struct execution *e, struct node_instance *ni,
                               const struct instance_change *wanted, struct error *err)
{
    struct instance_change change = *wanted;
    change.id = ni->id;
    if (change.version != ni->version)
        return error_set(err, ERROR_CONFLICT,
                         "node instance '%s': changed meanwhile: the update is based on version "
                         "%" JSON_INTEGER_FORMAT ", it is at %" JSON_INTEGER_FORMAT,
                         ni->id, change.version, ni->version);
    if (ni->is_gone)
        return error_set(err, ERROR_NOT_FOUND,
                         "node instance '%s': it is no more, a modification of the deployment has "
                         "removed it",
                         ni->id);
    if (e->options.dry_run)
        return true;
    if (!instance_update(e->options.store, &change, err) ||
        (change.state && !node_instance_set_state(ni, change.state, err))) {
        if (err->code != ERROR_CONFLICT)
            execution_abort(e, err);
        return false;
    }
    if (change.runtime_properties)
        node_instance_set_runtime_properties(ni, change.runtime_properties);
    if (change.system_properties)
        node_instance_set_system_properties(ni, change.system_properties);
    ni->version++;
    return true;
}

static struct node_instance *named_instance(const struct execution *e, const json_t *arguments,
                                            struct error *err)
{
    const char *id = json_string_at(arguments, "id", "");
    struct node_instance *ni = instances_find(e->options.instances, id);
    if (!ni)
        error_set(err, ERROR_NOT_FOUND, "node instance '%s': there is none in deployment '%s'", id,
                  e->options.deployment_id);
    return ni;
}

static json_t *update_instance(struct execution *e, const struct task *task,
                               const json_t *arguments, struct error *err)
{
    (void)task;
    struct node_instance *ni = named_instance(e, arguments, err);
    if (!ni)
        return NULL;
    json_t *properties = json_object_get(arguments, "runtime_properties");
    if (!json_is_object(properties)) {
        error_set(err, ERROR_INVALID, "node instance '%s': runtime properties must be an object",
                  ni->id);
        return NULL;
    }
    const struct instance_change change = {.version = json_integer_at(arguments, "version", -1),
                                           .runtime_properties = properties};
    if (!execution_change_instance(e, ni, &change, err))
        return NULL;
    return json_pack("{s:I}", "version", (json_int_t)ni->version);
}

static json_t *get_instance(struct execution *e, const struct task *task, const json_t *arguments,
                            struct error *err)
{
    (void)task;
    struct node_instance *ni = named_instance(e, arguments, err);
    if (!ni)
        return NULL;
    long index = instances_index(e->options.instances, ni->id);
    return execution_instance_document(e, (size_t)index, err);
}

static const struct plan_node *named_node(const struct execution *e, const char *id,
                                          struct error *err)
{
    const struct plan_node *node = plan_find_node(e->options.plan, id);
    if (!node)
        error_set(err, ERROR_NOT_FOUND, "node '%s': there is none in deployment '%s'", id,
                  e->options.deployment_id);
    return node;
}

static json_t *get_node(struct execution *e, const struct task *task, const json_t *arguments,
                        struct error *err)
{
    const struct plan_node *node = named_node(e, json_string_at(arguments, "id", ""), err);
    if (!node)
        return NULL;
    struct function_scope scope = execution_scope(e, task);
    return execution_node_document(e, node->index, &scope, err);
}

static json_t *get_provider_context(struct execution *e, const struct task *task,
                                    const json_t *arguments, struct error *err)
{
    (void)task;
    (void)arguments;
    return deployment_store_provider_context(e->options.store, err);
}

/* One of the same deployment, or the execution itself. */
static json_t *get_node_instances(struct execution *e, const struct task *task,
                                  const json_t *arguments, struct error *err)
{
    struct instance_set *set = e->options.instances;
    const struct plan_node *node = named_node(e, json_string_at(arguments, "node", ""), err);
    (void)task;
    if (!node)
        return NULL;
    size_t count;
    const size_t *indices = instances_of_node(set, node->index, &count);
    json_t *list = indices ? json_array() : NULL;
    for (size_t i = 0; i < count; i++) {
        const struct node_instance *ni = set->items[indices[i]];
        if (json_array_append_new(list, json_pack("{s:s, s:i, s:s}", "id", ni->id, "index",
                                                  ni->index, "state", ni->state))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *get_execution(struct execution *e, const struct task *task, const json_t *arguments,
                             struct error *err)
{
    (void)task;
    const char *id = json_string_at(arguments, "id", e->options.execution_id);
    return execution_get(e->options.store, id, err);
}

static json_t *get_operation(struct execution *e, const struct task *task, const json_t *arguments,
                             struct error *err)
{
    (void)arguments;
    (void)err;
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i}", "id", uuid_text(&task->id).text,
                     "execution_id", e->options.execution_id, "name", task->operation->name, "type",
                     task_kind_name(task->kind), "node_instance_id",
                     e->options.instances->items[task->instance]->id, "state",
                     task_state_name(task->state), "retry", (int)task->current_retries);
}

static json_t *get_secret(struct execution *e, const struct task *task, const json_t *arguments,
                          struct error *err)
{
    (void)task;
    return execution_secret(e, json_string_at(arguments, "key", ""), err);
}

static const struct {
    const char *name;
    json_t *(*answer)(struct execution *e, const struct task *task, const json_t *arguments,
                      struct error *err);
} methods[] = {
    {"update_instance", update_instance},
    {"get_instance", get_instance},
    {"get_node", get_node},
    {"get_node_instances", get_node_instances},
    {"get_provider_context", get_provider_context},
    {"get_execution", get_execution},
    {"get_operation", get_operation},
    {"get_secret", get_secret},
};

bool execution_answer(struct execution *e, const struct arrival *arrival)
{
    struct departure reply = {.call = arrival->call};
    bool known = false;
    for (size_t i = 0; i < sizeof methods / sizeof *methods && !known; i++) {
        known = !strcmp(methods[i].name, arrival->method);
        if (known)
            reply.json = methods[i].answer(e, arrival->task, arrival->json, &reply.failure);
    }
    if (!known)
        error_set(&reply.failure, ERROR_UNSUPPORTED, "this runtime does not support '%s' yet",
                  arrival->method);
    else if (!reply.json && reply.failure.code == ERROR_NONE)
        error_nomem(&reply.failure);
    return execution_depart(e, reply);
}
