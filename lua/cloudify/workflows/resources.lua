--- Resources as workflows get them: the files of their blueprint and deployment (runtime.md 6.2).
local arguments = require("cloudify.resource_arguments")
local exceptions = require("cloudify.exceptions")
local resources = require("cloudify.resources")

local workflow_resources = {}

local function refuse(text, ...)
   error(exceptions.NonRecoverableError(("ctx:download_resource: " .. text):format(...)))
end

--- Copy the resource to a file, in a new private folder if no target is named. Returns its path.
--- A workflow runs in the engine, which must not wait for a network.
function workflow_resources.download(ctx, ...)
   local args = arguments.read("download_resource", ...)
   if resources.is_url(args.path) then
      refuse("'%s' is a URL, which only an operation can wait for", args.path)
   elseif args.scope == "operation" then
      refuse("a workflow has no scope 'operation': what it downloads is kept until the deployment "
         .. "is uninstalled")
   end
   return resources.download(ctx, args)
end

return workflow_resources
