/* storage.h - what is kept between runs, and the transactions that change it.
 *
 * A store is a directory: a catalog of deployments, and per deployment a database, the lock of its
 * engine, a copy of the blueprint's folder and a work directory. Nothing in this header depends on
 * the database behind it. One process writes a deployment, the holder of its lock; any number of
 * processes read at the same time. A store belongs to one thread.
 *
 * Errors of all functions: ERROR_STORAGE (full, read-only, damaged: the text says which file and
 * what to do), ERROR_BUSY (another process writes for too long), ERROR_NOMEM; others as noted.
 */
#ifndef CLOUDIFY_STORAGE_STORAGE_H
#define CLOUDIFY_STORAGE_STORAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "deployment/deployment.h"
#include "dsl/plan.h"
#include "storage/lock.h"

struct store;
struct deployment_store;

enum store_mode {
    STORE_READ,
    STORE_REQUEST, /* deployments: to leave a request for the engine that holds the lock */
    STORE_WRITE,
};

/* ---- the store ---- */

/**
 * Open the store in `directory`; STORE_WRITE makes it, with mode 0700, where it is missing.
 *
 * @return a new store, or NULL with `err` set: ERROR_NOT_FOUND (STORE_READ: there is none),
 *         ERROR_UNSUPPORTED (on a network file system, or made by a newer version)
 */
struct store *store_open(const char *directory, enum store_mode mode, struct error *err);
/**
 * Open a store that will be thrown away, as that of a test; made where it is missing. Nothing that
 * is written to it waits for the disk, and its deployments copy nothing: their resources are the
 * blueprint's folder itself.
 *
 * @return as store_open() with STORE_WRITE
 */
struct store *store_open_transient(const char *directory, struct error *err);
/** Close it; its deployment stores must be closed before. NULL is allowed. */
void store_close(struct store *store);
/** Its absolute path; borrowed, until store_close(). */
const char *store_directory(const struct store *store);
/** The ids of all deployments, sorted: a list of strings, new; or NULL with `err` set. */
json_t *store_deployments(struct store *store, struct error *err);
/** Whether there is a deployment `id`; false with `err` set if that cannot be known. */
bool store_has_deployment(struct store *store, const char *id, struct error *err);
/**
 * The id of the deployment that has the execution `execution_id`; new (free() it), or NULL with
 * `err` set: ERROR_NOT_FOUND. Looks into each deployment.
 */
char *store_find_execution(struct store *store, const char *execution_id, struct error *err);

/* ---- making, opening and removing deployments ---- */

/* A new execution, status pending or, by queue_join(), queued. */
struct execution_record {
    const char *id, *workflow_id;
    const json_t *parameters; /* object */
    const json_t *options;    /* object: how it is run, for the engine that goes on with it */
    bool dry_run;
};

/* All borrowed. */
struct deployment_record {
    const char *id; /* letters, digits, '_', '-', '.'; at most 200 bytes */
    const char *blueprint_id;
    const char *folder;      /* the blueprint's, copied into the store unless that is transient */
    const char *main_file;   /* the blueprint file, relative to `folder` */
    const struct plan *plan; /* prepared */
    const struct instance_set *instances;
    const json_t *provider_context;           /* object: deployment_store_provider_context() */
    const struct execution_record *execution; /* its first one, or NULL */
    const json_t *plugins; /* where their code is: deployment_store_plugins(); or NULL */
    /* Adds to the copy of the folder what else the deployment needs, before it counts; or NULL. */
    bool (*add_files)(void *data, const char *copy, struct error *err);
    void *add_files_data;
};

/**
 * Make a deployment with all that belongs to it; a crash leaves all of it or nothing.
 *
 * @return a new store, open for writing with its lock held (deployment_store_close() it); or NULL
 *         with `err` set: ERROR_EXISTS, ERROR_INVALID (the id), ERROR_NOT_FOUND (the folder)
 */
struct deployment_store *deployment_create(struct store *store,
                                           const struct deployment_record *record,
                                           struct error *err);
