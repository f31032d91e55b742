--- Compiles templates, keeps what it has compiled, renders them, and says where they go wrong.
local compiler = require("cloudify.template.compiler")
local exceptions = require("cloudify.exceptions")
local fault = require("cloudify.template.fault")
local filters = require("cloudify.template.filters")
local globals = require("cloudify.template.globals")
local limits = require("cloudify.template.limits")
local parser = require("cloudify.template.parser")
local runtime = require("cloudify.template.runtime")
local tests = require("cloudify.template.tests")
local values = require("cloudify.template.values")

local environment = {}

local CACHE_BYTES = 1024 * 1024 -- of text in a generation of the cache; there are two

---@class cloudify.template.Compiled
---@field name string
---@field main fun(R: table, s: table, o: string[])
---@field lines integer[] line of the template by line of Lua
---@field variables string[]

local by_source = setmetatable({}, {__mode = "v"}) -- source of a chunk -> Compiled
local young, old, young_bytes = {}, {}, 0           -- text -> name -> Compiled
local count = 0

local function calls_of(registry)
   local functions = {}
   for name, entry in pairs(registry) do
      functions[name] = entry.call
   end
   return functions
end

local filter_calls, test_calls, runtime_names = calls_of(filters), calls_of(tests), {}
for name, value in pairs(runtime) do
   if type(value) == "function" and name ~= "run" then
      table.insert(runtime_names, name)
   end
end
table.sort(runtime_names)

--- An error at a place of a template.
local function located(name, line, what)
   return exceptions.NonRecoverableError(("%s:%d: %s"):format(name, line, what))
end

local function load_chunk(name, chunk, lines, variables)
   count = count + 1
   local source = ("=template %d"):format(count)
   local build, message = load(chunk, source, "t", {})
   if not build then
      local line = lines[math.tointeger(tonumber(message:match(":(%d+):")))]
      error(located(name, line or 1, "the template is too large, or nested too deeply"))
   end
   local compiled = {name = name, lines = lines, variables = variables,
      main = build(runtime, filter_calls, test_calls)}
   by_source[source] = compiled
   return compiled
end

---@return cloudify.template.Compiled
local function compile(text, name)
   local ok, nodes, lines, variables = pcall(function()
      return compiler.compile(parser.parse(text), runtime_names)
   end)
   if ok then
      return load_chunk(name, nodes, lines, variables)
   elseif fault.is(nodes) then
      error(located(name, nodes.line, nodes.what))
   end
   error(nodes, 0)
end

local function remember(text, name, compiled)
   if young_bytes + #text > CACHE_BYTES then
      old, young, young_bytes = young, {}, 0
   end
   young[text] = young[text] or {}
   young[text][name] = compiled
   young_bytes = young_bytes + #text
end

--- The compiled template; the cache has it if it was used lately.
---@return cloudify.template.Compiled
function environment.compile(text, name)
   local compiled = young[text] and young[text][name]
   if not compiled then
      compiled = old[text] and old[text][name] or compile(text, name)
      remember(text, name, compiled)
   end
   return compiled
end

--- The innermost template that is being rendered, and its line.
local function place()
   local level = 2
   while true do
      local info = debug.getinfo(level, "Sl")
      if not info then
         return nil
      end
      local compiled = by_source[info.source]
      if compiled then
         return compiled.name, compiled.lines[info.currentline] or 0
      end
      level = level + 1
   end
end

--- What went wrong, with its place, as an exception. One that a function of the caller's has raised
--- stays what it is.
local function explain(err)
   local what = fault.is(err) and err.what or type(err) == "string" and err
   local name, line = place()
   return what and name and located(name, line, what) or err
end

--- Looks a name up in what was passed, then among the functions that every template has.
local function lookup_in(variables)
   return function(name)
      local value = values.get(variables, name)
      if value == nil then
         value = globals.functions[name]
      end
      return value == nil and values.undefined(name, variables, name) or value
   end
end

--- Render the text.
---@param name string for errors
---@param variables table
---@param load? fun(name: string): string? reads the templates that are included; nil: not there
---@return string
function environment.render(text, name, variables, load)
   local compiled = environment.compile(text, name)
   local R = {load = load, compile = environment.compile, lookup_global = lookup_in {},
      turns = 0, macro_depth = 0, include_depth = 0}
   local output = {}
   local ok, result = xpcall(function()
      runtime.run(R, compiled, output, lookup_in(variables))
      return limits.concat(output, nil, limits.OUTPUT)
   end, explain)
   if not ok then
      error(fault.is(result) and located(name, 1, result.what) or result, 0)
   end
   return result
end

return environment
