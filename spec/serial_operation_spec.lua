--- Operations that run on one instance after the other, and configured local tasks, through cfy
--- (runtime.md 3.4).
local cfy = require("spec.support.cfy")

local function blueprint(world, more)
   return world:write("app/blueprint.yaml", [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins: {serial: {executor: central_deployment_agent, source: serial}}
]] .. more)
end

describe("serial_operation (runtime.md 3.4)", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   it("can be what docs/operations.md shows", function()
      local example = world:read("docs/operations.md"):match(
         "```lua\n([^`]-serial_operation{.-)```")
      world:write("app/plugins/serial/serial/tasks.lua", example)
      local result = world:cfy("install", blueprint(world, [[
node_templates:
  member:
    type: cloudify.nodes.Root
    instances: {deploy: 4}
    interfaces: {cloudify.interfaces.lifecycle: {create: serial.serial.tasks.join}}
]]), "--task-retries", "-1", "--task-retry-interval", "0.02")
      assert.equal(0, result.code, result.err)
      local members = {}
      for index in result.out:gmatch("INFO: Member (%d) joins") do
         table.insert(members, index)
      end
      assert.same({"1", "2", "3", "4"}, members)
      assert.matches("CloudifySerializationRetry", world:cfy("events", "app", "--json").out)
   end)

   it("names the node that there is not", function()
      world:write("app/plugins/serial/serial/tasks.lua", [[
return {ask = function(ctx) ctx:get_node_instances("nope") end}
]])
      local result = world:cfy("install", blueprint(world, [[
node_templates:
  member:
    type: cloudify.nodes.Root
    interfaces: {cloudify.interfaces.lifecycle: {create: serial.serial.tasks.ask}}
]]), "--task-retries", "0")
      assert.equal(1, result.code)
      assert.matches("node 'nope': there is none in deployment 'app'", result.err)
   end)
end)

describe("task_config (runtime.md 3.4)", function()
   it("configures a local task of a workflow", function()
      local world = cfy.world()
      world:write("app/plugins/serial/serial/flows.lua", [[
local task_config = require("cloudify.decorators").task_config
local tries = 0
local work = task_config {name = "work", total_retries = 2, retry_interval = 0,
   kwargs = {by = "config"}}(function(kwargs)
   tries = tries + 1
   if tries < 3 then
      error("not yet")
   end
   return kwargs.by .. tries
end)
local silent = task_config {send_task_events = false, name = "silent"}(function() end)
return {flow = function(ctx)
   ctx.logger:info("done: %s", ctx:local_task(work, {name = "other", kwargs = {by = "call"}}):get())
   ctx:local_task(silent):get()
end}
]])
      local path = blueprint(world, "workflows: {flow: serial.serial.flows.flow}\n")
      assert.equal(0, world:cfy("deployments", "create", path).code)
      local result = world:cfy("executions", "start", "flow", "-d", "app")
      world:remove()
      assert.equal(0, result.code, result.err)
      assert.matches("INFO: done: config3\n", result.out)
      assert.matches("Task succeeded 'work' %- config3 %[retry 2/2%]", result.out)
      assert.falsy(result.out:find("silent", 1, true), result.out)
   end)
end)
