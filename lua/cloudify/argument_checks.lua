--- What is wrong with arguments that are given by name, as text: who checks them says whose they
--- are, and raises.
local core = require("cloudify.core")
local sets = require("cloudify.sets")

local argument_checks = {}

--- Of a name that is not among the keys of `known`.
---@param name any
---@param known table<string, any>
---@return string
function argument_checks.unknown(name, known)
   local near = type(name) == "string" and core.suggest(name, sets.keys(known))
   return ("unknown argument '%s'%s"):format(tostring(name),
      near and (", did you mean '%s'?"):format(near) or "")
end

--- Of a value that does not fit. Nil: it does.
---@param name string
---@param check {[1]: string, [2]: fun(value: any): boolean} what is wanted, and whether it is that
---@param value any
---@return string?
function argument_checks.misfit(name, check, value)
   local wanted, fits = table.unpack(check)
   if not fits(value) then
      return ("%s must be %s, not %s"):format(name, wanted,
         type(value) == "string" and "'" .. value .. "'" or core.type(value))
   end
end

return argument_checks
