--- Runs chunks of Lua in operations of a small deployment, for the specs of ctx.
---
--- The deployment: `app` is contained in `host` and connected to `db`, which is contained in `vm`
--- and connected to `archive`. A chunk runs in the `start` of one of these nodes, in the
--- `establish` of app's connection to db on the `source` or the `target` side, or before, in its
--- `preconfigure` on the source's side.
local assert = require("luassert")
local busted = require("busted")
local cfy = require("spec.support.cfy")
local cloudify = require("cloudify")

local json = cloudify.json

local operations = {}

local NODES = {"app", "archive", "db", "host", "vm"}
-- What is run, in the order of an install.
local PLACES = {"archive", "vm", "host", "db", "preconfigure", "app", "source", "target"}

local BLUEPRINT = [[
tosca_definitions_version: cloudify_dsl_1_5
imports: [cloudify/types/types.yaml]
plugins:
  chunks: {executor: central_deployment_agent, source: chunks, package_name: spec-chunks,
           package_version: '1.2',
           properties: {colour: {description: of the paint, value: blue}}}
resource_tags: {owner: spec, port: {get_attribute: [db, port]}}
deployment_settings: {display_name: The spec}
node_types:
  spec.Node:
    derived_from: cloudify.nodes.Root
    properties:
      port: {default: 8080}
      tree: {default: {list: [1, {deep: x}], none: null}}
      where: {default: here}
relationships:
  spec.connected: {derived_from: cloudify.relationships.connected_to}
groups:
  pair: {members: [db]}
policies:
  scale_pair: {type: cloudify.policies.scaling, targets: [pair], properties: {default_instances: 1}}
node_templates:
  host:
    type: cloudify.nodes.Compute
    properties: {ip: 10.0.0.1, agent_config: {install_method: none}}
    interfaces: {cloudify.interfaces.lifecycle: {start: %{host}}}
  vm:
    type: cloudify.nodes.Compute
    properties: {agent_config: {install_method: init_script}}
    interfaces: {cloudify.interfaces.lifecycle: {start: %{vm}}}
  archive:
    type: spec.Node
    interfaces: {cloudify.interfaces.lifecycle: {start: %{archive}}}
  db:
    type: spec.Node
    properties: {port: 5432}
    interfaces: {cloudify.interfaces.lifecycle: {start: %{db}}}
    relationships:
      - {type: cloudify.relationships.contained_in, target: vm}
      - {type: cloudify.relationships.connected_to, target: archive}
  app:
    type: spec.Node
    properties: {where: {concat: [port , {get_attribute: [db, port]}]}}
    interfaces: {cloudify.interfaces.lifecycle: {start: %{app}}}
    relationships:
      - {type: cloudify.relationships.contained_in, target: host}
      - type: spec.connected
        target: db
        source_interfaces:
          cloudify.interfaces.relationship_lifecycle:
            preconfigure: %{preconfigure}
            establish: %{source}
        target_interfaces:
          cloudify.interfaces.relationship_lifecycle: {establish: %{target}}
]]

--- Rows by place, each {text, code, expected} or {text, code, error = message, type = class}:
--- `expected` is the value, or a function that is called with it and the spec's world. In messages
--- the random end of instance ids is _ID.
---@alias operations.Rows table<string, table[]>

--- How the blueprint maps an operation that runs the chunks of `rows`.
local function mapping(world, place, rows)
   local chunks = {}
   for i, row in ipairs(rows or {}) do
      chunks[i] = row[2]
   end
   local limit = place == "archive" and ", timeout: 60, timeout_recoverable: true" or ""
   return ("{implementation: chunks.chunks.tasks.run, inputs: %s%s}"):format(json.encode {
      chunks = cloudify.array(chunks), results = world:path(place .. ".json")}, limit)
end

--- Install the deployment with these chunks. Returns what cfy has said.
---@param rows operations.Rows
---@param arguments? string[] further ones of `cfy install`
function operations.install(world, rows, arguments)
   local plugins = world:path("app/plugins")
   world:sh(("mkdir -p %s && cp -r spec/fixtures/chunks %s"):format(plugins, plugins))
   world:write("app/blueprint.yaml", (BLUEPRINT:gsub("%%{(%w+)}", function(place)
      return (mapping(world, place, rows[place]))
   end)))
   return world:cfy("install", world:path("app/blueprint.yaml"), "--task-retries", "0",
      table.unpack(arguments or {}))
end

--- What the chunks of `place` have returned or raised: a list of {value} or {type, message}.
function operations.results(world, place)
   return json.decode(world:read(world:path(place .. ".json")))
end

local function without_random_ids(text)
   for _, node in ipairs(NODES) do
      text = text:gsub("'" .. node .. "_%w%w%w%w%w%w'", "'" .. node .. "_ID'")
   end
   return text
end

local function check_row(row, result, world)
   if row.error then
      assert.equal(row.error, without_random_ids(tostring(result.message)))
      assert.equal(row.type or "NonRecoverableError", result.type)
      return
   end
   assert.is_nil(result.message, result.message)
   if type(row[3]) == "function" then
      row[3](result.value, world)
   else
      assert.same(row[3], result.value)
   end
end

--- Within a describe block: one install with the chunks of all rows, and a test for each row.
---@param rows operations.Rows
---@param arguments? fun(world: spec.World): string[] further arguments of `cfy install`
function operations.suite(rows, arguments)
   local world

   busted.lazy_setup(function()
      world = cfy.world()
      local result = operations.install(world, rows, arguments and arguments(world))
      assert(result.code == 0, result.out .. result.err)
   end)

   busted.lazy_teardown(function() world:remove() end)

   for _, place in ipairs(PLACES) do
      for i, row in ipairs(rows[place] or {}) do
         busted.it(row[1], function()
            check_row(row, operations.results(world, place)[i], world)
         end)
      end
   end
end

return operations
