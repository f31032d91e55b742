--- Values as text, as Python prints them: str() and repr().
local fault = require("cloudify.template.fault")
local limits = require("cloudify.template.limits")
local values = require("cloudify.template.values")

local printing = {}

local MAX_DEPTH = 100
local SMALLEST_NORMAL = 0x1p-1022 -- below, a float has fewer digits
local ESCAPES = {["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\\"] = "\\\\"}

--- The shortest digits that read back as `value`, and the exponent of the first one.
local function digits_of(value)
   for precision = value < SMALLEST_NORMAL and 0 or 14, 16 do
      local text = ("%." .. precision .. "e"):format(value)
      if tonumber(text) == value then
         local first, rest, exponent = text:match("^(%d)%.?(%d*)e([+-]%d+)$")
         return (first .. rest):gsub("0+$", "", 1), math.tointeger(tonumber(exponent))
      end
   end
end

--- A float with at least one digit behind the point, or with an exponent where it is very large or
--- small.
function printing.float(value)
   if value ~= value then
      return "nan"
   elseif value == math.huge or value == -math.huge then
      return value > 0 and "inf" or "-inf"
   elseif value == 0 then
      return 1 / value < 0 and "-0.0" or "0.0"
   end
   local sign = value < 0 and "-" or ""
   local digits, exponent = digits_of(math.abs(value))
   if exponent < -4 or exponent >= 16 then
      local fraction = #digits > 1 and "." .. digits:sub(2) or ""
      return ("%s%s%se%s%02d"):format(sign, digits:sub(1, 1), fraction,
         exponent < 0 and "-" or "+", math.abs(exponent))
   elseif exponent < 0 then
      return sign .. "0." .. ("0"):rep(-exponent - 1) .. digits
   end
   digits = digits .. ("0"):rep(exponent + 1 - #digits)
   local fraction = digits:sub(exponent + 2)
   return sign .. digits:sub(1, exponent + 1) .. "." .. (fraction ~= "" and fraction or "0")
end

local function quoted(text)
   local quote = text:find("'", 1, true) and not text:find('"', 1, true) and '"' or "'"
   local body = text:gsub("[%c\\" .. quote .. "]", function(character)
      return character == quote and "\\" .. quote or ESCAPES[character]
         or ("\\x%02x"):format(character:byte())
   end)
   return quote .. body .. quote
end

local repr
local steps = 0 -- of what is being printed

local function joined(items, depth)
   local parts = {}
   for i = 1, #items do
      parts[i] = repr(items[i], depth + 1)
   end
   return limits.concat(parts, ", ")
end

local function repr_dict(dict, depth)
   local parts = {}
   for i, key in ipairs(values.keys(dict)) do
      parts[i] = repr(key, depth + 1) .. ": " .. repr(values.get(dict, key), depth + 1)
   end
   return "{" .. limits.concat(parts, ", ") .. "}"
end

local containers = {
   list = function(list, depth) return "[" .. joined(values.items(list), depth) .. "]" end,
   tuple = function(tuple, depth)
      return "(" .. joined(tuple, depth) .. (#tuple == 1 and ",)" or ")")
   end,
   view = function(view, depth) return ("%s([%s])"):format(view.name, joined(view, depth)) end,
   range = function(range)
      return ("range(%d, %d%s)"):format(range.start, range.stop,
         range.step ~= 1 and ", " .. range.step or "")
   end,
   dict = repr_dict,
   generator = function() return "<generator>" end,
   namespace = function(namespace, depth)
      return "<Namespace " .. repr_dict(namespace, depth) .. ">"
   end,
   native = function(native) return "<" .. native.class.name .. ">" end,
   ["function"] = function() return "<function>" end,
   object = function(object) return tostring(object) end,
   none = function() return "None" end,
   undefined = function(undefined)
      if values.is_refused(undefined) then
         values.refuse_undefined(undefined)
      end
      return "Undefined"
   end,
   boolean = function(boolean) return boolean and "True" or "False" end,
   number = function(number)
      return math.type(number) == "integer" and tostring(number) or printing.float(number)
   end,
   string = quoted,
}

function repr(value, depth)
   steps = steps + 1
   if steps > limits.STEPS then
      fault.raise("printing more than %d values at once", limits.STEPS)
   elseif depth > MAX_DEPTH then
      fault.raise("cannot print a value that is nested more than %d deep", MAX_DEPTH)
   end
   return containers[values.kind(value)](value, depth)
end

--- How Python writes the value: strings with quotes.
function printing.repr(value)
   steps = 0
   return repr(value, 1)
end

--- The text that `{{ value }}` prints.
function printing.str(value)
   if type(value) == "string" then
      return value
   elseif values.is_undefined(value) and not values.is_refused(value) then
      return ""
   end
   return printing.repr(value)
end

return printing
