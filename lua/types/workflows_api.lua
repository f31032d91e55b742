---@meta cloudify.workflows.api
--- What code anywhere in a workflow may ask of its execution.

--- Functions that are called once, on a request.
---@class cloudify.Callbacks
local Callbacks = {}

--- Call `callback` when the request comes. It cannot wait for tasks. Adding it twice is once.
---@param callback fun()
function Callbacks:add(callback) end

--- Do not call `callback`, if it is there.
---@param callback fun()
function Callbacks:remove(callback) end

--- Call them all, in their order, and forget them. What one fails by is logged.
function Callbacks:call() end

---@class cloudify.workflows.api
---@field EXECUTION_CANCELLED_RESULT string a workflow that returns it has ended as cancelled
---@field ExecutionCancelled cloudify.ExceptionClass so has one that raises this
---@field cancel_callbacks cloudify.Callbacks called when the execution is to be cancelled
---@field kill_callbacks cloudify.Callbacks called when its operations are being killed
local api = {}

--- Whether the execution is to be cancelled: a workflow that waits for no task must ask.
---@return boolean
function api.has_cancel_request() end

--- Whether its operations are being killed.
---@return boolean
function api.has_kill_request() end

--- What the runtime calls when a request has come.
---@param killed boolean
function api.tell_cancelled(killed) end

return api
