--- Filters and tests by name, with their parameters.
local fault = require("cloudify.template.fault")
local signature = require("cloudify.template.signature")
local values = require("cloudify.template.values")

local registry = {}

---@class cloudify.template.Function  a filter or a test
---@field call fun(R: table, value: any, ...): any
---@field parameters string[]
---@field required integer how many of them must be given
---@field variadic? boolean gets all arguments in a table, and the named ones in another
---@field refused? boolean Jinja has it, we do not

---@class cloudify.template.Registry
local Registry = {}
Registry.__index = Registry

function registry.new()
   return setmetatable({entries = {}}, Registry)
end

--- Add one. In `parameters`, those behind a `/` need not be given; "..." takes any.
function Registry:define(name, parameters, call)
   local required, optional = parameters:match("^(.-)/(.*)$")
   local names = signature.parse(required or parameters)
   local entry = {call = call, parameters = names, required = #names,
      variadic = parameters == "..." or nil}
   for _, parameter in ipairs(signature.parse(optional or "")) do
      table.insert(names, parameter)
   end
   self.entries[name] = entry
end

function Registry:alias(name, of)
   self.entries[name] = self.entries[of]
end

function Registry:refuse(...)
   for _, name in ipairs {...} do
      self.entries[name] = {refused = true}
   end
end

--- Call what the template names at run time: `map("upper")`, `select("odd")`.
---@param entries table<string, cloudify.template.Function>
---@param kind "filter"|"test"
function registry.apply(entries, kind, R, name, value, arguments, named)
   local entry = entries[name]
   if not entry or entry.refused then
      fault.raise("unknown %s '%s'%s", kind, tostring(name),
         type(name) == "string" and fault.hint(name, fault.names_of(entries)) or "")
   elseif entry.variadic then
      return entry.call(R, value, arguments, named)
   end
   local what = ("%s '%s'"):format(kind, name)
   local bound = signature.bind(what, entry.parameters, arguments, named, fault.raise)
   for i = 1, entry.required do
      if bound[i] == nil then
         fault.raise("%s needs the argument '%s'", what, entry.parameters[i])
      end
   end
   return entry.call(R, value, table.unpack(bound, 1, #entry.parameters))
end

--- Whether an argument was not given, or is None.
function registry.absent(value)
   return value == nil or value == values.none
end

--- The truth of an argument that need not be given.
function registry.flag(value, default)
   if value == nil then
      return default or false
   end
   return values.truth(value)
end

--- An argument that must be an integer.
function registry.integer(value, what, default)
   if registry.absent(value) and default then
      return default
   elseif math.type(value) ~= "integer" then
      fault.raise("'%s' must be an integer, not %s", what, values.describe(value))
   end
   return value
end

return registry
