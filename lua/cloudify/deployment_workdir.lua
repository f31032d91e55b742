--- The files of a deployment: what ctx's upload_deployment_file and delete_deployment_file do
--- (runtime.md 1.3). The folder is on this machine, so that nothing has to be sent.
local exceptions = require("cloudify.exceptions")
local files = require("cloudify.files")

local deployment_workdir = {}

--- Where `path`, which must stay inside, is in the deployment's folder.
local function locate(ctx, path)
   local outside = type(path) ~= "string" or path == "" or path:sub(1, 1) == "/"
   for part in tostring(path):gmatch("[^/]+") do
      outside = outside or part == ".."
   end
   if outside then
      error(exceptions.NonRecoverableError(("deployment file '%s': must be a path inside the "
         .. "deployment's folder"):format(path)))
   end
   return files.join(ctx:local_deployment_workdir(), path)
end

--- Copy the file `source` to `target` in the deployment's folder.
function deployment_workdir.upload_file(ctx, target, source)
   local path = locate(ctx, target)
   local data = files.read(source)
   files.mkdir(path:match("^(.*)/"))
   files.write(path, data)
end

--- Remove the file `path` from the deployment's folder.
function deployment_workdir.delete_file(ctx, path)
   local removed, message = os.remove(locate(ctx, path))
   if not removed then
      error(exceptions.NonRecoverableError(("deployment file '%s': %s"):format(path, message)))
   end
end

return deployment_workdir