/**
 * Open a deployment. STORE_READ and STORE_REQUEST need no lock; STORE_WRITE takes it.
 *
 * @return a new deployment store, or NULL with `err` set: ERROR_NOT_FOUND, ERROR_BUSY with the
 *         pid and start time of the engine that holds the lock
 */
struct deployment_store *deployment_open(struct store *store, const char *id, enum store_mode mode,
                                         struct error *err);
/**
 * Start the deployment anew: another plan, instances, blueprint folder and execution in place of
 * the old ones, in one transaction; earlier executions and events are kept. `ds`, of `store`, is
 * open for writing; `record->id` is its id.
 */
bool deployment_renew(struct store *store, struct deployment_store *ds,
                      const struct deployment_record *record, struct error *err);
/** Remove a deployment, its history and its files. ERROR_NOT_FOUND, ERROR_BUSY as above. */
bool deployment_remove(struct store *store, const char *id, struct error *err);
/** Close it and give back its lock; an open transaction is rolled back. NULL is allowed. */
void deployment_store_close(struct deployment_store *ds);

/* Borrowed, until the store is closed or renewed. */
const char *deployment_store_id(const struct deployment_store *ds);
const char *deployment_store_blueprint_id(const struct deployment_store *ds);
/** The copy of the blueprint's folder; in a transient store, that folder. */
const char *deployment_store_resources(const struct deployment_store *ds);
/** The work directory of plugins and output files. */
const char *deployment_store_workdir(const struct deployment_store *ds);

/** {id, blueprint_id, main_file, description, inputs, created_at, updated_at}; new, or NULL. */
json_t *deployment_store_info(struct deployment_store *ds, struct error *err);
/** What operations know as ctx.provider_context, an object; new, or NULL with `err` set. */
json_t *deployment_store_provider_context(struct deployment_store *ds, struct error *err);
/** The plan as it was stored; new (plan_free() it), or NULL with `err` set. */
struct plan *deployment_store_plan(struct deployment_store *ds, struct error *err);
/** The instances of `plan`, which deployment_store_plan() gave; new, or NULL with `err` set. */
struct instance_set *deployment_store_instances(struct deployment_store *ds,
                                                const struct plan *plan, struct error *err);

/* ---- transactions ---- */

/* Between begin and commit all writes below are one; outside, each is one of its own. In a store
 * open for reading, all that is read between begin and commit is of one moment. */
bool deployment_store_begin(struct deployment_store *ds, struct error *err);
/** Make the transaction durable. If it fails, the transaction is rolled back. */
bool deployment_store_commit(struct deployment_store *ds, struct error *err);
/** Undo the transaction; without one nothing happens. */
void deployment_store_rollback(struct deployment_store *ds);
/**
 * A number that differs from that of an earlier call if another process has committed since:
 * whoever follows a deployment reads only then. Negative with `err` set.
 */
json_int_t deployment_store_data_version(struct deployment_store *ds, struct error *err);

/* ---- node instances ---- */

struct instance_change {
    const char *id;
    json_int_t version;               /* the one that the change is based on */
    const char *state;                /* NULL: unchanged */
    const json_t *runtime_properties; /* NULL: unchanged */
    const json_t *system_properties;  /* NULL: unchanged */
};

/**
 * Change an instance, whose version grows by one (runtime.md 2.4). In a transaction changes are
 * compared with those before them, and with what is stored at its end.
 *
 * @return false with `err` set: ERROR_CONFLICT (the version is another), ERROR_NOT_FOUND; in a
 *         transaction deployment_store_commit() may give the same
 */
bool instance_update(struct deployment_store *ds, const struct instance_change *change,
                     struct error *err);

/* ---- deployment modifications (runtime.md 6.11) ---- */

/* Each of these is part of a step that stands in one transaction. What `document` looks like is the
 * engine's business. */

/** Keep a modification, status started, and the instances as they are now. */
bool modification_add(struct deployment_store *ds, const char *id, const json_t *document,
                      struct error *err);
/** It has ended: the status is "finished" or "rolledback". The instances kept with it are dropped.
 */
bool modification_end(struct deployment_store *ds, const char *id, const char *status,
                      struct error *err);
