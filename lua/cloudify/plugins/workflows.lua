--- The functions of the plugin `default_workflows`, by the names that the built-in types give them.
local heal = require("cloudify.workflows.heal")
local install = require("cloudify.workflows.install")
local operations = require("cloudify.workflows.operations")
local status = require("cloudify.workflows.status")

return {
   install = install.install,
   uninstall = install.uninstall,
   reinstall = install.reinstall,
   execute_operation = operations.execute_operation,
   start = operations.start,
   stop = operations.stop,
   restart = operations.restart,
   pull = operations.pull,
   check_status = status.check_status,
   auto_heal_reinstall_node_subgraph = heal.heal,
}
