--- Parses a template into a list of statements. Each is a table with a `type` and a line.
local expression_parser = require("cloudify.template.expression_parser")
local fault = require("cloudify.template.fault")
local lexer = require("cloudify.template.lexer")
local token_stream = require("cloudify.template.token_stream")

---@class cloudify.template.Parser
---@field private stream cloudify.template.TokenStream
---@field private expressions cloudify.template.ExpressionParser
---@field private open {name: string, line: integer}[] the blocks that are not closed yet
local Parser = {}
Parser.__index = Parser

local parser = {}

local MAX_DEPTH = 150
local NO_STOPS = {}
local REFUSED = {
   autoescape = true, block = true, extends = true, from = true, import = true,
   ["do"] = true, trans = true, pluralize = true, ["break"] = true, ["continue"] = true,
   debug = true,
}
-- Words that stand for no statement, but for a part of one.
local PARTS = {["else"] = "if' or 'for", ["elif"] = "if"}

--- The statements that begin with a word.
local statements = {}

function Parser:expression()
   return self.expressions:expression()
end

--- An expression, or several with commas.
function Parser:tuple(stops, plain)
   return self.expressions:tuple(stops or NO_STOPS, false, plain)
end

function Parser:end_of_tag()
   self.stream:expect("end", "%}")
end

--- A name that may be assigned to.
function Parser:target_name()
   local token = self.stream:expect("name", nil, "a name")
   if token.value:match("^[TtFf]rue$") or token.value:match("^[Ff]alse$")
      or token.value:match("^[Nn]one$") or token.value == "not" or token.value == "in" then
      fault.at(token.line, "cannot assign to '%s'", token.value)
   end
   return {type = "name", name = token.value, line = token.line}
end

--- What is assigned to: a name, or several with commas and brackets.
function Parser:target(closer)
   local stream, line = self.stream, self.stream:line()
   local items, is_tuple = {}, false
   repeat
      if #items > 0 and (stream:is_operator("=") or stream:is("name", "in")
         or closer and stream:is_operator(closer)) then
         break
      end
      if stream:accept_operator("(") then
         table.insert(items, self:target(")"))
         stream:expect_operator(")")
      else
         table.insert(items, self:target_name())
      end
      local goes_on = stream:accept_operator(",")
      is_tuple = is_tuple or goes_on
   until not goes_on
   return is_tuple and {type = "tuple", items = items, line = line} or items[1]
end

