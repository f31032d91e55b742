--- Handlers for `instance:update(on_conflict)`: each is called with our properties and the latest
--- ones, plain copies, and returns what is to be stored (runtime.md 2.2).
local core = require("cloudify.core")
local exceptions = require("cloudify.exceptions")

local conflict_handlers = {}

--- Whether two values are the same data.
local function equal(a, b)
   if type(a) ~= "table" or type(b) ~= "table" then
      return a == b
   end
   if core.type(a) ~= core.type(b) then
      return false
   end
   for key, value in pairs(a) do
      if not equal(value, b[key]) then
         return false
      end
   end
   for key in pairs(b) do
      if a[key] == nil then
         return false
      end
   end
   return true
end

--- What both have, as long as they agree where both have the same key.
---@param ours table
---@param latest table
---@return table
function conflict_handlers.simple_merge_handler(ours, latest)
   local merged = {}
   for key, value in pairs(latest) do
      merged[key] = value
   end
   for key, value in pairs(ours) do
      if merged[key] ~= nil and not equal(value, merged[key]) then
         error(exceptions.RuntimeError(("cannot merge the runtime property '%s': it was changed by "
            .. "this operation and by another one"):format(key)))
      end
      merged[key] = value
   end
   return merged
end

return conflict_handlers
