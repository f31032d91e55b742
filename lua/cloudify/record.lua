--- Objects with a fixed set of fields, as those of C are: a misspelt name raises.
local exceptions = require("cloudify.exceptions")
local suggest = require("cloudify.core").suggest

local record = {}

local function refuse(shown, known, name)
   local nearest = suggest(tostring(name), known)
   local hint = nearest and (" (did you mean '%s'?)"):format(nearest) or ""
   error(exceptions.NonRecoverableError(("%s has no field '%s'%s"):format(shown, name, hint)))
end

--- Make one.
---@param shown string what users call it: "ctx.agent"
---@param fields string[] names of its fields
---@param values table<string, any> values of those that are not nil
---@param methods? table<string, function>
---@param writable? table<string, boolean> names of the fields that may be assigned
function record.new(shown, fields, values, methods, writable)
   local known, names = {}, {}
   for _, name in ipairs(fields) do
      known[name] = true
      table.insert(names, name)
   end
   for name in pairs(methods or {}) do
      table.insert(names, name)
   end
   return setmetatable({}, {
      __index = function(_, name)
         if known[name] then
            return values[name]
         end
         return methods and methods[name] or refuse(shown, names, name)
      end,
      __newindex = function(_, name, value)
         if not writable or not writable[name] then
            error(exceptions.NonRecoverableError(("%s.%s cannot be assigned"):format(shown, name)))
         end
         values[name] = value
      end,
   })
end

return record
