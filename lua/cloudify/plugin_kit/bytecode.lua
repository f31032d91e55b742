--- Reads what Lua makes of a source: what string.dump() of Lua 5.4 writes (ldump.c).
local bytecode = {}

local ABSOLUTE_LINE = -128  -- in the list of differences: see the list of lines instead
local HEADER = "\27Lua\x54\0\x19\x93\r\n\x1a\n"

---@class cloudify.plugin_kit.Reader
---@field private text string
---@field private at integer
local Reader = {}
Reader.__index = Reader

function Reader:unpack(format)
   local value
   value, self.at = string.unpack(format, self.text, self.at)
   return value
end

--- Seven bits a byte, the highest first; the last byte is marked.
function Reader:size()
   local value = 0
   while true do
      local byte = self:unpack("B")
      value = value << 7 | byte & 0x7f
      if byte & 0x80 ~= 0 then
         return value
      end
   end
end

function Reader:string()
   local length = self:size()
   if length == 0 then
      return nil
   end
   return self:unpack("c" .. length - 1)
end

function Reader:list(read)
   local values = {}
   for i = 1, self:size() do
      values[i] = read(self)
   end
   return values
end

local CONSTANTS = {
   [0x13] = function(reader) return reader:unpack("n") end,
   [0x03] = function(reader) return reader:unpack("j") end,
   [0x04] = Reader.string,
   [0x14] = Reader.string,
}

--- A constant; false for nil, true and false, which have no more than their tag.
local function read_constant(reader)
   local read = CONSTANTS[reader:unpack("B")]
   return read and read(reader) or false
end

local function read_upvalue(reader)
   return reader:unpack("c3")
end

--- The line of each instruction. They are stored as differences, and whole where those are large.
local function read_lines(reader, first_line)
   local differences = reader:list(function() return reader:unpack("b") end)
   local absolute = {}
   reader:list(function()
      local instruction = reader:size()
      absolute[instruction + 1] = reader:size()
   end)
   local line, lines = first_line, {}
   for i, difference in ipairs(differences) do
      line = difference == ABSOLUTE_LINE and absolute[i] or line + difference
      lines[i] = line
   end
   return lines
end

local function read_function(reader)
   reader:string()
   local first_line = reader:size()
   reader:size()
   reader:unpack("B")
   local proto = {is_vararg = reader:unpack("B") ~= 0}
   reader:unpack("B")
   proto.code = reader:list(function() return reader:unpack("I4") end)
   proto.constants = reader:list(read_constant)
   reader:list(read_upvalue)
   proto.functions = reader:list(read_function)
   proto.lines = read_lines(reader, first_line)
   reader:list(function()
      reader:string()
      reader:size()
      reader:size()
   end)
   proto.upvalues = reader:list(function() return reader:string() or "" end)
   return proto
end

---@class cloudify.plugin_kit.Function
---@field is_vararg boolean
---@field code integer[] instructions
---@field lines integer[] of each instruction
---@field constants any[] false for those that are nil, true or false
---@field functions cloudify.plugin_kit.Function[] those that are written inside of it
---@field upvalues string[] their names

---@param chunk function
---@return cloudify.plugin_kit.Function
function bytecode.read(chunk)
   local text = string.dump(chunk)
   assert(text:sub(1, #HEADER) == HEADER, "bytecode of Lua 5.4 is expected")
   local reader = setmetatable({text = text, at = #HEADER + 1}, Reader)
   reader:unpack("c3")   -- the sizes of an instruction, an integer, a number
   reader:unpack("j")    -- one of each, to tell their form
   reader:unpack("n")
   reader:unpack("B")    -- upvalues of the chunk
   return read_function(reader)
end

return bytecode
