--- The built-in workflows that bring node instances up and take them down, in the order of their
--- relationships: `install`, `uninstall` and `reinstall`.
local lifecycle = require("cloudify.workflows.lifecycle")
local make_or_get_graph = require("cloudify.workflows").make_or_get_graph
local selection = require("cloudify.workflows.selection")
local workflow = require("cloudify.decorators").workflow

local install = {}

--- Each instance after those it depends on.
local build_install = make_or_get_graph(function(ctx, parameters)
   local graph = ctx:graph_mode()
   local instances, others = selection.choose(ctx, parameters)
   lifecycle.add_install(graph, instances, others)
   return graph
end)

--- Each instance before those it depends on.
local build_uninstall = make_or_get_graph(function(ctx, parameters)
   local graph = ctx:graph_mode()
   local instances, others = selection.choose(ctx, parameters)
   lifecycle.add_uninstall(graph, instances, others, parameters.ignore_failure == true)
   return graph
end)

install.install = workflow{resumable = true}(function(ctx, parameters)
   build_install(ctx, parameters, {name = "install"}):execute()
end)

install.uninstall = workflow{resumable = true}(function(ctx, parameters)
   build_uninstall(ctx, parameters, {name = "uninstall"}):execute()
end)

--- Take the instances that `parameters` choose down, then bring them up. The second graph is built
--- when the first has ended: from the states that it leaves.
function install.run_reinstall(ctx, parameters)
   build_uninstall(ctx, parameters, {name = "reinstall-uninstall"}):execute()
   build_install(ctx, parameters, {name = "reinstall-install"}):execute()
end

install.reinstall = workflow{resumable = true}(install.run_reinstall)

return install
