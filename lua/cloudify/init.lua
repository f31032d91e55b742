--- The module that plugins require: values, and the current contexts.
local core = require("cloudify.core")
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

cloudify.ctx = of(state.current_ctx, "get_ctx")
cloudify.ctx_parameters = of(state.current_ctx, "get_parameters")
cloudify.workflow_ctx = of(state.current_workflow_ctx, "get_ctx")
cloudify.workflow_parameters = of(state.current_workflow_ctx, "get_parameters")

return cloudify
