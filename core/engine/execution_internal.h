/* execution_internal.h - shared by the files of an execution and nobody else. */
#ifndef CLOUDIFY_ENGINE_EXECUTION_INTERNAL_H
#define CLOUDIFY_ENGINE_EXECUTION_INTERNAL_H

#include <uv.h>

#include "base/map.h"
#include "engine/execution.h"
#include "functions/functions.h"
#include "storage/disclosure.h"

/* What has happened since the last turn. */
enum arrival_kind {
    ARRIVAL_RESULT,
    ARRIVAL_INTERRUPTED,
    ARRIVAL_STARTED,
    ARRIVAL_RECORD,
    ARRIVAL_CALL,
    ARRIVAL_NOT_SENT, /* the dispatcher did not take the operation */
    ARRIVAL_RETRY_DUE,
    ARRIVAL_WAKE, /* nothing but the wish for a turn */
};

struct arrival {
    enum arrival_kind kind;
    struct task *task;
    json_t *json; /* result, record, arguments; error of an operation that was not sent */
    char *method; /* of a call */
    json_int_t call;
    struct dispatch_interruption how; /* `why` is not valid: see `json` */
    struct dispatch_start start;
};

/* What is to be done once the transaction is committed. */
struct departure {
    struct task *task; /* an operation to submit; NULL: a reply */
    int place;         /* that the dispatcher keeps for the operation */
    json_t *json;      /* the request, or the result of the call */
    json_int_t call;
    struct error failure; /* of the call */
};

struct arrivals {
    struct arrival *items;
    size_t count, capacity;
};

struct departures {
    struct departure *items;
    size_t count, capacity;
};

/* A task that waits for the time of its retry; holds no worker. */
struct retry_timer {
    uv_timer_t timer;
    struct execution *execution;
    struct task *task;
    struct retry_timer *next, **link; /* in execution->retry_timers */
    double due;                       /* of the virtual clock, where that is used */
};

enum execution_wait { WAIT_NOTHING, WAIT_GRAPH, WAIT_TASK };

struct execution {
    struct execution_options options;
    struct task_graph *graph;
    struct dispatcher *dispatcher;
    void *workflow;         /* of options.host, or NULL */
    struct map plugins;     /* name -> json_t object: the `plugin` of requests */
    json_t *common;         /* members that all requests have, made with the first one, or NULL */
    bool *async_operations; /* per operation of the plan: whether it is known to be so */
    char *run_directory;    /* where the workers are noted */
    struct disclosure disclosure; /* gives out secrets, and masks them in what is told */
    signed char *node_functions;  /* per node: whether its properties have functions; -1: unknown */

    uv_loop_t loop;
    uv_check_t turn;       /* after all results of one poll have come */
    uv_idle_t wake;        /* active while a turn is wanted: the poll must not wait */
    uv_timer_t linger;     /* active while what has arrived may wait a little for company */
    uv_timer_t patience;   /* wait_after_fail */
    uv_poll_t requests[2]; /* of the listener, where it has both */
    struct cancel_listener *listener;
    bool has_loop, has_handles;
    struct retry_timer *retry_timers;
    size_t under_way; /* operations that the dispatcher has */

    struct arrivals arrivals;
    struct departures departures;
    size_t told_events; /* of this turn, before its commit */

    struct deployment_modification *modifications; /* all that this engine has met */

    json_int_t graph_row; /* the stored graph, or 0 */
    uint32_t graph_tasks; /* how many tasks it has had so far */
    json_t *done;         /* the numbers of those done in this turn */

    enum execution_wait waiting_for;
    struct task *waited_task;
    bool waited_once;           /* it is not tried again */
    bool no_more_waiting;       /* wait_after_fail is over */
    enum cancel_level cancel;   /* what has been applied of the requests to cancel */
    enum cancel_level told;     /* what the workflow host has been told of them */
    bool told_cancelled;        /* so is the workflow: it may end, but wait no more */
    bool ended;                 /* the workflow is over and its end is recorded */
    bool in_turn;               /* a transaction is open */
    char *summary;              /* what the graph failed by, with tracebacks; or NULL */
    json_t *graph_error;        /* the same as an exception; or NULL */
    enum error_code end;        /* how it ended: ERROR_NONE, ERROR_FAILED, ERROR_CANCELLED */
    char *end_text;             /* the error of the execution, or NULL */
    struct strbuf base_context; /* of every record, without its end: runtime.md 5.3 */
    struct strbuf context;      /* of the record that is being made, likewise */
    struct strbuf records;      /* of this turn, each with its end: execution_keep_events() */
    size_t record_count;
    struct error fatal; /* the execution cannot go on: storage, memory */
};

