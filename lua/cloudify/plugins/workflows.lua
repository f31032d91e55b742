--- The functions of the plugin `default_workflows`, by the names that the built-in types give them.
return {
   install = require("cloudify.workflows.install").install,
   uninstall = require("cloudify.workflows.uninstall").uninstall,
   execute_operation = require("cloudify.workflows.execute_operation").execute_operation,
}
