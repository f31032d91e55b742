--- Attributes that filters are told by name: `sort(attribute="address.city")`.
local values = require("cloudify.template.values")

local attributes = {}

--- `"a.0.b"` as keys; a number stands for a position.
local function keys_of(attribute)
   if type(attribute) ~= "string" then
      return {attribute}
   end
   local keys = {}
   for part in (attribute .. "."):gmatch("([^.]*)%.") do
      table.insert(keys, part:match("^%d+$") and math.tointeger(tonumber(part)) or part)
   end
   return keys
end

local function identity(item)
   return item
end

--- A function that reads the attribute of an item; without an attribute, it gives the item.
---@param default? any instead of what is undefined
---@return fun(item: any): any
function attributes.reader(attribute, default)
   if attribute == nil or attribute == values.none then
      return identity
   end
   local keys = keys_of(attribute)
   return function(item)
      for _, key in ipairs(keys) do
         item = values.item(item, key)
         if default ~= nil and default ~= values.none and values.is_undefined(item) then
            item = default
         end
      end
      return item
   end
end

--- A function that reads attributes, separated by commas, and gives what `fold` makes of them, as a
--- list.
function attributes.list_reader(attribute, fold)
   local readers = {}
   if type(attribute) == "string" then
      for part in (attribute .. ","):gmatch("([^,]*),") do
         table.insert(readers, attributes.reader(part))
      end
   else
      readers[1] = attributes.reader(attribute)
   end
   return function(item)
      local list = {}
      for i, reader in ipairs(readers) do
         list[i] = fold(reader(item))
      end
      return values.list(list)
   end
end

return attributes
