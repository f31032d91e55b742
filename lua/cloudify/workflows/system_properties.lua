--- What the built-in workflows know of a node instance, beside what its operations keep.
local system_properties = {}

--- Let `change` alter a copy of the system properties of an instance, and keep that.
---@param change fun(properties: table)
function system_properties.update(ctx, instance, change)
   local properties = {}
   for name, value in pairs(instance.system_properties) do
      properties[name] = value
   end
   change(properties)
   ctx:update_node_instance(instance.id, {system_properties = properties})
end

return system_properties
