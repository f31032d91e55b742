--- The methods of strings, lists and dicts: those of Python that templates use.
local fault = require("cloudify.template.fault")
local formatting = require("cloudify.template.formatting")
local given = require("cloudify.template.given")
local globals = require("cloudify.template.globals")
local limits = require("cloudify.template.limits")
local operators = require("cloudify.template.operators")
local printing = require("cloudify.template.printing")
local signature = require("cloudify.template.signature")
local sorting = require("cloudify.template.sorting")
local strings = require("cloudify.template.strings")
local values = require("cloudify.template.values")

local absent, integer = given.absent, given.integer

local methods = {string = {}, list = {}, tuple = {}, range = {}, dict = {}}

--- Add a method.
---@param parameters string as signature.parse() reads them
---@param func fun(self: any, ...)
local function define(kind, name, parameters, func)
   local names, required = signature.parse(parameters)
   methods[kind][name] = {required = required, parameters = names, call = func}
end

local function text(value, what)
   return given.text(value, "%s must be a string, not %s", what)
end

local function optional_text(value, what)
   return not absent(value) and text(value, what) or nil
end

for _, name in ipairs {"upper", "lower", "title", "capitalize"} do
   define("string", name, "", strings[name])
end
define("string", "casefold", "", strings.lower)
define("string", "swapcase", "", function(self)
   return (self:gsub("%a", function(letter)
      return letter:match("%l") and letter:upper() or letter:lower()
   end))
end)

for name, side in pairs {strip = "both", lstrip = "left", rstrip = "right"} do
   define("string", name, "/chars", function(self, characters)
      return strings.strip(self, optional_text(characters, "what is stripped"), side)
   end)
end

define("string", "split", "/sep maxsplit", function(self, separator, limit)
   separator = optional_text(separator, "the separator")
   if separator == "" then
      fault.raise("the separator must not be empty")
   end
   return values.list(strings.split(self, separator, integer(limit, "'maxsplit'", -1)))
end)

--- At most `limit` splits, counted from the right.
define("string", "rsplit", "/sep maxsplit", function(self, separator, limit)
   separator, limit = optional_text(separator, "the separator"), integer(limit, "'maxsplit'", -1)
   if separator == "" then
      fault.raise("the separator must not be empty")
   end
   local parts = strings.split(self:reverse(), separator and separator:reverse(), limit)
   local result = {}
   for i = #parts, 1, -1 do
      table.insert(result, (parts[i]:reverse()))
   end
   return values.list(result)
end)

define("string", "splitlines", "/keepends", function(self, keep)
   return values.list(strings.lines(self, not absent(keep) and values.truth(keep)))
end)

define("string", "join", "iterable", function(self, iterable)
   local parts = values.copy(iterable)
   for i = 1, #parts do
      text(parts[i], "what is joined")
   end
   return limits.concat(parts, self)
end)

define("string", "replace", "old new/count", function(self, old, new, count)
   return strings.replace(self, text(old, "'old'"), text(new, "'new'"),
      integer(count, "'count'", -1))
end)

--- Whether one of the strings, if it is a tuple of them, stands there.
local function any(candidates, what, stands)
   if values.kind(candidates) ~= "tuple" then
      return stands(text(candidates, what))
   end
   for i = 1, #candidates do
      if stands(text(candidates[i], what)) then
         return true
      end
   end
   return false
end

