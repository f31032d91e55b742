--- The operators of expressions, with Python's rules: booleans are numbers, integers and floats
--- differ, strings and lists can be added and multiplied.
local fault = require("cloudify.template.fault")
local formatting = require("cloudify.template.formatting")
local limits = require("cloudify.template.limits")
local printing = require("cloudify.template.printing")
local values = require("cloudify.template.values")

local operators = {}

local MAX_DEPTH = 100
local LISTS = {list = true, tuple = true}
local kind_of = values.kind

local function refuse(operator, a, b)
   for _, value in pairs {a, b} do
      if values.is_undefined(value) then
         values.refuse_undefined(value)
      end
   end
   fault.raise("'%s' does not work on %s and %s", operator, values.describe(a), values.describe(b))
end

--- The value as a number, or nil.
local function number(value)
   local kind = type(value)
   if kind == "boolean" then
      return value and 1 or 0
   end
   return kind == "number" and value or nil
end

--- Two numbers, or nil.
local function numbers(a, b)
   a, b = number(a), number(b)
   if a and b then
      return a, b
   end
end

local function both_integers(a, b)
   return math.type(a) == "integer" and math.type(b) == "integer"
end

--- Refuse an integer that has been wrapped around: it is far from what floats say.
local function check_range(result, approximation)
   if math.abs(approximation - result) > 0x1p62 then
      fault.raise("the result is an integer beyond 64 bits")
   end
   return result
end

