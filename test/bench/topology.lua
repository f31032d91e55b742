--- Blueprints whose parsing and planning is measured: many node templates, each with operations of
--- its own and related to the two before it.
local topology = {}

--- "own": nodes of a type with three properties; "builtin": of a built-in type, which brings some
--- fifty operations.
topology.kinds = {"own", "builtin"}

local TYPES = {own = "bench.nodes.Node", builtin = "cloudify.nodes.ApplicationServer"}
local OPERATIONS = {"create", "configure", "start", "stop", "delete"}

local HEAD = [[
tosca_definitions_version: cloudify_dsl_1_4

imports:
  - cloudify/types/types.yaml

plugins:
  bench:
    executor: central_deployment_agent
    install: false

node_types:
  bench.nodes.Node:
    derived_from: cloudify.nodes.Root
    properties:
      label: {type: string}
      port: {type: integer, default: 80}
      address: {default: 127.0.0.1}

node_templates:
]]

local PROPERTIES = [[
    properties:
      label: node number %d
      port: %d
      address: 10.%d.%d.%d
]]

local OPERATION = [[
        %s:
          implementation: bench.tasks.%s
          inputs: {number: %d}
]]

local function node_text(kind, i)
   local parts = {("  node_%d:\n    type: %s\n"):format(i, TYPES[kind])}
   local function add(format, ...)
      table.insert(parts, format:format(...))
   end
   if kind == "own" then
      add(PROPERTIES, i, 1024 + i % 60000, i >> 16 & 255, i >> 8 & 255, i & 255)
   end
   add("    interfaces:\n      cloudify.interfaces.lifecycle:\n")
   for _, name in ipairs(OPERATIONS) do
      add(OPERATION, name, name, i)
   end
   if i > 0 then
      add("    relationships:\n")
   end
   for target = i - 1, math.max(i - 2, 0), -1 do
      add("      - type: cloudify.relationships.depends_on\n        target: node_%d\n", target)
   end
   return table.concat(parts)
end

--- The text of a blueprint of `count` nodes.
---@param kind string one of topology.kinds
---@param count integer
---@return string
function topology.text(kind, count)
   local parts = {HEAD}
   for i = 0, count - 1 do
      table.insert(parts, node_text(kind, i))
   end
   return table.concat(parts)
end

return topology
