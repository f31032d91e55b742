--- The built-in workflow `uninstall`: takes node instances down, each before those it depends on.
local lifecycle = require("cloudify.workflows.lifecycle")
local make_or_get_graph = require("cloudify.workflows").make_or_get_graph
local selection = require("cloudify.workflows.selection")
local workflow = require("cloudify.decorators").workflow

local uninstall = {}

local build = make_or_get_graph(function(ctx, parameters)
   local graph = ctx:graph_mode()
   local instances, others = selection.choose(ctx, parameters)
   lifecycle.add_uninstall(graph, instances, others, parameters.ignore_failure == true)
   return graph
end)

uninstall.uninstall = workflow{resumable = true}(function(ctx, parameters)
   build(ctx, parameters, {name = "uninstall"}):execute()
end)

return uninstall
