--- The module that plugins require: values, and the current contexts.
local core = require("cloudify.core")
local exceptions = require("cloudify.exceptions")
local proxy = require("cloudify.proxy")
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

local function of(holder, method)
   return proxy.new(function()
      return holder[method](holder)
   end)
end

--- A view of the parameters: who wants to change them has the function that was called with them.
local function parameters_of(holder, name)
   local view = of(holder, "get_parameters")
   getmetatable(view).__newindex = function(_, key)
      error(exceptions.NonRecoverableError(
         ("%s are read-only: cannot set '%s'"):format(name, tostring(key))))
   end
   return view
end

cloudify.ctx = of(state.current_ctx, "get_ctx")
cloudify.ctx_parameters = parameters_of(state.current_ctx, "ctx_parameters")
cloudify.workflow_ctx = of(state.current_workflow_ctx, "get_ctx")
cloudify.workflow_parameters = parameters_of(state.current_workflow_ctx, "workflow_parameters")

return cloudify
