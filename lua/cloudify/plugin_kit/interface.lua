--- Reads plugin.yaml and example blueprints: which functions they map, and what is not described.
local interface = {}

---@class cloudify.plugin_kit.Mapping
---@field kind "operation"|"workflow"
---@field text string as it is written, PLUGIN.MODULE.FUNCTION
---@field file string
---@field line integer

--- The value at the key `name` of a map, or nil.
local function child(node, name)
   for _, entry in ipairs(node and node.entries or {}) do
      if entry.key == name then
         return entry.value
      end
   end
   return nil
end

local function entries(node, name)
   local found = child(node, name)
   return found and found.entries or {}
end

---@class cloudify.plugin_kit.Interface
---@field plugins string[] names of the plugins that it declares
---@field mappings cloudify.plugin_kit.Mapping[]
---@field package_name? string
---@field package_version? string
---@field version_line? integer
local Interface = {}
Interface.__index = Interface

function Interface:map(kind, node)
   if node and node.kind == "string" then
      table.insert(self.mappings, {kind = kind, text = node.value, file = self.file,
         line = node.line})
   end
end

--- What is said of an operation: {implementation, inputs}, or the implementation alone.
function Interface:visit_operation(owner, entry, is_type)
   self:map("operation", entry.value.entries and child(entry.value, "implementation")
      or entry.value)
   if is_type then
      self:describe(("input of %s, operation '%s',"):format(owner, entry.key),
         entries(entry.value, "inputs"))
   end
end

function Interface:visit_interfaces(owner, node, is_type)
   for _, key in ipairs {"interfaces", "source_interfaces", "target_interfaces"} do
      for _, named in ipairs(entries(node, key)) do
         for _, entry in ipairs(named.value.entries or {}) do
            self:visit_operation(owner, entry, is_type)
         end
      end
   end
end

--- Note what of `list`, properties or the like, has no description.
function Interface:describe(what, list)
   for _, entry in ipairs(list) do
      local description = child(entry.value, "description")
      if not description or description.value == "" then
         table.insert(self.undescribed, {what = ("%s '%s'"):format(what, entry.key),
            file = self.file, line = entry.line})
      end
   end
end

function Interface:visit_types(root)
   local kinds = {node_types = "node type", relationships = "relationship",
      data_types = "data type"}
   for _, section in ipairs {"data_types", "node_types", "relationships"} do
      for _, entry in ipairs(entries(root, section)) do
         local owner = ("%s '%s'"):format(kinds[section], entry.key)
         self:describe(("property of %s,"):format(owner), entries(entry.value, "properties"))
         self:visit_interfaces(owner, entry.value, true)
      end
   end
end

function Interface:visit_templates(root)
   for _, entry in ipairs(entries(root, "node_templates")) do
      self:visit_interfaces("", entry.value, false)
      local relationships = child(entry.value, "relationships")
      for _, relationship in ipairs(relationships and relationships.items or {}) do
         self:visit_interfaces("", relationship, false)
      end
   end
end

function Interface:visit_workflows(root)
   for _, entry in ipairs(entries(root, "workflows")) do
      self:map("workflow", entry.value.entries and child(entry.value, "mapping") or entry.value)
      self:describe(("parameter of workflow '%s',"):format(entry.key),
         entries(entry.value, "parameters"))
   end
end

function Interface:visit_plugins(root)
   for _, entry in ipairs(entries(root, "plugins")) do
      table.insert(self.plugins, entry.key)
      local name, version = child(entry.value, "package_name"), child(entry.value,
         "package_version")
      self.package_name = self.package_name or name and name.value
      self.package_version = self.package_version or version and version.value
      self.version_line = self.version_line or version and version.line
   end
end

--- The interface in a tree of YAML.
---@return cloudify.plugin_kit.Interface
function interface.read(root, file)
   local self = setmetatable({file = file, plugins = {}, mappings = {}, undescribed = {}},
      Interface)
   self:visit_plugins(root)
   self:visit_types(root)
   self:visit_templates(root)
   self:visit_workflows(root)
   return self
end

---@param report cloudify.plugin_kit.Report
function Interface:check_descriptions(report)
   for _, missing in ipairs(self.undescribed) do
      report:warning(missing, missing.what .. " has no description",
         "add 'description: ...': whoever writes a blueprint reads it")
   end
end

return interface
