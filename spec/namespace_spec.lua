local cloudify = require("cloudify")
local cfy = require("spec.support.cfy")

local json = cloudify.json

describe("a plugin that is imported under namespaces", function()
   local world

   before_each(function()
      world = cfy.world()
      world:write("app/plugins/cloud/plugin.yaml", [[
plugins:
  cloud:
    executor: central_deployment_agent
    package_name: cloud
    package_version: "1.0"
    properties: {region: {type: string}, size: {type: integer, value: 3}}
node_types:
  Server:
    derived_from: cloudify.nodes.Root
    interfaces: {cloudify.interfaces.lifecycle: {create: cloud.tasks.create}}
workflows:
  check: {mapping: cloud.tasks.check}
]])
      world:write("app/plugins/cloud/tasks.lua", [[
local tasks = {}
function tasks.create(ctx)
   local plugin, properties = ctx.plugin, ctx.instance.runtime_properties
   properties.plugin = plugin.name
   properties.region = plugin.properties.region.value
   properties.size = plugin.properties.size.value
   properties.prefix = plugin.prefix:match("[^/]*$")
end
function tasks.check(ctx)
   ctx.logger:info("checked")
end
return tasks
]])
      world:write("app/blueprint.yaml", [[
tosca_definitions_version: cloudify_dsl_1_5
imports:
  - cloudify/types/types.yaml
  - north--plugin:cloud: {region: {get_input: region}}
  - south--plugin:cloud: {region: south}
inputs: {region: {default: north}}
node_templates:
  one: {type: north--Server}
  two: {type: south--Server}
outputs:
  one: {value: {get_attribute: [one, region]}}
  two: {value: {get_attribute: [two, region]}}
]])
   end)
   after_each(function() world:remove() end)

   it("has the properties of each import, by their own names", function()
      local result = world:cfy("install", world:path("app/blueprint.yaml"), "-d", "app")
      assert.equal(0, result.code, result.out .. result.err)
      local properties = {}
      for _, instance in ipairs(json.decode(world:cfy("node-instances", "app", "--json").out)) do
         properties[instance.node_id] = instance.runtime_properties
      end
      assert.same({
         one = {plugin = "north--cloud", region = "north", size = 3, prefix = "cloud"},
         two = {plugin = "south--cloud", region = "south", size = 3, prefix = "cloud"},
      }, properties)
      result = world:cfy("executions", "start", "south--check", "-d", "app")
      assert.equal(0, result.code, result.out .. result.err)
   end)
end)
