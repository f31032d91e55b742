--- Filters that make numbers.
local attributes = require("cloudify.template.attributes")
local fault = require("cloudify.template.fault")
local given = require("cloudify.template.given")
local operators = require("cloudify.template.operators")
local printing = require("cloudify.template.printing")
local sorting = require("cloudify.template.sorting")
local strings = require("cloudify.template.strings")
local values = require("cloudify.template.values")

local flag, integer = given.flag, given.integer

--- The text as Python's float() reads it, or nil.
local function read_float(text)
   text = strings.strip(text):lower():gsub("(%d)_(%d)", "%1%2")
   local sign, word = text:match("^([+-]?)(%a+)$")
   if word == "inf" or word == "infinity" then
      return sign == "-" and -math.huge or math.huge
   elseif word == "nan" then
      return 0.0 / 0.0
   elseif text:match("^[+-]?%d+%.?%d*e?[+-]?%d*$") or text:match("^[+-]?%.%d+e?[+-]?%d*$") then
      local value = tonumber((text:gsub("^%+", "")))
      return value and value + 0.0
   end
end

local function truncated(value)
   if value ~= value or math.abs(value) == math.huge then
      return nil
   end
   local whole = value < 0 and math.ceil(value) or math.floor(value)
   return math.tointeger(whole) or fault.raise("the number is beyond 64 bits")
end

--- Whether `value` is what the digits say, and has not been wrapped around.
local function is_exact(value, digits, base)
   if base == 10 then
      return math.tointeger(tonumber(digits)) ~= nil
   end
   local approximation = 0.0
   for digit in digits:gmatch(".") do
      approximation = approximation * base + tonumber(digit, 36)
   end
   return value >= 0 and approximation <= 0x1p63
end

--- The text as Python's int() reads it, or nil.
local function read_integer(text, base)
   local sign, digits = strings.strip(text):match("^([+-]?)(%w[%w_]*)$")
   if not digits then
      return nil
   end
   digits = digits:gsub("(%w)_(%w)", "%1%2"):lower()
   local prefix = ({[16] = "^0x", [8] = "^0o", [2] = "^0b"})[base]
   digits = prefix and digits:gsub(prefix, "") or digits
   local value = tonumber(digits, base)
   if value and not is_exact(value, digits, base) then
      fault.raise("the number %s is beyond 64 bits", digits)
   end
   return value and (sign == "-" and -value or value)
end

local function to_integer(_, value, default, base)
   default = default == nil and 0 or default
   local kind = values.kind(value)
   if kind == "boolean" then
      return value and 1 or 0
   elseif kind == "number" then
      return math.type(value) == "integer" and value or truncated(value) or default
   elseif kind == "undefined" then
      values.refuse_undefined(value)
   elseif kind ~= "string" then
      return default
   end
   local number = read_integer(value, integer(base, "'base'", 10))
   if number then
      return number
   end
   local float = read_float(value)
   return float and truncated(float) or default
end

local function to_float(_, value, default)
   default = default == nil and 0.0 or default
   local kind = values.kind(value)
   if kind == "boolean" then
      return value and 1.0 or 0.0
   elseif kind == "number" then
      return value + 0.0
   elseif kind == "undefined" then
      values.refuse_undefined(value)
   end
   return kind == "string" and read_float(value) or default
end

local function number(value, what)
   return given.number(value, "'%s' needs a number, not %s", what)
end

--- The nearest float with so many decimals, the even one of two; as Python, by the exact value.
local function round_common(value, precision)
   if value ~= value or math.abs(value) == math.huge or precision > 99 then
      return value
   elseif precision >= 0 then
      return tonumber(("%." .. precision .. "f"):format(value)) + 0.0
   end
   local scale = 10.0 ^ -precision
   return tonumber(("%.0f"):format(value / scale)) * scale
end

local function round_integer(value, precision)
   if precision >= 0 then
      return value
   end
   local scale = operators.power(10, -precision)
   local low = value // scale * scale
   local rest = value - low
   local up = rest * 2 > scale or rest * 2 == scale and low // scale % 2 == 1
   return up and low + scale or low
end

local function round(_, value, precision, method)
   value, precision = number(value, "round"), integer(precision, "'precision'", 0)
   if method == nil or method == "common" then
      return math.type(value) == "integer" and round_integer(value, precision)
         or round_common(value, precision)
   elseif method ~= "ceil" and method ~= "floor" then
      fault.raise("'round' knows the methods 'common', 'ceil' and 'floor', not %s",
         printing.repr(method))
   end
   local scale = precision >= 0 and operators.power(10, precision) or 10.0 ^ precision
   return math[method](value * scale) / scale
end

local function sum(_, value, attribute, start)
   local total, key_of = start == nil and 0 or start, attributes.reader(attribute)
   local items = values.sequence(value)
   for i = 1, #items do
      total = operators.add(total, key_of(items[i]))
   end
   return total
end

--- The item with the least key, by `before`.
local function extreme(before)
   return function(_, value, case_sensitive, attribute)
      local items, key_of = values.sequence(value), attributes.reader(attribute)
      if #items == 0 then
         return values.undefined()
      end
      local best, best_key
      for i = 1, #items do
         local key = sorting.fold(key_of(items[i]), flag(case_sensitive))
         if i == 1 or before(key, best_key) then
            best, best_key = items[i], key
         end
      end
      return best
   end
end

---@param filters cloudify.template.Registry
return function(filters)
   filters:define("int", "/default base", to_integer)
   filters:define("float", "/default", to_float)
   filters:define("abs", "", function(_, value)
      value = number(value, "abs")
      return value < 0 and operators.negate(value) or value
   end)
   filters:define("round", "/precision method", round)
   filters:define("sum", "/attribute start", sum)
   filters:define("min", "/case_sensitive attribute", extreme(operators.less))
   filters:define("max", "/case_sensitive attribute", extreme(operators.greater))
   filters:define("length", "", function(_, value)
      return values.length(value)
         or fault.raise("%s has no length%s", values.describe(value),
            values.kind(value) == "generator" and ": use '|list' first" or "")
   end)
   filters:alias("count", "length")
end
