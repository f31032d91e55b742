--- Finds the globals that a source uses, in the bytecode that Lua makes of it: `x = 1` is stored
--- into the table in the upvalue _ENV, whatever the source looks like, and `x` is looked up there.
--- Reads what string.dump() of Lua 5.4 writes (ldump.c).
local globals = {}

local OP_LOADK, OP_GETUPVAL = 3, 9  -- R[A] := K[Bx]; R[A] := UpValue[B]
local OP_GETTABUP = 11      -- R[A] := UpValue[B][K[C]]
local OP_GETTABLE = 12      -- R[A] := R[B][R[C]]
local OP_SETTABUP = 15      -- UpValue[A][K[B]] := ...
local OP_SETTABLE = 16      -- R[A][R[B]] := ...
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

local function read_function(reader)
   reader:string()
   local proto = {first_line = reader:size()}
   reader:size()
   reader:unpack("c3")
   proto.code = reader:list(function() return reader:unpack("I4") end)
   proto.constants = reader:list(read_constant)
   reader:list(read_upvalue)
   proto.functions = reader:list(read_function)
   proto.line_differences = reader:list(function() return reader:unpack("b") end)
   proto.lines = {}
   reader:list(function()
      local instruction = reader:size()
      proto.lines[instruction + 1] = reader:size()
   end)
   reader:list(function()
      reader:string()
      reader:size()
      reader:size()
   end)
   proto.upvalues = reader:list(function() return reader:string() or "" end)
   return proto
end

--- What an instruction does with a global: "read" or "written", and its name; nil: nothing. Names
--- that are long, or come behind hundreds of constants, take a detour: _ENV and the name are put
--- into registers first, which `registers` remembers; `registers.last` is the one with the name.
local function global_use(proto, instruction, registers)
   local code, a = instruction & 0x7f, instruction >> 7 & 0xff
   local b, c = instruction >> 16 & 0xff, instruction >> 24 & 0xff
   local last = registers.last
   registers.last = nil
   if code == OP_SETTABUP and proto.upvalues[a + 1] == "_ENV" then
      return "written", proto.constants[b + 1]
   elseif code == OP_GETTABUP and proto.upvalues[b + 1] == "_ENV" then
      return "read", proto.constants[c + 1]
   elseif code == OP_SETTABLE then
      local is_env = registers[a] == proto.upvalues
      registers[a] = nil
      return is_env and "written" or nil, registers[b]
   elseif code == OP_GETTABLE then
      local is_env = registers[b] == proto.upvalues
      registers[b] = nil
      return is_env and last == c and "read" or nil, registers[c]
   elseif code == OP_GETUPVAL then
      registers[a] = proto.upvalues[b + 1] == "_ENV" and proto.upvalues or nil
   elseif code == OP_LOADK then
      registers[a], registers.last = proto.constants[(instruction >> 15) + 1], a
   end
   return nil
end

local function collect(proto, found)
   local line, registers = proto.first_line, {}
   for i, instruction in ipairs(proto.code) do
      local difference = proto.line_differences[i] or 0
      line = difference == ABSOLUTE_LINE and proto.lines[i] or line + difference
      local use, name = global_use(proto, instruction, registers)
      if use and type(name) == "string" then
         table.insert(found[use], {name = name, line = line})
      end
   end
   for _, inner in ipairs(proto.functions) do
      collect(inner, found)
   end
end

local function by_line(a, b)
   return a.line < b.line or a.line == b.line and a.name < b.name
end

---@class cloudify.plugin_kit.GlobalUse
---@field name string
---@field line integer

--- The globals that the compiled `chunk` reads and writes, by line and name.
---@param chunk function
---@return {read: cloudify.plugin_kit.GlobalUse[], written: cloudify.plugin_kit.GlobalUse[]}
function globals.find(chunk)
   local text = string.dump(chunk)
   assert(text:sub(1, #HEADER) == HEADER, "bytecode of Lua 5.4 is expected")
   local found = {read = {}, written = {}}
   local reader = setmetatable({text = text, at = #HEADER + 1}, Reader)
   reader:unpack("c3")   -- the sizes of an instruction, an integer, a number
   reader:unpack("j")    -- one of each, to tell their form
   reader:unpack("n")
   reader:unpack("B")    -- upvalues of the chunk
   collect(read_function(reader), found)
   table.sort(found.read, by_line)
   table.sort(found.written, by_line)
   return found
end

return globals
