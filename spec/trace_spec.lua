--- CFY_TRACE: each access to ctx, and what it took.
local cfy = require("spec.support.cfy")

describe("CFY_TRACE", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   local function install(environment)
      local command = world:command("install", world:blueprint {create = "note"}, "-d", "app")
      local result = world:sh(environment .. " " .. command)
      assert.equal(0, result.code, result.err)
      return result.err
   end

   it("tells what an operation asks for, in its order, with the time it took", function()
      local told = {}
      for what in install("CFY_TRACE=1"):gmatch("trace: +%d+%.%d us  ([^\n]*)\n") do
         table.insert(told, what)
      end
      assert.same({"ctx.instance", "ctx.instance.runtime_properties", "ctx.node",
         "ctx.node.properties", "  value: text", "  value set: text"}, told)
   end)

   it("says nothing unless it is set", function()
      assert.equal("", install("CFY_TRACE="))
      world:remove()
      world = cfy.world()
      assert.equal("", install("CFY_TRACE=0"))
   end)

   it("is not in the environment of operations", function()
      world:write("app/plugins/env/env.lua", [[
local operation = require("cloudify.decorators").operation
return {show = operation(function(ctx)
   ctx.instance.runtime_properties.trace = os.getenv("CFY_TRACE") or "not set"
   local pipe <close> = io.popen("echo ${CFY_TRACE-not set}")
   ctx.instance.runtime_properties.child = pipe:read("l")
end)}
]])
      world:write("app/env.yaml", [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins: {env: {executor: central_deployment_agent, source: env}}
node_templates:
  thing:
    type: cloudify.nodes.Root
    interfaces: {cloudify.interfaces.lifecycle: {create: env.env.show}}
]])
      local result = world:sh("CFY_TRACE=1 " .. world:command("install", world:path("app/env.yaml"),
         "-d", "app"))
      assert.equal(0, result.code, result.err)
      local properties = world:instances("app")[1].runtime_properties
      assert.same({trace = "not set", child = "not set"},
         {trace = properties.trace, child = properties.child})
   end)

   it("follows an operation that waits", function()
      world:write("app/plugins/aio/slow.lua", [[
local operation = require("cloudify.decorators").operation
return {load = operation{async = true}(function(ctx)
   ctx.instance.runtime_properties.text = ctx:get_resource("file://" .. ctx.node.properties.file)
end)}
]])
      world:write("app/aio.yaml", ([[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins: {aio: {executor: central_deployment_agent, source: aio}}
node_types:
  Thing: {derived_from: cloudify.nodes.Root, properties: {file: {type: string}}}
node_templates:
  thing:
    type: Thing
    properties: {file: %s}
    interfaces: {cloudify.interfaces.lifecycle: {create: aio.slow.load}}
]]):format(world:write("text", "slowly")))
      local result = world:sh("CFY_TRACE=1 " .. world:command("install", world:path("app/aio.yaml"),
         "-d", "app"))
      assert.equal(0, result.code, result.out)
      assert.equal("slowly", world:instances("app")[1].runtime_properties.text)
      assert.truthy(result.err:find(" us  ctx:get_resource\n", 1, true), result.err)
   end)
end)
