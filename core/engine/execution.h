/* execution.h - one run of a workflow, from start to end.
 *
 * Each turn of the loop applies every result that has arrived, commits what follows from them in
 * one transaction, and only then sends operations and shows events (invariant 1).
 */
#ifndef CLOUDIFY_ENGINE_EXECUTION_H
#define CLOUDIFY_ENGINE_EXECUTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "deployment/deployment.h"
#include "dispatch/dispatch.h"
#include "dispatch/worker_settings.h"
#include "dsl/plan.h"
#include "engine/cancel.h"
#include "engine/event.h"
#include "engine/task_graph.h"
#include "engine/workflow_host.h"
#include "storage/storage.h"
#include "storage/vault.h"

struct execution;

struct execution_options {
    struct deployment_store *store; /* open for writing, its lock held */
    struct plan *plan;              /* changes only in its numbers of instances */
    struct instance_set *instances; /* as stored; changed as the execution goes */
    struct vault *vault;            /* the secrets of the store; NULL: there are none */
    const char *deployment_id, *blueprint_id;
    const char *execution_id; /* of the row in the store, status pending */
    const struct plan_workflow *workflow;
    json_t *parameters;                    /* complete: plan_workflow_parameters() */
    const char *const *plugin_directories; /* where plugins are looked for; NULL-terminated */
    /* Where that is known: {folder: absolute, package_name?, package_version?} by the name of the
     * plugin; or NULL. */
    const json_t *plugin_places;
    const char *resources_directory; /* the deployment's copy of the blueprint's folder */
    const char *work_directory;      /* the deployment's own, for outputs, plugins, requests */
    int workers;                     /* at most so many operations at a time */
    const char *worker_path;         /* executable; NULL: the installed one */
    struct worker_settings worker_settings;
    int task_retries;           /* -1: no limit */
    double task_retry_interval; /* seconds */
    int subgraph_retries;
    double wait_after_fail; /* seconds after the first failure; negative: 600 */
    bool keep_workdir;      /* the files of operations and downloads are not removed */
    bool dry_run;           /* no task that does anything is run, nothing but events is stored */
    bool resume;            /* it has run before: its stored graphs are gone on with */
    bool reset_operations;  /* resume: operations that were under way are begun anew */
    bool handle_signals;    /* the first SIGINT or SIGTERM cancels it, the second kills, too */
    const struct workflow_host *host;
    /* What runs the operations, made as by pool_new() of `pool`; NULL: the pool of workers. */
    struct dispatcher *(*dispatcher_new)(void *data, uv_loop_t *loop,
                                         const struct pool_options *pool, struct error *err);
    void *dispatcher_data;
    /* Retries are not waited for, as soon as nothing else is under way; it gets how long they would
     * have been, seconds. NULL: they are waited for. */
    double *virtual_clock;
    json_t **value; /* gets what the workflow has returned, new; may be NULL */
    /* Called with each event and log record, and its JSON, before it is committed; or NULL. */
    void (*on_event)(void *data, const struct event *event, const char *record);
    /* Called after each commit: what has been told is true now. */
    void (*on_events_committed)(void *data);
    void *on_event_data;
};

/**
 * Run a workflow to its end. Its status, events, operations and the instances are in the store.
 *
 * @return true if it terminated well; false with `err` set: ERROR_FAILED with the text that the
 *         execution has as its error, ERROR_CANCELLED, or ERROR_STORAGE etc. if it could not be
 *         run at all
 */
bool execution_run(const struct execution_options *options, struct error *err);

/**
 * Cancel an execution whose engine is gone: what still runs of it is ended first.
 *
 * @param store     open for writing, its lock held
 * @param execution its record: execution_get()
 * @return false with `err` set: ERROR_IO, ERROR_STORAGE, ERROR_NOMEM
 */
bool execution_cancel_left(struct deployment_store *store, const json_t *execution,
                           struct error *err);

/**
 * Record, inside of a transaction, that an execution is queued.
 *
 * @param how   store, execution_id, deployment_id, blueprint_id, workflow, on_event
 * @param cause what it waits for
 */
bool execution_note_queued(const struct execution_options *how, const char *cause,
                           struct error *err);
/**
 * Cancel an execution that is queued, if it still is.
 *
 * @param how    as above, with on_events_committed
 * @param queued gets whether it was queued, and so is cancelled now
 */
bool execution_cancel_queued(const struct execution_options *how, bool *queued, struct error *err);

/* For the workflow host. Everything returned is borrowed, until the execution ends. */

const struct execution_options *execution_options(const struct execution *execution);
struct task_graph *execution_graph(struct execution *execution);
struct instance_set *execution_instances(struct execution *execution);
/** How urgently the workflow should come to an end, as it stands now. */
enum cancel_level execution_cancel_level(struct execution *execution);

