--- Finds the globals that a source uses, in the bytecode that Lua makes of it: `x = 1` is stored
--- into the table in the upvalue _ENV, whatever the source looks like, and `x` is looked up there.
local bytecode = require("cloudify.plugin_kit.bytecode")

local globals = {}

local OP_LOADK, OP_GETUPVAL = 3, 9  -- R[A] := K[Bx]; R[A] := UpValue[B]
local OP_GETTABUP = 11      -- R[A] := UpValue[B][K[C]]
local OP_GETTABLE = 12      -- R[A] := R[B][R[C]]
local OP_SETTABUP = 15      -- UpValue[A][K[B]] := ...
local OP_SETTABLE = 16      -- R[A][R[B]] := ...

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
   local registers = {}
   for i, instruction in ipairs(proto.code) do
      local use, name = global_use(proto, instruction, registers)
      if use and type(name) == "string" then
         table.insert(found[use], {name = name, line = proto.lines[i]})
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
   local found = {read = {}, written = {}}
   collect(bytecode.read(chunk), found)
   table.sort(found.read, by_line)
   table.sort(found.written, by_line)
   return found
end

return globals
