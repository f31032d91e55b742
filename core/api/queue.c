/* queue.c - executions that wait until it is their turn (runtime.md 11.10). */
#include "storage/queue.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/runtime.h"
#include "base/files.h"
#include "base/json.h"
#include "engine/cancel.h"
#include "engine/execution.h"

/* ---- who is before whom ---- */

bool runtime_is_queued(const json_t *execution)
{
    return !strcmp(json_string_at(execution, "status", ""), "queued");
}

static bool is_forced(const json_t *execution)
{
    return json_boolean_at(json_object_get(execution, "options"), "force", false);
}

/* How many wait before `id` in the list of all; one that is not in it would come last. */
static size_t count_before(const json_t *executions, const char *id, bool forced,
                           const json_t **next)
{
    size_t i, count = 0;
    const json_t *each;
    bool passed = false;
    json_array_foreach(executions, i, each)
    {
        bool is_before = is_forced(each) == forced ? !passed : is_forced(each);
        if (!strcmp(json_string_at(each, "id", ""), id))
            passed = true;
        else if (is_before && json_boolean_at(each, "waiting", false) && count++ == 0)
            *next = each;
    }
    return count;
}

bool runtime_check_queue(struct deployment_store *ds, bool forced, const char *advice,
                         struct error *err)
{
    const json_t *next;
    json_t *executions = executions_list(ds, err);
    if (executions && count_before(executions, "", forced, &next))
        error_set(err, ERROR_BUSY, "deployment '%s': execution '%s' ('%s') is queued before: %s",
                  deployment_store_id(ds), json_string_at(next, "id", ""),
                  json_string_at(next, "workflow_id", ""), advice);
    json_decref(executions);
    return !err->code;
}

/* The one of the list that an engine works on, or NULL. Borrowed. */
static const json_t *find_running(const json_t *executions)
{
    size_t i;
    const json_t *each;
    json_array_foreach(executions, i, each)
    {
        if (runtime_is_running(each) && !runtime_is_queued(each))
            return each;
    }
    return NULL;
}

void runtime_explain_busy(struct cloudify *c, const char *deployment, const char *advice,
                          struct error *err)
{
    struct error ignored = {0}; /* then what is known must do */
    if (err->code != ERROR_BUSY)
        return;
    struct deployment_store *ds = runtime_deployment(c, deployment, STORE_READ, &ignored);
    json_t *executions = ds ? executions_list(ds, &ignored) : NULL;
    const json_t *running = find_running(executions);
    const char *id = json_string_at(running, "id", ""),
               *status = json_string_at(running, "status", "");
    if (running) {
        bool ends = strstr(status, "cancelling") != NULL;
        error_clear(err);
        error_set(err, ERROR_BUSY,
                  "deployment '%s': execution '%s' ('%s') is %s: %s, or %s with 'cfy "
                  "executions cancel %s%s'",
                  deployment, id, json_string_at(running, "workflow_id", ""), status, advice,
                  ends ? "kill what it still waits for" : "cancel it", id, ends ? " --kill" : "");
    }
    json_decref(executions);
    deployment_store_close(ds);
}

/* ---- waiting ---- */

struct waiter {
    struct cloudify *c;
    struct run *run; /* its store is open with STORE_REQUEST until it is its turn */
    char *directory; /* of the listener's pipe */
    struct cancel_listener *listener;
    struct queue_place *place;
};

static char *listener_directory(struct deployment_store *ds, const char *id)
{
    char *queue = path_join(deployment_store_workdir(ds), "queue");
    char *directory = queue ? path_join(queue, id) : NULL;
    free(queue);
    return directory;
}

static struct execution_options recorder(struct cloudify *c, const struct run *run)
{
    struct execution_options how = {
        .store = run->ds,
        .deployment_id = deployment_store_id(run->ds),
        .blueprint_id = deployment_store_blueprint_id(run->ds),
        .execution_id = run->id,
        .workflow = run->workflow,
    };
    runtime_listen(c, &how);
    return how;
}

/* Inside of the transaction: whoever finds the execution in the store finds its listener, too. And
 * with the place: the pipe of somebody else who waits for it must be left alone. */
static bool listen_for_cancel(struct waiter *w, struct error *err)
{
    w->directory = listener_directory(w->run->ds, w->run->id);
    if (!w->directory)
        return error_nomem(err);
    if (!directory_make(w->directory, 0700, err))
        return false;
    w->listener = cancel_listen(w->directory, w->run->id, w->c->options.handle_signals, err);
    return w->listener;
}

static void waiter_release(struct waiter *w)
{
    cancel_listener_free(w->listener);
    if (w->directory)
        rmdir(w->directory); /* an empty directory does no harm */
    free(w->directory);
    queue_leave(w->place);
}

/* Say what the execution waits for, if it has to wait. */
static bool note_queued(struct waiter *w, const struct execution_options *how, struct error *err)
{
    const json_t *next = NULL;
    json_t *executions = executions_list(w->run->ds, err);
    if (!executions)
        return false;
    size_t before = count_before(executions, w->run->id, w->run->force, &next);
    const json_t *running = find_running(executions);
    const json_t *cause = running ? running : next;
    char text[512], others[64] = "";
    if (running && before)
        snprintf(others, sizeof others, " and for %zu queued before it", before);
    snprintf(text, sizeof text, "it waits for execution '%s' ('%s', %s)%s",
             json_string_at(cause, "id", ""), json_string_at(cause, "workflow_id", ""),
             json_string_at(cause, "status", ""), others);
    bool ok = !cause || execution_note_queued(how, text, err);
    json_decref(executions);
    return ok;
}

