--- Resources of the blueprint: what ctx's get_resource and its kin do (runtime.md 1.11).
local exceptions = require("cloudify.exceptions")
local files = require("cloudify.files")
local template = require("cloudify.template")

local resources = {}

--- Arguments may be given by position, or by name in a table that comes last.
local function by_name(target, variables)
   if type(target) == "table" then
      return target.target_path, target.template_variables
   end
   return target, variables
end

--- Reads the resources that a template includes; nil for one that is not there.
local function loader(ctx)
   return function(path)
      local ok, text = pcall(resources.get, ctx, path)
      if ok then
         return text
      elseif not tostring(text):find("no such file", 1, true) then
         error(text, 0)
      end
   end
end

local function render(ctx, path, text, variables)
   local all = {}
   for name, value in pairs(variables or {}) do
      if name == "ctx" then
         error(exceptions.NonRecoverableError("'ctx' is a reserved name of template variables"))
      end
      all[name] = value
   end
   all.ctx = ctx
   return template.render(text, all, path, loader(ctx))
end

--- The bytes of the resource.
function resources.get(ctx, path)
   return files.read(ctx:resource_path(path))
end

--- The resource rendered as a template with `variables` and `ctx`.
function resources.get_and_render(ctx, path, variables)
   if type(variables) == "table" and type(variables.template_variables) == "table" then
      variables = variables.template_variables
   end
   return render(ctx, path, resources.get(ctx, path), variables)
end

local function save(path, target, data)
   if not target then
      target = files.join(files.mkdtemp("resource-"), path:match("[^/]+$"))
   end
   files.write(target, data)
   return target
end

--- Copy the resource to `target`, or to a new temporary file. Returns the path of the copy.
function resources.download(ctx, path, target)
   return save(path, (by_name(target)), resources.get(ctx, path))
end

--- Like download(), rendered as get_and_render() does.
function resources.download_and_render(ctx, path, target, variables)
   target, variables = by_name(target, variables)
   return save(path, target, render(ctx, path, resources.get(ctx, path), variables))
end

return resources
