--- Makes the documents of nodes and instances that stand behind a mock (docs/protocol.md).
local arguments = require("cloudify.mocks.arguments")
local core = require("cloudify.core")
local parts = require("cloudify.mocks.parts")

local ROOT, RELATED = "cloudify.nodes.Root", "cloudify.relationships.depends_on"

---@class cloudify.mocks.Builder
---@field nodes table<string, table> id -> document
---@field instances table<string, table> id -> document
---@field private sources table<table, table> document -> part or arguments that it was made of
---@field private adopted table[] {record, locate}
local Builder = {}
Builder.__index = Builder

local builder = {}

---@return cloudify.mocks.Builder
function builder.new()
   return setmetatable({nodes = {}, instances = {}, sources = {}, adopted = {}}, Builder)
end

--- A list as it is, also when it is empty.
local function list(values)
   local copy = {}
   for i, value in ipairs(values or {}) do
      copy[i] = value
   end
   return core.array(copy)
end

local function hierarchy(given, base, type)
   return list(given or (type == base and {base} or {base, type}))
end

--- Whether there is a document under `id` for the same part, or of a part that was left out; two
--- parts of one id are refused.
function Builder:is_known(documents, id, part, shown)
   local document = documents[id]
   local source = document and self.sources[document]
   if source and part and source ~= part then
      arguments.fail("MockCloudifyContext", "two %s have the id '%s'", shown, id)
   end
   return document ~= nil
end

--- Note that the part of `record` is found in the new ctx by `locate`.
function Builder:adopt(record, locate)
   if record then
      table.insert(self.adopted, {record, locate})
   end
end

---@param node table|nil part or arguments
---@param fallback string id of a node about which nothing is said
---@return string id
function Builder:add_node(node, fallback, locate)
   local args, record = parts.arguments("MockNodeContext", node or {})
   local id, type = args.id or fallback, args.type or ROOT
   if not self:is_known(self.nodes, id, node, "nodes") then
      self.nodes[id] = {
         id = id, name = id, type = type,
         type_hierarchy = hierarchy(args.type_hierarchy, ROOT, type),
         properties = args.properties or {}, number_of_instances = 1,
      }
      self.sources[self.nodes[id]] = node
   end
   self:adopt(record, locate)
   return id
end

local function scaling_groups(groups)
   local all = {}
   for id, name in pairs(groups or {}) do
      table.insert(all, {id = id, name = name})
   end
   return core.array(all)
end

local function system_properties(drift)
   return {configuration_drift = drift ~= nil and {ok = true, result = drift} or nil}
end

--- The runtime properties of an instance as they are now.
local function properties_of(args, record)
   if record and record.current then
      return core.totable(record.current().runtime_properties)
   end
   return args.runtime_properties or {}
end

---@param instance table|nil part or arguments
---@param fallback string id of an instance about which nothing is said
---@return string id
function Builder:add_instance(instance, node_id, fallback, locate)
   local args, record = parts.arguments("MockNodeInstanceContext", instance or {})
   local id = args.id or fallback
   if not self:is_known(self.instances, id, instance, "instances") then
      local document = {
         id = id, node_id = node_id, index = args.index or 1, version = 1,
         state = args.state or "uninitialized", host_id = args.host_id,
         runtime_properties = properties_of(args, record),
         system_properties = system_properties(args.drift),
         scaling_groups = scaling_groups(args.scaling_groups),
      }
      self.instances[id], self.sources[document] = document, instance
      document.relationships = self:relationships(args.relationships, locate)
   end
   self:adopt(record, locate)
   return id
end

--- Those of an instance that is found by `locate`.
function Builder:relationships(given, locate)
   local documents = {}
   for i, relationship in ipairs(given or {}) do
      local args, record = parts.arguments("MockRelationshipContext", relationship)
      local function found(ctx) return locate(ctx).relationships[i] end
      if not args.target then
         arguments.fail("MockRelationshipContext", "target is missing")
      end
      local type = args.type or RELATED
      local node_id, id = self:add_end(args.target, "target_" .. i, function(ctx)
         return found(ctx).target
      end)
      documents[i] = {type = type, type_hierarchy = hierarchy(args.type_hierarchy, RELATED, type),
         target_id = id, target_node_id = node_id}
      self:adopt(record, found)
   end
   return core.array(documents)
end

--- Add both documents of an end of a relationship, or of what ctx.node and ctx.instance are.
---@param subject table part or arguments
---@param fallback string
---@param locate fun(ctx: cloudify.Ctx): any
---@return string node_id
---@return string instance_id
function Builder:add_end(subject, fallback, locate)
   local args, record = parts.arguments("MockRelationshipSubjectContext", subject)
   self:adopt(record, locate)
   local instance = args.instance and parts.arguments("MockNodeInstanceContext", args.instance)
   local node = args.node and parts.arguments("MockNodeContext", args.node)
   local instance_id = instance and instance.id or node and node.id or fallback
   local node_id = self:add_node(args.node, instance_id, function(ctx)
      return locate(ctx).node
   end)
   return node_id, self:add_instance(args.instance, node_id, instance_id, function(ctx)
      return locate(ctx).instance
   end)
end

--- The parts have become what they are in `ctx`.
function Builder:finish(ctx)
   for _, adopted in ipairs(self.adopted) do
      local record, locate = table.unpack(adopted)
      record.current = function() return locate(ctx) end
   end
end

return builder
