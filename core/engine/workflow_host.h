/* workflow_host.h - what the engine asks of the language that workflows are written in. */
#ifndef CLOUDIFY_ENGINE_WORKFLOW_HOST_H
#define CLOUDIFY_ENGINE_WORKFLOW_HOST_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "engine/cancel.h"
#include "engine/task.h"
#include "engine/task_graph.h"

struct execution;

/* Which function to run; borrowed for the call of open(). */
struct workflow_call {
    const char *workflow; /* "install" */
    const struct plan_plugin *plugin;
    bool resume;                    /* refuse a function that is not declared resumable */
    const char *function;           /* "cloudify.workflows.install.install": module and function */
    const char *plugin_folder;      /* where the code of the plugin is; NULL: not known, so look */
    const char *const *directories; /* in these, in this order; NULL-terminated */
    json_t *parameters;             /* complete, checked */
};

enum workflow_status {
    WORKFLOW_DONE,
    WORKFLOW_WAITING, /* after execution_wait_graph() or execution_wait_task() */
    WORKFLOW_FAILED,
    WORKFLOW_ABANDONED, /* it was stopped where it stood, as CANCEL_FORCE or _KILL asks for */
};

/*
 * A workflow is opened once, resumed until it is done or has failed, then closed. All calls come
 * from the thread of the engine, never one inside another, except that `handle`, `run_local`,
 * `ended` and `cancelled` may be called while the workflow waits.
 */
struct workflow_host {
    void *data;
    /* Find the function, and make what runs it; nothing of it runs yet. Returns NULL with `err`
     * set: ERROR_PLUGIN (module or function missing, and why), ERROR_NOMEM. */
    void *(*open)(void *data, struct execution *execution, const struct workflow_call *call,
                  struct error *err);
    /* Run it until it waits or ends. `*value` gets, new: when done, the result (or NULL); when it
     * failed, the error {message, type, traceback?, hide_traceback?, cancelled?}. */
    enum workflow_status (*resume)(void *workflow, json_t **value);
    /* task_graph_observer.handle */
    bool (*handle)(void *workflow, struct task *task, int handler, struct handler_result *result,
                   struct error *err);
    /* Handler or function number `handler`, to be stored; new, or NULL with `err` set:
     * ERROR_UNSUPPORTED (it has no name), ERROR_NOMEM. */
    json_t *(*save_handler)(void *workflow, int handler, struct error *err);
    /* The number of a stored handler; TASK_HANDLER_NONE with `err` set: ERROR_PLUGIN (no such
     * function), ERROR_NOMEM. */
    int (*load_handler)(void *workflow, const json_t *saved, struct error *err);
    /* Run the function number task->function of a local task. `*value` gets, new, the result or,
     * when it returns false, the error {message, type, traceback?, recoverable?, retry_after?}. */
    bool (*run_local)(void *workflow, struct task *task, json_t **value);
    /* A task whose is_awaited is set has ended, as its state, value and error say. */
    void (*ended)(void *workflow, struct task *task);
    /* It is to be cancelled, or more urgently than so far; called once for each level met. */
    void (*cancelled)(void *workflow, enum cancel_level level);
    /* End it, wherever it stands; afterwards no handle to the execution or its tasks works. */
    void (*close)(void *workflow);
};

#endif
