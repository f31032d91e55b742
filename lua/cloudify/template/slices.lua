--- Slices: `value[start:stop:step]`.
local fault = require("cloudify.template.fault")
local values = require("cloudify.template.values")

local slices = {}

local SLICED = {list = true, tuple = true, range = true, string = true}

local function bound(value, what)
   if value == nil or value == values.none then
      return nil
   elseif math.type(value) ~= "integer" then
      fault.raise("the %s of a slice must be an integer, not %s", what, values.describe(value))
   end
   return value
end

--- The positions, from 1, that a slice of `count` items takes.
local function positions(count, start, stop, step)
   start, stop, step = bound(start, "start"), bound(stop, "end"), bound(step, "step") or 1
   if step == 0 then
      fault.raise("the step of a slice must not be 0")
   end
   local low, high = step > 0 and 0 or -1, step > 0 and count or count - 1
   local function clip(value, default)
      if not value then
         return default
      end
      return math.min(math.max(value < 0 and value + count or value, low), high)
   end
   local list = {}
   start, stop = clip(start, step > 0 and 0 or high), clip(stop, step > 0 and high or low)
   for position = start, step > 0 and stop - 1 or stop + 1, step do
      list[#list + 1] = position + 1
   end
   return list
end

--- `value[start:stop:step]`
function slices.slice(value, start, stop, step)
   local kind = values.kind(value)
   if kind == "undefined" then
      values.refuse_undefined(value)
   elseif not SLICED[kind] then
      fault.raise("cannot take a slice of %s", values.describe(value))
   end
   local items, result = values.items(value), {}
   for _, position in ipairs(positions(#items, start, stop, step)) do
      result[#result + 1] = items[position]
   end
   return kind == "string" and table.concat(result)
      or setmetatable(result, kind == "tuple" and values.Tuple or values.List)
end

return slices
