--- The operations of the web server node: they read ctx, call webserver.server, and store what it
--- says. All that needs no ctx is in server.lua.
local aio = require("cloudify.aio")
local exceptions = require("cloudify.exceptions")
local files = require("cloudify.files")
local operation = require("cloudify.decorators").operation
local utils = require("cloudify.utils")

local server = require("webserver.server").new {aio = aio, files = files}

local tasks = {}

local FIRST_WAIT, LONGEST_WAIT = 0.1, 5 -- seconds between two looks at a server that is coming up

--- Make the folder that is served, with the rendered page in it.
tasks.create = operation {resumable = true}(function(ctx)
   local runtime = ctx.instance.runtime_properties
   if runtime.webserver_root then
      return
   end
   local properties = ctx.node.properties
   local root = files.mkdtemp("webserver-")
   runtime.webserver_root = root
   ctx.instance:update()
   ctx:download_resource_and_render(properties.page, files.join(root, "index.html"),
      {title = properties.title})
   ctx.logger:info("The page is rendered to %s", root)
end)

--- Start the server in the background; come back until it answers.
tasks.start = operation(function(ctx)
   local properties, runtime = ctx.node.properties, ctx.instance.runtime_properties
   if not runtime.webserver_pid then
      ctx.logger:info("Starting the HTTP server on port %d", properties.port)
      runtime.webserver_pid =
         server:start(runtime.webserver_root, properties.address, properties.port)
      ctx.instance:update()
   end
   local ok, port = utils.try(server.port, server, runtime.webserver_pid, runtime.webserver_root)
   if not ok then
      runtime.webserver_pid = nil
      error(exceptions.NonRecoverableError("Failed to start the HTTP server on port "
         .. properties.port, {causes = {utils.exception_to_error_cause(port)}}))
   end
   if not port or not server:answers(properties.address, port) then
      -- Each wait is twice as long as the one before, so that a slow server costs few lines.
      local wait = math.min(FIRST_WAIT * 2 ^ ctx.operation.retry_number, LONGEST_WAIT)
      return ctx.operation:retry("Waiting for the HTTP server to answer", wait)
   end
   runtime.port = port
   ctx.logger:info("HTTP server answers on http://%s:%d/", properties.address, port)
end)

--- Fail unless the page can be fetched: `heal` asks, and reinstalls what does not work.
tasks.check_status = operation {resumable = true}(function(ctx)
   local port = ctx.instance.runtime_properties.port
   if not port or not server:answers(ctx.node.properties.address, port) then
      error(exceptions.NonRecoverableError("The HTTP server does not answer"))
   end
   ctx.logger:info("The HTTP server answers")
end)

--- Stop the server, if it runs, and remove what create made.
tasks.stop = operation {resumable = true}(function(ctx)
   local runtime = ctx.instance.runtime_properties
   if server:is_running(runtime.webserver_pid, runtime.webserver_root) then
      server:stop(runtime.webserver_pid, runtime.webserver_root)
      ctx.logger:info("HTTP server stopped")
   else
      ctx.logger:info("HTTP server is not running")
   end
   if runtime.webserver_root and files.exists(runtime.webserver_root) then
      files.remove_tree(runtime.webserver_root)
   end
   runtime.webserver_pid, runtime.webserver_root, runtime.port = nil, nil, nil
end)

return tasks
