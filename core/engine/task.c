/* task.c - names of kinds and states. */
#include "engine/task.h"

const char *task_state_name(enum task_state state)
{
    static const char *const names[] = {"pending",     "sending",   "sent",  "started",
                                        "rescheduled", "succeeded", "failed"};
    return names[state];
}

const char *task_kind_name(enum task_kind kind)
{
    static const char *const names[] = {
        "NOPLocalWorkflowTask",
        "RemoteWorkflowTask",
        "SetNodeInstanceStateTask",
        "GetNodeInstanceStateTask",
        "SendNodeEventTask",
        "SendWorkflowEventTask",
        "SubgraphTask",
        "LocalWorkflowTask",
    };
    return names[kind];
}

bool task_is_terminal(const struct task *task)
{
    return task->state >= TASK_RESCHEDULED;
}

bool task_sends_events(enum task_kind kind)
{
    return kind == TASK_OPERATION || kind == TASK_SUBGRAPH || kind == TASK_LOCAL;
}
