--- Operations that take longer than their timeout (runtime.md 3.6).
local cfy = require("spec.support.cfy")

local TASKS = [[
local tasks = {}
local function note(ctx, name, text)
   local file <close> = assert(io.open(ctx.node.properties.folder .. "/" .. name, "a"))
   file:write(text, "\n")
end
--- Leaves a server running, whose pid is put into the file `server`.
function tasks.serve(ctx)
   os.execute("sleep 600 >/dev/null 2>&1 & echo $! >> " .. ctx.node.properties.folder .. "/server")
end
--- Never ends, nor does its child, whose pid is in the file `child`.
function tasks.hang(ctx)
   ctx.instance.runtime_properties.touched = true
   note(ctx, "tries", ctx.operation.retry_number)
   os.execute("echo $$ > " .. ctx.node.properties.folder .. "/child; exec sleep 600")
end
local function spin() while true do end end
function tasks.loop() spin() end
--- The child ends with the operation, which is then behind it.
function tasks.wait_for_child() os.execute("exec sleep 600") end
local aio = require("cloudify.aio")
tasks.doze = require("cloudify.decorators").operation {async = true}(function() aio.sleep(600) end)
--- Ends the process only when the clock says so: no instruction of Lua is run meanwhile.
function tasks.stuck() string.rep("a", 40):find(("a*"):rep(30) .. "b") end
function tasks.hang_once(ctx)
   note(ctx, "tries", ctx.operation.retry_number .. " " .. tostring(ctx.resume))
   if ctx.operation.retry_number == 0 then
      os.execute("sleep 600")
   end
end
--- Says that it was asked to end, which the worker that runs it cannot.
function tasks.polite_child(ctx)
   os.execute("trap 'echo asked >> " .. ctx.node.properties.folder
      .. "/child; exit' TERM; while :; do sleep 0.02; done")
end
return tasks
]]

describe("the timeout of an operation", function()
   local world

   before_each(function()
      world = cfy.world()
      world:write("app/plugins/slow/slow/tasks.lua", TASKS)
   end)

   after_each(function()
      for server in world:so_far("server"):gmatch("%d+") do
         os.execute("kill -9 " .. server)
      end
      world:remove()
   end)

   --- Install one node whose create never waits and whose start is `operation` with `settings`.
   local function install(operation, settings, ...)
      return world:cfy("install", world:write("app/blueprint.yaml", ([[
tosca_definitions_version: cloudify_dsl_1_5
imports: [cloudify/types/types.yaml]
plugins: {slow: {executor: central_deployment_agent, source: slow}}
node_types:
  Thing:
    derived_from: cloudify.nodes.Root
    properties: {folder: {default: %s}}
    interfaces:
      cloudify.interfaces.lifecycle:
        create: slow.slow.tasks.serve
        start: {implementation: slow.slow.tasks.%s, %s}
node_templates: {thing: {type: Thing}}
]]):format(world.folder, operation, settings)), "-d", "app", ...)
   end

   local function pid(name)
      return assert(world:so_far(name):match("%d+"), "no pid in " .. name)
   end

   local function is_dead(name)
      return cfy.eventually(function() return not cfy.is_alive(pid(name)) end)
   end

   it("ends it with its children, and nothing that an earlier one left running", function()
      local result = install("hang", "timeout: 1", "--task-retries", "3")
      assert.equal(1, result.code)
      assert.truthy(result.err:find("operation 'cloudify.interfaces.lifecycle.start' of node "
         .. "instance 'thing_%w+' was ended: it took longer than its timeout of 1 second, "
         .. "which is set by 'timeout' where the blueprint or a type maps it to '[%w.]+hang'"),
         result.err)
      assert.is_true(is_dead("child"))
      assert.is_true(cfy.is_alive(pid("server")))
   end)

   it("is not recoverable, unless it is said to be", function()
      install("hang", "timeout: 1", "--task-retries", "3")
      assert.equal("0\n", world:so_far("tries"))
   end)

   it("leads to a retry where it is recoverable", function()
      local result = install("hang_once", "timeout: 1, timeout_recoverable: true",
         "--task-retries", "1", "--task-retry-interval", "0")
      assert.equal(0, result.code, result.err)
      assert.equal("0 false\n1 false\n", world:so_far("tries"))
   end)

   it("counts as many retries as there are", function()
      local result = install("hang", "timeout: 1, timeout_recoverable: true",
         "--task-retries", "2", "--task-retry-interval", "0")
      assert.equal(1, result.code)
      assert.equal("0\n1\n2\n", world:so_far("tries"))
   end)

   it("saves nothing of what was not saved", function()
      install("hang", "timeout: 1")
      local result = world:cfy("node-instances", "app", "--json")
      assert.equal(0, result.code, result.err)
      assert.is_nil(result.out:find("touched", 1, true))
   end)

   for _, case in ipairs {
      {"loop", "in upvalue 'spin'\n%s+slow/tasks.lua:%d+: in function 'slow.tasks.loop'"},
      {"wait_for_child", "in function '[%w.]+execute'\n%s+slow/tasks.lua:%d+: in function "
         .. "'slow.tasks.wait_for_child'"},
      {"doze", "slow/tasks.lua:%d+: in function <slow/tasks.lua:%d+>"},
   } do
      local operation, place = table.unpack(case)
      it(("tells the line where it was: %s"):format(operation), function()
         local result = install(operation, "timeout: 1")
         assert.equal(1, result.code)
         assert.matches("ERROR: it was here when it was ended:\n%s*stack traceback:\n.*" .. place,
            result.out)
         assert.truthy(result.err:find("took longer than its timeout", 1, true), result.err)
      end)
   end

   it("ends what runs no line of Lua", function()
      local result = install("stuck", "timeout: 0.2")
      assert.is_nil(result.out:find("it was here", 1, true))
      assert.truthy(result.err:find("took longer than its timeout", 1, true), result.err)
   end)

   it("ends a loop of Lua", function()
      local result = install("loop", "timeout: 0.2")
      assert.truthy(result.err:find("took longer than its timeout", 1, true), result.err)
   end)

   it("asks the children to end before it kills them", function()
      install("polite_child", "timeout: 1")
      assert.equal("asked\n", world:so_far("child"))
   end)

   it("does not matter to one that is fast enough", function()
      assert.equal(0, install("serve", "timeout: 60").code)
   end)
end)
