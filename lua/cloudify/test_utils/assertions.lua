--- Teaches luassert to compare and to show the values that are seen through ctx, at every depth.
local core = require("cloudify.core")
local exceptions = require("cloudify.exceptions")

local assertions = {}

--- A plain copy of a value seen through ctx; any other value as it is.
local function plain(value)
   if type(value) == "userdata" then
      local kind = core.type(value)
      if kind == "object" or kind == "array" then
         return core.totable(value)
      end
   end
   return value
end

--- luassert compares tables only; at every depth it comes through here.
local function teach_comparing(util)
   local deepcompare, deepcopy = util.deepcompare, util.deepcopy
   function util.deepcompare(a, b, ...)
      return deepcompare(plain(a), plain(b), ...)
   end
   -- What spies keep of their arguments is how these were when they were called.
   function util.deepcopy(value, ...)
      return deepcopy(plain(value), ...)
   end
end

--- `same` looks at the types of its arguments before it compares them.
local function teach_same(luassert)
   local callback = require("luassert.namespaces").assertion.same.callback
   luassert:register("assertion", "same", function(state, arguments, level)
      arguments[1], arguments[2] = plain(arguments[1]), plain(arguments[2])
      return callback(state, arguments, (level or 1) + 1)
   end, "assertion.same.positive", "assertion.same.negative")
end

--- A value with plain copies of all that is seen through ctx, at any depth of its tables; itself
--- where there is none.
local function exposed(value, met)
   local copy = plain(value)
   if type(value) ~= "table" or met[value] then
      return copy
   end
   met[value] = true
   for key, member in next, value do
      local shown = exposed(member, met)
      if not rawequal(shown, member) then
         copy = rawequal(copy, value) and setmetatable({}, getmetatable(value)) or copy
         copy[key] = shown
      end
   end
   if not rawequal(copy, value) then
      for key, member in next, value do
         if rawget(copy, key) == nil then
            copy[key] = member
         end
      end
   end
   return copy
end

local function teach_showing(luassert)
   luassert:add_formatter(function(value, fmtargs)
      local copy = exposed(value, {})
      if not rawequal(copy, value) then
         return luassert:format({copy, n = 1, fmtargs = {fmtargs}})[1]
      end
      return nil
   end)
end

--- Where luassert is there. Formatters go when a file of specs ends, all else stays.
function assertions.teach()
   local ok, luassert = pcall(require, "luassert")
   if not ok then
      return
   end
   local util = require("luassert.util")
   if not util.knows_cloudify then
      util.knows_cloudify = true
      teach_comparing(util)
      teach_same(luassert)
   end
   teach_showing(luassert)
end

--- An assertion that fails is not tried again.
local function finally(err)
   local metatable = getmetatable(err)
   if type(err) == "table" and type(metatable) == "table" and metatable.__type == "failure" then
      err = exceptions.NonRecoverableError(tostring(err))
   end
   return core.exception_handler(err)
end

--- An operation whose failing assertions end it for good; it may yield as the one it is made of.
function assertions.final(operation)
   return function(...)
      local results = table.pack(xpcall(operation, finally, ...))
      if not results[1] then
         error(results[2], 0)
      end
      return table.unpack(results, 2, results.n)
   end
end

return assertions
