--- What compiled templates call. They get nothing else: no global, no library of Lua.
local calls = require("cloudify.template.calls")
local fault = require("cloudify.template.fault")
local limits = require("cloudify.template.limits")
local loops = require("cloudify.template.loops")
local operators = require("cloudify.template.operators")
local printing = require("cloudify.template.printing")
local slices = require("cloudify.template.slices")
local values = require("cloudify.template.values")

local truth = values.truth

local MAX_INCLUDES = 50 -- within each other

local runtime = {
   none = values.none,
   str = printing.str, truth = truth, item = values.item, slice = slices.slice,
   undefined = values.undefined, list = values.list, tuple = values.tuple,
   add = operators.add, subtract = operators.subtract, multiply = operators.multiply,
   divide = operators.divide, floor_divide = operators.floor_divide,
   modulo = operators.modulo, power = operators.power, negate = operators.negate,
   plus = operators.plus, concat = operators.concat, equal = operators.equal,
   less = operators.less, less_or_equal = operators.less_or_equal,
   greater = operators.greater, greater_or_equal = operators.greater_or_equal,
   each = loops.each, loop_over = loops.loop_over,
   call = calls.call, method = calls.method, spread = calls.spread, macro = calls.macro,
}

--- A dict of keys and values that alternate.
function runtime.dict(items)
   local dict = values.dict()
   for i = 1, #items, 2 do
      values.put(dict, items[i], items[i + 1])
   end
   return dict
end

function runtime.within(item, container)
   return operators.contains(container, item)
end

-- Values in between are put into a place of the scope, so that `and`, `or` and `if` can be those
-- of Lua, which compute an operand only where it is needed.

function runtime.put(s, place, value)
   s[place] = value
   return true
end

function runtime.keep(s, place, value)
   s[place] = value
   return value
end

function runtime.truth_of(s, place, value)
   s[place] = value
   return truth(value)
end

function runtime.last(_, value)
   return value
end

--- The items of `value`, which must be `count`.
function runtime.unpack(value, count)
   local items = values.sequence(value)
   if #items ~= count then
      fault.raise("cannot unpack %d item%s into %d names", #items, #items == 1 and "" or "s", count)
   end
   return items
end

function runtime.set_field(object, name, value)
   if values.kind(object) ~= "namespace" then
      fault.raise("cannot assign to '%s' of %s: that takes a namespace()", name,
         values.describe(object))
   end
   values.put(object, name, value)
end

--- The text that a body makes.
function runtime.capture(R, s, body)
   local output = {}
   body(R, s, output)
   return limits.concat(output)
end

--- A function that looks names up in the scope, in those around it, and where the template of the
--- scope looks them up.
local function lookup_in(s)
   return function(name)
      local scope = s
      while scope do
         local value = scope[name]
         if value ~= nil and (not values.is_undefined(value) or values.is_refused(value)) then
            return value
         elseif not scope[1] then
            return scope[0](name)
         end
         scope = scope[1]
      end
   end
end

--- Render a compiled template to `o`. `lookup` finds its variables.
---@param compiled cloudify.template.Compiled
function runtime.run(R, compiled, o, lookup)
   local scope = {[0] = lookup}
   for _, name in ipairs(compiled.variables) do
      scope[name] = lookup(name)
   end
   compiled.main(R, scope, o)
end

local function load_first(R, names)
   for i = 1, #names do
      if type(names[i]) ~= "string" then
         fault.raise("the name of a template must be a string, not %s", values.describe(names[i]))
      end
      local text = R.load(names[i])
      if text then
         return text, names[i]
      end
   end
end

local function quoted_names(names)
   local list = {}
   for i = 1, #names do
      list[i] = ("'%s'"):format(names[i])
   end
   return table.concat(list, " or ")
end

--- Render another template here.
---@param s? table without one, the template sees none of the variables
function runtime.include(R, s, o, name, ignore_missing)
   if not R.load then
      fault.raise("'include' cannot be used here: there is no place to load templates from")
   end
   local names = values.kind(name) == "list" and values.sequence(name) or {name}
   local text, found = load_first(R, names)
   if not text then
      if ignore_missing then
         return
      end
      fault.raise("there is no template %s", quoted_names(names))
   end
   R.include_depth = R.include_depth + 1
   if R.include_depth > MAX_INCLUDES then
      fault.raise("templates include each other more than %d deep", MAX_INCLUDES)
   end
   runtime.run(R, R.compile(text, found), o, s and lookup_in(s) or R.lookup_global)
   R.include_depth = R.include_depth - 1
end

return runtime