--- Statements up to a tag that begins with one of the words in `ends`. Returns that word, taken.
function Parser:block(ends)
   local stream, nodes = self.stream, {}
   while not stream:is("eof") do
      if stream:is("begin", "{%") and stream:peek(1).kind == "name"
         and ends[stream:peek(1).value] then
         stream:next()
         return nodes, stream:next().value
      end
      local node = self:statement()
      if node then
         table.insert(nodes, node)
      end
   end
   local open = self.open[#self.open]
   if open then
      fault.at(open.line, "the '%s' that begins here has no '{%% end%s %%}'", open.name, open.name)
   end
   return nodes
end

function Parser:statement()
   local stream = self.stream
   local token = stream:next()
   if token.kind == "text" then
      return {type = "text", text = token.value, line = token.line}
   elseif token.value == "{{" then
      if stream:is("end") then
         fault.at(token.line, "expected an expression, found '}}'")
      end
      local node = {type = "output", value = self:tuple(), line = token.line}
      stream:expect("end", "}}")
      return node
   end
   return self:tag()
end

--- What a tag that is no statement is: the end of another block, or a word nobody knows.
function Parser:refuse_tag(token)
   local word, open = token.value, self.open[#self.open]
   local closes = word:match("^end(.+)$")
   if REFUSED[word] or closes and REFUSED[closes] then
      fault.at(token.line, "'%s' is not supported", word)
   elseif PARTS[word] or closes and statements[closes] then
      local owner = PARTS[word] or closes
      fault.at(token.line, "'%s' without '%s'%s", word, owner, open
         and ("; the '%s' of line %d is still open"):format(open.name, open.line) or "")
   end
   fault.at(token.line, "unknown tag '%s'%s", word,
      fault.hint(word, fault.names_of(statements)))
end

function Parser:tag()
   local token = self.stream:expect("name", nil, "the name of a tag")
   local parse = statements[token.value]
   if not parse then
      self:refuse_tag(token)
   end
   table.insert(self.open, {name = token.value, line = token.line})
   if #self.open > MAX_DEPTH then
      fault.at(token.line, "blocks are nested more than %d deep", MAX_DEPTH)
   end
   local node = parse(self, token.line)
   table.remove(self.open)
   node.line = token.line
   return node
end

function statements:print()
   local node = {type = "output", value = self:tuple()}
   self:end_of_tag()
   return node
end

--- What stands behind `if` and each `elif`.
function Parser:branch()
   local condition = self:tuple(nil, true)
   self:end_of_tag()
   local body, word = self:block({["elif"] = true, ["else"] = true, ["endif"] = true})
   return {condition = condition, body = body, line = condition.line}, word
end

statements["if"] = function(self)
   local branches, otherwise, word = {}, nil, "elif"
   while word == "elif" do
      branches[#branches + 1], word = self:branch()
   end
   if word == "else" then
      self:end_of_tag()
      otherwise, word = self:block({["endif"] = true})
   end
   assert(word == "endif")
   self:end_of_tag()
   return {type = "if", branches = branches, otherwise = otherwise}
end

local function mentions_loop(target)
   if target.type == "name" then
      return target.name == "loop"
   end
   for _, item in ipairs(target.items) do
      if mentions_loop(item) then
         return true
      end
   end
   return false
end

statements["for"] = function(self)
   local stream = self.stream
   local node = {type = "for", target = self:target()}
   if mentions_loop(node.target) then
      fault.at(node.target.line, "cannot assign to 'loop' in a loop")
   end
   stream:expect("name", "in")
   node.iterable = self:tuple({recursive = true}, true)
   node.condition = stream:accept("name", "if") and self:expression() or nil
   node.recursive = stream:accept("name", "recursive")
   self:end_of_tag()
   local word
   node.body, word = self:block({["else"] = true, endfor = true})
   if word == "else" then
      self:end_of_tag()
      node.otherwise = self:block({endfor = true})
   end
   self:end_of_tag()
   return node
end

--- `ns.name`, of a namespace.
function Parser:namespace_target()
   local stream = self.stream
   if stream:is("name") and stream:is_operator_ahead(".") then
      local object = self:target_name()
      stream:next()
      local name = stream:expect("name", nil, "a name").value
      return {type = "namespace", object = object, name = name, line = object.line}
   end
   return self:target()
end

--- Filters of `{% set x | upper %}` and `{% filter upper | trim %}`, applied to the body's text.
function Parser:body_filters(bare)
   local node = {type = "body", line = self.stream:line()}
   if bare then
      node = self.expressions:filter(node, true)
   end
   while self.stream:is_operator("|") do
      node = self.expressions:filter(node)
   end
   return node
end

function statements:set()
   local target = self:namespace_target()
   if self.stream:accept_operator("=") then
      local node = {type = "set", target = target, value = self:tuple()}
      self:end_of_tag()
      return node
   end
   local node = {type = "set_block", target = target, value = self:body_filters()}
   self:end_of_tag()
   node.body = self:block({endset = true})
   self:end_of_tag()
   return node
end

function statements:filter()
   local node = {type = "filter_block", value = self:body_filters(true)}
   self:end_of_tag()
   node.body = self:block({endfilter = true})
   self:end_of_tag()
   return node
end

statements["with"] = function(self)
   local stream, targets, values = self.stream, {}, {}
   while not stream:is("end") do
      if #targets > 0 then
         stream:expect_operator(",")
      end
      table.insert(targets, self:target_name())
      stream:expect_operator("=")
      table.insert(values, self:expression())
   end
   self:end_of_tag()
   local body = self:block({endwith = true})
   self:end_of_tag()
   return {type = "with", targets = targets, values = values, body = body}
end

--- Parameters with their defaults, in brackets.
function Parser:parameters()
   local stream, parameters, seen = self.stream, {}, {}
   stream:expect_operator("(")
   while not stream:accept_operator(")") do
      if #parameters > 0 then
         stream:expect_operator(",")
         if stream:accept_operator(")") then
            break
         end
      end
      local target = self:target_name()
      if seen[target.name] then
         fault.at(target.line, "the parameter '%s' is there twice", target.name)
      end
      seen[target.name] = true
      local default = stream:accept_operator("=") and self:expression() or nil
      if not default and #parameters > 0 and parameters[#parameters].default then
         fault.at(target.line, "the parameter '%s' needs a default, like the one before it",
            target.name)
      end
      table.insert(parameters, {name = target.name, default = default, line = target.line})
   end
   return parameters
end

function statements:macro()
   local name = self:target_name().name
   local node = {type = "macro", name = name, parameters = self:parameters()}
   self:end_of_tag()
   node.body = self:block({endmacro = true})
   self:end_of_tag()
   return node
end

function statements:call()
   local node = {type = "call_block", name = "caller", parameters = {}}
   if self.stream:is_operator("(") then
      node.parameters = self:parameters()
   end
   node.call = self:expression()
   if node.call.type ~= "call" then
      fault.at(node.call.line, "'call' needs the call of a macro")
   end
   self:end_of_tag()
   node.body = self:block({endcall = true})
   self:end_of_tag()
   return node
end

function statements:include()
   local stream = self.stream
   local node = {type = "include", name = self:expression(), context = true}
   if stream:is("name", "ignore") then
      stream:next()
      stream:expect("name", "missing")
      node.ignore_missing = true
   end
   if stream:is("name", "with") or stream:is("name", "without") then
      node.context = stream:next().value == "with"
      stream:expect("name", "context")
   end
   self:end_of_tag()
   return node
end

--- Raises a fault with the line.
---@return table[] statements
function parser.parse(text)
   local stream = token_stream.new(lexer.tokens(text))
   local self = setmetatable(
      {stream = stream, expressions = expression_parser.new(stream), open = {}}, Parser)
   return (self:block({}))
end

return parser
