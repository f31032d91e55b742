--- Operations of test/endurance/blueprint.
local aio = require("cloudify.aio")
local exceptions = require("cloudify.exceptions")
local operation = require("cloudify.decorators").operation

local tasks = {}

tasks.start = operation(function(ctx, inputs)
   ctx.instance.runtime_properties.listing = {"one", {two = 2}}
   ctx.logger:info("Starting on port %d", ctx.instance.runtime_properties.port)
   assert(os.execute("true"))
   if inputs.mode == "fail" then
      error(exceptions.NonRecoverableError("as it was told to"))
   end
end)

tasks.stop = operation(function(ctx)
   ctx.instance.runtime_properties = {}
end)

tasks.wait = operation{async = true, resumable = true}(function(ctx)
   aio.sleep(0.001)
   ctx.logger:info("%s", aio.run {command = "/bin/echo", args = {"here"}}.stdout)
end)

return tasks