/**
 * A list of {id, status, created_at, ended_at, document}, oldest first; new, or NULL.
 *
 * @param status only those with it; NULL: all
 */
json_t *modifications_list(struct deployment_store *ds, const char *status, struct error *err);
/**
 * Call `visit` for each instance as it was when the modification was started; `kept` has its id,
 * state and properties, borrowed during the call.
 */
bool modification_instances(struct deployment_store *ds, const char *id,
                            bool (*visit)(void *data, const struct instance_change *kept,
                                          struct error *err),
                            void *data, struct error *err);

/** Add to the deployment the instances, and those of scaling groups, from these places on in `set`,
 * behind all others. */
bool instances_add_stored(struct deployment_store *ds, const struct instance_set *set, size_t first,
                          size_t first_group, struct error *err);
/** Keep the relationships that the instance has now; its version grows by one. */
bool instance_keep_relationships(struct deployment_store *ds, const struct instance_set *set,
                                 size_t instance, struct error *err);
/** Remove an instance, or one of a scaling group, from the deployment. */
bool instance_remove(struct deployment_store *ds, const char *id, struct error *err);
bool group_instance_remove(struct deployment_store *ds, const char *id, struct error *err);
/** Keep what `plan` says of numbers of instances: of the node called `name`, or of all groups. */
bool deployment_store_keep_counts(struct deployment_store *ds, const struct plan *plan,
                                  const char *name, struct error *err);

/* ---- executions ---- */

bool execution_add(struct deployment_store *ds, const struct execution_record *record,
                   struct error *err);
/** Whether it is queued; false with `err` set if that cannot be known. */
bool execution_is_queued(struct deployment_store *ds, const char *id, struct error *err);
/** Make an execution that has never been started pending, with the parameters it will run with. */
bool execution_make_pending(struct deployment_store *ds, const char *id, const json_t *parameters,
                            struct error *err);
/** Note that an execution that has not ended is to be cancelled: `level` of engine/cancel.h. */
bool execution_note_cancel(struct deployment_store *ds, const char *id, int level,
                           struct error *err);
/** What was noted since it was started; 0 also with `err` set. */
int execution_noted_cancel(struct deployment_store *ds, const char *id, struct error *err);
/**
 * Set the status (runtime.md 11.9). `started` keeps the time and this process as its engine; an
 * end state keeps the time and `error_text` (NULL: none).
 *
 * @return false with `err` set: ERROR_NOT_FOUND
 */
bool execution_set_status(struct deployment_store *ds, const char *id, const char *status,
                          const char *error_text, struct error *err);
/**
 * {id, workflow_id, deployment_id, blueprint_id, is_dry_run, status, status_display, parameters,
 * options, created_at, started_at, ended_at, error, engine: {pid, start_time} or null, waiting}
 * (runtime.md 8.2). `waiting`: it is queued, and a process, `engine`, waits for its turn.
 * An execution that no engine runs any more, though it has not ended, has the status
 * "interrupted".
 *
 * @return new, or NULL with `err` set: ERROR_NOT_FOUND
 */
json_t *execution_get(struct deployment_store *ds, const char *id, struct error *err);
/** A list of all such records, oldest first; new, or NULL with `err` set. */
json_t *executions_list(struct deployment_store *ds, struct error *err);

/* ---- events and logs ---- */

/**
 * Append records of runtime.md 5.2 or 5.3. Their ids grow, and none is ever used twice: followers
 * remember the last.
 *
 * @param execution_id to which they belong, or NULL
 * @param context what the context of most of them begins with, a JSON object without its end, which
 *        is kept only once; or NULL
 * @param records JSON objects, one behind the other, each with its terminating zero; they are
 *        changed
 * @param count of them
 */
bool events_add(struct deployment_store *ds, const char *execution_id, const char *context,
                char *records, size_t count, struct error *err);

/* Which events are wanted; NULL and 0 let all pass. Times are UTC, "2026-11-27T22:38:46.391Z" or
 * the beginning of one, which stands for all times that begin so. */
