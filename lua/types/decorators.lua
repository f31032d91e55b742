---@meta cloudify.decorators
--- Marks on the functions of plugins. Each takes the function, or a table of options and gives what
--- takes the function.

---@alias cloudify.OperationFunction fun(ctx: cloudify.Ctx, inputs: table): any
---@alias cloudify.WorkflowFunction fun(ctx: cloudify.workflow.Ctx, parameters: any): any
---@alias cloudify.OperationDecorator
---|fun(func: cloudify.OperationFunction): cloudify.OperationFunction
---@alias cloudify.WorkflowDecorator
---|fun(func: cloudify.WorkflowFunction): cloudify.WorkflowFunction

---@class cloudify.OperationDecoration
---@field resumable? boolean it may be run again after an interruption
---@field async? boolean it waits only through cloudify.aio, and shares its worker

---@class cloudify.SerialDecoration: cloudify.OperationDecoration
---@field threshold? integer so many instances must have come that far before any waits; 0
---@field workflows? string[] in which it is so; {"install"}
---@field states? string[] that count as having come that far; {"started"}

---@class cloudify.WorkflowDecoration
---@field resumable? boolean its execution can be resumed, from the graph that it has stored

---@class cloudify.TaskConfig
---@field name? string
---@field kwargs? table
---@field total_retries? integer
---@field retry_interval? number seconds
---@field send_task_events? boolean

---@class cloudify.decorators
local decorators = {}

--- An operation of a plugin.
---@param func cloudify.OperationFunction
---@return cloudify.OperationFunction
---@overload fun(options: cloudify.OperationDecoration): cloudify.OperationDecorator
function decorators.operation(func) end

--- Another name of operation().
---@param func cloudify.OperationFunction
---@return cloudify.OperationFunction
---@overload fun(options: cloudify.OperationDecoration): cloudify.OperationDecorator
function decorators.task(func) end

--- An operation that runs on the instances of a node one after the other, in the order of their
--- indexes.
---@param func cloudify.OperationFunction
---@return cloudify.OperationFunction
---@overload fun(options: cloudify.SerialDecoration): cloudify.OperationDecorator
function decorators.serial_operation(func) end

--- A workflow of a plugin.
---@param func cloudify.WorkflowFunction
---@return cloudify.WorkflowFunction
---@overload fun(options: cloudify.WorkflowDecoration): cloudify.WorkflowDecorator
function decorators.workflow(func) end

--- Defaults for a function that is handed to ctx:local_task() of workflows.
---@param config cloudify.TaskConfig
---@return fun(func: function): function
function decorators.task_config(config) end

--- What a function is decorated with; an empty table for a plain one.
---@param func function
---@return table
function decorators.options(func) end

--- The options that a function was decorated with and its decorator does not know; nil for a plain
--- function. `cfy plugins check` warns of them, at run time they are ignored.
---@param func function
---@return {decorator: string, names: string[], known: table<string, true>}?
function decorators.unknown_options(func) end

--- The options that ctx:local_task(func, options) goes by, those of its task_config among them.
---@param func function
---@param options? cloudify.workflow.LocalTaskOptions
---@return table
function decorators.local_task_options(func, options) end

return decorators
