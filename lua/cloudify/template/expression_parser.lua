--- Parses expressions. Each node is a table with a `type` and the line where it begins.
local fault = require("cloudify.template.fault")

---@class cloudify.template.ExpressionParser
---@field private stream cloudify.template.TokenStream
---@field private depth integer
local ExpressionParser = {}
ExpressionParser.__index = ExpressionParser

local expression_parser = {}

-- Of brackets; the compiler bounds what else makes an expression deep.
local MAX_DEPTH = 100

local COMPARISONS = {["=="] = true, ["!="] = true, ["<"] = true, ["<="] = true, [">"] = true,
   [">="] = true}
local SUMS = {["+"] = true, ["-"] = true}
local PRODUCTS = {["*"] = true, ["/"] = true, ["//"] = true, ["%"] = true}
local POWERS = {["**"] = true}
local CONSTANTS = {["true"] = true, ["True"] = true, ["false"] = false, ["False"] = false}
local NONE = {none = true, None = true}
-- Words that end the argument of a test that is given without brackets.
local NO_ARGUMENT = {["else"] = true, ["or"] = true, ["and"] = true, ["if"] = true, ["is"] = true,
   ["not"] = true, ["in"] = true}
local RESERVED = {["not"] = true, ["and"] = true, ["or"] = true, ["in"] = true, ["is"] = true,
   ["if"] = true, ["else"] = true}

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

function ExpressionParser:primary()
   local stream = self.stream
   local token = stream:peek()
   if token.kind == "name" and not RESERVED[token.value] then
      return self:name()
   elseif token.kind == "string" then
      return self:strings()
   elseif token.kind == "number" then
      return self:node("constant", {value = stream:next().value}, token.line)
   elseif stream:accept_operator("(") then
      local node = self:tuple({[")"] = true}, true)
      stream:expect_operator(")")
      return node
   elseif stream:accept_operator("[") then
      return self:node("list", {items = self:items("]")}, token.line)
   elseif stream:accept_operator("{") then
      return self:dict(token.line)
   end
   stream:refuse("an expression")
end

function ExpressionParser:name()
   local token = self.stream:next()
   if CONSTANTS[token.value] ~= nil then
      return self:node("constant", {value = CONSTANTS[token.value]}, token.line)
   elseif NONE[token.value] then
      return self:node("none", {}, token.line)
   end
   return self:node("name", {name = token.value}, token.line)
end

--- Strings that follow each other are one.
function ExpressionParser:strings()
   local line, parts = self.stream:line(), {}
   while self.stream:is("string") do
      table.insert(parts, self.stream:next().value)
   end
   return self:node("constant", {value = table.concat(parts)}, line)
end

--- Items separated by commas, up to and including `closer`.
function ExpressionParser:items(closer)
   local items = {}
   while not self.stream:accept_operator(closer) do
      if #items > 0 then
         self.stream:expect_operator(",")
         if self.stream:accept_operator(closer) then
            break
         end
      end
      table.insert(items, self:expression())
   end
   return items
end

function ExpressionParser:dict(line)
   local stream, items = self.stream, {}
   while not stream:accept_operator("}") do
      if #items > 0 then
         stream:expect_operator(",")
         if stream:accept_operator("}") then
            break
         end
      end
      local key = self:expression()
      stream:expect_operator(":")
      table.insert(items, {key = key, value = self:expression()})
   end
   return self:node("dict", {items = items}, line)
end

--- One expression, or several with commas: a tuple. It ends before one of the operators or words
--- `stops`, or at the end of the marker.
---@param bracketed? boolean nothing at all is allowed: `()`
---@param plain? boolean an `if` behind it does not belong to it
function ExpressionParser:tuple(stops, bracketed, plain)
   local stream, line = self.stream, self.stream:line()
   local items, is_tuple = {}, false
   while not (stream:is("end") or stream:peek().kind ~= "string" and stops[stream:peek().value]) do
      if #items > 0 then
         if not stream:accept_operator(",") then
            break
         end
         is_tuple = true
         if stream:is("end") or stream:peek().kind ~= "string" and stops[stream:peek().value] then
            break
         end
      end
      table.insert(items, plain and self:disjunction() or self:expression())
   end
   if #items == 0 and not bracketed then
      stream:refuse("an expression")
   end
   return #items == 1 and not is_tuple and items[1] or self:node("tuple", {items = items}, line)
end

function ExpressionParser:postfix(node)
   local stream = self.stream
   while true do
      local line = stream:line()
      if stream:accept_operator(".") then
         node = self:attribute(node, line)
      elseif stream:accept_operator("[") then
         node = self:subscript(node, line)
      elseif stream:accept_operator("(") then
         node = self:node("call", {callee = node, arguments = self:arguments()}, line)
      else
         return node
      end
   end
end

function ExpressionParser:attribute(node, line)
   local token = self.stream:next()
   if token.kind == "name" then
      return self:node("attribute", {object = node, name = token.value}, line)
   elseif token.kind == "number" then
      local key = self:node("constant", {value = token.value}, token.line)
      return self:node("item", {object = node, key = key}, line)
   end
   fault.at(line, "expected a name or a number behind '.'")
end

function ExpressionParser:subscript(node, line)
   local keys = {}
   repeat
      table.insert(keys, self:slice())
   until not self.stream:accept_operator(",")
   self.stream:expect_operator("]")
   if #keys > 1 then
      return self:node("item",
         {object = node, key = self:node("tuple", {items = keys}, line)}, line)
   elseif keys[1].type == "slice" then
      keys[1].object = node
      return keys[1]
   end
   return self:node("item", {object = node, key = keys[1]}, line)
end

--- `key`, or `start:stop:step` of which all may be missing.
function ExpressionParser:slice()
   local stream, parts, line = self.stream, {}, self.stream:line()
   for i = 1, 3 do
      if not (stream:is_operator(":") or stream:is_operator("]") or stream:is_operator(",")) then
         parts[i] = self:expression()
      end
      if i == 3 or not stream:accept_operator(":") then
         if i == 1 then
            return parts[1] or stream:refuse("an expression")
         end
         break
      end
   end
   return self:node("slice", {start = parts[1], stop = parts[2], step = parts[3]}, line)
end

--- The arguments of a call, behind its `(`.
---@return {positional: table[], named: {name: string, value: table}[], list?: table, map?: table}
function ExpressionParser:arguments()
   local stream = self.stream
   local result, first = {positional = {}, named = {}}, true
   while not stream:accept_operator(")") do
      if not first then
         stream:expect_operator(",")
         if stream:accept_operator(")") then
            break
         end
      end
      first = false
      self:argument(result)
   end
   return result
end

function ExpressionParser:argument(result)
   local stream = self.stream
   if stream:accept_operator("*") then
      result.list = self:expression()
   elseif stream:accept_operator("**") then
      result.map = self:expression()
   elseif stream:is("name") and stream:is_operator_ahead("=") then
      local name = stream:next().value
      stream:next()
      for _, other in ipairs(result.named) do
         if other.name == name then
            fault.at(stream:line(), "the argument '%s' is given twice", name)
         end
      end
      table.insert(result.named, {name = name, value = self:expression()})
   else
      if #result.named > 0 or result.list or result.map then
         fault.at(stream:line(), "an argument without a name follows one with a name")
      end
      table.insert(result.positional, self:expression())
   end
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
