--- Compiles the statements of a template to the text of a Lua chunk.
---
--- Each body of a loop, macro or block becomes a function `F[i](R, s, o, current, loop)`, all side
--- by side in the chunk: however deep and long a template is, Lua's limits on nesting, locals and
--- upvalues are not reached. Variables live in tables, the scopes: `s.x` here, `s[1].x` in the
--- scope around. `o` collects the output, `R` is the rendering. One statement is one line of Lua,
--- so that a line of Lua tells the line of the template.
local expression_compiler = require("cloudify.template.expression_compiler")

local compiler = {}

local literal = expression_compiler.literal

local MAX_IF_DEPTH = 20 -- of blocks within one Lua function

---@class cloudify.template.Scope  what is known of a scope when it is compiled
---@field parent? cloudify.template.Scope
---@field names table<string, true>
---@field order string[] the same names
---@field slots integer

---@class cloudify.template.Compiler : cloudify.template.Scopes
---@field private code {text: string, line: integer}[] of the function being compiled
---@field private functions {text: string, line: integer}[][]
---@field private macros string[] what the runtime must know of each macro
---@field private scope cloudify.template.Scope
---@field private expressions cloudify.template.ExpressionCompiler
---@field private depth integer of blocks in the function
local Compiler = {}
Compiler.__index = Compiler

--- How to compile each type of statement.
local compile = {}

local function new_scope(parent)
   return {parent = parent, names = {}, order = {}, slots = 1}
end

local function declare(scope, name)
   if not scope.names[name] then
      scope.names[name] = true
      table.insert(scope.order, name)
   end
end

--- Declare the names of an assignment's target.
local function declare_target(scope, target)
   if target.type == "name" then
      declare(scope, target.name)
   elseif target.type == "tuple" then
      for _, item in ipairs(target.items) do
         declare_target(scope, item)
      end
   end
end

--- Declare what the statements assign in their own scope: loops and the like have one of theirs.
local function declare_stored(scope, nodes)
   for _, node in ipairs(nodes) do
      if node.type == "set" or node.type == "set_block" then
         declare_target(scope, node.target)
      elseif node.type == "macro" then
         declare(scope, node.name)
      elseif node.type == "if" then
         for _, branch in ipairs(node.branches) do
            declare_stored(scope, branch.body)
         end
         declare_stored(scope, node.otherwise or {})
      end
   end
end

--- Whether the name occurs anywhere in the nodes.
local function mentions(node, name)
   if node.type == "name" and node.name == name then
      return true
   end
   for _, child in pairs(node) do
      if type(child) == "table" and mentions(child, name) then
         return true
      end
   end
   return false
end

function Compiler:emit(line, text)
   table.insert(self.code, {text = text, line = line})
end

--- Code of the variable, read from `depth` scopes further in.
function Compiler:place(scope, name, depth)
   while not scope.names[name] do
      if not scope.parent then
         declare(scope, name) -- a variable of the caller, looked up when rendering begins
         break
      end
      scope, depth = scope.parent, depth + 1
   end
   return ("s%s[%s]"):format(("[1]"):rep(depth), literal(name))
end

function Compiler:variable(name)
   return self:place(self.scope, name, 0)
end

function Compiler:slot()
   self.scope.slots = self.scope.slots + 1
   return self.scope.slots
end

function Compiler:value(node)
   return self.expressions:value(node)
end