local function append(items, more)
   limits.check_items(#items + #more)
   return table.move(more, 1, #more, #items + 1, items)
end

local function is_list(value)
   return LISTS[kind_of(value)]
end

function operators.add(a, b)
   local x, y = numbers(a, b)
   if x then
      return both_integers(x, y) and check_range(x + y, x + 0.0 + y) or x + y
   elseif type(a) == "string" and type(b) == "string" then
      limits.check_text(#a + #b)
      return a .. b
   elseif is_list(a) and kind_of(a) == kind_of(b) then
      local result = append(values.copy(a), values.sequence(b))
      return kind_of(a) == "tuple" and values.tuple(result) or values.list(result)
   end
   refuse("+", a, b)
end

function operators.subtract(a, b)
   local x, y = numbers(a, b)
   if not x then
      refuse("-", a, b)
   end
   return both_integers(x, y) and check_range(x - y, x + 0.0 - y) or x - y
end

local function repeat_list(list, count)
   local items, result = values.sequence(list), {}
   limits.check_items(#items * (count + 0.0))
   for _ = 1, count do
      append(result, items)
   end
   return kind_of(list) == "tuple" and values.tuple(result) or values.list(result)
end

function operators.multiply(a, b)
   local x, y = numbers(a, b)
   if x then
      return both_integers(x, y) and check_range(x * y, (x + 0.0) * y) or x * y
   end
   if math.type(number(a)) == "integer" then
      a, b = b, a
   end
   local count = number(b)
   if math.type(count) == "integer" and type(a) == "string" then
      return limits.rep(a, count)
   elseif math.type(count) == "integer" and is_list(a) then
      return repeat_list(a, count)
   end
   refuse("*", a, b)
end

local function divisor(operator, a, b)
   local x, y = numbers(a, b)
   if not x then
      refuse(operator, a, b)
   elseif y == 0 then
      fault.raise("division by zero")
   end
   return x, y
end

function operators.divide(a, b)
   local x, y = divisor("/", a, b)
   return x / y
end

function operators.floor_divide(a, b)
   local x, y = divisor("//", a, b)
   return both_integers(x, y) and check_range(x // y, (x + 0.0) // y) or x // y
end

--- The remainder, or values put into a string that has `%s` and the like.
function operators.modulo(a, b)
   if type(a) == "string" then
      return formatting.percent(a, b)
   end
   local x, y = divisor("%", a, b)
   return x % y
end

local function integer_power(base, exponent)
   local result, approximation = 1, 1.0
   while exponent > 0 do
      if exponent % 2 == 1 then
         approximation = approximation * base
         result = check_range(result * base, approximation)
      end
      exponent = exponent // 2
      if exponent > 0 then
         base = check_range(base * base, (base + 0.0) * base)
      end
   end
   return result
end

function operators.power(a, b)
   local x, y = numbers(a, b)
   if not x then
      refuse("**", a, b)
   elseif both_integers(x, y) and y >= 0 then
      return integer_power(x, y)
   elseif x == 0 and y < 0 then
      fault.raise("division by zero")
   elseif x < 0 and y % 1 ~= 0 then
      fault.raise("'**' of a negative number and a fraction is no real number")
   end
   return (x + 0.0) ^ y
end

function operators.negate(a)
   local x = number(a)
   if not x then
      if values.is_undefined(a) then
         values.refuse_undefined(a)
      end
      fault.raise("'-' does not work on %s", values.describe(a))
   end
   return math.type(x) == "integer" and check_range(-x, -(x + 0.0)) or -x
end

function operators.plus(a)
   return number(a) or values.is_undefined(a) and values.refuse_undefined(a)
      or fault.raise("'+' does not work on %s", values.describe(a))
end

--- `a ~ b ~ c`: the texts of all, one after the other. `parts` is used up.
---@param parts any[]
function operators.concat(parts)
   for i = 1, #parts do
      parts[i] = printing.str(parts[i])
   end
   return limits.concat(parts)
end

local equal
local steps = 0 -- of the comparison

local function equal_items(a, b, depth)
   a, b = values.items(a), values.items(b)
   if #a ~= #b then
      return false
   end
   for i = 1, #a do
      if not equal(a[i], b[i], depth + 1) then
         return false
      end
   end
   return true
end

local function equal_dicts(a, b, depth)
   local keys = values.keys(a)
   if #keys ~= #values.keys(b) then
      return false
   end
   for _, key in ipairs(keys) do
      local other = values.get(b, key)
      if other == nil or not equal(values.get(a, key), other, depth + 1) then
         return false
      end
   end
   return true
end

function equal(a, b, depth)
   local x, y = numbers(a, b)
   steps = steps + 1
   if x then
      return x == y
   elseif steps > limits.STEPS then
      fault.raise("comparing more than %d values at once", limits.STEPS)
   end
   local kind = kind_of(a)
   if kind ~= kind_of(b) then
      return false
   elseif depth > MAX_DEPTH then
      fault.raise("cannot compare values that are nested more than %d deep", MAX_DEPTH)
   elseif kind == "list" or kind == "tuple" or kind == "range" then
      return equal_items(a, b, depth)
   elseif kind == "dict" then
      return equal_dicts(a, b, depth)
   end
   return a == b or kind == "undefined"
end

function operators.equal(a, b)
   steps = 0
   return equal(a, b, 1)
end

local less

--- The first items that differ decide.
local function less_items(operator, a, b)
   a, b = values.items(a), values.items(b)
   for i = 1, math.min(#a, #b) do
      if not equal(a[i], b[i], 1) then
         return less(operator, a[i], b[i])
      end
   end
   return #a < #b
end

function less(operator, a, b)
   local x, y = numbers(a, b)
   if x then
      return x < y
   elseif type(a) == "string" and type(b) == "string" then
      return a < b
   elseif is_list(a) and kind_of(a) == kind_of(b) then
      return less_items(operator, a, b)
   end
   refuse(operator, a, b)
end

function operators.less(a, b)
   steps = 0
   return less("<", a, b)
end

function operators.less_or_equal(a, b)
   local x, y = numbers(a, b)
   if x then
      return x <= y
   end
   steps = 0
   return less("<=", a, b) or equal(a, b, 1)
end

function operators.greater(a, b)
   steps = 0
   return less(">", b, a)
end

function operators.greater_or_equal(a, b)
   return operators.less_or_equal(b, a)
end

function operators.contains(container, item)
   local kind = kind_of(container)
   if kind == "dict" then
      return values.get(container, item) ~= nil
   elseif kind == "string" then
      if type(item) ~= "string" then
         refuse("in", item, container)
      end
      return container:find(item, 1, true) ~= nil
   end
   for _, other in ipairs(values.items(container) or refuse("in", item, container)) do
      if operators.equal(item, other) then
         return true
      end
   end
   return false
end

return operators
