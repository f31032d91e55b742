rockspec_format = "3.0"
package = "webserver"
version = "1.0-1"
source = {
   url = "file://.",
}
description = {
   summary = "A web server as a Cloudify node: the example plugin",
   license = "Apache-2.0",
}
dependencies = {
   "lua == 5.4",
   "cloudify == 0.1.0",
}
test_dependencies = {
   "busted == 2.1.1",
}
build = {
   type = "builtin",
   modules = {
      ["webserver.tasks"] = "webserver/tasks.lua",
      ["webserver.server"] = "webserver/server.lua",
   },
   install = {
      conf = {["plugin.yaml"] = "plugin.yaml"},
   },
}
