--- Values put into strings: `'%05.1f' % x`, the filter `format`, and `'{:>8}'.format(x)`.
local fault = require("cloudify.template.fault")
local given = require("cloudify.template.given")
local limits = require("cloudify.template.limits")
local printing = require("cloudify.template.printing")
local strings = require("cloudify.template.strings")
local values = require("cloudify.template.values")

local formatting = {}

local MAX_WIDTH = 10000
local FLOATS = {e = true, E = true, f = true, F = true, g = true, G = true, ["%"] = true}
local INTEGERS = {d = true, i = true, u = true, x = true, X = true, o = true, b = true, n = true}
local PREFIXES = {x = "0x", X = "0X", o = "0o", b = "0b"}

---@class cloudify.template.FormatSpec
---@field type string
---@field fill string
---@field align? "<"|">"|"^"|"="
---@field sign string "+", " " or ""
---@field alternate boolean
---@field group string "," or "_" between groups of digits, or ""
---@field width? integer
---@field precision? integer

local function number_of(value, kind)
   return given.number(value, "'%s' formats a number, not %s", kind)
end

local function bounded(text, what)
   local value = math.tointeger(tonumber(text))
   if value and value > (what == "precision" and 99 or MAX_WIDTH) then
      fault.raise("a %s of %d is too large", what, value)
   end
   return value
end

local function binary(value)
   local digits = {}
   repeat
      table.insert(digits, 1, value & 1)
      value = value >> 1
   until value == 0
   return table.concat(digits)
end

local function integer_digits(value, spec)
   if value < 0 then
      value = -value
   end
   if spec.type == "b" then
      return binary(value)
   end
   local letter = ({i = "d", u = "d", n = "d"})[spec.type] or spec.type
   return ("%" .. letter):format(value)
end

local function float_digits(value, spec)
   value = math.abs(value)
   if value ~= value or value == math.huge then
      local text = value ~= value and "nan" or "inf"
      return spec.type:match("%u") and text:upper() or text
   elseif spec.type == "%" then
      return ("%." .. (spec.precision or 6) .. "f%%"):format(value * 100)
   end
   return (("%%%s.%d%s"):format(spec.alternate and "#" or "", spec.precision or 6,
      spec.type:gsub("F", "f"))):format(value)
end

local function group_digits(digits, separator)
   local whole, rest = digits:match("^(%d+)(.*)$")
   if not whole or separator == "" then
      return digits
   end
   whole = whole:reverse():gsub("(%d%d%d)", "%1" .. separator):reverse()
   return whole:gsub("^" .. separator, "") .. rest
end

--- `text` in the width of the spec.
local function pad(text, spec, align)
   local missing = (spec.width or 0) - strings.length(text)
   if missing <= 0 then
      return text
   elseif align == "^" then
      local left = missing // 2
      return spec.fill:rep(left) .. text .. spec.fill:rep(missing - left)
   elseif align == "<" then
      return text .. spec.fill:rep(missing)
   end
   return spec.fill:rep(missing) .. text
end

