--- Parses expressions. Each node is a table with a `type` and the line where it begins.
local add_operands = require("cloudify.template.operand_parser")
local fault = require("cloudify.template.fault")

---@class cloudify.template.ExpressionParser
---@field private stream cloudify.template.TokenStream
---@field private depth integer
local ExpressionParser = {}
ExpressionParser.__index = ExpressionParser

local expression_parser = {}

add_operands(ExpressionParser)

-- Of brackets; the compiler bounds what else makes an expression deep.
local MAX_DEPTH = 100

local COMPARISONS = {["=="] = true, ["!="] = true, ["<"] = true, ["<="] = true, [">"] = true,
   [">="] = true}
local SUMS = {["+"] = true, ["-"] = true}
local PRODUCTS = {["*"] = true, ["/"] = true, ["//"] = true, ["%"] = true}
local POWERS = {["**"] = true}
-- Words that end the argument of a test that is given without brackets.
local NO_ARGUMENT = {["else"] = true, ["or"] = true, ["and"] = true, ["if"] = true, ["is"] = true,
   ["not"] = true, ["in"] = true}

---@param stream cloudify.template.TokenStream
function expression_parser.new(stream)
   return setmetatable({stream = stream, depth = 0}, ExpressionParser)
end

function ExpressionParser:node(type, fields, line)
   fields.type, fields.line = type, line or self.stream:line()
   return fields
end

function ExpressionParser:expression()
   self.depth = self.depth + 1
   if self.depth > MAX_DEPTH then
      fault.at(self.stream:line(), "expressions are nested more than %d deep", MAX_DEPTH)
   end
   local node = self:conditional()
   self.depth = self.depth - 1
   return node
end

--- `a if b else c`
function ExpressionParser:conditional()
   local stream = self.stream
   local node = self:disjunction()
   while stream:is("name", "if") do
      local line = stream:next().line
      local condition = self:disjunction()
      local otherwise = stream:accept("name", "else") and self:expression() or nil
      node = self:node("conditional",
         {value = node, condition = condition, otherwise = otherwise}, line)
   end
   return node
end

--- Operands of `or`, or of `and`, as one node: `a or b or c` is no deeper than `a or b`.
function ExpressionParser:chain(word, operand)
   local first = self[operand](self)
   if not self.stream:is("name", word) then
      return first
   end
   local operands = {first}
   while self.stream:accept("name", word) do
      table.insert(operands, self[operand](self))
   end
   return self:node(word, {operands = operands}, first.line)
end

function ExpressionParser:disjunction()
   return self:chain("or", "conjunction")
end

function ExpressionParser:conjunction()
   return self:chain("and", "negation")
end

function ExpressionParser:negation()
   local line, count = self.stream:line(), 0
   while self.stream:accept("name", "not") do
      count = count + 1
   end
   local node = self:comparison()
   if count == 0 then
      return node
   end
   node = self:node("not", {operand = node}, line)
   return count % 2 == 1 and node or self:node("not", {operand = node}, line)
end

--- Take the operator of a comparison, or nothing.
function ExpressionParser:comparison_operator()
   local stream = self.stream
   local token = stream:peek()
   if token.kind == "operator" and COMPARISONS[token.value] or stream:is("name", "in") then
      return stream:next().value
   elseif stream:is("name", "not") and stream:peek(1).value == "in" then
      stream:next()
      stream:next()
      return "not in"
   end
end

function ExpressionParser:comparison()
   local first = self:sum()
   local rest = {}
   for operator in function() return self:comparison_operator() end do
      table.insert(rest, {operator = operator, operand = self:sum()})
   end
   return #rest == 0 and first or self:node("compare", {first = first, rest = rest}, first.line)
end

--- Operands joined by one of `operators`, from the left.
function ExpressionParser:binary(operators, operand)
   local node = self[operand](self)
   while self.stream:peek().kind == "operator" and operators[self.stream:peek().value] do
      local operator = self.stream:next()
      node = self:node("binary",
         {operator = operator.value, left = node, right = self[operand](self)}, operator.line)
   end
   return node
end

function ExpressionParser:sum()
   return self:binary(SUMS, "concatenation")
end

function ExpressionParser:concatenation()
   local first = self:product()
   if not self.stream:is_operator("~") then
      return first
   end
   local operands = {first}
   while self.stream:accept_operator("~") do
      table.insert(operands, self:product())
   end
   return self:node("concat", {operands = operands}, first.line)
end

function ExpressionParser:product()
   return self:binary(PRODUCTS, "power")
end

function ExpressionParser:power()
   return self:binary(POWERS, "unary")
end

function ExpressionParser:unary()
   return self:signed(true)
end

function ExpressionParser:signed(with_filters)
   local stream = self.stream
   local signs = {}
   while stream:is_operator("-") or stream:is_operator("+") do
      table.insert(signs, stream:next())
   end
   local node = self:postfix(self:primary())
   if #signs == 0 then
      return with_filters and self:filters(node) or node
   end
   for i = #signs, 1, -1 do
      node = self:node("sign", {operator = signs[i].value, operand = node}, signs[i].line)
   end
   return with_filters and self:filters(self:postfix(node)) or node
end

--- `name`, or `name.name` as extensions of Jinja have them.
function ExpressionParser:dotted_name(what)
   local name = self.stream:expect("name", nil, "the name of a " .. what).value
   while self.stream:accept_operator(".") do
      name = name .. "." .. self.stream:expect("name", nil, "the name of a " .. what).value
   end
   return name
end

--- Filters, tests and calls behind a value.
function ExpressionParser:filters(node)
   local stream = self.stream
   while true do
      local line = stream:line()
      if stream:is_operator("|") then
         node = self:filter(node)
      elseif stream:accept("name", "is") then
         node = self:test(node, line)
      elseif stream:accept_operator("(") then
         node = self:node("call", {callee = node, arguments = self:arguments()}, line)
      else
         return node
      end
   end
end

--- One filter behind its `|`.
---@param bare? boolean the `|` is not there
function ExpressionParser:filter(node, bare)
   local line = self.stream:line()
   if not bare then
      self.stream:expect_operator("|")
   end
   local name = self:dotted_name("filter")
   local arguments = self.stream:accept_operator("(") and self:arguments()
      or {positional = {}, named = {}}
   return self:node("filter", {operand = node, name = name, arguments = arguments}, line)
end

function ExpressionParser:starts_argument()
   local token = self.stream:peek()
   if token.kind == "name" then
      return not NO_ARGUMENT[token.value]
   end
   return token.kind == "string" or token.kind == "number"
      or token.kind == "operator" and (token.value == "[" or token.value == "{")
end

function ExpressionParser:test(node, line)
   local stream = self.stream
   local negated = stream:accept("name", "not")
   local name = self:dotted_name("test")
   local arguments = {positional = {}, named = {}}
   if stream:accept_operator("(") then
      arguments = self:arguments()
   elseif self:starts_argument() then
      arguments.positional[1] = self:postfix(self:primary())
   elseif stream:is("name", "is") then
      fault.at(stream:line(), "a test behind a test: use 'and', or brackets")
   end
   local test = self:node("test", {operand = node, name = name, arguments = arguments}, line)
   return negated and self:node("not", {operand = test}, line) or test
end

return expression_parser