/** Before any of the following; execution_events_release() it. @return false: no memory */
bool execution_events_init(struct execution *execution);
void execution_events_release(struct execution *execution);

/* ---- events (execution_events.c); all return false after setting `execution->fatal` ---- */

/** Store what has been told, before the commit: many at a time, which takes half as long. */
bool execution_keep_events(struct execution *execution);
/** An event of the execution itself: workflow_started, ... */
bool execution_workflow_event(struct execution *execution, const char *type, const char *text,
                              json_t *arguments);
/** A log record of the engine's own. */
bool execution_warning(struct execution *execution, const char *text);
/** sending_task, task_started and so on for the present state of `task`, which it has been in since
 * `timestamp`; NULL: now. */
bool execution_task_event(struct execution *execution, const struct task *task,
                          const struct task_outcome *outcome, const char *timestamp);
/** What a node_event or workflow_event task says. */
bool execution_send_event(struct execution *execution, const struct task *task);
/** A log, event or output record that an operation sent. */
bool execution_operation_record(struct execution *execution, const struct task *task,
                                const json_t *message);

/* ---- values (execution_values.c) ---- */

/** What functions ask for: the instances, and secrets. */
struct value_source execution_source(struct execution *execution);
/** SELF or SOURCE and TARGET of an operation. */
struct function_scope execution_scope(const struct execution *execution, const struct task *task);
/** The properties of a node, runtime functions evaluated; a new reference, or NULL. */
json_t *execution_node_properties(struct execution *execution, size_t node,
                                  const struct function_scope *scope, struct error *err);

/* ---- documents (execution_request.c) ---- */

/** The operation_request of a task; new, or NULL with `err` set. */
json_t *execution_request(struct execution *execution, struct task *task, struct error *err);
/** As operations see a node or an instance; new, or NULL with `err` set. */
json_t *execution_node_document(struct execution *execution, size_t node,
                                const struct function_scope *scope, struct error *err);
json_t *execution_instance_document(struct execution *execution, size_t instance,
                                    struct error *err);

/* ---- calls and changes of instances (execution_calls.c) ---- */

/** Answer the call of an operation, at the end of the turn. */
bool execution_answer(struct execution *execution, const struct arrival *arrival);

/* ---- modifications (execution_modification.c) ---- */

void execution_release_modifications(struct execution *execution);

/* ---- tasks (execution_tasks.c) ---- */

struct task_retries {
    int32_t total;   /* TASK_RETRIES_UNLIMITED, or how many after the first attempt */
    double interval; /* seconds */
};

/** What a task of that kind has unless the workflow chose others; `operation` may be NULL. */
struct task_retries execution_retries(const struct execution *execution, enum task_kind kind,
                                      const struct operation *operation);

/* ---- stored graphs (execution_graphs.c) ---- */

/** Store what has come into the graph in this turn, and what is done of it. */
void execution_keep_graph(struct execution *execution);
/** Note that nothing is left to be done for `task`. */
void execution_note_done(struct execution *execution, const struct task *task);

/* ---- what arrives and what departs (execution_traffic.c) ---- */

/** Queue what has happened for the next turn; takes `json` and `method`. */
void execution_arrive(struct execution *execution, struct arrival arrival);
/** Queue what shall be done after the commit; takes `json`. @return false: `fatal` is set */
bool execution_depart(struct execution *execution, struct departure departure);
/** The transaction is committed: send, answer, show. */
void execution_send(struct execution *execution);
/** The observer that the dispatcher is given. */
struct dispatch_observer execution_dispatch_observer(struct execution *execution);
void arrival_release(struct arrival *arrival);
void departure_release(struct departure *departure);

