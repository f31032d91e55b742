--- Resources: what ctx's get_resource and its kin do (runtime.md 1.11). A resource is a path in the
--- deployment's work directory or the blueprint's folder, or a URL.
local arguments = require("cloudify.resource_arguments")
local exceptions = require("cloudify.exceptions")
local files = require("cloudify.files")
local processes = require("cloudify.processes")
local resource_files = require("cloudify.resource_files")
local template = require("cloudify.template")

local resources = {}

-- Of what comes from a URL, where the caller says nothing else.
local TEXT_LIMIT, FILE_LIMIT = 64 << 20, 1 << 30  -- bytes
local TIMEOUT = 600  -- seconds

--- Whether it is a URL, and no path.
function resources.is_url(path)
   return path:match("^%a[%w+.-]*://") ~= nil or path:match("^[Ff][Ii][Ll][Ee]:/") ~= nil
end

--- What a URL's server refuses is an HttpException; the rest may or may not be over later.
local function raise(url, message, status, may_pass)
   if status >= 400 and status < 500 then
      local what = status == 404 and "there is no such resource"
         or "the server does not give the resource"
      error(exceptions.HttpException {url = url, code = status, message = what})
   end
   local class = may_pass and exceptions.RecoverableError or exceptions.NonRecoverableError
   error(class("resource: " .. message))
end

--- Fetch a URL into the file `target`, or return its bytes; and the URL as it may be shown.
local function fetch(args, target)
   local limit = args.size_limit or (target and FILE_LIMIT or TEXT_LIMIT)
   local fetching <close> = resource_files.fetch(args.path, target, limit, args.timeout or TIMEOUT,
      args.ca)
   while true do
      local done, detail, status, may_pass = fetching:attempt()
      if done then
         return fetching:finish(), fetching:url()
      elseif done == nil then
         raise(fetching:url(), detail, status, may_pass)
      end
      processes.sleep(detail)
   end
end

--- Returns the bytes, and the resource as it may be shown.
local function read(ctx, args)
   local path = args.path
   if not resources.is_url(path) then
      return resource_files.read(ctx, path, args.size_limit), path
   end
   local file = resource_files.file_path(path)
   if file then
      return resource_files.read_file(file, args.size_limit), path
   end
   return fetch(args)
end

--- Returns the resource as it may be shown.
local function copy(ctx, args, target)
   local path = args.path
   if not resources.is_url(path) then
      resource_files.copy(ctx, path, target, args.size_limit)
      return path
   end
   local file = resource_files.file_path(path)
   if file then
      resource_files.copy_file(file, target, args.size_limit)
      return path
   end
   local _, shown = fetch(args, target)
   return shown
end

--- Reads the resources that a template includes; nil for one that is not there.
local function loader(ctx)
   return function(path)
      local ok, text = pcall(resource_files.read, ctx, path)
      if ok then
         return text
      elseif not tostring(text):find("there is no such file", 1, true) then
         error(text, 0)
      end
   end
end

--- Renders with the variables of a template, and ctx; the caller's table stays as it is.
---@param shown string the resource as errors may show it
local function render(ctx, args, text, shown)
   local all = {}
   for name, value in pairs(args.template_variables or {}) do
      if name == "ctx" then
         error(exceptions.NonRecoverableError("'ctx' is a reserved name of template variables"))
      end
      all[name] = value
   end
   all.ctx = ctx
   return template.render(text, all, shown, loader(ctx))
end

--- The last part of a path or URL, if it can be the name of a file; else "resource".
---@param path string
---@return string
function resources.base_name(path)
   local name = path
   if resources.is_url(path) then
      name = path:gsub("[?#].*", ""):gsub("^%a[%w+.-]*://[^/]*", "")
      name = (name:match("[^/]*$"):gsub("%%(%x%x)", function(digits)
         return string.char(tonumber(digits, 16))
      end))
   end
   name = name:gsub("/+$", ""):match("[^/]*$")
   if name == "" or name == "." or name == ".." or name:find("[/%c]") then
      return "resource"
   end
   return name
end

--- Let `save(target)` fill the target, which is in a new private folder if the caller names none.
--- Returns the path of the target.
local function download(ctx, args, save)
   if args.target_path then
      if args.scope then
         error(exceptions.NonRecoverableError("scope is for the folder that is made where there is "
            .. "no target_path"))
      end
      ctx.logger:info("Downloaded %s to %s", save(args.target_path), args.target_path)
      return args.target_path
   end
   local folder <close> = setmetatable({path = resource_files.keep(ctx, args.scope)}, {
      __close = function(self, err)
         if err then
            files.remove_tree(self.path)
         end
      end,
   })
   local target = files.join(folder.path, resources.base_name(args.path))
   ctx.logger:info("Downloaded %s to %s", save(target), target)
   return target
end

--- Where the resource can be read.
function resources.path(ctx, path)
   return resource_files.path(ctx, path)
end

--- The bytes of the resource.
function resources.get(ctx, ...)
   return (read(ctx, arguments.read("get_resource", ...)))
end

--- The resource rendered as a template with its variables and `ctx`.
function resources.get_and_render(ctx, ...)
   local args = arguments.read("get_resource_and_render", ...)
   return render(ctx, args, read(ctx, args))
end

--- Copy the resource to a file. Returns the path of the copy.
function resources.download(ctx, ...)
   local args = arguments.read("download_resource", ...)
   return download(ctx, args, function(target)
      return copy(ctx, args, target)
   end)
end

--- Like download(), rendered as get_and_render() does.
function resources.download_and_render(ctx, ...)
   local args = arguments.read("download_resource_and_render", ...)
   return download(ctx, args, function(target)
      local text, shown = read(ctx, args)
      resource_files.write_file(target, render(ctx, args, text, shown))
      return shown
   end)
end

--- Copy a folder of resources. Returns the path of the copy.
function resources.download_directory(ctx, ...)
   local args = arguments.read("download_directory", ...)
   if resources.is_url(args.path) then
      error(exceptions.NonRecoverableError(("resource '%s': a folder cannot be fetched from a URL")
         :format(args.path)))
   end
   return download(ctx, args, function(target)
      resource_files.copy_folder(ctx, args.path, target)
      return args.path
   end)
end

return resources
