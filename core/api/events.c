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
    struct event_filter filter; /* `after` is the id of the newest event shown */
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
    json_t *record = json_read(text, length, "event", err);
    const struct event event = event_of_record(record);
    bool shown = record && event_is_shown(&event, form);
    if (shown)
        event_write_text(out, &event, false);
    json_decref(record);
    return shown && (!out->failed || error_nomem(err));
}

static bool visit(void *data, json_int_t id, const char *text, size_t length, struct error *err)
{
    struct viewer *viewer = data;
    struct strbuf record = STRBUF_INIT;
    viewer->filter.after = id;
    if (render(&record, text, length, viewer->form, err))
        viewer->stopped = !viewer->show(viewer->data, record.text);
    strbuf_release(&record);
    return !viewer->stopped && !err->code;
}

/* Only what was there at first is limited. */
static bool show_new(struct deployment_store *ds, struct viewer *viewer, struct error *err)
{
    struct event_filter filter = viewer->filter;
    viewer->filter.limit = 0;
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

static bool follow(struct deployment_store *ds, struct viewer *viewer, struct error *err)
{
    const struct timespec pause = {.tv_nsec = FOLLOW_INTERVAL_MS * 1000000L};
    json_int_t seen = -1;
    bool active = true;
    while (active && !viewer->stopped && !err->code) {
        /* Asked before reading: the last events of an execution come with its end. */
        active = is_active(ds, viewer->filter.execution_id, err);
        json_int_t version = deployment_store_data_version(ds, err);
        if (version != seen && !show_new(ds, viewer, err))
            return false;
        seen = version;
        if (active)
            nanosleep(&pause, NULL);
    }
    return !err->code;
}

static struct viewer viewer_of(const struct cloudify *c,
                               const struct cloudify_events_options *options)
{
    struct viewer viewer = {.form = c->options.event_form};
    viewer.filter = (struct event_filter){
        .limit = options->tail,
        .newest = options->tail > 0,
        /* What is not shown must not count; else render() leaves it out, at less cost. */
        .without_debug = options->tail > 0 && viewer.form == CLOUDIFY_EVENTS_TEXT,
        .type = options->type,
        .node = options->node,
        .operation = options->operation,
        .from = options->from,
        .to = options->to,
    };
    return viewer;
}

static void unknown_id(struct store *store, const char *id, struct error *err)
{
    char *nearest = runtime_nearest_deployment(store, id);
    if (nearest)
        error_set(err, ERROR_NOT_FOUND,
                  "no deployment and no execution '%s', did you mean deployment '%s'?", id,
                  nearest);
    else
        error_set(err, ERROR_NOT_FOUND,
                  "no deployment and no execution '%s', see 'cfy deployments list' and "
                  "'cfy executions list'",
                  id);
    free(nearest);
}

/* Open the deployment `id`, or that of the execution `id`, which `filter` gets. */
static struct deployment_store *open_events(struct cloudify *c, const char *id,
                                            struct event_filter *filter, struct error *err)
{
    struct store *store = runtime_store(c, STORE_READ, err);
    if (!store)
        return NULL;
    if (store_has_deployment(store, id, err) || err->code)
        return err->code ? NULL : runtime_deployment(c, id, STORE_READ, err);
    filter->execution_id = id;
    struct deployment_store *ds = runtime_deployment_of(c, id, STORE_READ, err);
    if (!ds && err->code == ERROR_NOT_FOUND) {
        error_clear(err);
        unknown_id(store, id, err);
    }
    return ds;
}

bool cloudify_events(struct cloudify *c, const char *id,
                     const struct cloudify_events_options *options,
                     bool (*show)(void *data, const char *record), void *data,
                     struct cloudify_error *err)
{
    static const struct cloudify_events_options all = {0};
    struct error why = {0};
    struct viewer viewer = viewer_of(c, options ? options : &all);
    viewer.show = show;
    viewer.data = data;
    struct deployment_store *ds = open_events(c, id, &viewer.filter, &why);
    bool ok = ds && (options && options->follow ? follow(ds, &viewer, &why)
                                                : show_new(ds, &viewer, &why));
    deployment_store_close(ds);
    return ok || runtime_error(err, &why);
}
