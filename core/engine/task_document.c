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

/* A document that is being written. */
struct writer {
    struct execution *execution;
    struct strbuf *out;
    const struct task *task;
    struct strbuf sealed; /* the members of its `sealed` */
    struct error *err;
};

/* A value with a secret that the workflow was given is sealed. */
static bool write_value(struct writer *w, const char *key, json_t *value)
{
    struct execution *e = w->execution;
    if (!mask_finds(e->disclosure.mask, value)) {
        json_write_value_member(w->out, key, value);
        return true;
    }
    char *about = about_value(e, w->task->number, key);
    json_t *sealed = about ? seal(e, about, value, w->err) : NULL;
    if (!w->sealed.length)
        strbuf_addc(&w->sealed, '{');
    json_write_value_member(&w->sealed, key, sealed);
    json_decref(sealed);
    free(about);
    return sealed;
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

/* Write `value`, which is taken; NULL: there was no memory for it. */
static void write_made(struct writer *w, const char *key, json_t *value)
{
    w->out->failed |= !value;
    json_write_value_member(w->out, key, value);
    json_decref(value);
}

/* What may be shared with `before`, which is NULL where the document has to stand for itself. */
static void write_shared(struct writer *w, const struct task *before)
{
    const struct task *task = w->task, *container = task->container;
    if (!before)
        json_write_integer_member(w->out, "number", task->number);
    if (container && (!before || container != before->container))
        json_write_integer_member(w->out, "container", container->number);
    else if (!container && before && before->container)
        json_write_member(w->out, "container", NULL);
    if (task->instance != (before ? before->instance : TASK_NO_INSTANCE))
        json_write_member(w->out, "instance", instance_id(w->execution, task->instance));
}

/* The numbers of those of `edges` that are in the same stored graph. */
static void write_edges(struct writer *w, const char *key, const struct task_edges *edges,
                        uint32_t below)
{
    bool any = false;
    for (uint32_t i = 0; i < edges->count; i++) {
        uint32_t number = task_edges_items(edges)[i]->number;
        if (!number || number > below)
            continue;
        if (any)
            strbuf_addc(w->out, ',');
        else
            strbuf_add_all(w->out, ",\"", key, "\":[");
        json_write_integer(w->out, number);
        any = true;
    }
    if (any)
        strbuf_addc(w->out, ']');
}

static bool write_handler(struct writer *w, const char *key, int handler, struct error *err)
{
    struct execution *e = w->execution;
    if (handler == TASK_HANDLER_NONE)
        return true;
    json_t *saved = e->options.host->save_handler(e->workflow, handler, err);
    bool ok = saved && write_value(w, key, saved);
    json_decref(saved);
    return ok;
}

static bool write_handlers(struct writer *w)
{
    const struct task *task = w->task;
    struct error unnamed = {0};
    if (!write_handler(w, "on_success", task->on_success, w->err) ||
        !write_handler(w, "on_failure", task->on_failure, w->err))
        return false;
    /* A function without a name is not found again; the task says so, should it ever come to it. */
    return write_handler(w, "function", task->function, &unnamed) ||
           unnamed.code == ERROR_UNSUPPORTED;
}

static void write_retries(struct writer *w)
{
    const struct task *task = w->task;
    struct task_retries usual = execution_retries(w->execution, task->kind, task->operation);
    if (task->total_retries != usual.total)
        json_write_integer_member(w->out, "total_retries", task->total_retries);
    if (task->retry_interval != usual.interval)
        write_made(w, "retry_interval", json_real(task->retry_interval));
    if (task->current_retries)
        json_write_integer_member(w->out, "current_retries", task->current_retries);
}

static void write_operation(struct writer *w, const struct operation *operation)
{
    write_made(w, "operation", json_pack("[I, s]", (json_int_t)operation->index, operation->name));
}

/* What is read by people, and so may be masked; it need not be UTF-8. */
static void write_text(struct writer *w, const char *key, const char *text)
{
    write_made(w, key, mask_string(w->execution->disclosure.mask, text, strlen(text)));
}

/* What the task does, to whom. */
static void write_deed(struct writer *w)
{
    const struct task *task = w->task;
    json_write_member(w->out, "kind", kinds[task->kind]);
    if (task->operation)
        write_operation(w, task->operation);
    else
        write_text(w, "text", task->text);
    if (task->related != TASK_NO_INSTANCE)
        json_write_member(w->out, "related", instance_id(w->execution, task->related));
    if (task->related_is_target)
        json_write_value_member(w->out, "related_is_target", json_true());
    if (task->event_type)
        write_text(w, "event_type", task->event_type);
}

/* When, and how often. */
static void write_course(struct writer *w, uint32_t stored)
{
    const struct task *task = w->task;
    if (task->replaces)
        json_write_integer_member(w->out, "replaces", task->replaces);
    if (task->send_events != task_sends_events((enum task_kind)task->kind))
        json_write_value_member(w->out, "send_events", json_boolean(task->send_events));
    if (task->execute_after > 0)
        write_made(w, "execute_after", json_real(task->execute_after));
    write_edges(w, "after", &task->dependencies, UINT32_MAX);
    write_edges(w, "before", &task->dependents, stored);
    write_retries(w);
}

bool task_document_write(struct strbuf *out, struct execution *e, const struct task *task,
                         const struct task *before, uint32_t stored, struct error *err)
{
    struct writer w = {e, out, task, STRBUF_INIT, err};
    if (before && task->number != before->number + 1)
        before = NULL;
    strbuf_addc(out, '{');
    write_shared(&w, before);
    write_deed(&w);
    write_course(&w, stored);
    bool ok = (!task->payload || write_value(&w, "payload", task->payload)) && write_handlers(&w);
    if (w.sealed.length)
        strbuf_add_all(out, ",\"sealed\":", w.sealed.text, "}");
    strbuf_addc(out, '}');
    ok = ok && !out->failed && !w.sealed.failed;
    strbuf_release(&w.sealed);
    return ok || error_nomem(err);
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
