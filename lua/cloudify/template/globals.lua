--- The functions that every template has: range, dict, namespace, cycler, joiner.
local fault = require("cloudify.template.fault")
local signature = require("cloudify.template.signature")
local values = require("cloudify.template.values")

local globals = {functions = {}}

local MAX_RANGE = 100000 -- as in the sandbox of Jinja

local function integer(value, what)
   if type(value) == "boolean" then
      return value and 1 or 0
   elseif math.type(value) ~= "integer" then
      fault.raise("%s needs integers, not %s", what, values.describe(value))
   end
   return value
end

--- A native object of a class.
local function native(class, fields)
   fields.class = class
   return setmetatable(fields, values.Native)
end

--- Add a function. It gets the arguments by position, and those with names.
local function define(name, func)
   local class = {name = "function", fields = {}, call = function(_, _, arguments, named)
      return func(arguments, named)
   end}
   globals.functions[name] = native(class, {})
end

local function no_names(what, named)
   if #named > 0 then
      fault.raise("'%s' has no argument '%s'", what, named[1].name)
   end
end

define("range", function(arguments, named)
   no_names("range", named)
   if #arguments < 1 or #arguments > 3 then
      fault.raise("'range' takes 1 to 3 arguments, not %d", #arguments)
   end
   local start = #arguments > 1 and integer(arguments[1], "'range'") or 0
   local stop = integer(arguments[#arguments > 1 and 2 or 1], "'range'")
   local step = integer(arguments[3] == nil and 1 or arguments[3], "'range'")
   if step == 0 then
      fault.raise("the step of 'range' must not be 0")
   elseif ((stop + 0.0) - start) / step > MAX_RANGE then
      fault.raise("a range of more than %d numbers", MAX_RANGE)
   end
   local items = {start = start, stop = stop, step = step}
   for number = start, step > 0 and stop - 1 or stop + 1, step do
      items[#items + 1] = number
   end
   return setmetatable(items, values.Range)
end)

--- Put the items of a mapping, or of a list of pairs, into a dict.
function globals.merge(dict, source)
   if values.kind(source) == "dict" then
      for _, key in ipairs(values.keys(source)) do
         values.put(dict, key, values.get(source, key))
      end
      return
   end
   for _, pair in ipairs(values.sequence(source)) do
      local items = values.sequence(pair)
      if #items ~= 2 then
         fault.raise("a dict needs pairs of key and value, not %d items", #items)
      end
      values.put(dict, items[1], items[2])
   end
end

local function new_dict(what, arguments, named)
   local dict = values.dict()
   if #arguments > 1 then
      fault.raise("'%s' takes at most 1 argument without a name, not %d", what, #arguments)
   elseif #arguments == 1 then
      globals.merge(dict, arguments[1])
   end
   for _, argument in ipairs(named) do
      values.put(dict, argument.name, argument.value)
   end
   return dict
end

define("dict", function(arguments, named)
   return new_dict("dict", arguments, named)
end)

define("namespace", function(arguments, named)
   return setmetatable(new_dict("namespace", arguments, named), values.Namespace)
end)

--- A method of a native object, to be called without arguments.
local function bound(func)
   return function(self)
      return native({name = "function", fields = {}, call = function()
         return func(self)
      end}, {})
   end
end

local Cycler = {name = "cycler", fields = {
   current = function(self) return self.items[self.position] end,
   next = bound(function(self)
      local item = self.items[self.position]
      self.position = self.position % #self.items + 1
      return item
   end),
   reset = bound(function(self)
      self.position = 1
      return values.none
   end),
}}

define("cycler", function(arguments, named)
   no_names("cycler", named)
   if #arguments == 0 then
      fault.raise("'cycler' needs at least one argument")
   end
   return native(Cycler, {items = arguments, position = 1})
end)

--- Each call but the first gives the separator.
local Joiner = {name = "joiner", fields = {}, call = function(_, self)
   if not self.used then
      self.used = true
      return ""
   end
   return self.separator
end}

define("joiner", function(arguments, named)
   local separator = signature.bind("'joiner'", {"sep"}, arguments, named, fault.raise)[1]
   return native(Joiner, {separator = separator == nil and ", " or separator})
end)

return globals
