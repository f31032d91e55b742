--- The built-in workflows that run operations on every node instance chosen, and change nothing
--- else: `execute_operation`, `start`, `stop`, `restart` and `pull`.
local instance_graph = require("cloudify.workflows.instance_graph")
local json = require("cloudify").json
local make_or_get_graph = require("cloudify.workflows").make_or_get_graph
local workflow = require("cloudify.decorators").workflow

local operations = {}

local LIFECYCLE = "cloudify.interfaces.lifecycle."

local function starting_text(parameters)
   local text = "Starting operation " .. parameters.operation
   local kwargs = parameters.operation_kwargs
   if type(kwargs) == "table" and next(kwargs) ~= nil then
      text = text .. " (Operation parameters: " .. json.encode(kwargs) .. ")"
   end
   return text
end

local function fill(subgraph, instance, parameters)
   if not instance.node:has_operation(parameters.operation) then
      return
   end
   subgraph:sequence():add(
      instance:send_event(starting_text(parameters)),
      instance:execute_operation(parameters.operation, {
         kwargs = parameters.operation_kwargs,
         allow_kwargs_override = parameters.allow_kwargs_override,
      }),
      instance:send_event("Finished operation " .. parameters.operation))
end

local build = make_or_get_graph(function(ctx, parameters)
   return instance_graph.build(ctx, parameters, function(subgraph, instance)
      fill(subgraph, instance, parameters)
   end)
end)

local function run(ctx, parameters)
   build(ctx, parameters, {name = "execute_operation_" .. parameters.operation}):execute()
end

--- Run one operation of the lifecycle with `kwargs`, where the other `parameters` say.
local function run_lifecycle(ctx, parameters, name, kwargs)
   run(ctx, {
      operation = LIFECYCLE .. name,
      operation_kwargs = kwargs,
      allow_kwargs_override = true,
      run_by_dependency_order = parameters.run_by_dependency_order,
      type_names = parameters.type_names,
      node_ids = parameters.node_ids,
      node_instance_ids = parameters.node_instance_ids,
   })
end

operations.execute_operation = workflow{resumable = true}(run)

operations.start = workflow{resumable = true}(function(ctx, parameters)
   run_lifecycle(ctx, parameters, "start", parameters.operation_parms)
end)

operations.stop = workflow{resumable = true}(function(ctx, parameters)
   run_lifecycle(ctx, parameters, "stop", parameters.operation_parms)
end)

operations.pull = workflow{resumable = true}(function(ctx, parameters)
   run_lifecycle(ctx, parameters, "pull", parameters.operation_parms)
end)

--- All stops, then all starts.
operations.restart = workflow{resumable = true}(function(ctx, parameters)
   run_lifecycle(ctx, parameters, "stop", parameters.stop_parms)
   run_lifecycle(ctx, parameters, "start", parameters.start_parms)
end)

return operations
