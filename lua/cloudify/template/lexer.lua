--- Cuts the text of a template into tokens: text, and what stands between its markers.
local fault = require("cloudify.template.fault")
local strings = require("cloudify.template.strings")

local lexer = {}

---@class cloudify.template.Token
---@field kind "text"|"begin"|"end"|"name"|"string"|"number"|"operator"|"eof"
---@field value any
---@field line integer

local CLOSERS = {["{{"] = "}}", ["{%"] = "%}", ["{#"] = "#}"}
local CLOSING = {["}}"] = "^([%-+]?)}}()", ["%}"] = "^([%-+]?)%%}()"}
local PARTNERS = {["("] = ")", ["["] = "]", ["{"] = "}"}
local OPERATORS = {}
for operator in ("+ - / // * % ** ~ [ ] ( ) { } == != > >= < <= = . : | ,"):gmatch("%S+") do
   OPERATORS[operator] = true
end
local ESCAPES = {a = "\a", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", v = "\v",
   ["\\"] = "\\", ["'"] = "'", ['"'] = '"', ["\n"] = ""}
local HEX_ESCAPES = {x = 2, u = 4, U = 8}
local BASES = {b = 2, o = 8, x = 16}

---@class cloudify.template.Lexer
---@field private text string
---@field private position integer of the next byte
---@field private line integer
---@field private tokens cloudify.template.Token[]
local Lexer = {}
Lexer.__index = Lexer

local function count_lines(text)
   return select(2, text:gsub("\n", ""))
end

function Lexer:add(kind, value)
   table.insert(self.tokens, {kind = kind, value = value, line = self.line})
end

--- Go on to `position`, counting the lines.
function Lexer:move_to(position)
   self.line = self.line + count_lines(self.text:sub(self.position, position - 1))
   self.position = position
end

--- Leave a marker that ends with the byte `finish`, and skip white space if it strips.
function Lexer:leave(finish, strips)
   self:move_to(finish + 1)
   if strips then
      self:move_to(self.text:match("^%s*()", self.position))
   end
end

function Lexer:text_until(start, strips)
   local text = self.text:sub(self.position, start - 1)
   if strips then
      text = strings.strip(text, nil, "right")
   end
   if text ~= "" then
      self:add("text", text)
   end
   self:move_to(start)
end

function Lexer:comment()
   local start, finish = self.text:find("#}", self.position + 2, true)
   if not start then
      fault.at(self.line, "the comment that begins here has no end: '#}' is missing")
   end
   local has_sign = start > self.position + 3 and self.text:sub(start - 1, start - 1) == "-"
   self:leave(finish, has_sign)
end

--- Take `{% raw %}...{% endraw %}`, if it stands here.
function Lexer:raw()
   local _, finish, sign = self.text:find("^{%%[%-+]?%s*raw%s*([%-+]?)%%}", self.position)
   if not finish then
      return false
   end
   local line = self.line
   self:leave(finish, sign == "-")
   local stop, last, before, after =
      self.text:find("{%%([%-+]?)%s*endraw%s*([%-+]?)%%}", self.position)
   if not stop then
      fault.at(line, "the 'raw' that begins here has no '{%% endraw %%}'")
   end
   self:text_until(stop, before == "-")
   self:leave(last, after == "-")
   return true
end

local function integer(text)
   local base, digits = text:match("^0([bBoOxX])(.+)$")
   if base then
      return math.tointeger(tonumber(digits, BASES[base:lower()]))
   end
   return math.tointeger(tonumber(text))
end

