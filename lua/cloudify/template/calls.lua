--- Calls from templates: of macros, of methods, and of functions that the caller has passed.
local fault = require("cloudify.template.fault")
local limits = require("cloudify.template.limits")
local methods = require("cloudify.template.methods")
local signature = require("cloudify.template.signature")
local values = require("cloudify.template.values")

local calls = {}

local MAX_MACRO_DEPTH = 200
local MAX_VALUE_DEPTH = 100

---@alias cloudify.template.Named {name: string, value: any}[]

--- A value of the engine as Lua functions expect it: plain tables, nil for what is undefined.
---@param made table<table, table> what has been made of tables already
local function to_lua(value, made, depth)
   if depth > MAX_VALUE_DEPTH then
      fault.raise("an argument is nested more than %d deep", MAX_VALUE_DEPTH)
   elseif values.is_undefined(value) then
      return nil
   elseif type(value) ~= "table" or not (values.is_made_here(value) and values.length(value)) then
      return value
   end
   local plain = made[value]
   if plain then
      return plain
   end
   plain = {}
   made[value] = plain
   if getmetatable(value) == values.Dict then
      for _, key in ipairs(value.keys) do
         plain[key] = to_lua(values.get(value, key), made, depth + 1)
      end
   else
      for i = 1, #value do
         plain[i] = to_lua(value[i], made, depth + 1)
      end
   end
   return plain
end

--- Call a Lua function; named arguments are a table that comes last.
local function call_lua(func, self, arguments, named)
   local list, count, made = {}, #arguments, {}
   for i = 1, count do
      list[i] = to_lua(arguments[i], made, 1)
   end
   if #named > 0 then
      count = count + 1
      list[count] = {}
      for _, argument in ipairs(named) do
         list[count][argument.name] = to_lua(argument.value, made, 1)
      end
   end
   local result
   if self ~= nil then
      result = func(self, table.unpack(list, 1, count))
   else
      result = func(table.unpack(list, 1, count))
   end
   return result
end

--- Call a value.
---@param path? string how the template names it
---@param arguments any[]
---@param named cloudify.template.Named
function calls.call(R, callee, path, arguments, named)
   local kind = values.kind(callee)
   if kind == "function" then
      return call_lua(callee, nil, arguments, named)
   elseif kind == "native" and callee.class.call then
      return callee.class.call(R, callee, arguments, named)
   elseif kind == "undefined" then
      values.refuse_undefined(callee)
   end
   local metatable = type(callee) == "table" and getmetatable(callee)
   if type(metatable) == "table" and rawget(metatable, "__call") then
      return call_lua(callee, nil, arguments, named)
   end
   fault.raise("cannot call %s%s", values.describe(callee), path and (" '%s'"):format(path) or "")
end

--- The function that a table or object of the caller's has under the name, and whether it is called
--- as a method: what a table has itself is a function, what comes from its class is a method.
local function callers_function(object, kind, name)
   if kind == "object" or kind == "dict" and not values.is_made_here(object) then
      local found = values.item(object, name)
      if values.kind(found) == "function" then
         return found, type(object) ~= "table" or rawget(object, name) == nil
      end
   end
end

--- `object.name(...)`
function calls.method(R, object, name, arguments, named)
   local kind = values.kind(object)
   if kind == "undefined" then
      values.refuse_undefined(object)
   end
   local func, is_method = callers_function(object, kind, name)
   if func then
      return call_lua(func, is_method and object or nil, arguments, named)
   end
   local spec = methods[kind] and methods[kind][name]
   if not spec then
      local value = values.item(object, name)
      if values.is_undefined(value) and not values.is_refused(value) then
         fault.raise("%s has no method '%s'%s", values.describe(object), name,
            fault.hint(name, fault.names_of(methods[kind] or {})))
      end
      return calls.call(R, value, name, arguments, named)
   elseif spec.variadic then
      return spec.call(object, arguments, named)
   end
   local bound = signature.bind(("method '%s'"):format(name), spec.parameters, arguments, named,
      fault.raise)
   if #arguments + #named < spec.required then
      fault.raise("method '%s' needs the argument '%s'", name, spec.parameters[#arguments + 1])
   end
   return spec.call(object, table.unpack(bound, 1, #spec.parameters))
end

--- The arguments with those of `*list` and `**map` behind them.
function calls.spread(arguments, named, list, map)
   if list ~= nil then
      local items = values.sequence(list)
      table.move(items, 1, #items, #arguments + 1, arguments)
   end
   if map ~= nil then
      if values.kind(map) ~= "dict" then
         fault.raise("'**' needs a dict, not %s", values.describe(map))
      end
      for _, key in ipairs(values.keys(map)) do
         table.insert(named, {name = key, value = values.get(map, key)})
      end
   end
   return arguments, named
end

--- What calls of a macro may not give.
local function refuse_named(macro, argument)
   fault.raise("macro '%s' has no parameter '%s'%s", macro.name, tostring(argument.name),
      fault.hint(tostring(argument.name), macro.spec.parameters))
end

local function bind_named(macro, scope, named)
   local special = macro.spec.special
   for _, argument in ipairs(named) do
      local name = argument.name
      if macro.is_parameter[name] then
         if scope[name] ~= nil then
            fault.raise("macro '%s' gets its parameter '%s' twice", macro.name, name)
         end
         scope[name] = argument.value
      elseif name == "caller" and special.caller then
         scope.caller = argument.value
      elseif special.kwargs and name ~= "caller" then
         values.put(scope.kwargs, name, argument.value)
      else
         refuse_named(macro, argument)
      end
   end
end

--- The scope of a call: parameters that are not given stay nil, for their defaults.
local function bind_macro(macro, arguments, named)
   local parameters, special = macro.spec.parameters, macro.spec.special
   local scope = {macro.scope}
   for i, name in ipairs(parameters) do
      scope[name] = arguments[i]
   end
   if #arguments > #parameters and not special.varargs then
      fault.raise("macro '%s' takes at most %d argument%s, not %d", macro.name, #parameters,
         #parameters == 1 and "" or "s", #arguments)
   end
   if special.varargs then
      scope.varargs = values.tuple(table.move(arguments, #parameters + 1, #arguments, 1, {}))
   end
   if special.kwargs then
      scope.kwargs = values.dict()
   end
   bind_named(macro, scope, named)
   if special.caller and scope.caller == nil then
      scope.caller = values.undefined("caller")
   end
   return scope
end

local Macro = {
   name = "macro",
   fields = {
      name = function(macro) return macro.name end,
      arguments = function(macro)
         return values.tuple(table.move(macro.spec.parameters, 1, #macro.spec.parameters, 1, {}))
      end,
   },
   call = function(R, macro, arguments, named)
      local scope, output = bind_macro(macro, arguments, named), {}
      R.macro_depth = R.macro_depth + 1
      if R.macro_depth > MAX_MACRO_DEPTH then
         fault.raise("macros call each other more than %d deep", MAX_MACRO_DEPTH)
      end
      macro.spec.body(R, scope, output)
      R.macro_depth = R.macro_depth - 1
      return limits.concat(output)
   end,
}

---@param spec {name: string, parameters: string[], special: table<string, true>, body: function}
function calls.macro(_, scope, spec)
   local is_parameter = {}
   for _, name in ipairs(spec.parameters) do
      is_parameter[name] = true
   end
   return setmetatable({class = Macro, name = spec.name, spec = spec, scope = scope,
      is_parameter = is_parameter}, values.Native)
end

return calls
