--- Compiles expressions to Lua expressions. In them `R` is the rendering, `s` the scope (its names,
--- and at [1] the scope around it); the functions are those of cloudify.template.runtime.
local fault = require("cloudify.template.fault")
local filters = require("cloudify.template.filters")
local signature = require("cloudify.template.signature")
local tests = require("cloudify.template.tests")

---@class cloudify.template.Scopes  what the compiler of statements provides
---@field variable fun(self, name: string): string code that reads a variable
---@field slot fun(self): integer a place in the scope for a value in between

---@class cloudify.template.ExpressionCompiler
---@field private scopes cloudify.template.Scopes
---@field private depth integer
local ExpressionCompiler = {}
ExpressionCompiler.__index = ExpressionCompiler

local expression_compiler = {}

-- Each level takes up to two calls of Lua's own parser, which allows 200, and some registers.
local MAX_DEPTH = 60

local BINARY = {["+"] = "add", ["-"] = "subtract", ["*"] = "multiply", ["/"] = "divide",
   ["//"] = "floor_divide", ["%"] = "modulo", ["**"] = "power"}
local COMPARE = {["=="] = "equal(%s, %s)", ["!="] = "not equal(%s, %s)", ["<"] = "less(%s, %s)",
   ["<="] = "less_or_equal(%s, %s)", [">"] = "greater(%s, %s)",
   [">="] = "greater_or_equal(%s, %s)", ["in"] = "within(%s, %s)",
   ["not in"] = "not within(%s, %s)"}
-- Whose code is a Lua boolean already.
local BOOLEAN = {compare = true, ["not"] = true, test = true}

--- How to compile each type of node.
local compile = {}

---@param scopes cloudify.template.Scopes
function expression_compiler.new(scopes)
   return setmetatable({scopes = scopes, depth = 0}, ExpressionCompiler)
end

--- A Lua literal in one line: lines of the code are counted.
local function literal(value)
   return (("%q"):format(value):gsub("\\\n", "\\n"))
end
expression_compiler.literal = literal

--- The code of a value.
---@return string
function ExpressionCompiler:value(node)
   self.depth = self.depth + 1
   if self.depth > MAX_DEPTH then
      fault.at(node.line, "an expression is nested more than %d deep", MAX_DEPTH)
   end
   local code = compile[node.type](self, node)
   self.depth = self.depth - 1
   return code
end

--- The code of whether the value is true: a Lua boolean.
---@return string
function ExpressionCompiler:condition(node)
   if node.type == "and" or node.type == "or" then
      local parts = {}
      for i, operand in ipairs(node.operands) do
         parts[i] = self:condition(operand)
      end
      return "(" .. table.concat(parts, " " .. node.type .. " ") .. ")"
   end
   local code = self:value(node)
   return BOOLEAN[node.type] and code or ("truth(%s)"):format(code)
end

function ExpressionCompiler:values(nodes)
   local parts = {}
   for i, node in ipairs(nodes) do
      parts[i] = self:value(node)
   end
   return table.concat(parts, ", ")
end

--- How the template names a value, where it is a chain of names and constants.
local function path_of(node)
   if node.type == "name" then
      return node.name
   end
   local object = node.object and path_of(node.object)
   if object and node.type == "attribute" then
      return object .. "." .. node.name
   elseif object and node.type == "item" and node.key.type == "constant" then
      local key = node.key.value
      return ("%s[%s]"):format(object,
         type(key) == "string" and "'" .. key .. "'" or tostring(key))
   end
end

local function path_argument(node)
   local path = path_of(node)
   return path and ", " .. literal(path) or ""
end

function compile:constant(node)
   return literal(node.value)
end

function compile.none()
   return "none"
end

function compile:name(node)
   return self.scopes:variable(node.name)
end

--- The text of a block with filters.
function compile.body(_, node)
   return node.code
end

function compile:list(node)
   return ("list {%s}"):format(self:values(node.items))
end

function compile:tuple(node)
   return ("tuple {%s}"):format(self:values(node.items))
end

function compile:dict(node)
   local parts = {}
   for _, item in ipairs(node.items) do
      table.insert(parts, self:value(item.key))
      table.insert(parts, self:value(item.value))
   end
   return ("dict {%s}"):format(table.concat(parts, ", "))
end

function compile:attribute(node)
   return ("item(%s, %s%s)"):format(self:value(node.object), literal(node.name),
      path_argument(node))
end

function compile:item(node)
   return ("item(%s, %s%s)"):format(self:value(node.object), self:value(node.key),
      path_argument(node))
end

function compile:slice(node)
   local function part(child)
      return child and self:value(child) or "nil"
   end
   return ("slice(%s, %s, %s, %s)"):format(self:value(node.object), part(node.start),
      part(node.stop), part(node.step))