struct event_filter {
    json_int_t after;         /* only those with a greater id */
    json_int_t limit;         /* at most so many: the oldest, or */
    bool newest;              /* the newest */
    bool without_debug;       /* no logs of level debug */
    const char *execution_id; /* of one execution */
    const char *type;         /* "task_failed", ...; "log": what operations and workflows log */
    const char *node;         /* name of a node or id of an instance, of either side */
    const char *operation;    /* with or without its interface */
    const char *from, *to;    /* times, both included */
};

/**
 * Call `visit` for each event in the order in which they were added.
 *
 * @param visit gets the id, for the next `after`, and the record as compact JSON, borrowed during
 *        the call; false with or without `err` set ends the listing. It must not write.
 * @return false with `err` set
 */
bool events_list(struct deployment_store *ds, const struct event_filter *filter,
                 bool (*visit)(void *data, json_int_t id, const char *text, size_t length,
                               struct error *err),
                 void *data, struct error *err);

/* ---- operations ---- */

/* A task of an execution. Which fields change when is the engine's business. */
struct operation_record {
    json_int_t row; /* set by operation_add(), names the operation to operation_update() */
    const char *id; /* of the task */
    const char *execution_id;
    const char *name;        /* "cloudify.interfaces.lifecycle.start", "set_state", ... */
    const char *type;        /* kind of task */
    const char *instance_id; /* NULL: of none */
    const char *state;       /* runtime.md 6.5 */
    int retry;               /* current_retries */
    json_int_t graph;        /* the stored graph that it belongs to, or 0 */
    uint32_t task;           /* its number there, or 0 */
    double cpu_seconds;      /* processor time taken since the last update */
    const json_t *details;   /* object: dependencies, worker pid and start time, ...; or NULL */
};

/** Keep a task; fills in `record->row`. */
bool operation_add(struct deployment_store *ds, struct operation_record *record, struct error *err);
/** Keep the present `state`, `retry` and, unless NULL, `details` of the operation; add the time. */
bool operation_update(struct deployment_store *ds, const struct operation_record *record,
                      struct error *err);
/**
 * The operations of a stored graph: a list of {row, id, execution_id, name, type, instance_id,
 * state, retry, details, task, cpu_seconds}, in the order in which they were added. A task that was
 * tried again has several. New, or NULL with `err` set.
 */
json_t *graph_operations(struct deployment_store *ds, json_int_t graph, struct error *err);

/* ---- task graphs (runtime.md 6.9) ---- */

/* A graph is kept in parts, lists of tasks, written once; each task has a number in its graph, from
 * 1. What the tasks look like is the engine's business. */

/** Find the graph `name` of an execution. @return false: there is none, or `err` is set */
bool graph_find(struct deployment_store *ds, const char *execution_id, const char *name,
                json_int_t *graph, struct error *err);
/** All graphs of an execution, in the order of their making: a list of {id, name}. */
json_t *graphs_list(struct deployment_store *ds, const char *execution_id, struct error *err);
/** Start the graph `name`, which graph_find() has not found. */
bool graph_add(struct deployment_store *ds, const char *execution_id, const char *name,
               json_int_t *graph, struct error *err);
/** Forget a graph none of whose tasks has begun. */
bool graph_remove(struct deployment_store *ds, json_int_t graph, struct error *err);
/** @param tasks a list, as compact JSON */
bool graph_add_part(struct deployment_store *ds, json_int_t graph, const char *tasks,
                    struct error *err);
/** Call `visit` for each part as they were added; `tasks` is borrowed during the call. It ends the
 * listing by false, with or without `err` set. */
bool graph_parts(struct deployment_store *ds, json_int_t graph,
                 bool (*visit)(void *data, json_t *tasks, struct error *err), void *data,
                 struct error *err);
/** Nothing is left to be done for these tasks, a list of their numbers; who waited for them waits
 * no more. */
bool graph_add_done(struct deployment_store *ds, json_int_t graph, const json_t *tasks,
                    struct error *err);
/** Call `visit` with the number of each such task. */
bool graph_tasks_done(struct deployment_store *ds, json_int_t graph,
                      bool (*visit)(void *data, uint32_t task, struct error *err), void *data,
                      struct error *err);

#endif
