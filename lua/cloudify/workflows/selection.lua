--- The node instances that the filters among a workflow's parameters leave.
local selection = {}

local function set_of(list)
   local set, empty = {}, true
   if type(list) == "table" then
      for _, item in ipairs(list) do
         set[item], empty = true, false
      end
   end
   return set, empty
end

local function has_type(node, type_names)
   for name in pairs(type_names) do
      if node:is_derived_from(name) then
         return true
      end
   end
   return false
end

--- The instances that pass `node_ids`, `type_names` and `node_instance_ids`; an empty one of
--- these lets everything pass.
---@return table instances those chosen, in the order of ctx.node_instances
---@return table others the rest
function selection.choose(ctx, parameters)
   local node_ids, any_node = set_of(parameters.node_ids)
   local instance_ids, any_instance = set_of(parameters.node_instance_ids)
   local type_names, any_type = set_of(parameters.type_names)
   local instances, others = {}, {}
   for instance in ctx.node_instances do
      local chosen = (any_node or node_ids[instance.node_id])
         and (any_instance or instance_ids[instance.id])
         and (any_type or has_type(instance.node, type_names))
      table.insert(chosen and instances or others, instance)
   end
   return instances, others
end

return selection
