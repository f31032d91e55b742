--- The operations of machines, and of a service that is contained in one.
local exceptions = require("cloudify.exceptions")
local operation = require("cloudify.decorators").operation

local cloud = require("compute_example.cloud")

local tasks = {}

--- Start the machine and say where it is: `ip` and `networks` are what others look for.
tasks.start = operation(function(ctx)
   local wanted, runtime = ctx.node.properties, ctx.instance.runtime_properties
   local addresses = cloud.start(wanted.networks, ctx.instance.index)
   local own = addresses[wanted.management_network]
   if not own then
      error(exceptions.NonRecoverableError(("machine '%s' is not in its management network '%s'")
         :format(ctx.instance.id, wanted.management_network)))
   end
   runtime.networks = addresses
   runtime.ip = own[1]
   ctx.logger:info("%s is reached at %s", ctx.instance.id, runtime.ip)
end)

--- A machine that is stopped has no address.
tasks.stop = operation {resumable = true}(function(ctx)
   local runtime = ctx.instance.runtime_properties
   runtime.networks, runtime.ip = nil, nil
end)

--- Note where the service is. `host_ip` is the `ip` of the machine around it, however deep.
tasks.configure = operation(function(ctx)
   local wanted, runtime = ctx.node.properties, ctx.instance.runtime_properties
   runtime.url = ("http://%s:%d/"):format(wanted.public_address, wanted.port)
   runtime.internal_url = ("http://%s:%d/"):format(ctx.instance.host_ip, wanted.port)
end)

return tasks