--- A function with the code that `build` emits. Returns code that names it.
function Compiler:hoist(build)
   local code, depth = self.code, self.depth
   self.code, self.depth = {}, 0
   build()
   table.insert(self.functions, self.code)
   self.code, self.depth = code, depth
   return ("F[%d]"):format(#self.functions)
end

--- A function with a scope of its own; `prepare` declares what has its value from elsewhere.
function Compiler:scoped(line, nodes, prepare)
   return self:hoist(function()
      local outer = self.scope
      self.scope = new_scope(outer)
      self:emit(line, "s = {s}")
      if prepare then
         prepare(self.scope)
      end
      self:body(line, nodes)
      self.scope = outer
   end)
end

--- The statements that a scope is for. What they assign, and was not declared before, begins with
--- the value it has in the scopes around.
function Compiler:body(line, nodes)
   local scope = self.scope
   local given = #scope.order
   declare_stored(scope, nodes)
   for i = given + 1, #scope.order do
      local name = scope.order[i]
      self:emit(line, ("s[%s] = %s"):format(literal(name), self:place(scope.parent, name, 1)))
   end
   self:statements(nodes)
end

--- Assign what the Lua expression `code` gives.
function Compiler:assign(target, code, line)
   if target.type == "name" then
      self:emit(line, ("s[%s] = %s"):format(literal(target.name), code))
   elseif target.type == "namespace" then
      self:emit(line, ("set_field(%s, %s, %s)"):format(self:variable(target.object.name),
         literal(target.name), code))
   else
      local slot = self:slot()
      self:emit(line, ("s[%d] = unpack(%s, %d)"):format(slot, code, #target.items))
      for i, item in ipairs(target.items) do
         self:assign(item, ("s[%d][%d]"):format(slot, i), line)
      end
   end
end

function Compiler:statements(nodes)
   for _, node in ipairs(nodes) do
      compile[node.type](self, node)
   end
end

--- Statements inside a block of Lua, in a function of their own where blocks get deep.
function Compiler:block(line, nodes)
   if self.depth >= MAX_IF_DEPTH then
      local body = self:hoist(function() self:statements(nodes) end)
      self:emit(line, body .. "(R, s, o)")
      return
   end
   self.depth = self.depth + 1
   self:statements(nodes)
   self.depth = self.depth - 1
end

function compile:text(node)
   self:emit(node.line, ("o[#o + 1] = %s"):format(literal(node.text)))
end

function compile:output(node)
   local code = self:value(node.value)
   local is_text = node.value.type == "constant" and type(node.value.value) == "string"
   self:emit(node.line, ("o[#o + 1] = %s"):format(is_text and code or ("str(%s)"):format(code)))
end

compile["if"] = function(self, node)
   for i, branch in ipairs(node.branches) do
      self:emit(branch.line, ("%s %s then"):format(i == 1 and "if" or "elseif",
         self.expressions:condition(branch.condition)))
      self:block(branch.line, branch.body)
   end
   if node.otherwise then
      self:emit(node.line, "else")
      self:block(node.line, node.otherwise)
   end
   self:emit(node.line, "end")
end

--- The function that says which items a loop takes, or "nil".
function Compiler:loop_condition(node)
   if not node.condition then
      return "nil"
   end
   return self:scoped(node.line, {}, function(scope)
      declare_target(scope, node.target)
      self:assign(node.target, "current", node.line)
      self:emit(node.line, "do return " .. self.expressions:condition(node.condition) .. " end")
   end)
end

compile["for"] = function(self, node)
   local iterable = self:value(node.iterable)
   local uses_loop = node.recursive or mentions(node.body, "loop")
   local condition = self:loop_condition(node)
   local body = self:scoped(node.line, node.body, function(scope)
      declare_target(scope, node.target)
      self:assign(node.target, "current", node.line)
      if uses_loop then
         declare(scope, "loop")
         self:emit(node.line, 's["loop"] = loop')
      end
   end)
   local otherwise = node.otherwise and self:scoped(node.line, node.otherwise) or "nil"
   self:emit(node.line, ("%s(R, s, o, %s, %s, %s, %s, %s)"):format(uses_loop and "loop_over"
      or "each", iterable, body, condition, otherwise, tostring(node.recursive)))
end

function compile:set(node)
   self:assign(node.target, self:value(node.value), node.line)
end

--- Code of the text of a body, with the filters that `value` has around it.
function Compiler:filtered_body(node)
   local body = self:scoped(node.line, node.body)
   local leaf = node.value
   while leaf.type ~= "body" do
      leaf = leaf.operand
   end
   leaf.code = ("capture(R, s, %s)"):format(body)
   return self:value(node.value)
end

function compile:set_block(node)
   self:assign(node.target, self:filtered_body(node), node.line)
end

function compile:filter_block(node)
   self:emit(node.line, ("o[#o + 1] = str(%s)"):format(self:filtered_body(node)))
end

compile["with"] = function(self, node)
   local values = self.expressions:values(node.values)
   local body = self:scoped(node.line, node.body, function(scope)
      for i, target in ipairs(node.targets) do
         declare(scope, target.name)
         self:assign(target, ("current[%d]"):format(i), node.line)
      end
   end)
   self:emit(node.line, ("%s(R, s, o, {%s})"):format(body, values))
end

--- Code of a macro; what calls may give it is checked by the runtime.
function Compiler:macro(node)
   local special, names = {}, {}
   local body = self:hoist(function()
      local outer = self.scope
      self.scope = new_scope(outer)
      for i, parameter in ipairs(node.parameters) do
         declare(self.scope, parameter.name)
         names[i] = literal(parameter.name)
      end
      for _, name in ipairs {"caller", "kwargs", "varargs"} do
         if not self.scope.names[name] and mentions(node.body, name) then
            declare(self.scope, name)
            table.insert(special, name .. " = true")
         end
      end
      self:defaults(node)
      self:body(node.line, node.body)
      self.scope = outer
   end)
   table.insert(self.macros, ("{name = %s, parameters = {%s}, special = {%s}, body = %s}"):format(
      literal(node.name), table.concat(names, ", "), table.concat(special, ", "), body))
   return ("macro(R, s, M[%d])"):format(#self.macros)
end

function Compiler:defaults(node)
   for _, parameter in ipairs(node.parameters) do
      local place = self:variable(parameter.name)
      local default = parameter.default and self:value(parameter.default)
         or ("undefined(%s)"):format(literal(parameter.name))
      self:emit(parameter.line, ("if %s == nil then %s = %s end"):format(place, place, default))
   end
end

function compile:macro(node)
   self:emit(node.line, ("s[%s] = %s"):format(literal(node.name), self:macro(node)))
end

function compile:call_block(node)
   local caller = self:macro(node)
   table.insert(node.call.arguments.named, {name = "caller", code = caller})
   self:emit(node.line, ("o[#o + 1] = str(%s)"):format(self:value(node.call)))
end

function compile:include(node)
   self:emit(node.line, ("include(R, %s, o, %s, %s)"):format(node.context and "s" or "nil",
      self:value(node.name), tostring(node.ignore_missing or false)))
end

local PREAMBLE = "local runtime, filters, tests = ... "
   .. "local F, M, none = {}, {}, runtime.none "

--- The functions of the runtime, as locals of the chunk.
local function imports(names)
   local list = {}
   for i, name in ipairs(names) do
      list[i] = "runtime." .. name
   end
   return ("local %s = %s"):format(table.concat(names, ", "), table.concat(list, ", "))
end

function Compiler:assemble(names)
   local texts, lines = {PREAMBLE .. imports(names)}, {0}
   local function add(text, line)
      table.insert(texts, text)
      table.insert(lines, line)
   end
   for i, code in ipairs(self.functions) do
      add(("F[%d] = function(R, s, o, current, loop)"):format(i), 0)
      for _, statement in ipairs(code) do
         add(statement.text, statement.line)
      end
      add("end", 0)
   end
   for i, macro in ipairs(self.macros) do
      add(("M[%d] = %s"):format(i, macro), 0)
   end
   add(("return F[%d]"):format(#self.functions), 0)
   return table.concat(texts, "\n"), lines
end

--- Compile the statements of a template. The chunk, called with runtime, filters and tests, returns
--- the function that renders.
---@param nodes table[] of the parser
---@param names string[] what the runtime has for the chunk
---@return string chunk
---@return integer[] lines the template's line for each of the chunk's
---@return string[] variables the names that are looked up when rendering begins
function compiler.compile(nodes, names)
   local self = setmetatable({functions = {}, macros = {}, code = {}, depth = 0,
      scope = new_scope(nil)}, Compiler)
   self.expressions = expression_compiler.new(self)
   local root = self.scope
   declare_stored(root, nodes)
   self:hoist(function() self:statements(nodes) end)
   local chunk, lines = self:assemble(names)
   return chunk, lines, root.order
end

return compiler
