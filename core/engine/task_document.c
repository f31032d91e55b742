/* task_document.c - see task_document.h.
 *
 * What the plan or the execution determines is not stored: an operation is found again by its place
 * in the plan, and its retries are those that the execution gives, unless the workflow chose
 * others. Nor is what a task shares with the one before it. One without a number has the next one,
 * and those of the members `shared` that it lacks; null is what only the other has.
 */
#include "engine/task_document.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "engine/execution_internal.h"

static const char *const kinds[] = {
    [TASK_NOP] = "nop",
    [TASK_OPERATION] = "operation",
    [TASK_SET_STATE] = "set_state",
    [TASK_GET_STATE] = "get_state",
    [TASK_NODE_EVENT] = "node_event",
    [TASK_WORKFLOW_EVENT] = "workflow_event",
    [TASK_SUBGRAPH] = "subgraph",
    [TASK_LOCAL] = "local",
};

enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

/* ---- what may hold secrets ---- */

/* Tells whose value is sealed: it fits no other task and no other key. New, or NULL: no memory. */
static char *about_value(const struct execution *e, json_int_t number, const char *key)
{
    struct strbuf about = STRBUF_INIT;
    strbuf_addf(&about, "'%s' of task %" JSON_INTEGER_FORMAT " of execution '%s'", key, number,
                e->options.execution_id);
    return strbuf_detach(&about);
}

static json_t *seal(struct execution *e, const char *about, const json_t *value, struct error *err)
{
    char *text = json_text(value);
    char *sealed = text ? vault_seal(e->disclosure.vault, about, text, err) : NULL;
    json_t *string = sealed ? json_string(sealed) : NULL;
    free(sealed);
    secret_free(text);
    return string;
}

/* Set `key`; a value with a secret that the workflow was given is sealed. */
static bool write_value(struct execution *e, json_t *document, const struct task *task,
                        const char *key, json_t *value, struct error *err)
{
    if (!mask_finds(e->disclosure.mask, value))
        return !json_object_set(document, key, value);
    char *about = about_value(e, task->number, key);
    json_t *sealed = about ? seal(e, about, value, err) : NULL;
    json_t *members = json_object_get(document, "sealed");
    if (sealed && !members && (members = json_object()))
        json_object_set_new(document, "sealed", members);
    free(about);
    return sealed && !json_object_set_new(members, key, sealed);
}

/* New; NULL: it has none, or `err` is set. */
static json_t *read_value(struct execution *e, const json_t *document, const char *key,
                          struct error *err)
{
    const char *sealed = json_string_at(json_object_get(document, "sealed"), key, NULL);
    if (!sealed)
        return json_incref(json_object_get(document, key));
    if (!e->disclosure.vault) {
        error_set(err, ERROR_UNSUPPORTED, "there is no store of secrets here");
        return NULL;
    }
    char *about = about_value(e, json_integer_at(document, "number", 0), key);
    char *text = about ? vault_open(e->disclosure.vault, about, sealed, err) : NULL;
    json_t *value = text ? json_parse(text, strlen(text), about, err) : NULL;
    if (!about)
        error_nomem(err);
    secret_free(text);
    free(about);
    return value;
}

/* ---- writing ---- */

static const char *instance_id(const struct execution *e, long instance)
{
    return instance == TASK_NO_INSTANCE ? NULL : e->options.instances->items[instance]->id;
}

/* What may be shared with `before`, which is NULL where the document has to stand for itself. */
static bool write_shared(const struct execution *e, json_t *document, const struct task *task,
                         const struct task *before)
{
    bool ok = before || json_set_value(document, "number", json_integer(task->number));
    if (before ? task->container != before->container : task->container != NULL)
        ok = ok &&
             json_set_value(document, "container",
                            task->container ? json_integer(task->container->number) : json_null());
    if (task->instance != (before ? before->instance : TASK_NO_INSTANCE))
        ok = ok && json_set_text(document, "instance", instance_id(e, task->instance));
    return ok;
}

/* The numbers of those of `edges` that are in the same stored graph. */
static bool write_edges(json_t *document, const char *key, const struct task_edges *edges,
                        uint32_t below)
{
    json_t *numbers = json_array();
    for (uint32_t i = 0; i < edges->count; i++) {
        uint32_t number = task_edges_items(edges)[i]->number;
        if (number && number <= below && json_array_append_new(numbers, json_integer(number))) {
            json_decref(numbers);
            return false;
        }
    }
    if (json_array_size(numbers))
        return json_set_value(document, key, numbers);
    json_decref(numbers);
    return numbers;
}

