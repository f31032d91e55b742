--- Answers what a script asks of ctx (runtime.md 10.3).
local cloudify = require("cloudify")
local core = require("cloudify.core")
local dicts = require("script_runner.dicts")
local exceptions = require("cloudify.exceptions")
local paths = require("script_runner.paths")
local scripts = require("cloudify.scripts")
local utils = require("cloudify.utils")

local requests = {}

--- Stands for a result that stops the script: it has aborted the operation or asked for a retry.
local Stop = {}

---@class script.Root  what the arguments of a request start from
---@field ctx any
---@field own table<string, any>  further members of ctx: functions are methods
local Root = {}
Root.__index = Root

---@param outcome script.Results
---@return script.Root
function requests.root(ctx, inputs, outcome)
   local function stop(message)
      return setmetatable({message = message}, Stop)
   end
   return setmetatable({ctx = ctx, own = {
      inputs = inputs,
      returns = function(_, value) outcome:returns(value) end,
      raise_error = function(_, description) outcome:raise(description) end,
      abort_operation = function(_, message) return stop(outcome:abort(message)) end,
      retry_operation = function(_, ...) return stop(outcome:retry(...)) end,
   }}, Root)
end

local function is_object(value)
   return cloudify.type(value) == "object"
end

--- A name of ctx or of what hangs on it, as it is or with '_' for '-'.
local function class_member(current, name)
   for _, spelling in ipairs {name, (name:gsub("-", "_"))} do
      if core.member(current, spelling) then
         return true, current[spelling]
      end
   end
   return false
end

--- An item of a list, or how many there are.
local function list_member(list, name)
   local position = math.tointeger(tonumber(name))
   if name == "length" then
      return true, #list
   elseif position and position >= 0 and position < #list then
      return true, list[position + 1]
   end
   return false
end

--- Keys that a dict has win over what can be asked of all dicts.
local function dict_member(dict, name)
   local method = dicts[name]
   if method and dict[name] == nil and not cloudify.is_null(dict, name) then
      return true, method
   end
   return false
end

--- Whether `argument` names a member of `current`, and that member.
local function member(root, current, argument)
   if math.type(argument) == "integer" and cloudify.type(current) == "array" then
      return list_member(current, argument)
   elseif type(argument) ~= "string" then
      return false
   elseif rawequal(current, root.ctx) then
      local own = root.own[(argument:gsub("-", "_"))]
      if own ~= nil then
         return true, own
      end
   end
   local kind = cloudify.type(current)
   if kind == "object" then
      return dict_member(current, argument)
   elseif kind == "array" then
      return list_member(current, argument)
   end
   return class_member(current, argument)
end

--- Read or write a path of a dict.
local function access(dict, rest)
   if rest.n == 1 then
      return paths.read(dict, rest[1])
   elseif rest.n == 2 then
      paths.write(dict, rest[1], rest[2])
      return nil
   end
   error(exceptions.RuntimeError("Illegal argument while accessing dict"))
end

--- What a method is called with. An empty dict at the end only says that the argument before it is
--- no set of named arguments.
local function method_arguments(rest)
   local arguments = {n = rest.n}
   if rest.n > 1 and is_object(rest[rest.n]) and cloudify.is_empty(rest[rest.n]) then
      arguments.n = rest.n - 1
   end
   for i = 1, arguments.n do
      if rest[i] ~= cloudify.null then
         arguments[i] = rest[i]
      end
   end
   return arguments
end

--- `download-resource-and-render PATH VARIABLES`: the target may be left out.
local function put_variables(current, method, arguments)
   local options = arguments[2]
   if method == current.download_resource_and_render and arguments.n == 2 and is_object(options)
      and options.target_path == nil and options.template_variables == nil then
      arguments[2], arguments[3], arguments.n = nil, options, 3
   end
end

local function rest_of(arguments, first)
   return table.pack(table.unpack(arguments, first, arguments.n))
end

local function call(root, owner, method, rest)
   local arguments = method_arguments(rest)
   if rawequal(owner, root.ctx) then
      put_variables(owner, method, arguments)
   end
   return (method(owner, table.unpack(arguments, 1, arguments.n)))
end

local function text_of(value)
   return type(value) == "string" and value or cloudify.json.encode(value)
end

local function cannot_be_processed(argument, arguments)
   local words = {}
   for i = 1, arguments.n do
      words[i] = text_of(arguments[i])
   end
   error(exceptions.RuntimeError(("%s cannot be processed in %s"):format(text_of(argument),
      table.concat(words, " "))))
end

--- The value that the arguments lead to, from left to right, starting at ctx.
---@param root script.Root
---@param arguments {n: integer}
function requests.resolve(root, arguments)
   local owner, current = nil, root.ctx
   for i = 1, arguments.n do
      local found, value = member(root, current, arguments[i])
      if found then
         owner, current = current, value
      elseif is_object(current) then
         return access(current, rest_of(arguments, i))
      elseif type(current) == "function" then
         return call(root, owner, current, rest_of(arguments, i))
      else
         cannot_be_processed(arguments[i], arguments)
      end
   end
   if type(current) == "function" then
      return call(root, owner, current, {n = 0})
   elseif rawequal(current, root.ctx.plugin) then
      return root.ctx.plugin.name -- as text, ctx.plugin is its name
   end
   return current
end

--- The payload as JSON; text that JSON cannot carry as base64.
local function result_text(value)
   if getmetatable(value) == Stop then
      return cloudify.json.encode {type = "stop_operation", payload = {message = value.message}}
   elseif type(value) == "string" and (not utf8.len(value) or value:find("\0", 1, true)) then
      return cloudify.json.encode {type = "result", payload = scripts.base64(value),
                                   encoding = "base64"}
   elseif value == nil then
      value = cloudify.null
   end
   return cloudify.json.encode {type = "result", payload = value}
end

local function error_text(exception)
   local function plain(text)
      return utf8.len(text or "") and text or (text:gsub("[\x80-\xff]", "?"))
   end
   return cloudify.json.encode {type = "error", payload = {
      type = exception.type, message = plain(exception.message),
      traceback = plain(exception.traceback)}}
end

local function evaluate(root, body)
   local request = cloudify.json.decode(body)
   local given = is_object(request) and request.args
   if cloudify.type(given) ~= "array" and not (is_object(given) and cloudify.is_empty(given)) then
      error(exceptions.RuntimeError('a request is {"args": [...]}'))
   end
   local arguments = {n = #given}
   return result_text(requests.resolve(root, table.move(given, 1, #given, 1, arguments)))
end

--- The answer to the request `body`, both JSON.
---@param root script.Root
function requests.answer(root, body)
   local ok, text = utils.try(evaluate, root, body)
   return ok and text or error_text(text)
end

return requests