define("string", "startswith", "prefix", function(self, prefix)
   return any(prefix, "'prefix'", function(start) return self:sub(1, #start) == start end)
end)
define("string", "endswith", "suffix", function(self, suffix)
   return any(suffix, "'suffix'", function(ending)
      return ending == "" or self:sub(-#ending) == ending
   end)
end)
define("string", "removeprefix", "prefix", function(self, prefix)
   return self:sub(1, #text(prefix, "'prefix'")) == prefix and self:sub(#prefix + 1) or self
end)
define("string", "removesuffix", "suffix", function(self, suffix)
   local found = #text(suffix, "'suffix'") > 0 and self:sub(-#suffix) == suffix
   return found and self:sub(1, -#suffix - 1) or self
end)

--- The position of `part`, from 0, the first one or the last; -1 if it is nowhere.
local function find(self, part, from_right)
   local found = self:find(text(part, "what is looked for"), 1, true)
   while found and from_right do
      local further = self:find(part, found + 1, true)
      if not further then
         break
      end
      found = further
   end
   return found and strings.length(self:sub(1, found - 1)) or -1
end

define("string", "find", "sub", function(self, part) return find(self, part, false) end)
define("string", "rfind", "sub", function(self, part) return find(self, part, true) end)
define("string", "index", "sub", function(self, part)
   local found = find(self, part, false)
   return found >= 0 and found or fault.raise("the string has no %s in it", printing.repr(part))
end)

define("string", "count", "sub", function(self, part)
   if text(part, "what is counted") == "" then
      return strings.length(self) + 1
   end
   return #strings.split(self, part) - 1
end)

local function partition(self, separator, from_right)
   local start = self:find(text(separator, "the separator"), 1, true)
   while start and from_right do
      local further = self:find(separator, start + 1, true)
      if not further then
         break
      end
      start = further
   end
   if not start then
      return values.tuple(from_right and {"", "", self} or {self, "", ""})
   end
   return values.tuple {self:sub(1, start - 1), separator, self:sub(start + #separator)}
end

define("string", "partition", "sep", function(self, separator)
   return partition(self, separator, false)
end)
define("string", "rpartition", "sep", function(self, separator)
   return partition(self, separator, true)
end)

local function pad(self, width, fill, left_share)
   local missing = integer(width, "the width") - strings.length(self)
   if missing <= 0 then
      return self
   end
   local left = math.floor(missing * left_share)
   return limits.rep(fill, left) .. self .. limits.rep(fill, missing - left)
end

for name, share in pairs {ljust = 0, rjust = 1, center = 0.5} do
   define("string", name, "width/fillchar", function(self, width, fill)
      return pad(self, width, optional_text(fill, "'fillchar'") or " ", share)
   end)
end
define("string", "zfill", "width", function(self, width)
   local sign, digits = self:match("^([+-]?)(.*)$")
   return sign .. pad(digits, integer(width, "the width") - #sign, "0", 1)
end)

for name, pattern in pairs {isdigit = "^%d+$", isdecimal = "^%d+$", isnumeric = "^%d+$",
   isalpha = "^[%a\128-\255]+$", isalnum = "^[%w\128-\255]+$", isspace = "^%s+$"} do
   define("string", name, "", function(self) return self:find(pattern) ~= nil end)
end
define("string", "isupper", "", function(self)
   return strings.upper(self) == self and strings.lower(self) ~= self
end)
define("string", "islower", "", function(self)
   return strings.lower(self) == self and strings.upper(self) ~= self
end)

methods.string.format = {variadic = true, call = function(self, arguments, named)
   local map = {}
   for _, argument in ipairs(named) do
      map[argument.name] = argument.value
   end
   return formatting.braces(self, arguments, map)
end}

--- What the template has made itself; all else belongs to the caller.
local function own(value)
   if not values.is_made_here(value) then
      fault.raise("a template can change only what it has made itself: '%s' is from outside",
         values.kind(value))
   end
   return value
end

local function position_of(self, item)
   local items = values.items(self)
   for i = 1, #items do
      if operators.equal(items[i], item) then
         return i
      end
   end
end

for _, kind in ipairs {"list", "tuple", "range"} do
   define(kind, "index", "value", function(self, item)
      local position = position_of(self, item)
      return position and position - 1 or fault.raise("%s is not in the list", printing.repr(item))
   end)
   define(kind, "count", "value", function(self, item)
      local items, count = values.items(self), 0
      for i = 1, #items do
         count = count + (operators.equal(items[i], item) and 1 or 0)
      end
      return count
   end)
end

define("list", "append", "object", function(self, item)
   limits.check_items(#own(self) + 1)
   self[#self + 1] = item
   return values.none
end)
define("list", "extend", "iterable", function(self, more)
   local items = values.copy(more)
   limits.check_items(#own(self) + #items)
   table.move(items, 1, #items, #self + 1, self)
   return values.none
end)
define("list", "insert", "index object", function(self, index, item)
   index = integer(index, "the index")
   index = index < 0 and math.max(index + #own(self), 0) or math.min(index, #own(self))
   table.insert(self, index + 1, item)
   return values.none
end)
define("list", "pop", "/index", function(self, index)
   index = integer(index, "the index", -1)
   index = index < 0 and index + #own(self) or index
   if index < 0 or index >= #self then
      fault.raise("the list has no item to pop there")
   end
   return table.remove(self, index + 1)
end)
define("list", "remove", "value", function(self, item)
   local position = position_of(own(self), item)
   table.remove(self, position or fault.raise("%s is not in the list", printing.repr(item)))
   return values.none
end)

--- Put `items` in the place of all items of the list.
local function refill(self, items)
   for i = math.max(#self, #items), 1, -1 do
      self[i] = items[i]
   end
   return values.none
end

define("list", "reverse", "", function(self)
   local items = {}
   for i = #own(self), 1, -1 do
      items[#items + 1] = self[i]
   end
   return refill(self, items)
end)
define("list", "sort", "/reverse", function(self, reverse)
   local items = sorting.by_key(values.copy(own(self)), function(item) return item end,
      not absent(reverse) and values.truth(reverse))
   return refill(self, items)
end)
define("list", "copy", "", function(self) return values.list(values.copy(self)) end)
define("list", "clear", "", function(self) return refill(own(self), {}) end)

local function view(name, items)
   items.name = name
   return setmetatable(items, values.View)
end

define("dict", "keys", "", function(self) return view("dict_keys", values.copy(self)) end)
define("dict", "values", "", function(self)
   local items = {}
   for i, key in ipairs(values.keys(self)) do
      items[i] = values.get(self, key)
   end
   return view("dict_values", items)
end)

--- Pairs of key and value.
function methods.pairs_of(dict)
   local items = {}
   for i, key in ipairs(values.keys(dict)) do
      items[i] = values.tuple {key, values.get(dict, key)}
   end
   return items
end

define("dict", "items", "", function(self) return view("dict_items", methods.pairs_of(self)) end)

local function or_none(value)
   return value == nil and values.none or value
end

define("dict", "get", "key/default", function(self, key, default)
   local value = values.get(self, key)
   return value == nil and or_none(default) or value
end)
define("dict", "copy", "", function(self)
   local dict = values.dict()
   globals.merge(dict, self)
   return dict
end)
methods.dict.update = {variadic = true, call = function(self, arguments, named)
   own(self)
   if arguments[1] ~= nil then
      globals.merge(self, arguments[1])
   end
   for _, argument in ipairs(named) do
      values.put(self, argument.name, argument.value)
   end
   return values.none
end}
define("dict", "setdefault", "key/default", function(self, key, default)
   local value = values.get(own(self), key)
   if value == nil then
      value = or_none(default)
      values.put(self, key, value)
   end
   return value
end)
define("dict", "pop", "key/default", function(self, key, default)
   local value = values.remove(own(self), key)
   if value == nil then
      value = default
   end
   return value == nil and fault.raise("the dict has no item %s", printing.repr(key)) or value
end)
define("dict", "clear", "", function(self)
   own(self).keys, self.map = {}, {}
   return values.none
end)

return methods
