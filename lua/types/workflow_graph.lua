---@meta cloudify.workflow_graph
--- Tasks of workflows, and what orders them. What a handler returns is made by
--- cloudify.workflows.handlers, which describes itself.

---@alias cloudify.workflow.TaskType "RemoteWorkflowTask"|"LocalWorkflowTask"|"SubgraphTask"
---|"NOPLocalWorkflowTask"|"SetNodeInstanceStateTask"|"GetNodeInstanceStateTask"
---|"SendNodeEventTask"|"SendWorkflowEventTask"

---@alias cloudify.workflow.TaskState "pending"|"sending"|"sent"|"started"|"rescheduled"
---|"succeeded"|"failed"

--- Called when its task has ended, in place of the usual rules; it cannot wait for tasks.
---@alias cloudify.workflow.Handler cloudify.Handler
---|fun(task: cloudify.workflow.Task): cloudify.HandlerResult

--- One thing that a workflow wants done. A retry is the same task, with another id.
---@class cloudify.workflow.Task
---@field id string of the present attempt
---@field name string of the function or subgraph; of an event its text, of a state the state
---@field type cloudify.workflow.TaskType
---@field state cloudify.workflow.TaskState
---@field is_terminated boolean it has succeeded, failed, or is to be tried again
---@field is_subgraph boolean
---@field is_nop boolean there is nothing to do
---@field info string? the text of an event, the state to set, the info of a local task
---@field operation string? "cloudify.interfaces.lifecycle.start"
---@field node_instance cloudify.workflow.NodeInstance? that it concerns
---@field result any what it returned
---@field error any the exception that its latest attempt failed by
---@field current_retries integer 0 on the first attempt
---@field total_retries integer may be assigned; -1: no limit
---@field retry_interval number seconds; may be assigned
---@field execute_after number? when it may start, seconds since 1970; may be assigned before that
---@field retried_task string? id of the attempt before, or of the task whose place it takes
---@field timeout number? seconds, of an operation
---@field timeout_recoverable boolean
---@field send_task_events boolean may be assigned; failures are told in any case
---@field on_success cloudify.workflow.Handler? may be assigned; asked in a graph only
---@field on_failure cloudify.workflow.Handler? may be assigned
---@field containing_subgraph cloudify.workflow.Subgraph?
---@field graph cloudify.workflow.Graph|cloudify.workflow.Subgraph that it stands in
---@field workflow_context cloudify.workflow.Ctx
local Task = {}

--- Wait until it has ended. Raises the exception that it failed by, or ExecutionCancelled.
---@param options? {retry_on_failure: boolean?} false: it is not tried again
---@return any result
function Task:get(options) end
--- Call `listener` when it has ended and is not tried again; at once if it has already. It cannot
--- wait for tasks, and what it raises is logged.
---@param listener fun(result: any, err: any) the result, or nil and the exception
function Task:on_result(listener) end

--- What graphs and subgraphs have in common.
---@class cloudify.workflow.TaskContainer
---@field tasks fun(): cloudify.workflow.Task? those in it that have not ended, of subgraphs too
local TaskContainer = {}

---@param task cloudify.workflow.Task
function TaskContainer:add_task(task) end
--- Take out what has not started, and all in it; who waited for it waits no more.
---@param task cloudify.workflow.Task
function TaskContainer:remove_task(task) end
---@return cloudify.workflow.Task?
function TaskContainer:get_task(id) end
--- Let `task` wait until `dependency` has succeeded.
---@param task cloudify.workflow.Task
---@param dependency cloudify.workflow.Task
function TaskContainer:add_dependency(task, dependency) end
---@param task cloudify.workflow.Task
---@param dependency cloudify.workflow.Task
function TaskContainer:remove_dependency(task, dependency) end
---@return cloudify.workflow.Sequence
function TaskContainer:sequence() end
---@param name string
---@return cloudify.workflow.Subgraph in this graph or subgraph
function TaskContainer:subgraph(name) end

--- A task that contains tasks: it succeeds when all have, and fails when one does.
---@class cloudify.workflow.Subgraph: cloudify.workflow.Task, cloudify.workflow.TaskContainer

--- All tasks of a workflow in graph mode.
---@class cloudify.workflow.Graph: cloudify.workflow.TaskContainer
local Graph = {}

--- Do all that is in it. Raises WorkflowFailed with the errors of all tasks, or ExecutionCancelled.
function Graph:execute() end
--- Keep it under a name, so that the execution can be resumed; make_or_get_graph() does that.
---@param name string
function Graph:store(name) end
--- Drop what has no effect; the order stays.
function Graph:optimize() end
---@return cloudify.workflow.Task[] each behind what it waits for
function Graph:linearize() end

--- Steps that follow each other.
---@class cloudify.workflow.Sequence
local Sequence = {}

--- Add steps: a task, or a table of tasks that run beside each other; of none it is no step.
---@param ... cloudify.workflow.Task|cloudify.workflow.Task[]
function Sequence:add(...) end
