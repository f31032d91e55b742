/* execution_left.c - executions that no engine runs: theirs is gone, or they wait for one. */
#include <stdlib.h>

#include "base/files.h"
#include "base/json.h"
#include "dispatch/leftovers.h"
#include "engine/execution_internal.h"
#include "resources/keeping.h"

/* Before anything else, nothing of the engine may be alive (invariant 2). */
static bool end_workers(const struct execution *e, struct error *err)
{
    char *directory = path_join(e->options.work_directory, "run");
    bool ok = directory ? leftovers_end(directory, err) : error_nomem(err);
    free(directory);
    struct error ignored = {0};
    if (ok)
        keeping_end_operations(e->options.work_directory, &ignored);
    return ok;
}

static bool record_end(struct execution *e, struct error *err)
{
    if (!deployment_store_begin(e->options.store, err))
        return false;
    execution_end_cancelled(e);
    if (!e->fatal.code && execution_keep_events(e) &&
        deployment_store_commit(e->options.store, err))
        return true;
    deployment_store_rollback(e->options.store);
    return e->fatal.code ? error_set(err, e->fatal.code, "%s", e->fatal.text) : false;
}

bool execution_cancel_left(struct deployment_store *store, const json_t *execution,
                           struct error *err)
{
    const struct plan_workflow workflow = {.name = json_string_at(execution, "workflow_id", "")};
    struct execution e = {.options = {.store = store,
                                      .work_directory = deployment_store_workdir(store),
                                      .deployment_id = deployment_store_id(store),
                                      .blueprint_id = json_string_at(execution, "blueprint_id", ""),
                                      .execution_id = json_string_at(execution, "id", ""),
                                      .workflow = &workflow}};
    bool ok = (execution_events_init(&e) || error_nomem(err)) && end_workers(&e, err) &&
              record_end(&e, err);
    execution_events_release(&e);
    return ok;
}

/* ---- queued ones ---- */

/* An execution that does nothing but record what happens to it. */
static bool recorder_init(struct execution *e, const struct execution_options *how,
                          struct error *err)
{
    *e = (struct execution){.options = *how};
    return execution_events_init(e) || error_nomem(err);
}

static bool recorder_release(struct execution *e, bool ok, struct error *err)
{
    execution_events_release(e);
    return ok && (!e->fatal.code || error_set(err, e->fatal.code, "%s", e->fatal.text));
}

bool execution_note_queued(const struct execution_options *how, const char *cause,
                           struct error *err)
{
    struct execution e;
    struct strbuf text = STRBUF_INIT;
    strbuf_add_all(&text, "'", how->workflow->name, "' workflow execution queued: ", cause);
    bool ok = recorder_init(&e, how, err) && (!text.failed || error_nomem(err));
    if (ok && execution_workflow_event(&e, "workflow_queued", text.text, NULL))
        execution_keep_events(&e);
    strbuf_release(&text);
    return recorder_release(&e, ok, err);
}

bool execution_cancel_queued(const struct execution_options *how, bool *queued, struct error *err)
{
    struct execution e;
    bool ok = recorder_init(&e, how, err) && deployment_store_begin(how->store, err);
    *queued = ok && execution_is_queued(how->store, how->execution_id, err);
    if (*queued)
        execution_end_cancelled(&e);
    ok = ok && !err->code && !e.fatal.code && execution_keep_events(&e) &&
         deployment_store_commit(how->store, err);
    deployment_store_rollback(how->store);
    if (ok && e.told_events)
        how->on_events_committed(how->on_event_data);
    return recorder_release(&e, ok || e.fatal.code, err);
}
