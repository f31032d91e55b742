--- The blueprint that the benchmarks install, of any size, with its plugin.
---
--- One node in ten is a host and the other nine are contained in it; each of them is connected to
--- its counterpart on the previous host. Such rows of hosts are of bounded length: one row over
--- all the hosts would leave at most nine operations to run at a time, and with sixteen workers
--- the depth of the blueprint would be measured and not the engine.
local blueprint = {}

local NODES_OF_A_HOST = 10
local HOSTS_IN_A_ROW = 10

--- In the order of the install, then in that of the uninstall workflow.
blueprint.install_operations = {"create", "configure", "start", "poststart"}
blueprint.uninstall_operations = {"stop", "delete"}

local HEAD = [[
tosca_definitions_version: cloudify_dsl_1_3

imports:
  - cloudify/types/types.yaml

plugins:
  bench:
    executor: central_deployment_agent
    source: bench

node_types:
  bench.nodes.Node:
    derived_from: cloudify.nodes.Root
    properties:
      label:
        type: string
      port:
        type: integer
      address:
        type: string
        default: 127.0.0.1
    interfaces:
      cloudify.interfaces.lifecycle:
]]

local NODE = [[
  %s:
    type: bench.nodes.Node
    properties:
      label: node number %d
      port: %d
      address: 10.%d.%d.%d
]]

local RELATIONSHIP = [[
      - type: cloudify.relationships.%s
        target: %s
]]

local SCALABLE = [[
    capabilities:
      scalable:
        properties:
          default_instances: %d
]]

local PLUGIN_HEAD = [[
--- Operations that do next to nothing: each sets one runtime property.
local operation = require("cloudify.decorators").operation

local tasks = {}
]]

local PLUGIN_OPERATION = [[

tasks.%s = operation(function(ctx)
   ctx.instance.runtime_properties.%s = ctx.node.properties.port
end)
]]

local function each_operation(visit)
   for _, list in ipairs{blueprint.install_operations, blueprint.uninstall_operations} do
      for _, name in ipairs(list) do
         visit(name)
      end
   end
end

--- Names of host `host` (place 0) and of the nodes contained in it; both count from 0.
local function node_name(host, place)
   return place == 0 and "host_" .. host or ("node_%d_%d"):format(host, place)
end

local function relationships_text(host, place, hosts_in_a_row)
   if place == 0 then
      return ""
   end
   local text = "    relationships:\n" .. RELATIONSHIP:format("contained_in", node_name(host, 0))
   if host % hosts_in_a_row ~= 0 then
      text = text .. RELATIONSHIP:format("connected_to", node_name(host - 1, place))
   end
   return text
end

--- The text of a blueprint.
---@param count integer number of nodes, hosts included
---@param hosts_in_a_row? integer after so many hosts a new row begins, unconnected to the last
---@return string
function blueprint.text(count, hosts_in_a_row)
   local parts = {HEAD}
   each_operation(function(name)
      table.insert(parts, ("        %s: bench.bench.tasks.%s\n"):format(name, name))
   end)
   table.insert(parts, "\nnode_templates:\n")
   for i = 0, count - 1 do
      local host, place = i // NODES_OF_A_HOST, i % NODES_OF_A_HOST
      table.insert(parts, NODE:format(node_name(host, place), i, 1024 + i % 60000,
                                      i >> 16 & 255, i >> 8 & 255, i & 255))
      table.insert(parts, relationships_text(host, place, hosts_in_a_row or HOSTS_IN_A_ROW))
   end
   return table.concat(parts)
end

--- The module `bench.tasks` of the plugin `bench`.
---@return string
function blueprint.plugin_text()
   local parts = {PLUGIN_HEAD}
   each_operation(function(name)
      table.insert(parts, PLUGIN_OPERATION:format(name, name))
   end)
   table.insert(parts, "\nreturn tasks\n")
   return table.concat(parts)
end

local function write_file(path, text)
   local file <close> = assert(io.open(path, "w"))
   assert(file:write(text))
end

local function write(directory, text)
   local plugin = directory .. "/plugins/bench/bench"
   assert(os.execute(("mkdir -p '%s'"):format(plugin:gsub("'", "'\\''"))))
   write_file(plugin .. "/tasks.lua", blueprint.plugin_text())
   write_file(directory .. "/blueprint.yaml", text)
   return directory .. "/blueprint.yaml"
end

--- Write a blueprint and its plugin.
---@param directory string made if absent
---@param count integer
---@param hosts_in_a_row? integer
---@return string path of the blueprint
function blueprint.write(directory, count, hosts_in_a_row)
   return write(directory, blueprint.text(count, hosts_in_a_row))
end

--- Write a blueprint of one node with so many instances, and its plugin.
---@param directory string made if absent
---@param instances integer
---@return string path of the blueprint
function blueprint.write_instances(directory, instances)
   return write(directory, blueprint.text(1) .. SCALABLE:format(instances))
end

return blueprint