end

function compile:binary(node)
   return ("%s(%s, %s)"):format(BINARY[node.operator], self:value(node.left),
      self:value(node.right))
end

function compile:sign(node)
   return ("%s(%s)"):format(node.operator == "-" and "negate" or "plus", self:value(node.operand))
end

function compile:concat(node)
   return ("concat {%s}"):format(self:values(node.operands))
end

compile["not"] = function(self, node)
   return ("not %s"):format(self:condition(node.operand))
end

--- `a < b < c`: the operand in the middle is computed once.
function compile:compare(node)
   local parts, left = {}, self:value(node.first)
   for i, pair in ipairs(node.rest) do
      local right, again = self:value(pair.operand), nil
      if i < #node.rest then
         local slot = self.scopes:slot()
         right, again = ("keep(s, %d, %s)"):format(slot, right), ("s[%d]"):format(slot)
      end
      table.insert(parts, COMPARE[pair.operator]:format(left, right))
      left = again
   end
   return #parts == 1 and parts[1] or "(" .. table.concat(parts, " and ") .. ")"
end

--- The value of `and`, and of `or`, is the operand that decides: the last one that was computed.
local function compile_logic(self, node)
   local slot, parts = self.scopes:slot(), {}
   for i, operand in ipairs(node.operands) do
      parts[i] = ("truth_of(s, %d, %s)"):format(slot, self:value(operand))
   end
   return ("last(%s, s[%d])"):format(table.concat(parts, " " .. node.type .. " "), slot)
end
compile["and"], compile["or"] = compile_logic, compile_logic

function compile:conditional(node)
   local slot = self.scopes:slot()
   local otherwise = node.otherwise and self:value(node.otherwise) or "undefined()"
   return ("last(%s and put(s, %d, %s) or put(s, %d, %s), s[%d])"):format(
      self:condition(node.condition), slot, self:value(node.value), slot, otherwise, slot)
end

--- Arguments as `{values}, names`: `names` is nil, or `{{name = ..., value = ...}, ...}`.
function ExpressionCompiler:arguments(arguments)
   local named = {}
   for i, argument in ipairs(arguments.named) do
      named[i] = ("{name = %s, value = %s}"):format(literal(argument.name),
         argument.code or self:value(argument.value))
   end
   local code = ("{%s}, {%s}"):format(self:values(arguments.positional), table.concat(named, ", "))
   if arguments.list or arguments.map then
      code = ("spread(%s, %s, %s)"):format(code,
         arguments.list and self:value(arguments.list) or "nil",
         arguments.map and self:value(arguments.map) or "nil")
   end
   return code
end

--- `path` comes before the arguments: those of spread() are two values, and must be last.
function compile:call(node)
   local callee = node.callee
   local path = path_of(callee)
   if callee.type == "attribute" then
      return ("method(R, %s, %s, %s)"):format(self:value(callee.object), literal(callee.name),
         self:arguments(node.arguments))
   end
   return ("call(R, %s, %s, %s)"):format(self:value(callee), path and literal(path) or "nil",
      self:arguments(node.arguments))
end

--- The call of a filter or test.
---@param registry table<string, cloudify.template.Function>
---@param kind "filter"|"test"
function ExpressionCompiler:apply(registry, kind, node)
   local spec = registry[node.name]
   if not spec then
      fault.at(node.line, "unknown %s '%s'%s", kind, node.name,
         fault.hint(node.name, fault.names_of(registry)))
   elseif spec.refused then
      fault.at(node.line, "the %s '%s' is not supported", kind, node.name)
   end
   local operand = self:value(node.operand)
   local arguments, what = node.arguments, ("%s '%s'"):format(kind, node.name)
   local place = ("%ss[%s]"):format(kind, literal(node.name))
   if spec.variadic then
      return ("%s(R, %s, %s)"):format(place, operand, self:arguments(arguments))
   elseif arguments.list or arguments.map then
      fault.at(node.line, "%s cannot take '*' or '**' arguments", what)
   end
   local bound = signature.bind(what, spec.parameters, arguments.positional, arguments.named,
      function(...) fault.at(node.line, ...) end)
   local parts, count = {"R", operand}, 0
   for i = 1, #spec.parameters do
      if bound[i] then
         count = i
      end
   end
   if count < spec.required then
      fault.at(node.line, "%s needs the argument '%s'", what, spec.parameters[count + 1])
   end
   for i = 1, count do
      table.insert(parts, bound[i] and self:value(bound[i]) or "nil")
   end
   return ("%s(%s)"):format(place, table.concat(parts, ", "))
end

function compile:filter(node)
   return self:apply(filters, "filter", node)
end

function compile:test(node)
   return self:apply(tests, "test", node)
end

return expression_compiler
