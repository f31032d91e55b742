--- The tests behind `is`.
local fault = require("cloudify.template.fault")
local operators = require("cloudify.template.operators")
local printing = require("cloudify.template.printing")
local registry = require("cloudify.template.registry")
local strings = require("cloudify.template.strings")
local values = require("cloudify.template.values")

local tests = registry.new()

local kind_of = values.kind
local SEQUENCES = {list = true, tuple = true, range = true, string = true, dict = true,
   undefined = true}

--- Add a test of the value alone.
local function define(name, test)
   tests:define(name, "", function(_, value) return test(value) end)
end

--- Add a test of two values, under several names.
local function compare(names, test)
   for name in names:gmatch("%S+") do
      tests:define(name, "other", function(_, value, other) return test(value, other) end)
   end
end

define("defined", function(value) return not values.is_undefined(value) end)
define("undefined", values.is_undefined)
define("none", function(value) return value == values.none end)
define("boolean", function(value) return type(value) == "boolean" end)
define("true", function(value) return value == true end)
define("false", function(value) return value == false end)
define("integer", function(value) return math.type(value) == "integer" end)
define("float", function(value) return math.type(value) == "float" end)
define("number", function(value) return type(value) == "number" or type(value) == "boolean" end)
define("string", function(value) return type(value) == "string" end)
define("mapping", function(value) return kind_of(value) == "dict" end)
define("sequence", function(value) return SEQUENCES[kind_of(value)] == true end)
define("iterable", function(value)
   local kind = kind_of(value)
   return SEQUENCES[kind] or kind == "view" or kind == "generator"
end)
define("callable", function(value)
   local kind = kind_of(value)
   return kind == "function" or kind == "undefined" or kind == "native" and value.class.call ~= nil
end)
define("lower", function(value)
   local text = printing.str(value)
   return strings.lower(text) == text and strings.upper(text) ~= text
end)
define("upper", function(value)
   local text = printing.str(value)
   return strings.upper(text) == text and strings.lower(text) ~= text
end)
define("odd", function(value) return operators.modulo(value, 2) == 1 end)
define("even", function(value) return operators.modulo(value, 2) == 0 end)
define("escaped", function() return false end)

tests:define("divisibleby", "num", function(_, value, number)
   return operators.modulo(value, number) == 0
end)

compare("eq equalto ==", operators.equal)
compare("ne !=", function(a, b) return not operators.equal(a, b) end)
compare("lt lessthan <", operators.less)
compare("le <=", operators.less_or_equal)
compare("gt greaterthan >", operators.greater)
compare("ge >=", operators.greater_or_equal)

tests:define("in", "seq", function(_, value, container)
   return operators.contains(container, value)
end)
tests:define("sameas", "other", function(_, value, other)
   return rawequal(value, other) and math.type(value) == math.type(other)
end)

--- Whether the engine knows the name.
local function known(module)
   return function(_, name)
      if type(name) ~= "string" then
         fault.raise("the name of a filter or test is a string, not %s", values.describe(name))
      end
      local entry = require(module)[name]
      return entry ~= nil and not entry.refused
   end
end
tests:define("filter", "", known("cloudify.template.filters"))
tests:define("test", "", known("cloudify.template.tests"))

return tests.entries
