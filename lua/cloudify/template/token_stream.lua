--- The tokens of a template, one after the other: what both parsers read from.
local fault = require("cloudify.template.fault")

---@class cloudify.template.TokenStream
---@field private tokens cloudify.template.Token[]
---@field private position integer
local TokenStream = {}
TokenStream.__index = TokenStream

local token_stream = {}

---@return cloudify.template.TokenStream
function token_stream.new(tokens)
   return setmetatable({tokens = tokens, position = 1}, TokenStream)
end

--- The next token, which stays where it is; `ahead` tokens further on.
function TokenStream:peek(ahead)
   return self.tokens[math.min(self.position + (ahead or 0), #self.tokens)]
end

function TokenStream:next()
   local token = self:peek()
   self.position = self.position + 1
   return token
end

function TokenStream:line()
   return self:peek().line
end

function TokenStream:is(kind, value)
   local token = self:peek()
   return token.kind == kind and (value == nil or token.value == value)
end

function TokenStream:is_operator(value)
   return self:is("operator", value)
end

--- Whether the token behind the next one is this operator.
function TokenStream:is_operator_ahead(value)
   local token = self:peek(1)
   return token.kind == "operator" and token.value == value
end

--- Take the token if it is this one. Returns whether it was.
function TokenStream:accept(kind, value)
   if self:is(kind, value) then
      self.position = self.position + 1
      return true
   end
   return false
end

function TokenStream:accept_operator(value)
   return self:accept("operator", value)
end

local function describe(token)
   if token.kind == "eof" then
      return "the end of the template"
   elseif token.kind == "text" then
      return "text"
   end
   return ("%s'%s'"):format(token.kind == "string" and "the string " or "", tostring(token.value))
end

--- Refuse the next token.
---@param expected string
function TokenStream:refuse(expected)
   fault.at(self:line(), "expected %s, found %s", expected, describe(self:peek()))
end

--- Take the token, which must be this one.
function TokenStream:expect(kind, value, expected)
   if not self:is(kind, value) then
      self:refuse(expected or ("'%s'"):format(value))
   end
   return self:next()
end

function TokenStream:expect_operator(value)
   return self:expect("operator", value)
end

return token_stream