static bool write_handler(struct execution *e, json_t *document, const struct task *task,
                          const char *key, int handler, struct error *err)
{
    if (handler == TASK_HANDLER_NONE)
        return true;
    json_t *saved = e->options.host->save_handler(e->workflow, handler, err);
    bool ok = saved && write_value(e, document, task, key, saved, err);
    json_decref(saved);
    return ok;
}

static bool write_handlers(struct execution *e, json_t *document, const struct task *task,
                           struct error *err)
{
    struct error unnamed = {0};
    if (!write_handler(e, document, task, "on_success", task->on_success, err) ||
        !write_handler(e, document, task, "on_failure", task->on_failure, err))
        return false;
    /* A function without a name is not found again; the task says so, should it ever come to it. */
    return write_handler(e, document, task, "function", task->function, &unnamed) ||
           unnamed.code == ERROR_UNSUPPORTED;
}

static bool write_retries(const struct execution *e, json_t *document, const struct task *task)
{
    struct task_retries usual = execution_retries(e, task->kind, task->operation);
    return (task->total_retries == usual.total ||
            json_set_value(document, "total_retries", json_integer(task->total_retries))) &&
           (task->retry_interval == usual.interval ||
            json_set_value(document, "retry_interval", json_real(task->retry_interval))) &&
           (!task->current_retries ||
            json_set_value(document, "current_retries", json_integer(task->current_retries)));
}

static bool write_operation(json_t *document, const struct operation *operation)
{
    return !operation ||
           json_set_value(document, "operation",
                          json_pack("[I, s]", (json_int_t)operation->index, operation->name));
}

static bool write_all(struct execution *e, json_t *document, const struct task *task,
                      uint32_t stored, struct error *err)
{
    return (task->operation ||
            json_set_value(document, "text",
                           mask_string(e->disclosure.mask, task->text, strlen(task->text)))) &&
           write_operation(document, task->operation) &&
           (!task->replaces ||
            json_set_value(document, "replaces", json_integer(task->replaces))) &&
           (task->related == TASK_NO_INSTANCE ||
            json_set_text(document, "related", instance_id(e, task->related))) &&
           (!task->related_is_target ||
            json_set_value(document, "related_is_target", json_true())) &&
           (task->send_events == task_sends_events((enum task_kind)task->kind) ||
            json_set_value(document, "send_events", json_boolean(task->send_events))) &&
           (!task->event_type || json_set_text(document, "event_type", task->event_type)) &&
           (!(task->execute_after > 0) ||
            json_set_value(document, "execute_after", json_real(task->execute_after))) &&
           (!task->payload || write_value(e, document, task, "payload", task->payload, err)) &&
           write_edges(document, "after", &task->dependencies, UINT32_MAX) &&
           write_edges(document, "before", &task->dependents, stored) &&
           write_retries(e, document, task) && write_handlers(e, document, task, err);
}

json_t *task_document(struct execution *e, const struct task *task, const struct task *before,
                      uint32_t stored, struct error *err)
{
    json_t *document = json_object();
    if (before && task->number != before->number + 1)
        before = NULL;
    if (write_shared(e, document, task, before) &&
        json_set_text(document, "kind", kinds[task->kind]) &&
        write_all(e, document, task, stored, err))
        return document;
    error_nomem(err);
    json_decref(document);
    return NULL;
}

/* ---- reading ---- */

static bool complete(json_t *document, const json_t *before)
{
    static const char *const shared[] = {"container", "instance"};
    bool ok =
        json_set_value(document, "number", json_integer(json_integer_at(before, "number", 0) + 1));
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
        const json_t *own = json_object_get(document, shared[i]);
        json_t *other = json_object_get(before, shared[i]);
        if (json_is_null(own))
            json_object_del(document, shared[i]);
        else if (!own && other)
            ok = ok && !json_object_set(document, shared[i], other);
    }
    return ok;
}

bool task_documents_complete(json_t *part)
{
    const json_t *before = NULL;
    size_t i;
    json_t *document;
    json_array_foreach(part, i, document)
    {
        if (before && !json_object_get(document, "number") && !complete(document, before))
            return false;
        before = document;
    }
    return true;
}