/* One operation to be called. */
struct operation_call {
    long instance;         /* the instance, or the source of a relationship */
    const char *operation; /* long or unambiguous short name */
    long relationship;     /* index in the instance's relationships, or -1 */
    bool on_target;        /* relationship: the target's operation, not the source's */
    json_t *kwargs;        /* object laid over the inputs, or NULL; borrowed */
    bool allow_kwargs_override;
    bool send_events;
};

/**
 * The text of a secret, for the workflow: from now on it is masked in all that is told.
 *
 * @return new, or NULL with `err` set: ERROR_NOT_FOUND, ERROR_UNSUPPORTED (there are no secrets
 *         here), or as by vault_read()
 */
json_t *execution_secret(struct execution *execution, const char *name, struct error *err);

/**
 * Change an instance in the store and in memory.
 *
 * In a dry run nothing changes.
 *
 * @param change what is new; its id is not read
 * @return false with `err` set: ERROR_CONFLICT, which leaves all as it was; others are fatal
 */
bool execution_change_instance(struct execution *execution, struct node_instance *ni,
                               const struct instance_change *change, struct error *err);

/**
 * Make the task for an operation; a no-op where the node maps it to nothing (runtime.md 3.3).
 *
 * @return the task, outside of the graph; or NULL with `err` set: ERROR_INVALID (kwargs redefine
 *         an input, or are of another type than declared), ERROR_UNSUPPORTED (the plugin is one
 *         of the original's that this runtime does not have), ERROR_NOMEM
 */
struct task *execution_operation_task(struct execution *execution,
                                      const struct operation_call *call, struct error *err);
struct task *execution_state_task(struct execution *execution, long instance, const char *state,
                                  struct error *err);
/** The task whose value is the state that the instance has when it runs. */
struct task *execution_get_state_task(struct execution *execution, long instance,
                                      struct error *err);
/** @param context object merged into the context of the event, or NULL; borrowed */
struct task *execution_node_event_task(struct execution *execution, long instance, const char *text,
                                       json_t *context, struct error *err);
/**
 * Make the task that sends an event about the execution (runtime.md 5.3, 6.2).
 *
 * @param event_type NULL: workflow_stage
 * @param context as above
 * @param arguments object told as the arguments of the message, or NULL; borrowed
 */
struct task *execution_workflow_event_task(struct execution *execution, const char *text,
                                           const char *event_type, json_t *context,
                                           json_t *arguments, struct error *err);
struct task *execution_subgraph(struct execution *execution, const char *name, struct error *err);
/**
 * A call of function number `function` of the workflow host.
 *
 * @param info any text that the task is known by to the workflow, or NULL
 */
struct task *execution_local_task(struct execution *execution, const char *name, int function,
                                  const char *info, struct error *err);

/**
 * Store the graph as it stands under `name`, so that it can be resumed.
 *
 * @return false with `err` set: ERROR_UNSUPPORTED (a handler that is no named function),
 *         ERROR_STORAGE, ERROR_NOMEM
 */
bool execution_store_graph(struct execution *execution, const char *name, struct error *err);
/**
 * Fill the graph with what is left to do of the stored graph `name` of this execution.
 *
 * @return whether there is one; false with `err` set: ERROR_STORAGE, ERROR_STATE, ERROR_PLUGIN (a
 *         handler is not found any more), ERROR_NOMEM
 */
bool execution_restore_graph(struct execution *execution, const char *name, struct error *err);

/** Whether what stands in the graph is stored, or was restored. */
bool execution_graph_is_stored(const struct execution *execution);

/** Write a log record of the workflow, or of one of its instances (TASK_NO_INSTANCE: none). */
bool execution_log(struct execution *execution, long instance, const char *level, const char *text,
                   struct error *err);

/* The workflow is about to wait: it is resumed when the graph, or that task, has ended. `retries`:
 * whether the task is tried again where it fails. */
void execution_wait_graph(struct execution *execution);
void execution_wait_task(struct execution *execution, struct task *task, bool retries);
/**
 * How the graph that was waited for has ended. Ask once after being resumed.
 *
 * @return true, or false with `err` set: ERROR_FAILED (text as in runtime.md 6.7),
 *         ERROR_CANCELLED, ERROR_STATE (tasks that wait for each other)
 */
bool execution_graph_result(struct execution *execution, struct error *err);
/** The failure that execution_graph_result() reported: the error of a WorkflowFailed, with its
 * whole text and the causes of all tasks that failed; borrowed until the next call, or NULL. */
const json_t *execution_graph_error(const struct execution *execution);
/** The same for a task: its value or its error, borrowed, in `*value`. */
bool execution_task_result(struct execution *execution, const struct task *task, json_t **value);
/** The error of a task that has failed, with a field `task` that says which one; new, or NULL. */
json_t *execution_task_error(const struct execution *execution, const struct task *task);

#endif
