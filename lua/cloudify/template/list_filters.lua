--- Filters that order, cut and group lists.
local attributes = require("cloudify.template.attributes")
local fault = require("cloudify.template.fault")
local given = require("cloudify.template.given")
local limits = require("cloudify.template.limits")
local methods = require("cloudify.template.methods")
local operators = require("cloudify.template.operators")
local printing = require("cloudify.template.printing")
local sorting = require("cloudify.template.sorting")
local values = require("cloudify.template.values")

local absent, flag, integer = given.absent, given.flag, given.integer

local function first(_, value)
   local item = values.sequence(value)[1]
   return item == nil and values.undefined() or item
end

local function last(_, value)
   local items = values.sequence(value)
   local item = items[#items]
   return item == nil and values.undefined() or item
end

local function join(_, value, separator, attribute)
   local reader, parts = attributes.reader(attribute), values.copy(value)
   for i = 1, #parts do
      parts[i] = printing.str(reader(parts[i]))
   end
   return limits.concat(parts, separator == nil and "" or printing.str(separator))
end

local function sort(_, value, reverse, case_sensitive, attribute)
   local exact = flag(case_sensitive)
   local key_of = attributes.list_reader(attribute, function(item)
      return sorting.fold(item, exact)
   end)
   return values.list(sorting.by_key(values.copy(value), key_of, flag(reverse)))
end

local function dictsort(_, value, case_sensitive, by, reverse)
   local position = ({key = 1, value = 2})[by == nil and "key" or by]
   if not position then
      fault.raise("'dictsort' sorts by 'key' or by 'value', not by %s", printing.repr(by))
   elseif values.kind(value) ~= "dict" then
      fault.raise("'dictsort' needs a dict, not %s", values.describe(value))
   end
   return values.list(sorting.by_key(methods.pairs_of(value), function(pair)
      return sorting.fold(pair[position], flag(case_sensitive))
   end, flag(reverse)))
end

--- The first of the items whose keys are equal.
local function unique(_, value, case_sensitive, attribute)
   local reader, seen, result = attributes.reader(attribute), values.dict(), {}
   local items = values.sequence(value)
   for i = 1, #items do
      local key = sorting.fold(reader(items[i]), flag(case_sensitive))
      if values.get(seen, key) == nil then
         values.put(seen, key, true)
         result[#result + 1] = items[i]
      end
   end
   return values.generator(result)
end

local function reverse(_, value)
   local items, result = values.sequence(value), {}
   for i = #items, 1, -1 do
      result[#result + 1] = items[i]
   end
   return type(value) == "string" and table.concat(result) or values.generator(result)
end

local function fill(list, count, with)
   while not absent(with) and #list < count do
      list[#list + 1] = with
   end
end

local function batch(_, value, size, fill_with)
   size = integer(size, "'linecount'")
   local items, result = values.sequence(value), {}
   for i = 1, #items do
      if #result == 0 or #result[#result] == size then
         result[#result + 1] = values.list()
      end
      table.insert(result[#result], items[i])
   end
   if #result > 0 then
      fill(result[#result], math.min(size, limits.ITEMS), fill_with)
   end
   return values.generator(result)
end

local function slice(_, value, count, fill_with)
   count = integer(count, "'slices'")
   if count < 1 or count > limits.ITEMS then
      fault.raise("'slice' cannot make %d slices", count)
   end
   local items, result, from = values.sequence(value), {}, 1
   local size, longer = #items // count, #items % count
   for i = 1, count do
      local to = from + size - 1 + (i <= longer and 1 or 0)
      result[i] = values.list(table.move(items, from, to, 1, {}))
      if i > longer then
         fill(result[i], size + 1, fill_with)
      end
      from = to + 1
   end
   return values.generator(result)
end

--- One group for each value of the attribute: pairs with the names `grouper` and `list`.
local function groupby(_, value, attribute, default, case_sensitive)
   local reader, groups, previous = attributes.reader(attribute, default), {}, nil
   local function key_of(item)
      return sorting.fold(reader(item), flag(case_sensitive))
   end
   for _, item in ipairs(sorting.by_key(values.copy(value), key_of)) do
      local key = key_of(item)
      if #groups == 0 or not operators.equal(key, previous) then
         local group = values.tuple {reader(item), values.list()}
         group.names = {grouper = 1, list = 2}
         groups[#groups + 1] = group
      end
      table.insert(groups[#groups][2], item)
      previous = key
   end
   return values.list(groups)
end

local function items_of(_, value)
   if values.is_undefined(value) then
      return values.generator {}
   elseif values.kind(value) ~= "dict" then
      fault.raise("'items' needs a dict, not %s", values.describe(value))
   end
   return values.generator(methods.pairs_of(value))
end

---@param filters cloudify.template.Registry
return function(filters)
   filters:define("first", "", first)
   filters:define("last", "", last)
   filters:define("list", "", function(_, value) return values.list(values.copy(value)) end)
   filters:define("join", "/d attribute", join)
   filters:define("sort", "/reverse case_sensitive attribute", sort)
   filters:define("dictsort", "/case_sensitive by reverse", dictsort)
   filters:define("unique", "/case_sensitive attribute", unique)
   filters:define("reverse", "", reverse)
   filters:define("batch", "linecount/fill_with", batch)
   filters:define("slice", "slices/fill_with", slice)
   filters:define("groupby", "attribute/default case_sensitive", groupby)
   filters:define("items", "", items_of)
end
