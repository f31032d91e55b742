/* execution_left.c - executions whose engine is gone. */
#include <stdlib.h>

#include "base/files.h"
#include "base/json.h"
#include "dispatch/leftovers.h"
#include "engine/execution_internal.h"

/* Before anything else, nothing of the engine may be alive (invariant 2). */
static bool end_workers(const struct execution *e, struct error *err)
{
    char *directory = path_join(e->options.work_directory, "run");
    bool ok = directory ? leftovers_end(directory, err) : error_nomem(err);
    free(directory);
    return ok;
}

static bool record_end(struct execution *e, struct error *err)
{
    if (!deployment_store_begin(e->options.store, err))
        return false;
    execution_end_cancelled(e);
    if (!e->fatal.code && deployment_store_commit(e->options.store, err))
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
    e.base_context = execution_base_context(&e.options);
    bool ok = (e.base_context || error_nomem(err)) && end_workers(&e, err) && record_end(&e, err);
    json_decref(e.base_context);
    return ok;
}