function Lexer:number()
   local text, from = self.text, self.position
   local digits = text:match("^0[xX][%x_]+", from) or text:match("^0[oO][0-7_]+", from)
      or text:match("^0[bB][01_]+", from) or text:match("^%d[%d_]*", from)
   local follows_dot = text:sub(from - 1, from - 1) == "."
   local fraction = not follows_dot and text:match("^%d[%d_]*%.%d[%d_]*", from)
   local exponent = not follows_dot
      and text:match("^[eE][+-]?%d+", from + #(fraction or digits))
   local plain = ((fraction or digits) .. (exponent or "")):gsub("_", "")
   local value = (fraction or exponent) and tonumber(plain) + 0.0 or integer(plain)
   if not value then
      fault.at(self.line, "the number %s does not fit into 64 bits", plain)
   end
   self:add("number", value)
   self:move_to(from + #(fraction or digits) + #(exponent or ""))
end

--- The character of `\xHH`, `\uHHHH`, `\UHHHHHHHH`, or of octal digits, at `at` behind the `\`.
function Lexer:coded_character(body, at)
   local letter = body:sub(at, at)
   local count = HEX_ESCAPES[letter]
   if count then
      local digits = body:match("^%x+", at + 1) or ""
      if #digits < count then
         fault.at(self.line, "'\\%s' in a string must be followed by %d hexadecimal digits",
            letter, count)
      end
      local code = tonumber(digits:sub(1, count), 16)
      if code > 0x10FFFF or (code >= 0xD800 and code < 0xE000) then
         fault.at(self.line, "'\\%s%s' in a string is no character", letter, digits:sub(1, count))
      end
      return utf8.char(code), at + count + 1
   end
   local octal = body:match("^[0-7][0-7]?[0-7]?", at)
   if octal then
      return utf8.char(tonumber(octal, 8)), at + #octal
   end
   return "\\", at
end

function Lexer:unescape(body)
   local parts, from = {}, 1
   while true do
      local start = body:find("\\", from, true)
      if not start then
         break
      end
      table.insert(parts, body:sub(from, start - 1))
      local simple = ESCAPES[body:sub(start + 1, start + 1)]
      if simple then
         table.insert(parts, simple)
         from = start + 2
      else
         parts[#parts + 1], from = self:coded_character(body, start + 1)
      end
   end
   table.insert(parts, body:sub(from))
   return table.concat(parts)
end

function Lexer:string()
   local quote, from = self.text:sub(self.position, self.position), self.position + 1
   local at = from
   while true do
      local found = self.text:match("()[\\" .. quote .. "]", at)
      if not found then
         fault.at(self.line, "the string that begins here has no end: %s is missing", quote)
      elseif self.text:sub(found, found) == quote then
         self:add("string", self:unescape(self.text:sub(from, found - 1)))
         self:move_to(found + 1)
         return
      end
      at = found + 2
   end
end

--- Keep account of brackets: a `}}` inside of them closes dicts, not the marker.
function Lexer:balance(operator, open)
   if PARTNERS[operator] then
      table.insert(open, operator)
   elseif operator == ")" or operator == "]" or operator == "}" then
      local opened = table.remove(open)
      if not opened then
         fault.at(self.line, "unexpected '%s'", operator)
      elseif PARTNERS[opened] ~= operator then
         fault.at(self.line, "unexpected '%s', expected '%s'", operator, PARTNERS[opened])
      end
   end
end

function Lexer:operator(open)
   local two = self.text:sub(self.position, self.position + 1)
   local operator = OPERATORS[two] and two or two:sub(1, 1)
   if not OPERATORS[operator] then
      local character = self.text:match("^" .. utf8.charpattern, self.position) or operator
      fault.at(self.line, "unexpected character '%s'", character)
   end
   self:balance(operator, open)
   self:add("operator", operator)
   self.position = self.position + #operator
end

--- The end of the marker, if it stands here: its last byte, and whether it strips.
function Lexer:closing(closer)
   local mark, finish = self.text:match(CLOSING[closer], self.position)
   if finish and not (mark == "+" and closer == "}}") then
      return finish - 1, mark == "-"
   end
end

function Lexer:code(opener)
   local closer, line, open = CLOSERS[opener], self.line, {}
   self:add("begin", opener)
   local sign = self.text:match("^[%-+]", self.position + 2)
   self:move_to(self.position + 2 + (sign and 1 or 0))
   while true do
      self:move_to(self.text:match("^%s*()", self.position))
      local finish, strips = self:closing(closer)
      if finish and #open == 0 then
         self:add("end", closer)
         return self:leave(finish, strips)
      end
      local first = self.text:sub(self.position, self.position)
      if first == "" then
         fault.at(line, "the '%s' that begins here has no end: '%s' is missing", opener, closer)
      elseif first:match("[%a_\128-\255]") then
         local name = self.text:match("^[%w_\128-\255]+", self.position)
         self:add("name", name)
         self.position = self.position + #name
      elseif first:match("%d") then
         self:number()
      elseif first == "'" or first == '"' then
         self:string()
      else
         self:operator(open)
      end
   end
end

--- Take all text up to the next marker. Returns the marker, or nil at the end.
function Lexer:plain()
   local start = self.text:find("{[{%%#]", self.position)
   if not start then
      self:text_until(#self.text + 1, false)
      return nil
   end
   self:text_until(start, self.text:sub(start + 2, start + 2) == "-")
   return self.text:sub(start, start + 1)
end

--- Line breaks of any kind become `\n`; the last one is dropped, as Jinja does.
local function normalize(text)
   if text:find("\r", 1, true) then
      text = text:gsub("\r\n", "\n"):gsub("\r", "\n")
   end
   return (text:gsub("\n$", ""))
end

---@return cloudify.template.Token[] the last one is of kind "eof"
function lexer.tokens(text)
   local self = setmetatable({text = normalize(text), position = 1, line = 1, tokens = {}}, Lexer)
   for opener in function() return self:plain() end do
      if opener == "{#" then
         self:comment()
      elseif opener == "{{" or not self:raw() then
         self:code(opener)
      end
   end
   self:add("eof", nil)
   return self.tokens
end

return lexer
