--- The module that plugins require: values, and the current contexts.
local core = require("cloudify.core")
local state = require("cloudify.state")

local cloudify = {
   null = core.null,
   array = core.array,
   object = core.object,
   is_null = core.is_null,
   is_empty = core.is_empty,
   type = core.type,
   totable = core.totable,
   json = require("cloudify.json"),
}

--- Stands for what `current` gives at the time of each use, so that a module may keep it.
local function proxy(current)
   local self = {}
   return setmetatable(self, {
      __index = function(_, key)
         local target = current()
         local value = target[key]
         if type(value) ~= "function" then
            return value
         end
         return function(first, ...)
            if rawequal(first, self) then
               first = target
            end
            return value(first, ...)
         end
      end,
      __newindex = function(_, key, value)
         current()[key] = value
      end,
      __pairs = function()
         return pairs(current())
      end,
      __len = function()
         return #current()
      end,
   })
end

local function of(holder, method)
   return proxy(function()
      return holder[method](holder)
   end)
end

cloudify.ctx = of(state.current_ctx, "get_ctx")
cloudify.ctx_parameters = of(state.current_ctx, "get_parameters")
cloudify.workflow_ctx = of(state.current_workflow_ctx, "get_ctx")
cloudify.workflow_parameters = of(state.current_workflow_ctx, "get_parameters")

return cloudify
