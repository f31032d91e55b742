---@meta cloudify.state
--- The current contexts, for code that is not handed them.

--- Holds a context and what its function was called with.
---@class cloudify.CurrentContext
local CurrentContext = {}

---@param ctx cloudify.Ctx|cloudify.workflow.Ctx
---@param parameters? table
function CurrentContext:set(ctx, parameters) end

function CurrentContext:clear() end

--- Raises NotInContext where there is none.
---@return cloudify.Ctx|cloudify.workflow.Ctx
function CurrentContext:get_ctx() end

--- Raises NotInContext where there is no context.
---@return table
function CurrentContext:get_parameters() end

--- Set a context until the value returned is closed: `local _ <close> = current_ctx:push(ctx)`.
---@param ctx cloudify.Ctx|cloudify.workflow.Ctx
---@param parameters? table
---@return table guard
function CurrentContext:push(ctx, parameters) end

---@class cloudify.state
---@field current_ctx cloudify.CurrentContext that of the operation
---@field current_workflow_ctx cloudify.CurrentContext that of the workflow
local state = {}

--- What the runtime calls around each operation.
---@param ctx? cloudify.Ctx nil: none is current
---@param parameters? table
function state.set_operation(ctx, parameters) end

return state
