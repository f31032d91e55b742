--- The current contexts, for code that is not handed them (runtime.md 3.5).
local exceptions = require("cloudify.exceptions")

local state = {}

---@class cloudify.CurrentContext
local CurrentContext = {}
CurrentContext.__index = CurrentContext

local function new()
   return setmetatable({}, CurrentContext)
end

function CurrentContext:set(ctx, parameters)
   self.ctx, self.parameters = ctx, parameters or {}
end

function CurrentContext:clear()
   self.ctx, self.parameters = nil, nil
end

function CurrentContext:get_ctx()
   if self.ctx == nil then
      error(exceptions.NotInContext("no context is set: this is no operation or workflow"))
   end
   return self.ctx
end

function CurrentContext:get_parameters()
   self:get_ctx()
   return self.parameters
end

--- Set a context until the value returned is closed: `local _ <close> = current_ctx:push(ctx)`.
function CurrentContext:push(ctx, parameters)
   local before, before_parameters = self.ctx, self.parameters
   self:set(ctx, parameters)
   return setmetatable({}, {__close = function()
      self.ctx, self.parameters = before, before_parameters
   end})
end

state.current_ctx = new()
state.current_workflow_ctx = new()

--- What the runtime calls around each operation; without ctx: none is current.
function state.set_operation(ctx, parameters)
   if ctx == nil then
      state.current_ctx:clear()
   else
      state.current_ctx:set(ctx, parameters)
   end
end

return state
