/* execution_task_end.c - how tasks end, and the errors that they end with. */
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "engine/execution_internal.h"

json_t *execution_error(const char *type, const char *message, bool recoverable)
{
    return json_pack("{s:s, s:o, s:b}", "type", type, "message",
                     utf8_string(message, strlen(message)), "recoverable", recoverable);
}

json_t *execution_error_of(const struct error *err, bool recoverable)
{
    return execution_error(recoverable ? "RecoverableError" : "NonRecoverableError", err->text,
                           recoverable);
}

enum task_end execution_error_end(const json_t *error)
{
    if (!strcmp(json_string_at(error, "known_type", ""), "OperationRetry"))
        return TASK_END_RETRY;
    return json_boolean_at(error, "recoverable", false) ? TASK_END_RECOVERABLE
                                                        : TASK_END_NON_RECOVERABLE;
}

/* Nobody gets to see a secret in its error. */
void execution_finish_task(struct execution *e, struct task *task, struct task_outcome outcome)
{
    json_t *error = mask_json(e->disclosure.mask, outcome.error);
    outcome.error = error;
    task_graph_finish(e->graph, task, &outcome);
    json_decref(error);
}

void execution_fail_task(struct execution *e, struct task *task, json_t *error, enum task_end end,
                         double retry_after)
{
    execution_finish_task(
        e, task, (struct task_outcome){.end = end, .error = error, .retry_after = retry_after});
    json_decref(error);
}
