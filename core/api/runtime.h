/* runtime.h - what the parts of the embedding API share: the handle, its store, its errors. */
#ifndef CLOUDIFY_API_RUNTIME_H
#define CLOUDIFY_API_RUNTIME_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/scratch.h"
#include "base/strbuf.h"
#include "dsl/blueprint.h"
#include "dsl/plan.h"
#include "include/cloudify.h"
#include "storage/storage.h"
#include "storage/disclosure.h"

struct execution_options;
struct dispatcher;
struct run;
struct pool_options;
struct uv_loop_s;

/* What kit/ changes of a runtime for tests; all zero: nothing. Nothing outside sets it. */
struct runtime_setting {
    bool is_transient; /* the store is thrown away: store_open_transient() */
    const char
        *project; /* folder of a plugin under test: of those that are nowhere else; or NULL */
    /* See struct execution_options. */
    struct dispatcher *(*dispatcher_new)(void *data, struct uv_loop_s *loop,
                                         const struct pool_options *pool, struct error *err);
    void *dispatcher_data;
    double *virtual_clock;
    json_t **value;
    /* Called by cloudify_deployment_create() with what it has made; may be NULL. */
    bool (*on_created)(struct cloudify *c, const struct run *run, void *data, struct error *err);
    void *on_created_data;
};

struct cloudify {
    char *directory; /* of the store */
    struct cloudify_options options;
    struct runtime_setting setting;
    struct store *store; /* NULL until it is needed */
    struct vault *vault; /* of the store; NULL until it is needed */
    enum store_mode mode;
    struct import_resolver resolver; /* runtime_resolver() */
    struct scratch scratch; /* of what was fetched and unpacked; empty until it is needed */
    int fetched;            /* how many folders are in it */
    struct strbuf told;     /* events of an execution that are not committed yet */
};

/** The store, opened on first use; NULL with `err` set. Borrowed, until the handle is closed. */
struct store *runtime_store(struct cloudify *c, enum store_mode mode, struct error *err);
/** The secrets of the store, opened likewise. */
struct vault *runtime_vault(struct cloudify *c, enum store_mode mode, struct error *err);
/** Where plans learn which secrets there are: in the store of `c`, which is borrowed. */
struct secret_source runtime_secret_source(struct cloudify *c);
/** Open a deployment: the error of an unknown id names the nearest one. */
struct deployment_store *runtime_deployment(struct cloudify *c, const char *id,
                                            enum store_mode mode, struct error *err);
/** The same by one of its executions; the error is that of store_find_execution(). */
struct deployment_store *runtime_deployment_of(struct cloudify *c, const char *execution,
                                               enum store_mode mode, struct error *err);
/**
 * The instances of a deployment, and its plan, as of one moment: another process may start it anew,
 * or modify it.
 *
 * @return new; NULL with `err` set: `*plan` is new all the same, or NULL
 */
struct instance_set *runtime_load_instances(struct deployment_store *ds, struct plan **plan,
                                            struct error *err);
/** The id of a deployment most like `id`; new, or NULL: none is. */
char *runtime_nearest_deployment(struct store *store, const char *id);
/** The record of a deployment, as cloudify_deployment() gives it. New, or NULL with `err` set. */
json_t *runtime_describe_deployment(struct deployment_store *ds, struct error *err);
/** Whether there is a deployment `id`; false with `err` set, which names the nearest one. */
bool runtime_has_deployment(struct cloudify *c, const char *id, struct error *err);
/** How the blueprints of this handle are read; borrowed from it. */
struct blueprint_options runtime_blueprint_options(struct cloudify *c);
/** What finds URLs and installed plugins for the blueprints of this handle; borrowed from it. */
const struct import_resolver *runtime_resolver(struct cloudify *c);
/**
 * The main file of the blueprint that `given` names: a file, a folder, an archive, or a URL of one
 * (blueprint_source.c). What is fetched and unpacked for it stays until the handle is closed.
 *
 * @return its path, new; or NULL with `err` set
 */
char *runtime_blueprint_path(struct cloudify *c, const char *given, struct error *err);
/** Hand `from` out as `to`. @return false */
bool runtime_error(struct cloudify_error *to, const struct error *from);
/** `value` (taken) as the text of a result, or NULL with `to` set from `err` if it is NULL. */
char *runtime_result(json_t *value, struct error *err, struct cloudify_error *to);
/** The same for a call that has run `execution`, which an error of it names. */
char *runtime_run_result(json_t *value, const char *execution, struct error *err,
                         struct cloudify_error *to);
/** A JSON object from outside; an empty one for NULL. New, or NULL with `err` set. */
json_t *runtime_object(const char *text, const char *what, struct error *err);

/** Whether an execution (its record) has not ended, nor been left, as far as known, by its engine
 * or by who waits for it. */
bool runtime_is_running(const json_t *execution);

