--- Stand-ins for ctx: tables that behave like what they stand for.
local proxy = {}

--- Stands for what `current` gives at the time of each use, so that a module may keep it.
---@param current fun(): any
---@param own? table<string, function> methods of its own, called with what it stands for
---@return table
function proxy.new(current, own)
   local self = {}
   return setmetatable(self, {
      __index = function(_, key)
         local target = current()
         local value = own and own[key]
         if value == nil then
            value = target[key]
         end
         if type(value) ~= "function" then
            return value
         end
         return function(first, ...)
            if rawequal(first, self) then
               first = target
            end
            return value(first, ...)
         end
      end,
      __newindex = function(_, key, value)
         current()[key] = value
      end,
      __pairs = function()
         return pairs(current())
      end,
      __len = function()
         return #current()
      end,
   })
end

return proxy
