--- Parses the operands of expressions: names, literals, brackets, and what stands behind them.
local fault = require("cloudify.template.fault")

local CONSTANTS = {["true"] = true, ["True"] = true, ["false"] = false, ["False"] = false}
local NONE = {none = true, None = true}
local RESERVED = {["not"] = true, ["and"] = true, ["or"] = true, ["in"] = true, ["is"] = true,
   ["if"] = true, ["else"] = true}

--- The part of cloudify.template.ExpressionParser that is added to it.
---@class cloudify.template.ExpressionParser
local Parser = {}

function Parser:primary()
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

function Parser:name()
   local token = self.stream:next()
   if CONSTANTS[token.value] ~= nil then
      return self:node("constant", {value = CONSTANTS[token.value]}, token.line)
   elseif NONE[token.value] then
      return self:node("none", {}, token.line)
   end
   return self:node("name", {name = token.value}, token.line)
end

--- Strings that follow each other are one.
function Parser:strings()
   local line, parts = self.stream:line(), {}
   while self.stream:is("string") do
      table.insert(parts, self.stream:next().value)
   end
   return self:node("constant", {value = table.concat(parts)}, line)
end

--- Items separated by commas, up to and including `closer`.
function Parser:items(closer)
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

function Parser:dict(line)
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
function Parser:tuple(stops, bracketed, plain)
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

function Parser:postfix(node)
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

function Parser:attribute(node, line)
   local token = self.stream:next()
   if token.kind == "name" then
      return self:node("attribute", {object = node, name = token.value}, line)
   elseif token.kind == "number" then
      local key = self:node("constant", {value = token.value}, token.line)
      return self:node("item", {object = node, key = key}, line)
   end
   fault.at(line, "expected a name or a number behind '.'")
end

function Parser:subscript(node, line)
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
function Parser:slice()
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
function Parser:arguments()
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

function Parser:argument(result)
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

--- Give a class these methods.
return function(class)
   for name, method in pairs(Parser) do
      class[name] = method
   end
end