enum deployment_status {
    DEPLOYMENT_CREATED,
    DEPLOYMENT_RUNNING, /* an execution is under way */
    DEPLOYMENT_INSTALLED,
    DEPLOYMENT_INSTALL_FAILED,
    DEPLOYMENT_INSTALL_INTERRUPTED,
    DEPLOYMENT_UNINSTALL_FAILED,
    DEPLOYMENT_UNINSTALLED,
};
/**
 * What the executions (execution records, oldest first) say of their deployment.
 *
 * @param locked whether the caller holds its lock: then nobody else runs what has not ended
 */
enum deployment_status deployment_status(const json_t *executions, bool locked);
const char *deployment_status_name(enum deployment_status status);

/* An execution that is about to run. */
struct run {
    struct deployment_store *ds; /* open for writing */
    struct plan *plan;
    struct instance_set *instances;
    const struct plan_workflow *workflow;
    json_t *parameters; /* complete */
    json_t *limits;     /* runtime_limits() */
    bool dry_run, resume, reset_operations, force;
    char id[UUID_TEXT_SIZE];
};

/**
 * How an execution is run, as it is stored with it: what `options` give, else what `stored` (may be
 * NULL) says, else the defaults. New, or NULL with `err` set.
 */
json_t *runtime_limits(const struct cloudify_execution_options *options, const json_t *stored,
                       struct error *err);
/**
 * Let `execution` run as `limits` say.
 *
 * @return names that it refers to, new (free() it when it has run), or NULL when out of memory
 */
const char **runtime_apply_limits(struct execution_options *execution, const json_t *limits);
/** Whether the operations of the handle are not looked for: a test has its own. */
bool runtime_brings_plugins(const struct cloudify *c);
/**
 * Before an execution is begun: let the deployment use what was installed since it was made, and
 * refuse an install whose operations have no code anywhere (absent_plugins.c).
 */
bool runtime_ready_plugins(struct cloudify *c, const struct run *run, struct error *err);
/** Run an execution, pending in the store, to its end. Its record, or NULL with `err` set. */
json_t *runtime_run(struct cloudify *c, const struct run *run, struct error *err);
/** Note in the record of an execution of `run`, or nowhere if NULL, whether there are nodes and
 * outputs.
 */
void runtime_note_contents(const struct run *run, json_t *record);
/** Fill `run` with plan and instances of its open deployment. @return false with `err` set */
bool runtime_load(struct run *run, struct error *err);
/** Free plan, instances and parameters. */
void runtime_clear(struct run *run);
/** The same, and the limits, and close the deployment. */
void runtime_unload(struct run *run);
/** The workflow `name`; the error of an unknown one names the nearest. */
const struct plan_workflow *runtime_workflow(const struct plan *plan, const char *name,
                                             struct error *err);

/* ---- queueing (queue.c) ---- */

bool runtime_is_queued(const json_t *execution);
/**
 * Whether no execution waits that would have to come first. `ds` is open for writing.
 *
 * @param forced whether only those that are forced come first
 * @param advice what the error, ERROR_BUSY, says that can be done
 */
bool runtime_check_queue(struct deployment_store *ds, bool forced, const char *advice,
                         struct error *err);
/** Let an ERROR_BUSY of `deployment` name the execution that runs, and say `advice`. */
void runtime_explain_busy(struct cloudify *c, const char *deployment, const char *advice,
                          struct error *err);
/**
 * Wait until it is the turn of an execution, then run it. `run` is filled as for runtime_run(), but
 * with the deployment opened with STORE_REQUEST, and with the parameters that were given.
 *
 * @param record to be added; NULL: it is queued already
 * @return its record, or NULL with `err` set: ERROR_CANCELLED also while it waited
 */
json_t *runtime_run_queued(struct cloudify *c, struct run *run,
                           const struct execution_record *record, struct error *err);
/**
 * Cancel an execution if it is queued, and tell who waits for it.
 *
 * @param queued gets whether it was
 */
bool runtime_cancel_queued(struct cloudify *c, const json_t *execution, struct deployment_store *ds,
                           bool *queued, struct error *err);
/** Let the events of an execution be shown as the handle's options say. */
void runtime_listen(struct cloudify *c, struct execution_options *how);

/* What values of object types are looked up in. All is borrowed. */
struct runtime_objects {
    struct cloudify *c;
    const struct plan *plan;
    const struct instance_set *instances; /* NULL: the deployment is still to be made */
};
/** A source for values of object types (dsl.md 3), good as long as `objects`. */
struct object_source runtime_object_source(struct runtime_objects *objects);
/** Complete the parameters of `run`, whose workflow and instances are known. @return whether ok */
bool runtime_bind_parameters(struct cloudify *c, struct run *run, const json_t *given,
                             bool allow_custom, struct error *err);

#endif
