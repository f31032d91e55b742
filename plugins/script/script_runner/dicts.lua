--- What can be asked of a dict beside its keys, by the names that scripts for Cloudify use.
local cloudify = require("cloudify")
local exceptions = require("cloudify.exceptions")

local dicts = {}

--- The key of the dict that is meant; a list of one takes it as it is.
local function key_of(key)
   return cloudify.type(key) == "array" and key[1] or key
end

local function collect(dict, item)
   local list = cloudify.array {}
   for key, value in pairs(dict) do
      table.insert(list, item(key, value))
   end
   return list
end

function dicts.get(dict, key, default)
   local value = dict[key_of(key)]
   if value == nil then
      return default
   end
   return value
end

function dicts.keys(dict)
   local list = collect(dict, function(key) return key end)
   table.sort(list)
   return list
end

function dicts.values(dict)
   return collect(dict, function(_, value) return cloudify.totable(value) end)
end

function dicts.items(dict)
   return collect(dict, function(key, value)
      return cloudify.array {key, cloudify.totable(value)}
   end)
end

function dicts.get_all(dict)
   return dict
end

--- Take a key out. Raises RuntimeError where it is missing, unless there is a default.
function dicts.pop(dict, key, ...)
   key = key_of(key)
   local value = cloudify.totable(dict[key])
   if value == nil and not cloudify.is_null(dict, key) then
      if select("#", ...) == 0 then
         error(exceptions.RuntimeError(("there is no key '%s'"):format(key)))
      end
      return (...)
   end
   dict[key] = nil
   return value
end

function dicts.update(dict, other)
   for key, value in pairs(other or {}) do
      dict[key] = value
   end
end

return dicts
