/* events.c - shows stored events, and follows those of a running execution. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/event_text.h"
#include "api/runtime.h"
#include "base/json.h"

enum { FOLLOW_INTERVAL_MS = 100 };

struct viewer {
    bool (*show)(void *data, const char *record);
    void *data;
    enum cloudify_event_form form;
    json_int_t last; /* id of the newest event shown */
    bool stopped;
};

/* Append a stored record as it shall be shown. @return false: not at all, or `err` is set */
static bool render(struct strbuf *out, const char *text, size_t length,
                   enum cloudify_event_form form, struct error *err)
{
    if (form == CLOUDIFY_EVENTS_JSON) {
        strbuf_add(out, text, length);
        return !out->failed || error_nomem(err);
    }
    json_t *record = json_parse(text, length, "event", err);
    bool shown = record && event_is_shown(record, form);
    if (shown)
        event_write(out, record, form);
    json_decref(record);
    return shown && (!out->failed || error_nomem(err));
}

static bool visit(void *data, json_int_t id, const char *text, size_t length, struct error *err)
{
    struct viewer *viewer = data;
    struct strbuf record = STRBUF_INIT;
    viewer->last = id;
    if (render(&record, text, length, viewer->form, err))
        viewer->stopped = !viewer->show(viewer->data, record.text);
    strbuf_release(&record);
    return !viewer->stopped && !err->code;
}

static bool show_new(struct deployment_store *ds, const char *execution, struct viewer *viewer,
                     struct error *err)
{
    struct event_filter filter = {.after = viewer->last, .execution_id = execution};
    return events_list(ds, &filter, visit, viewer, err) || viewer->stopped;
}

/* Whether an execution (that one, or any) is under way. */
static bool is_active(struct deployment_store *ds, const char *execution, struct error *err)
{
    json_t *executions = executions_list(ds, err), *one;
    bool active = false;
    size_t index;
    json_array_foreach(executions, index, one)
    {
        bool wanted = !execution || !strcmp(json_string_at(one, "id", ""), execution);
        active = active || (wanted && runtime_is_running(one));
    }
    json_decref(executions);
    return active;
}

static bool follow(struct deployment_store *ds, const char *execution, struct viewer *viewer,
                   struct error *err)
{
    const struct timespec pause = {.tv_nsec = FOLLOW_INTERVAL_MS * 1000000L};
    json_int_t seen = -1;
    bool active = true;
    while (active && !viewer->stopped && !err->code) {
        /* Asked before reading: the last events of an execution come with its end. */
        active = is_active(ds, execution, err);
        json_int_t version = deployment_store_data_version(ds, err);
        if (version != seen && !show_new(ds, execution, viewer, err))
            return false;
        seen = version;
        if (active)
            nanosleep(&pause, NULL);
    }
    return !err->code;
}

bool cloudify_events(struct cloudify *c, const char *id, bool following,
                     bool (*show)(void *data, const char *record), void *data,
                     struct cloudify_error *err)
{
    struct error why = {0};
    struct viewer viewer = {.show = show, .data = data, .form = c->options.event_form};
    struct store *store = runtime_store(c, STORE_READ, &why);
    const char *execution = NULL;
    char *found = NULL;
    if (store && !store_has_deployment(store, id, &why) && !why.code) {
        found = store_find_execution(store, id, &why);
        execution = id;
        if (!found && why.code == ERROR_NOT_FOUND) {
            error_clear(&why);
            error_set(&why, ERROR_NOT_FOUND, "no deployment and no execution '%s'", id);
        }
    }
    struct deployment_store *ds =
        why.code ? NULL : runtime_deployment(c, found ? found : id, STORE_READ, &why);
    bool ok = ds && (following ? follow(ds, execution, &viewer, &why)
                               : show_new(ds, execution, &viewer, &why));
    deployment_store_close(ds);
    free(found);
    return ok || runtime_error(err, &why);
}
