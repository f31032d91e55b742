--- What is stored of the deployment of a test (runtime.md 8.3). All that is returned is a copy.
local files = require("cloudify.files")

local storage = {}

---@class cloudify.LocalStorage
---@field private core any the deployment, in C
local LocalStorage = {}
LocalStorage.__index = LocalStorage

---@return cloudify.LocalStorage
function storage.new(core)
   return setmetatable({core = core}, LocalStorage)
end

local function find(list, id, what)
   for _, entry in ipairs(list) do
      if entry.id == id then
         return entry
      end
   end
   local ids = {}
   for i, entry in ipairs(list) do
      ids[i] = "'" .. entry.id .. "'"
   end
   error(("there is no %s '%s', but %s"):format(what, id, table.concat(ids, ", ")), 3)
end

--- The nodes of the plan.
---@return table[]
function LocalStorage:get_nodes()
   return self.core:nodes()
end

--- One node; an unknown one is an error.
---@param node_id string
---@return table
function LocalStorage:get_node(node_id)
   return find(self.core:nodes(), node_id, "node")
end

--- The instances, of all nodes or of one.
---@param node_id? string
---@return table[]
function LocalStorage:get_node_instances(node_id)
   local list = self.core:node_instances()
   if node_id == nil then
      return list
   end
   self:get_node(node_id)
   local found = {}
   for _, instance in ipairs(list) do
      if instance.node_id == node_id then
         found[#found + 1] = instance
      end
   end
   return found
end

--- One instance; an unknown one is an error.
---@param instance_id string
---@return table
function LocalStorage:get_node_instance(instance_id)
   return find(self.core:node_instances(), instance_id, "node instance")
end

--- Change an instance that has not been changed since `version`, which grows by one.
---@param instance_id string
---@param change cloudify.InstanceChange
function LocalStorage:update_node_instance(instance_id, change)
   local all = {id = instance_id}
   for name, value in pairs(change) do
      all[name] = value
   end
   self.core:update_node_instance(all)
end

--- The records of what was executed, oldest first.
---@return table[]
function LocalStorage:get_executions()
   return self.core:executions()
end

--- The record of the deployment.
---@return table
function LocalStorage:get_deployment()
   return self.core:deployment()
end

--- The folder of the resources: that of the blueprint.
---@return string
function LocalStorage:get_resources_folder()
   return self.core:places().resources
end

--- The content of a resource of the blueprint.
---@param path string
---@return string
function LocalStorage:get_resource(path)
   return files.read(files.join(self:get_resources_folder(), path))
end

--- An input of the deployment; an unknown one is an error.
---@param name string
function LocalStorage:get_input(name)
   local value = self.core:deployment().inputs[name]
   if value == nil then
      error(("there is no input '%s'"):format(name), 2)
   end
   return value
end

--- What operations know as ctx.provider_context.
---@return table<string, any>
function LocalStorage:get_provider_context()
   return self.core:provider_context()
end

--- The deployment's own folder, where operations keep files.
---@return string
function LocalStorage:get_workdir()
   return self.core:places().workdir
end

return storage
