--- Sorting as Python does it: equal items keep their order, and what cannot be compared is refused.
local operators = require("cloudify.template.operators")
local strings = require("cloudify.template.strings")

local sorting = {}

--- Merge the sorted runs first..middle-1 and middle..last of `from` into `to`.
local function merge(from, to, first, middle, last, before)
   local left, right = first, middle
   for i = first, last do
      if left < middle and (right > last or not before(from[right], from[left])) then
         to[i], left = from[left], left + 1
      else
         to[i], right = from[right], right + 1
      end
   end
end

--- Sort an array; returns the sorted one.
---@param before fun(a: any, b: any): boolean
function sorting.sort(items, before)
   local from, to, width = items, {}, 1
   local count = #items
   while width < count do
      for first = 1, count, 2 * width do
         merge(from, to, first, math.min(first + width, count + 1),
            math.min(first + 2 * width - 1, count), before)
      end
      from, to, width = to, from == items and {} or from, 2 * width
   end
   return from
end

--- The items in the order of their keys.
---@param key_of fun(item: any): any
---@param reverse? boolean
function sorting.by_key(items, key_of, reverse)
   local entries = {}
   for i = 1, #items do
      entries[i] = {key = key_of(items[i]), item = items[i]}
   end
   entries = sorting.sort(entries, function(a, b)
      if reverse then
         return operators.less(b.key, a.key)
      end
      return operators.less(a.key, b.key)
   end)
   for i = 1, #entries do
      entries[i] = entries[i].item
   end
   return entries
end

--- The value to compare by: a string without its case, unless that counts.
function sorting.fold(value, case_sensitive)
   return type(value) == "string" and not case_sensitive and strings.lower(value) or value
end

return sorting
