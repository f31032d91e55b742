--- What code anywhere in a workflow may ask of its execution, without being handed ctx (runtime.md
--- 6.1).
local exceptions = require("cloudify.exceptions")
local state = require("cloudify.state")

local api = {
   --- A workflow that returns it has ended as cancelled; so has one that raises the exception.
   EXECUTION_CANCELLED_RESULT = "execution_cancelled",
   ExecutionCancelled = exceptions.ExecutionCancelled,
}

--- Whether the execution is to be cancelled: a workflow that waits for no task must ask.
---@return boolean
function api.has_cancel_request()
   return state.current_workflow_ctx:get_ctx():has_cancel_request()
end

--- Whether its operations are being killed.
---@return boolean
function api.has_kill_request()
   return state.current_workflow_ctx:get_ctx():has_kill_request()
end

return api