/* @param record NULL: it is in the queue already, but nobody waits for it */
static bool join(struct waiter *w, const struct execution_record *record, struct error *err)
{
    struct deployment_store *ds = w->run->ds;
    const struct execution_options how = recorder(w->c, w->run);
    if (!deployment_store_begin(ds, err))
        return false;
    w->place = record ? queue_join(ds, record, err) : queue_rejoin(ds, w->run->id, err);
    bool ok = w->place && listen_for_cancel(w, err) && note_queued(w, &how, err) &&
              deployment_store_commit(ds, err);
    deployment_store_rollback(ds);
    if (ok && how.on_event)
        how.on_events_committed(how.on_event_data);
    return ok;
}

static bool was_cancelled(const struct waiter *w, struct error *err)
{
    return error_set(err, ERROR_CANCELLED, "execution '%s' was cancelled while it was queued",
                     w->run->id);
}

/* By a signal: then it is still to be done. Or somebody else has done it. */
static bool cancel_waiting(struct waiter *w, struct error *err)
{
    const struct execution_options how = recorder(w->c, w->run);
    bool queued;
    return execution_cancel_queued(&how, &queued, err) && was_cancelled(w, err);
}

static bool wait_for_turn(struct waiter *w, struct error *err)
{
    struct pollfd wanted[3] = {{.events = POLLIN}, {.events = POLLIN}, {.events = POLLIN}};
    int requests[2];
    if (!queue_wait(w->place, w->run->ds, &wanted[0].fd, err))
        return false;
    cancel_descriptors(w->listener, requests);
    wanted[1].fd = requests[0];
    wanted[2].fd = requests[1];
    do {
        if (poll(wanted, 3, -1) < 0 && errno != EINTR)
            return error_set(err, ERROR_IO, "cannot wait in the queue: %s", strerror(errno));
        if (cancel_level(w->listener))
            return cancel_waiting(w, err);
    } while (!wanted[0].revents);
    if (queue_take_turn(w->place, w->run->ds, err))
        return true;
    if (err->code == ERROR_NOT_FOUND)
        error_context(err, "the deployment was deleted while execution '%s' was queued",
                      w->run->id);
    return false;
}

/* ---- its turn ---- */

/* Other executions may have changed what the parameters are made of. */
static bool prepare(struct waiter *w, struct error *err)
{
    struct run *run = w->run;
    char *workflow = strdup(run->workflow->name);
    json_t *given = run->parameters;
    run->parameters = NULL;
    runtime_clear(run);
    bool ok = (workflow || error_nomem(err)) && runtime_load(run, err);
    run->workflow = ok ? runtime_workflow(run->plan, workflow, err) : NULL;
    ok = run->workflow && runtime_bind_parameters(w->c, run, given, true, err) &&
         runtime_ready_plugins(w->c, run, err);
    json_decref(given);
    free(workflow);
    return ok;
}

/* From here on it is no more in the queue, unless it has been cancelled before. */
static bool begin(struct waiter *w, bool prepared, struct error *err)
{
    struct error why = {0};
    struct deployment_store *ds = w->run->ds;
    if (!deployment_store_begin(ds, &why))
        return error_set(err, why.code, "%s", why.text);
    bool queued = execution_is_queued(ds, w->run->id, &why);
    if (!queued && !why.code)
        was_cancelled(w, &why);
    bool ok =
        queued && (prepared ? execution_make_pending(ds, w->run->id, w->run->parameters, &why)
                            : execution_set_status(ds, w->run->id, "failed", err->text, &why));
    ok = ok && deployment_store_commit(ds, &why);
    deployment_store_rollback(ds);
    return ok ? prepared : error_set(err, why.code, "%s", why.text);
}

json_t *runtime_run_queued(struct cloudify *c, struct run *run,
                           const struct execution_record *record, struct error *err)
{
    struct waiter w = {.c = c, .run = run};
    json_t *result = NULL;
    if (join(&w, record, err) && wait_for_turn(&w, err) && begin(&w, prepare(&w, err), err)) {
        /* The engine listens for itself. */
        enum cancel_level level = cancel_level(w.listener);
        cancel_listener_free(w.listener);
        w.listener = NULL;
        if (!level || execution_note_cancel(run->ds, run->id, level, err))
            result = runtime_run(c, run, err);
    }
    waiter_release(&w);
    return result;
}

/* ---- cancelling ---- */

bool runtime_cancel_queued(struct cloudify *c, const json_t *execution, struct deployment_store *ds,
                           bool *queued, struct error *err)
{
    const struct plan_workflow workflow = {.name = json_string_at(execution, "workflow_id", "")};
    struct run run = {.ds = ds, .workflow = &workflow};
    strcpy(run.id, json_string_at(execution, "id", ""));
    struct execution_options how = recorder(c, &run);
    how.on_event = NULL;
    char *directory = listener_directory(ds, run.id);
    bool ok = directory ? execution_cancel_queued(&how, queued, err) : error_nomem(err);
    struct error ignored = {0}; /* what somebody who was killed has left does no harm */
    if (ok && *queued && !cancel_request(directory, run.id, CANCEL_GRACEFUL, err) && !err->code)
        tree_remove(directory, &ignored);
    free(directory);
    return ok && !err->code;
}