/* ---- starting tasks (execution_start.c) ---- */

/**
 * Ask the dispatcher, or do at once, what `task`, just taken, is about.
 *
 * @param place that the dispatcher keeps for it, if it is an operation
 */
void execution_start_task(struct execution *execution, struct task *task, int place);
/** Whether nothing is done for such a task, as this is a dry run. */
bool execution_leaves_out(const struct execution *execution, enum task_kind kind);

/* ---- what comes of operations (execution_results.c) ---- */

/** Apply one arrival. */
void execution_apply(struct execution *execution, const struct arrival *arrival);
/** Whether the function of `operation` is known to be declared async. */
bool execution_is_async(const struct execution *execution, const struct operation *operation);

/* ---- the end of a task (execution_task_end.c) ---- */

/** Every task ends here. */
void execution_finish_task(struct execution *execution, struct task *task,
                           struct task_outcome outcome);
/** Let the task end with `error`, which is taken. */
void execution_fail_task(struct execution *execution, struct task *task, json_t *error,
                         enum task_end end, double retry_after);
/** An error as in an operation_result; new, or NULL when out of memory. */
json_t *execution_error(const char *type, const char *message, bool recoverable);
/** The same of an error of the engine's own. */
json_t *execution_error_of(const struct error *err, bool recoverable);
/** How a task ends that such an error ends. */
enum task_end execution_error_end(const json_t *error);

/* ---- what is kept of operations (execution_kept_operation.c) ---- */

/** Keep state and retry of an operation in the store, and the processor time that it has taken
 *  since, seconds. @return false: `fatal` is set */
bool execution_keep_operation(struct execution *execution, struct task *task, json_t *details,
                              double cpu_seconds);
/** Keep where the operation of an ARRIVAL_STARTED runs. */
void execution_keep_started(struct execution *execution, const struct arrival *arrival);
/** If `resume` and it is tried again, let it see that it was interrupted. */
void execution_keep_resume(struct execution *execution, struct task *task, bool resume);

/* ---- retries that are waited for (execution_retry_timers.c) ---- */

/** Let the task be released in so many seconds. */
void execution_set_retry_timer(struct execution *execution, struct task *task, double seconds);
/** Put the virtual clock on to the first retry, if nothing but retries is waited for. */
void execution_skip_to_retry(struct execution *execution);
void execution_close_retry_timers(struct execution *execution);

/* ---- what the task graph tells (execution_observer.c) ---- */

struct task_graph_observer execution_graph_observer(struct execution *execution);

/* ---- the workflow (execution_workflow.c) ---- */

/** Open it and let it take its first steps. */
void execution_open_workflow(struct execution *execution);
/** Let it go on until it waits again, or is over. */
void execution_resume_workflow(struct execution *execution);
/** Whether what it waits for has come. */
bool execution_workflow_may_go_on(const struct execution *execution);
/** Once something has failed, let it wait for the rest no longer than wait_after_fail. */
void execution_watch_patience(struct execution *execution);

/* ---- cancelling (execution_cancel.c) ---- */

/** Do what a request to cancel asks for that has not been applied yet. */
void execution_apply_cancel(struct execution *execution);
/** Let the workflow know of such a request. */
void execution_tell_cancel(struct execution *execution);

/* ---- the end of the execution (execution_end.c) ---- */

/** Record that it has ended well, cancelled, or by an error. */
void execution_end_well(struct execution *execution);
void execution_end_cancelled(struct execution *execution);
void execution_end_badly(struct execution *execution, json_t *error);
void execution_end_by_error(struct execution *execution, const struct error *err);

/* ---- turns (execution_turn.c) ---- */

/** The first turn: status, event, the workflow's first steps. */
void execution_begin(struct execution *execution);
/** One turn: apply what has arrived, go as far as possible, commit, send. */
void execution_turn(struct execution *execution);
/** Whether it has made so many records that the next one goes on. */
bool execution_turn_is_full(const struct execution *execution);
/** Note that the execution cannot go on; the first reason counts. @return false */
bool execution_abort(struct execution *execution, const struct error *err);

#endif
