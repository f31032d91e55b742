--- What code anywhere in a workflow may ask of its execution, without being handed ctx (runtime.md
--- 6.1).
local exceptions = require("cloudify.exceptions")
local state = require("cloudify.state")

--- Functions that are called once, on a request: the set of those that are to be.
---@class cloudify.Callbacks
---@field private name string
---@field private list function[]
local Callbacks = {}
Callbacks.__index = Callbacks

local function callbacks(name)
   return setmetatable({name = name, list = {}}, Callbacks)
end

--- Call `callback` when the request comes. It cannot wait for tasks. Adding it twice is once.
---@param callback fun()
function Callbacks:add(callback)
   if type(callback) ~= "function" then
      error(exceptions.NonRecoverableError(("%s: a function is expected, not a %s"):format(
         self.name, type(callback))))
   end
   self:remove(callback)
   table.insert(self.list, callback)
end

--- Do not call `callback`, if it is there.
---@param callback fun()
function Callbacks:remove(callback)
   for i, other in ipairs(self.list) do
      if other == callback then
         table.remove(self.list, i)
         return
      end
   end
end

--- Call them all, in their order, and forget them. What one fails by is logged.
function Callbacks:call()
   local list = self.list
   self.list = {}
   for _, callback in ipairs(list) do
      local ok, err = pcall(callback)
      if not ok then
         local ctx = state.current_workflow_ctx:get_ctx()
         ctx.logger:error("a callback on the request to cancel failed: %s", tostring(err))
      end
   end
end

local api = {
   --- A workflow that returns it has ended as cancelled; so has one that raises the exception.
   EXECUTION_CANCELLED_RESULT = "execution_cancelled",
   ExecutionCancelled = exceptions.ExecutionCancelled,
   --- Called when the execution is to be cancelled, by force and by killing, too.
   cancel_callbacks = callbacks("cancel_callbacks"),
   --- Called when its operations are being killed.
   kill_callbacks = callbacks("kill_callbacks"),
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

--- What the runtime calls when a request has come.
---@param killed boolean
function api.tell_cancelled(killed)
   api.cancel_callbacks:call()
   if killed then
      api.kill_callbacks:call()
   end
end

return api
