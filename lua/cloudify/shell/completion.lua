--- What a word at the prompt can become: names of variables, of fields and of methods.
local core = require("cloudify.core")

local completion = {}

local function each_key(object, add)
   local has_keys = type(object) == "table" or core.type(object) == "object"
   for key in pairs(has_keys and object or core.members(object)) do
      add(key)
   end
end

--- The value of `a.b.c`, looked up without calling anything that is typed; nil: there is none.
local function value_of(own, path)
   local value = own
   for name in path:gmatch("[^.]+") do
      local ok, member = pcall(function() return value[name] end)
      if not ok or member == nil then
         return nil
      end
      value = member
   end
   return value
end

---@param own table  the globals of what is typed
---@param word string  as "ctx.inst"
---@return string[] sorted
function completion.candidates(own, word)
   local path, joint, start = word:match("^([%w_.]+)([.:])([%w_]*)$")
   if not path then
      path, joint, start = "", "", word
   end
   local found, seen = {}, {}
   local function add(name)
      if type(name) == "string" and name:sub(1, #start) == start and name:match("^[%a_][%w_]*$")
         and not seen[name] then
         seen[name] = true
         table.insert(found, path .. joint .. name)
      end
   end
   local object = path == "" and own or value_of(own, path)
   if object ~= nil then
      each_key(object, add)
   end
   if path == "" then
      each_key(_G, add)
   end
   table.sort(found)
   return found
end

return completion
