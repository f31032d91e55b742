--- Filters and tests by name, with their parameters.
local fault = require("cloudify.template.fault")
local signature = require("cloudify.template.signature")

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

--- Add one.
---@param parameters string as signature.parse() reads them; "..." takes any
function Registry:define(name, parameters, call)
   local names, required = signature.parse(parameters)
   self.entries[name] = {call = call, parameters = names, required = required,
      variadic = parameters == "..." or nil}
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

return registry
