--- The built-in workflow `install`: brings node instances up, each after those it depends on.
local lifecycle = require("cloudify.workflows.lifecycle")
local make_or_get_graph = require("cloudify.workflows").make_or_get_graph
local selection = require("cloudify.workflows.selection")
local workflow = require("cloudify.decorators").workflow

local install = {}

local build = make_or_get_graph(function(ctx, parameters)
   local graph = ctx:graph_mode()
   local instances, others = selection.choose(ctx, parameters)
   lifecycle.add_install(graph, instances, others)
   return graph
end)

install.install = workflow{resumable = true}(function(ctx, parameters)
   build(ctx, parameters, {name = "install"}):execute()
end)

return install
