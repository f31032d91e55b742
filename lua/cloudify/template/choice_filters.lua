--- Filters that choose: default, map, select and its kin.
local attributes = require("cloudify.template.attributes")
local fault = require("cloudify.template.fault")
local given = require("cloudify.template.given")
local registry = require("cloudify.template.registry")
local tests = require("cloudify.template.tests")
local values = require("cloudify.template.values")

local function default(_, value, other, boolean)
   if values.is_undefined(value) or given.flag(boolean) and not values.truth(value) then
      return other == nil and "" or other
   end
   return value
end

local function named_argument(named, name)
   for i, argument in ipairs(named) do
      if argument.name == name then
         return argument.value, i
      end
   end
end

--- What `map` does to an item: read an attribute, or apply a filter.
local function mapping(R, filters, arguments, named)
   local attribute = named_argument(named, "attribute")
   if #arguments == 0 and attribute ~= nil then
      for _, argument in ipairs(named) do
         if argument.name ~= "attribute" and argument.name ~= "default" then
            fault.raise("'map' has no argument '%s' besides 'attribute'", argument.name)
         end
      end
      return attributes.reader(attribute, (named_argument(named, "default")))
   elseif #arguments == 0 then
      fault.raise("'map' needs the name of a filter, or attribute=...")
   end
   local name, rest = arguments[1], table.move(arguments, 2, #arguments, 1, {})
   return function(item)
      return registry.apply(filters, "filter", R, name, item, rest, named)
   end
end

local function map_with(filters)
   return function(R, value, arguments, named)
      if not values.truth(value) then
         return values.generator {}
      end
      local apply, items, result = mapping(R, filters, arguments, named), values.sequence(value), {}
      for i = 1, #items do
         result[i] = apply(items[i])
      end
      return values.generator(result)
   end
end

--- Whether the test holds for the value; without a test, whether the value is true.
local function holds(R, test, value, arguments, named)
   if test == nil then
      return values.truth(value)
   end
   return registry.apply(tests, "test", R, test, value, arguments, named)
end

--- Keep the items for which the test, or their truth, is `wanted`.
---@param by_attribute boolean the first argument names the attribute that is tested
local function selection(wanted, by_attribute)
   return function(R, value, arguments, named)
      if not values.truth(value) then
         return values.generator {}
      end
      local reader = attributes.reader(by_attribute and arguments[1] or nil)
      if by_attribute and arguments[1] == nil then
         fault.raise("the name of an attribute is missing")
      end
      local skip = by_attribute and 1 or 0
      local test, rest = arguments[skip + 1], table.move(arguments, skip + 2, #arguments, 1, {})
      local items, result = values.sequence(value), {}
      for i = 1, #items do
         if holds(R, test, reader(items[i]), rest, named) == wanted then
            result[#result + 1] = items[i]
         end
      end
      return values.generator(result)
   end
end

---@param filters cloudify.template.Registry
return function(filters)
   filters:define("default", "/default_value boolean", default)
   filters:alias("d", "default")
   filters:define("map", "...", map_with(filters.entries))
   filters:define("select", "...", selection(true, false))
   filters:define("reject", "...", selection(false, false))
   filters:define("selectattr", "...", selection(true, true))
   filters:define("rejectattr", "...", selection(false, true))
   filters:define("attr", "name", function(_, value, name)
      if values.kind(value) == "undefined" then
         values.refuse_undefined(value)
      elseif values.kind(value) == "dict" then
         return values.undefined(nil, value, name)
      end
      return values.item(value, name)
   end)
end
