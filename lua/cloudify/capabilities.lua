--- ctx.capabilities: the runtime properties of the instances that the operation's own instance is
--- related to (runtime.md 1.8). Deprecated: ctx.instance.relationships says which is whose.
local core = require("cloudify.core")
local exceptions = require("cloudify.exceptions")

local capabilities = {}

--- The instance that the operation runs on.
local function own_instance(ctx)
   local side = ctx.operation.relationship
   return side and ctx[side].instance or ctx.instance
end

local function fetch(ctx)
   local all = {}
   for _, relationship in ipairs(own_instance(ctx).relationships) do
      local instance = relationship.target.instance
      all[instance.id] = instance.runtime_properties
   end
   return all
end

local function has(properties, key)
   return properties[key] ~= nil or core.is_null(properties, key)
end

--- The ids of the instances that have the property `key`, sorted; more than one are refused.
local function holders(all, key)
   local ids = {}
   for id, properties in pairs(all) do
      if has(properties, key) then
         table.insert(ids, id)
      end
   end
   table.sort(ids)
   if #ids > 1 then
      error(exceptions.NonRecoverableError(("capability '%s' is ambiguous: the instances '%s' have "
         .. "it"):format(key, table.concat(ids, "', '"))))
   end
   return ids
end

local function find(all, key)
   local id = holders(all, key)[1]
   if not id then
      error(exceptions.NonRecoverableError(("capability '%s' not found: no instance that this one "
         .. "is related to has it among its runtime properties"):format(key)))
   end
   return all[id][key]
end

--- Those of an operation. `capabilities[key]` is the value of that property, wherever it is.
function capabilities.of(ctx)
   local fetched
   local function all()
      fetched = fetched or fetch(ctx)
      return fetched
   end
   local methods = {
      --- id of an instance -> its runtime properties
      get_all = all,
      --- Whether `capabilities[key]` would find something; raises where that is ambiguous.
      contains = function(_, key) return #holders(all(), key) == 1 end,
   }
   return setmetatable({}, {
      __index = function(_, key) return methods[key] or find(all(), key) end,
      __newindex = function()
         error(exceptions.NonRecoverableError("ctx.capabilities cannot be assigned to"))
      end,
   })
end

return capabilities
