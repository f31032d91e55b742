--- Graphs that do the same for each of the node instances chosen.
local lifecycle = require("cloudify.workflows.lifecycle")
local selection = require("cloudify.workflows.selection")

local instance_graph = {}

--- The graph with one subgraph for each instance that `parameters` choose. With the parameter
--- run_by_dependency_order each waits for those that its instance depends on.
---@param fill fun(subgraph, instance) adds what is to be done
function instance_graph.build(ctx, parameters, fill)
   local graph = ctx:graph_mode()
   local instances, others = selection.choose(ctx, parameters)
   local parts = {}
   for _, instance in ipairs(instances) do
      parts[instance.id] = {instance = instance, subgraph = graph:subgraph(instance.id)}
      fill(parts[instance.id].subgraph, instance)
   end
   if parameters.run_by_dependency_order == true then
      -- Empty ones, so that the order holds through instances for which nothing is done.
      for _, instance in ipairs(others) do
         parts[instance.id] = {instance = instance, subgraph = graph:subgraph(instance.id)}
      end
      lifecycle.order(graph, parts)
   end
   return graph
end

return instance_graph
