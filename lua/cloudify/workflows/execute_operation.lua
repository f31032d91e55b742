--- The built-in workflow `execute_operation`: runs one operation on every node instance chosen.
local json = require("cloudify").json
local lifecycle = require("cloudify.workflows.lifecycle")
local make_or_get_graph = require("cloudify.workflows").make_or_get_graph
local selection = require("cloudify.workflows.selection")
local workflow = require("cloudify.decorators").workflow

local execute_operation = {}

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
   local graph = ctx:graph_mode()
   local instances, others = selection.choose(ctx, parameters)
   local parts = {}
   for _, instance in ipairs(instances) do
      parts[instance.id] = {instance = instance, subgraph = graph:subgraph(instance.id)}
      fill(parts[instance.id].subgraph, instance, parameters)
   end
   if parameters.run_by_dependency_order == true then
      -- Empty ones, so that the order holds through instances on which nothing is run.
      for _, instance in ipairs(others) do
         parts[instance.id] = {instance = instance, subgraph = graph:subgraph(instance.id)}
      end
      lifecycle.order(graph, parts)
   end
   return graph
end)

execute_operation.execute_operation = workflow{resumable = true}(function(ctx, parameters)
   build(ctx, parameters, {name = "execute_operation_" .. parameters.operation}):execute()
end)

return execute_operation
