--- What a running Lua state offers: the classes that C has registered, those of the Lua modules,
--- and what modules return, most of it as {fields = {names}, methods = {names}}, sorted.
local registered = {}

local function sorted_names(t)
   local names = {}
   for name in pairs(t or {}) do
      if type(name) == "string" and not name:find("^__") then
         table.insert(names, name)
      end
   end
   table.sort(names)
   return names
end

local function upvalue(func, wanted)
   for i = 1, math.huge do
      local name, value = debug.getupvalue(func, i)
      if not name or name == wanted or i == wanted then
         return value
      end
   end
end

--- Of a class of lua_class.c the third upvalue of __index has the members, methods as functions.
--- Some have no __index, and no members.
local function members(index)
   if type(index) ~= "function" then
      return {fields = {}, methods = sorted_names(index)}
   end
   local fields, methods = {}, {}
   for name, member in pairs(upvalue(index, 3) or {}) do
      (type(member) == "function" and methods or fields)[name] = true
   end
   return {fields = sorted_names(fields), methods = sorted_names(methods)}
end

--- Source of a module in C that is the registry: workflows may not call debug.getregistry().
registered.REGISTRY_MODULE = [[
#include <lauxlib.h>
int luaopen_registry(lua_State *L);
int luaopen_registry(lua_State *L)
{
    lua_pushvalue(L, LUA_REGISTRYINDEX);
    return 1;
}
]]

--- Name -> class of userdata, that C has registered in the state of this registry.
function registered.classes(registry)
   local classes = {}
   for name, metatable in pairs(registry) do
      if type(name) == "string" and name:find("^cloudify%.") and type(metatable) == "table"
         and rawget(metatable, "__name") then
         classes[name] = members(rawget(metatable, "__index"))
      end
   end
   return classes
end

local function is_of_runtime(func)
   return debug.getinfo(func, "S").source:find("^@cloudify/") ~= nil
end

--- Call `visit(name, value)` for the upvalues of the runtime's functions that `value` refers to.
local function walk(value, visit, seen)
   if seen[value] or type(value) ~= "function" and type(value) ~= "table" then
      return
   end
   seen[value] = true
   if type(value) == "table" then
      for _, item in next, value do
         walk(item, visit, seen)
      end
      return
   elseif not is_of_runtime(value) then
      return
   end
   for i = 1, math.huge do
      local name, item = debug.getupvalue(value, i)
      if not name then
         return
      end
      visit(name, item)
      walk(item, visit, seen)
   end
end

--- Name -> methods of a class of the Lua modules that are loaded: a local table with __index.
function registered.lua_classes()
   local classes, seen = {}, {}
   for name, module in pairs(package.loaded) do
      if name:find("^cloudify") then
         walk(module, function(local_name, value)
            if type(value) == "table" and rawget(value, "__index") then
               classes[local_name] = sorted_names(value)
            end
         end, seen)
      end
   end
   return classes
end

--- The methods of an object of such a class; nil for any other value.
function registered.methods(object)
   local metatable = type(object) == "table" and getmetatable(object)
   local index = metatable and metatable.__index
   return type(index) == "table" and sorted_names(index) or nil
end

--- Of a table whose __index is a function over the locals `known`, a set of fields, and `methods`.
function registered.record(object)
   local index = getmetatable(object).__index
   return {fields = sorted_names(upvalue(index, "known")),
           methods = sorted_names(upvalue(index, "methods"))}
end

--- The fields that an exception has when it is made with all the arguments that its class takes by
--- position.
---@return table<string, any>
function registered.exception_fields(class)
   for count = 4, 1, -1 do
      local ones = {}
      for i = 1, count do
         ones[i] = 1
      end
      local ok, exception = pcall(class, table.unpack(ones))
      if ok then
         return (debug.getuservalue(exception, 1))
      end
   end
   error("cannot make a " .. class.name)
end

--- Of a module: its functions count as methods.
function registered.module(name)
   local fields, methods = {}, {}
   for key, value in pairs(require(name)) do
      (type(value) == "function" and methods or fields)[key] = true
   end
   return {fields = sorted_names(fields), methods = sorted_names(methods)}
end

--- The modules of the runtime: what is in lua/, and what C opens.
function registered.modules()
   local names = {}
   for path in io.popen("find lua/cloudify -name '*.lua'"):lines() do
      local name = path:match("^lua/(.*)%.lua$"):gsub("/", "."):gsub("%.init$", "")
      table.insert(names, name)
   end
   for name in pairs(package.preload) do
      if name:find("^cloudify") then
         table.insert(names, name)
      end
   end
   table.sort(names)
   return names
end

return registered
