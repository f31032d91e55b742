rockspec_format = "3.0"
package = "my-plugin"
version = "0.1.0-1" -- that of plugin.yaml, and a revision of this file
source = {
   url = "file://.",
}
description = {
   summary = "Notes as nodes of Cloudify",
   license = "Apache-2.0",
}
-- One version each, so that what is tested is what will run.
dependencies = {
   "lua == 5.4",
   "cloudify == CLOUDIFY_VERSION",
}
test_dependencies = {
   "busted == 2.1.1",
}
build = {
   type = "builtin",
   modules = {
      ["my_plugin.note"] = "my_plugin/note.lua",
      ["my_plugin.tasks"] = "my_plugin/tasks.lua",
   },
   install = {
      conf = {["plugin.yaml"] = "plugin.yaml"},
   },
}
