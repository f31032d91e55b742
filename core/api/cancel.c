/* cancel.c - cancels executions that other processes run, or have left (runtime.md 11.9). */
#include <stdlib.h>
#include <string.h>

#include "api/runtime.h"
#include "base/json.h"
#include "engine/cancel.h"
#include "engine/execution.h"

static bool is_status(const json_t *execution, const char *status)
{
    return !strcmp(json_string_at(execution, "status", ""), status);
}

static bool has_ended(const json_t *execution, struct error *err)
{
    return error_set(err, ERROR_STATE, "execution '%s' has ended: it is %s",
                     json_string_at(execution, "id", ""),
                     json_string_at(execution, "status_display", ""));
}

/* What is being cancelled can only be cancelled more urgently; the same again is no error. */
static bool check_level(const json_t *execution, enum cancel_level level, struct error *err)
{
    enum cancel_level present = is_status(execution, "kill_cancelling")    ? CANCEL_KILL
                                : is_status(execution, "force_cancelling") ? CANCEL_FORCE
                                : is_status(execution, "cancelling")       ? CANCEL_GRACEFUL
                                                                           : CANCEL_NONE;
    return level >= present ||
           error_set(err, ERROR_STATE, "execution '%s' is %s already",
                     json_string_at(execution, "id", ""), json_string_at(execution, "status", ""));
}

/* Nobody listens while the engine starts: what is noted it reads once it listens. So if there is
 * still nobody after the note, it was read. */
static bool request(struct deployment_store *ds, const char *id, enum cancel_level level,
                    struct error *err)
{
    const char *directory = deployment_store_workdir(ds);
    bool heard = cancel_request(directory, id, level, err);
    if (err->code || !execution_note_cancel(ds, id, level, err))
        return false;
    if (!heard)
        cancel_request(directory, id, level, err);
    return !err->code;
}

/* An execution whose engine is gone ends as it is; what is left of its workers is ended, too. Who
 * holds the lock knows that no engine runs it, whatever process that was. */
static bool cancel_left(struct cloudify *c, const char *id, struct error *err)
{
    struct deployment_store *ds = runtime_deployment_of(c, id, STORE_WRITE, err);
    json_t *execution = ds ? execution_get(ds, id, err) : NULL;
    bool left = execution && (is_status(execution, "interrupted") || runtime_is_running(execution));
    bool ok = execution && (left || has_ended(execution, err)) &&
              execution_cancel_left(ds, execution, err);
    json_decref(execution);
    deployment_store_close(ds);
    return ok;
}

/* One that an engine runs. */
static bool cancel_running(struct deployment_store *ds, const json_t *execution,
                           enum cancel_level level, struct error *err)
{
    return (runtime_is_running(execution) || has_ended(execution, err)) &&
           check_level(execution, level, err) &&
           request(ds, json_string_at(execution, "id", ""), level, err);
}

/* `again`: it was its turn before it could be cancelled as a queued one. */
static bool try_cancel(struct cloudify *c, const char *id, enum cancel_level level, bool *again,
                       struct error *err)
{
    struct deployment_store *ds = runtime_deployment_of(c, id, STORE_REQUEST, err);
    json_t *execution = ds ? execution_get(ds, id, err) : NULL;
    bool queued = execution && runtime_is_queued(execution);
    bool left = execution && is_status(execution, "interrupted");
    bool ok = execution;
    if (queued) {
        ok = runtime_cancel_queued(c, execution, ds, &queued, err);
        *again = ok && !queued;
    } else if (execution && !left) {
        ok = cancel_running(ds, execution, level, err);
    }
    json_decref(execution);
    deployment_store_close(ds);
    return left ? cancel_left(c, id, err) : ok;
}

static bool cancel(struct cloudify *c, const char *id, enum cancel_level level, struct error *err)
{
    bool again, ok;
    do {
        again = false;
        ok = try_cancel(c, id, level, &again, err);
    } while (again);
    return ok;
}

bool cloudify_cancel(struct cloudify *c, const char *execution, enum cloudify_cancel_level level,
                     struct cloudify_error *err)
{
    struct error why = {0};
    return cancel(c, execution, (enum cancel_level)level, &why) || runtime_error(err, &why);
}