--- A number of an integer or float type, padded; zeros go between sign and digits.
local function format_number(value, spec)
   local digits
   if INTEGERS[spec.type] then
      digits = integer_digits(value, spec)
   else
      digits = float_digits(value + 0.0, spec)
   end
   local negative = value < 0 or value == 0 and 1 / value < 0 and math.type(value) == "float"
   local sign = negative and "-" or spec.sign
   if spec.alternate then
      sign = sign .. (PREFIXES[spec.type] or "")
   end
   digits = group_digits(digits, spec.group)
   if spec.align == "=" then
      local width = (spec.width or 0) - #sign
      return sign .. spec.fill:rep(width - #digits) .. digits
   end
   return pad(sign .. digits, spec, spec.align or ">")
end

local function to_integer(value, kind)
   local number = number_of(value, kind)
   if number ~= number or math.abs(number) == math.huge then
      fault.raise("'%s' formats a finite number", kind)
   end
   return math.tointeger(number) or math.tointeger(number < 0 and math.ceil(number)
      or math.floor(number)) or fault.raise("the number is beyond 64 bits")
end

local function character(value)
   if type(value) == "string" and strings.length(value) == 1 then
      return value
   elseif math.type(value) == "integer" and value >= 0 and value <= 0x10FFFF then
      return utf8.char(value)
   end
   fault.raise("'%%c' formats an integer or one character, not %s", values.describe(value))
end

--- One value of `%`-formatting.
local function convert_percent(value, spec)
   local kind = "%" .. spec.type
   if spec.type == "s" or spec.type == "r" or spec.type == "a" then
      local text = spec.type == "s" and printing.str(value) or printing.repr(value)
      text = spec.precision and strings.sub(text, 1, spec.precision) or text
      return pad(text, spec, spec.align == "<" and "<" or ">")
   elseif spec.type == "c" then
      return pad(character(value), spec, spec.align == "<" and "<" or ">")
   elseif INTEGERS[spec.type] and not (spec.type == "b" or spec.type == "n") then
      if spec.type ~= "d" and spec.type ~= "i" and spec.type ~= "u"
         and math.type(number_of(value, kind)) ~= "integer" then
         fault.raise("'%s' formats an integer, not %s", kind, values.describe(value))
      end
      local digits = spec.precision
      local text = format_number(to_integer(value, kind),
         {type = spec.type, fill = "0", sign = spec.sign, alternate = spec.alternate, group = "",
            align = digits and "=", width = digits and digits + (value < 0 and 1 or 0)})
      if not digits and spec.align == "=" then
         return format_number(to_integer(value, kind), spec)
      end
      return pad(text, spec, spec.align == "<" and "<" or ">")
   elseif FLOATS[spec.type] then
      return format_number(number_of(value, kind) + 0.0, spec)
   end
   fault.raise("unknown conversion '%s' in a format", kind)
end

local function percent_spec(flags, width, precision, kind)
   local left, zero = flags:find("-", 1, true), flags:find("0", 1, true)
   local is_number = INTEGERS[kind] or FLOATS[kind]
   return {
      type = kind,
      fill = zero and not left and is_number and "0" or " ",
      align = left and "<" or zero and is_number and "=" or ">",
      sign = flags:find("+", 1, true) and "+" or flags:find(" ", 1, true) and " " or "",
      alternate = flags:find("#", 1, true) ~= nil,
      group = "",
      width = bounded(width, "width"),
      precision = precision ~= "" and bounded(precision:sub(2) ~= "" and precision:sub(2) or "0",
         "precision") or nil,
   }
end

--- Hands out the values for the conversions of a format, one after the other or by name.
local function percent_source(arguments)
   local kind = values.kind(arguments)
   local list = kind == "tuple" and arguments or {arguments}
   local used = 0
   local function take(name)
      if name then
         if kind ~= "dict" then
            fault.raise("a format with names needs a dict, not %s", values.describe(arguments))
         end
         used = #list
         local value = values.get(arguments, name)
         return value ~= nil and value or value == nil
            and fault.raise("the format needs '%s', which the dict does not have", name)
      end
      used = used + 1
      if used > #list then
         fault.raise("the format needs more than the %d values given", #list)
      end
      return list[used]
   end
   local function finish()
      if used < #list and kind ~= "dict" and kind ~= "list" then
         fault.raise("the format takes %d of the %d values given", used, #list)
      end
   end
   return take, finish
end

--- `text % arguments`
function formatting.percent(text, arguments)
   local take, finish = percent_source(arguments)
   local parts, from = {}, 1
   while true do
      local start = text:find("%", from, true)
      if not start then
         break
      end
      parts[#parts + 1] = text:sub(from, start - 1)
      local name, at = text:match("^%((.-)%)()", start + 1)
      local flags, width, precision, kind, after =
         text:match("^([%-+ #0]*)(%d*)(%.?%d*)[hlL]?(.)()", at or start + 1)
      if not kind then
         fault.raise("a format ends in the middle of a conversion")
      elseif kind == "%" then
         parts[#parts + 1] = "%"
      else
         local value = take(name)
         parts[#parts + 1] = convert_percent(value, percent_spec(flags, width, precision, kind))
      end
      from = after
   end
   finish()
   parts[#parts + 1] = text:sub(from)
   return limits.concat(parts)
end

local function parse_spec(text)
   local fill, align, at = text:match("^(" .. utf8.charpattern .. ")([<>=^])()")
   if not align then
      align, at = text:match("^([<>=^])()")
   end
   local sign, alternate, zero, width, group, precision, kind =
      text:match("^([+%- ]?)(#?)(0?)(%d*)([,_]?)(%.?%d*)([%a%%]?)$", at or 1)
   if not sign then
      fault.raise("'%s' is no format", text)
   end
   return {
      fill = fill or zero == "0" and "0" or " ", align = align or zero == "0" and "=" or nil,
      sign = sign == "-" and "" or sign, alternate = alternate == "#",
      width = bounded(width, "width"), group = group,
      precision = precision ~= "" and bounded(precision:sub(2), "precision") or nil,
      type = kind,
   }
end

--- One value of `str.format`.
local function convert_brace(value, text)
   local spec = parse_spec(text)
   local is_number = type(value) == "number" or type(value) == "boolean" and spec.type ~= ""
      and spec.type ~= "s"
   if not is_number then
      if spec.type ~= "" and spec.type ~= "s" then
         fault.raise("the format '%s' is for a number, not for %s", spec.type,
            values.describe(value))
      end
      local shown = printing.str(value)
      shown = spec.precision and strings.sub(shown, 1, spec.precision) or shown
      return pad(shown, spec, spec.align ~= "=" and spec.align or "<")
   end
   if spec.type == "" and math.type(value) == "float" and not spec.precision then
      local shown = group_digits(printing.float(math.abs(value)), spec.group)
      return pad((value < 0 and "-" or spec.sign) .. shown, spec, spec.align or ">")
   end
   spec.type = spec.type ~= "" and spec.type or math.type(value) == "float" and "g" or "d"
   if spec.type == "c" then
      return pad(character(value), spec, spec.align or "<")
   elseif not FLOATS[spec.type] and not INTEGERS[spec.type] then
      fault.raise("the format '%s' is not for a number", spec.type)
   elseif INTEGERS[spec.type] and math.type(number_of(value)) == "float" then
      fault.raise("the format '%s' is for an integer, not for a float", spec.type)
   end
   return format_number(number_of(value, spec.type), spec)
end

--- The value of a field such as `0`, `name`, `name.attribute` or `0[key]`.
local function field_value(field, positional, named, count)
   local first, rest = field:match("^([^.%[]*)(.*)$")
   local value
   if first == "" or first:match("^%d+$") then
      local index = first == "" and count or math.tointeger(tonumber(first))
      value = positional[index + 1]
   else
      value = named[first]
   end
   if value == nil then
      fault.raise("the format needs a value for '{%s}'", field)
   end
   for dot, name in rest:gmatch("([.%[])([^.%[%]]+)") do
      local key = dot == "[" and math.tointeger(tonumber(name)) or name
      value = values.item(value, key)
   end
   return value
end

--- `text.format(...)`
---@param positional any[]
---@param named table<string, any>
function formatting.braces(text, positional, named)
   local parts, from, count = {}, 1, 0
   while true do
      local start = text:find("[{}]", from)
      if not start then
         break
      end
      parts[#parts + 1] = text:sub(from, start - 1)
      local double = text:sub(start, start + 1)
      if double == "{{" or double == "}}" then
         parts[#parts + 1] = double:sub(1, 1)
         from = start + 2
      else
         local field, conversion, spec, after =
            text:match("^{([^{}!:]*)!?([rs]?):?([^{}]*)}()", start)
         if not field then
            fault.raise("a format has a '%s' without its partner", double:sub(1, 1))
         end
         local value = field_value(field, positional, named, count)
         count = count + 1
         value = conversion == "r" and printing.repr(value)
            or conversion == "s" and printing.str(value) or value
         parts[#parts + 1] = convert_brace(value, spec)
         from = after
      end
   end
   parts[#parts + 1] = text:sub(from)
   return limits.concat(parts)
end

return formatting
