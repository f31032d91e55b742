---@meta cloudify.workflows.handlers
--- Handlers of tasks: what shall follow when a task has ended.

--- A function of the workflow's plugin that is given by name, and so can be stored.
---@class cloudify.Handler
---@field name string "module.function"
---@field arguments table
---@overload fun(task: cloudify.workflow.Task): cloudify.HandlerResult

--- A call of a function of the workflow's plugin, for a local task.
---@class cloudify.LocalCall
---@field name string "module.function"
---@field kwargs table
---@overload fun(): any

--- What shall follow: made by retry(), fail(), cont() and ignore().
---@class cloudify.HandlerResult
---@field action "retry"|"fail"|"continue"|"ignore"
---@field ignore_total_retries? boolean
---@field retry_after? number seconds
---@field retried_task? cloudify.workflow.Task

---@class cloudify.RetryOptions
---@field ignore_total_retries? boolean also if it has no retries left
---@field retry_after? number seconds
---@field retried_task? cloudify.workflow.Task in place of the task; a subgraph must have one

---@class cloudify.workflows.handlers
local handlers = {}

--- The handler that is a function of the workflow's plugin, called with the task and `arguments`.
---@param name string "module.function"
---@param arguments? table
---@return cloudify.Handler
function handlers.by_name(name, arguments) end

--- The call of a function of the workflow's plugin with a copy of `kwargs`.
---@param name string "module.function"
---@param kwargs? table
---@return cloudify.LocalCall
function handlers.call_of(name, kwargs) end

--- The name and arguments of a handler or a call that has a name, to be stored.
---@param handler cloudify.Handler|cloudify.LocalCall|function
---@return table? description nil for any other
function handlers.describe(handler) end

--- What describe() has described.
---@param description table
---@return cloudify.Handler|cloudify.LocalCall
function handlers.from_description(description) end

--- Whether the task has retries left.
---@param task cloudify.workflow.Task
---@return boolean
function handlers.has_retries(task) end

--- Run the task again, if it has retries left.
---@param options? cloudify.RetryOptions
---@return cloudify.HandlerResult
function handlers.retry(options) end

--- Let the task, and what contains it, fail.
---@return cloudify.HandlerResult
function handlers.fail() end

--- Go on with what waits for the task.
---@return cloudify.HandlerResult
function handlers.cont() end

--- Go on as if the task had not failed.
---@return cloudify.HandlerResult
function handlers.ignore() end

--- The options of ctx:local_task(func, options): those of the function's task_config among them.
---@param func function|string the function, or its name
---@param options? cloudify.workflow.LocalTaskOptions
---@return table
function handlers.local_task_options(func, options) end

return handlers
