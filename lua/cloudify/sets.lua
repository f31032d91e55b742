--- Tables whose keys matter and whose values do not.
local sets = {}

--- The set of the items of a list.
---@param list? any[]
---@return table<any, true>
function sets.of(list)
   local set = {}
   for _, item in ipairs(list or {}) do
      set[item] = true
   end
   return set
end

--- The keys, sorted.
---@generic Key
---@param set table<Key, any> keys that `<` compares
---@return Key[]
function sets.keys(set)
   local keys = {}
   for key in pairs(set) do
      table.insert(keys, key)
   end
   table.sort(keys)
   return keys
end

return sets