static bool damaged(const json_t *document, const char *what, struct error *err)
{
    return error_set(err, ERROR_STORAGE,
                     "task %" JSON_INTEGER_FORMAT " of the stored graph is damaged: %s",
                     json_integer_at(document, "number", 0), what);
}

static bool read_kind(const json_t *document, enum task_kind *kind, struct error *err)
{
    const char *name = json_string_at(document, "kind", "");
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (!strcmp(kinds[i], name)) {
            *kind = (enum task_kind)i;
            return true;
        }
    }
    return damaged(document, "it is of no known kind", err);
}

static bool read_operation(const struct execution *e, const json_t *document,
                           const struct operation **operation, struct error *err)
{
    const json_t *place = json_object_get(document, "operation");
    const char *name = json_string_value(json_array_get(place, 1));
    json_int_t index = json_integer_value(json_array_get(place, 0));
    const struct plan *plan = e->options.plan;
    if (!name || index < 0 || (size_t)index >= plan->operation_count ||
        strcmp(plan->operations[index]->name, name) || !plan->operations[index]->plugin)
        return damaged(document, "the plan has no such operation", err);
    *operation = plan->operations[index];
    return true;
}

static bool read_instance(const struct execution *e, const json_t *document, const char *key,
                          int32_t *instance, struct error *err)
{
    const char *id = json_string_at(document, key, NULL);
    if (!id)
        return true;
    *instance = (int32_t)instances_index(e->options.instances, id);
    return *instance != INSTANCE_NONE || error_set(err, ERROR_STATE,
                                                   "the stored graph concerns node instance '%s', "
                                                   "which is there no more",
                                                   id);
}

static bool read_handler(struct execution *e, const json_t *document, const char *key,
                         int32_t *handler, struct error *err)
{
    json_t *saved = read_value(e, document, key, err);
    if (!saved)
        return !err->code;
    *handler = e->options.host->load_handler(e->workflow, saved, err);
    json_decref(saved);
    return *handler != TASK_HANDLER_NONE;
}

static bool read_rest(struct execution *e, const json_t *document, struct task *task,
                      struct error *err)
{
    struct task_retries usual = execution_retries(e, task->kind, task->operation);
    task->number = (uint32_t)json_integer_at(document, "number", 0);
    task->replaces = (uint32_t)json_integer_at(document, "replaces", 0);
    task->related_is_target = json_boolean_at(document, "related_is_target", false);
    task->send_events = json_boolean_at(document, "send_events", task->send_events);
    task->total_retries = (int32_t)json_integer_at(document, "total_retries", usual.total);
    task->retry_interval = json_number_at(document, "retry_interval", usual.interval);
    task->current_retries = (int32_t)json_integer_at(document, "current_retries", 0);
    task->execute_after = json_number_at(document, "execute_after", 0);
    task->payload = read_value(e, document, "payload", err);
    const char *event_type = json_string_at(document, "event_type", NULL);
    return !err->code &&
           (!event_type || task_graph_set_event_type(e->graph, task, event_type, err)) &&
           read_instance(e, document, "instance", &task->instance, err) &&
           read_instance(e, document, "related", &task->related, err) &&
           read_handler(e, document, "on_success", &task->on_success, err) &&
           read_handler(e, document, "on_failure", &task->on_failure, err) &&
           read_handler(e, document, "function", &task->function, err);
}

/* Whether the task has what one of its kind cannot be done without. */
static bool check_whole(const json_t *document, const struct task *task, struct error *err)
{
    bool of_instance = task->kind == TASK_OPERATION || task->kind == TASK_SET_STATE ||
                       task->kind == TASK_GET_STATE;
    if (of_instance && task->instance == TASK_NO_INSTANCE)
        return damaged(document, "it concerns no node instance", err);
    if (task->kind == TASK_WORKFLOW_EVENT && !task->event_type)
        return damaged(document, "its event is of no type", err);
    return true;
}

struct task *task_from_document(struct execution *e, const json_t *document, struct error *err)
{
    enum task_kind kind = TASK_NOP;
    const struct operation *operation = NULL;
    if (!read_kind(document, &kind, err) ||
        (kind == TASK_OPERATION && !read_operation(e, document, &operation, err)))
        return NULL;
    const char *text = operation ? operation->function : json_string_at(document, "text", "");
    struct task *task = task_graph_task(e->graph, kind, text, err);
    if (!task)
        return NULL;
    task->operation = operation;
    return read_rest(e, document, task, err) && check_whole(document, task, err) ? task : NULL;
}
