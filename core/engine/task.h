/* task.h - one thing that a workflow wants done: its kind, its state, what retries it has left.
 *
 * Tasks live in the memory of their task_graph until that is freed: a pointer to one stays good as
 * long. They are plain to read; only engine/ writes them, once they are made.
 */
#ifndef CLOUDIFY_ENGINE_TASK_H
#define CLOUDIFY_ENGINE_TASK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"
#include "dsl/plan.h"
#include "engine/task_edges.h"

enum task_kind {
    TASK_NOP,            /* succeeds at once */
    TASK_OPERATION,      /* a function of a plugin, run by a worker */
    TASK_SET_STATE,      /* changes the state of an instance */
    TASK_GET_STATE,      /* looks it up */
    TASK_NODE_EVENT,     /* sends an event about an instance */
    TASK_WORKFLOW_EVENT, /* sends an event about the execution */
    TASK_SUBGRAPH,       /* contains tasks */
    TASK_LOCAL,          /* a function of the workflow, run by the workflow host */
};

/* runtime.md 6.5; the last three are terminal. */
enum task_state {
    TASK_PENDING,
    TASK_SENDING,
    TASK_SENT,
    TASK_STARTED,
    TASK_RESCHEDULED,
    TASK_SUCCEEDED,
    TASK_FAILED,
};

enum { TASK_HANDLER_NONE = 0 };
enum { TASK_RETRIES_UNLIMITED = -1 };
enum { TASK_NO_INSTANCE = -1 };

struct task {
    struct uuid id;             /* of the present attempt: each retry is a new operation */
    uint8_t kind;               /* enum task_kind */
    uint8_t state;              /* enum task_state */
    uint8_t interruptions;      /* how often its worker died under it */
    bool send_events : 1;       /* failures are told even without (runtime.md 5.4) */
    bool related_is_target : 1; /* operation of a relationship: whether it runs on the source */
    bool attached : 1;          /* stands in the graph: was added, has not ended or been removed */
    bool delayed : 1;           /* waits for the time of its retry */
    bool ready : 1;             /* stands in the queue of those that may start */
    bool resume : 1;            /* repeats a run that was interrupted */
    bool announced : 1;         /* its start has been told */
    bool is_awaited : 1;        /* the workflow host wants to know its end */
    bool is_last_try : 1;       /* whatever follows, it is not tried again */
    int32_t total_retries;      /* TASK_RETRIES_UNLIMITED, or how many after the first attempt */
    int32_t current_retries;    /* 0 on the first attempt */
    int32_t on_success;         /* handlers: numbers given by the workflow host, or */
    int32_t on_failure;         /* TASK_HANDLER_NONE */
    int32_t function;           /* TASK_LOCAL: likewise */
    uint32_t number;            /* in the stored graph, from 1; 0: it is not stored */
    uint32_t replaces;          /* the number of the subgraph whose second try it is, or 0 */
    uint32_t waiting;       /* for how many tasks it still waits, a pending container included */
    int32_t instance;       /* index of the instance concerned, or TASK_NO_INSTANCE */
    int32_t related;        /* operation of a relationship: index of the other instance */
    double retry_interval;  /* seconds */
    double execute_after;   /* seconds since 1970: when it may start; 0: at any time */
    json_int_t row;         /* of the present attempt in the store, once it was sent */
    const char *text;       /* name of function or subgraph; text of an event; state to set */
    const char *event_type; /* events: "workflow_stage" or what the caller chose */
    const struct operation *operation; /* TASK_OPERATION, else NULL */
    char *retried; /* id of the attempt before the present one, or of the task replaced; or NULL */
    json_t *payload;        /* operation: keyword arguments; event: {context, arguments}; local: its
                             * info; or NULL */
    json_t *error;          /* what it, or the task that it failed by, ended with; or NULL */
    json_t *value;          /* what a finished task returned; or NULL */
    struct task *failed_by; /* subgraph: the task whose failure is its own */
    struct task *container; /* the subgraph that it stands in, or NULL */
    struct task *first_child, *last_child; /* subgraph: tasks still in it */
    struct task *next_sibling, *previous_sibling;
    struct task *next_ready, *previous_ready;
    struct task_edges dependents;   /* tasks that wait for this one; emptied when it ends */
    struct task_edges dependencies; /* what it was told to wait for; those not attached are met */
};

/** "pending", "sending", ... (runtime.md 6.5). */
const char *task_state_name(enum task_state state);
/** "RemoteWorkflowTask", ...: the type names of runtime.md 6.5. */
const char *task_kind_name(enum task_kind kind);
/** Whether tasks of that kind tell what becomes of them, unless the workflow chose otherwise. */
bool task_sends_events(enum task_kind kind);
/** Whether the task is over: rescheduled, succeeded or failed. */
bool task_is_terminal(const struct task *task);

#endif
