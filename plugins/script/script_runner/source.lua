--- Where a script comes from: a file of the blueprint, a path, a URL, the blueprint's own text.
local aio = require("cloudify.aio")
local cloudify = require("cloudify")
local exceptions = require("cloudify.exceptions")
local files = require("cloudify.files")
local filesystem = require("cloudify.filesystem")
local language = require("script_runner.language")
local resources = require("cloudify.resources")

local source = {}

local function fail(format, ...)
   error(exceptions.NonRecoverableError(format:format(...)))
end

local function given(value)
   return value ~= cloudify.null and value or nil
end

--- What blanks all lines of `text` begin with is taken from them.
local function dedent(text)
   local margin
   for line in text:gmatch("[^\n]+") do
      local indent = line:match("^([ \t]*)[^ \t]")
      if indent then
         margin = margin or indent
         while line:sub(1, #margin) ~= margin do
            margin = margin:sub(1, -2)
         end
      end
   end
   if not margin or margin == "" then
      return text
   end
   return (("\n" .. text):gsub("\n" .. margin, "\n"):sub(2))
end

--- The text behind a URL; only what is there (200) counts. `ca` is the certificate to trust, PEM.
local function from_url(url, ca, folder)
   local ca_file = ca and folder and folder:own_file("ca.pem")
   if ca_file then
      files.write(ca_file, ca)
   end
   local answer = aio.request{url = url, ca = ca_file}
   if answer.status ~= 200 then
      fail("script '%s': the server answers with status %d", url, answer.status)
   end
   return answer.body
end

local function unescape(text)
   return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

--- The text of a file of the machine; without it the operation cannot get any further.
local function from_file(path)
   if not filesystem.exists(path) or filesystem.is_dir(path) then
      fail("script '%s': there is no such file", path)
   end
   return files.read(path)
end

--- A script of an imported file has its namespaces in front: 'outer--inner--scripts/start.sh'.
local function from_blueprint(get_resource, path)
   local ok, text = pcall(get_resource, path)
   local inner = path:match("^.*%-%-(.+)$")
   if not ok and inner then
      local found, inner_text = pcall(get_resource, inner)
      if found then
         return inner_text
      end
   end
   return ok and text or error(text)
end

---@param get_resource fun(path: string): string  the text of a file of the blueprint
local function read(path, get_resource, ca, folder)
   if path:match("^https?://") then
      return from_url(path, ca, folder)
   elseif path:match("^file://") then
      return from_file(unescape(path:gsub("^file://[^/]*", "")))
   elseif path:sub(1, 1) == "/" then
      return from_file(path)
   end
   return from_blueprint(get_resource, path)
end

--- Exactly one of `script_path` and `script_source`; returns both.
local function choose(inputs)
   local path, text = given(inputs.script_path), given(inputs.script_source)
   if path and text then
      fail("script_path and script_source are both given: one of them is the script")
   elseif not path and not text then
      fail("neither script_path nor script_source is given: there is no script to run")
   elseif type(path or text) ~= "string" then
      fail("%s must be text", path and "script_path" or "script_source")
   end
   return path, text
end

--- Put the script into the folder, ready to be run.
---@param options script.Settings
---@return {path: string, shown: string, language: string, text: string}
function source.fetch(ctx, inputs, folder, options)
   local path, text = choose(inputs)
   local script = {shown = path or "script_source"}
   if path then
      script.text = read(path, function(name) return ctx:get_resource(name) end,
         given(inputs.ssl_cert_content), folder)
      script.language = language.of_file(path, options)
      script.path = folder:file(resources.base_name(path))
   else
      script.text = dedent(text)
      script.language = language.of_text(script.text, options)
      script.path = folder:file("script." .. language.extension(script.language))
   end
   files.write(script.path, script.text)
   filesystem.chmod(script.path, 0x1ed) -- rwxr-xr-x
   return script
end

--- The script of a workflow, which is Lua and is not run from a file.
---@return {shown: string, text: string}
function source.read_workflow(ctx, parameters)
   local path, text = choose(parameters)
   if path and not path:lower():match("%.lua$") then
      fail("workflow script '%s': workflow scripts are written in Lua, in a file '*.lua'", path)
   end
   if path then
      return {shown = path, text = read(path, function(name)
         return files.read(ctx:resource_path(name))
      end)}
   end
   return {shown = "script_source", text = dedent(text)}
end

return source
