--- What filters and methods make of the values that they are given.
local fault = require("cloudify.template.fault")
local values = require("cloudify.template.values")

local given = {}

--- Whether an argument was not given, or is None.
function given.absent(value)
   return value == nil or value == values.none
end

--- The truth of an argument that need not be given.
function given.flag(value, default)
   if value == nil then
      return default or false
   end
   return values.truth(value)
end

--- An argument that must be an integer.
---@param what string "'width'", for messages
---@param default? integer of one that is absent
function given.integer(value, what, default)
   if given.absent(value) and default then
      return default
   elseif math.type(value) ~= "integer" then
      fault.raise("%s must be an integer, not %s", what, values.describe(value))
   end
   return value
end

--- Raise why `value` will not do: it is undefined, or `message` about `what` and what it is.
local function refuse(value, message, what)
   if values.is_undefined(value) then
      values.refuse_undefined(value)
   end
   fault.raise(message, what, values.describe(value))
end

--- A value that must be a string.
---@param message string with a place for `what` and one for what the value is
function given.text(value, message, what)
   return type(value) == "string" and value or refuse(value, message, what)
end

--- A value that must be a number, or a boolean, which is one, too.
---@param message string as for text()
function given.number(value, message, what)
   if type(value) == "boolean" then
      return value and 1 or 0
   end
   return type(value) == "number" and value or refuse(value, message, what)
end

return given
