/* execution_modification.h - more or fewer node instances while an execution runs (runtime.md
 * 6.11). For the workflow host.
 *
 * Each step is part of the turn's transaction: after a crash there is all of it or nothing. In a
 * dry run the steps change what the workflow sees, and nothing in the store.
 */
#ifndef CLOUDIFY_ENGINE_EXECUTION_MODIFICATION_H
#define CLOUDIFY_ENGINE_EXECUTION_MODIFICATION_H

#include "engine/execution.h"
#include "engine/modification_document.h"

enum modification_status { MODIFICATION_STARTED, MODIFICATION_FINISHED, MODIFICATION_ROLLED_BACK };

struct deployment_modification {
    const char *id;
    enum modification_status status;
    struct modification_view added, removed;
    json_t *document; /* as it is stored */
    struct deployment_modification *next;
};

/**
 * Start a modification: planned numbers are kept, added instances and their relationships are
 * there from now on. Those to be removed stay until it is finished.
 *
 * @param changes {name of node or scaling group: {instances, removed_ids_include_hint?,
 *        removed_ids_exclude_hint?}}
 * @return the modification, borrowed until the execution ends; or NULL with `err` set:
 *         ERROR_STATE (another one is started), ERROR_INVALID; others are fatal
 */
struct deployment_modification *execution_start_modification(struct execution *execution,
                                                             const json_t *changes,
                                                             struct error *err);
/** Remove what is to go, and the relationships to it. ERROR_STATE: it has ended already. */
bool execution_finish_modification(struct execution *execution,
                                   struct deployment_modification *modification, struct error *err);
/**
 * Remove what was added; all others get the state and the properties that they had when the
 * modification was started. ERROR_STATE: it has ended already.
 */
bool execution_roll_back_modification(struct execution *execution,
                                      struct deployment_modification *modification,
                                      struct error *err);
/**
 * The first of the modifications that are started, then each next; NULL at the end, or with `err`
 * set.
 */
struct deployment_modification *execution_started_modification(
    struct execution *execution, const struct deployment_modification *after, struct error *err);

#endif
