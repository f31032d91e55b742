--- The environment of a script: inputs as variables, and where ctx is (runtime.md 10.1).
local cloudify = require("cloudify")
local exceptions = require("cloudify.exceptions")
local files = require("cloudify.files")
local scripts = require("cloudify.scripts")

local environment = {}

--- Inputs that are the plugin's own.
local OWN = {ctx = true, script_path = true, script_source = true, process = true,
             ssl_cert_content = true}

--- The system takes no longer variable, its name included.
local LIMIT = 128 * 1024 - 1

--- Dicts, lists and booleans as JSON; a null as Cloudify writes it.
local function text_of(value)
   if value == cloudify.null then
      return "None"
   end
   return type(value) == "string" and value or cloudify.json.encode(value)
end
environment.text_of = text_of

local function add(ctx, variables, name, value)
   local text = text_of(value)
   if name == "" or name:find("[=\0]") or text:find("\0", 1, true) then
      error(exceptions.NonRecoverableError(
         ("'%s' cannot be a variable of the environment"):format(name)))
   elseif #name + #text + 1 > LIMIT then
      ctx.logger:warning("The input '%s' is too long for the environment: the script finds it by "
         .. "'ctx inputs %s'", name, name)
   else
      variables[name] = text
   end
end

--- Put `folder` in front of the search path `name`.
local function prepend(variables, name, folder)
   local before = variables[name] or os.getenv(name)
   if folder then
      variables[name] = folder .. (before and before ~= "" and ":" .. before or "")
   end
end

--- Variables beside those of the worker, as a list `NAME=value`.
---@param options script.Settings
---@param url string  of the proxy; "" for none
---@return string[]
function environment.list(ctx, inputs, options, url)
   local variables = {}
   for name, value in pairs(inputs) do
      if not OWN[name] then
         add(ctx, variables, name, value)
      end
   end
   for name, value in pairs(options.env) do
      add(ctx, variables, name, value)
   end
   local commands, python = scripts.folders()
   prepend(variables, "PATH", commands)
   prepend(variables, "PYTHONPATH", python)
   variables.CTX_SOCKET_URL = url
   variables.TMPDIR = variables.TMPDIR or os.getenv("TMPDIR") or files.temp_dir()
   local list = {}
   for name, value in pairs(variables) do
      table.insert(list, name .. "=" .. value)
   end
   return list
end

return environment
