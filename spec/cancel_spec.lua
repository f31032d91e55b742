--- Cancelling an execution from another process and by signals (docs/resume.md; runtime.md 6.1,
--- 6.10, 11.9). Each request in each state is in test/api/cancel_test.c.
local cfy = require("spec.support.cfy")

local PLUGIN = [[
plugins: {slow: {executor: central_deployment_agent, install: false}}
node_types:
  Thing:
    derived_from: cloudify.nodes.Root
    properties: {folder: {}}
    interfaces:
      cloudify.interfaces.lifecycle: {create: slow.tasks.create, start: slow.tasks.start}
workflows:
  loop: slow.flows.loop
  stubborn: slow.flows.stubborn
  deaf: slow.flows.deaf
  polite: slow.flows.polite
  waiter: {mapping: slow.flows.waiter}
  trailing: slow.flows.trailing
  unloadable: slow.endless.run
]]

local TASKS = [[
local tasks = {}
local function note(ctx, text)
   local journal <close> = assert(io.open(ctx.node.properties.folder .. "/journal", "a"))
   journal:write(text, "\n")
end
function tasks.create(ctx)
   note(ctx, "create")
   local folder = ctx.node.properties.folder
   local closed = ("[ -d '%s' ] && [ ! -e '%s/let_go' ]"):format(folder, folder)
   os.execute("while " .. closed .. "; do sleep 0.02; done")
   note(ctx, "created")
end
function tasks.start(ctx)
   note(ctx, "start")
end
return tasks
]]

local FLOWS = [[
local exceptions = require("cloudify.exceptions")
local flows = {}
function flows.loop() while true do end end
function flows.stubborn() while true do pcall(function() while true do end end) end end
function flows.deaf() string.gsub("x", "x", flows.stubborn) end
--- Its function ends, a task of it does not.
function flows.trailing(ctx)
   ctx:send_event("before")
   ctx:local_task(flows.stubborn)
   ctx:send_event("after")
end
function flows.polite(ctx)
   while not ctx:has_cancel_request() do end
   ctx.logger:info("the request was seen")
end
function flows.waiter(ctx)
   local ok, err = pcall(function()
      for instance in ctx.node_instances do
         instance:execute_operation("cloudify.interfaces.lifecycle.create"):get()
         instance:execute_operation("cloudify.interfaces.lifecycle.start"):get()
      end
   end)
   ctx.logger:info("told: " .. tostring(not ok and exceptions.is(err, "ExecutionCancelled")))
   if not ok then error(err, 0) end
end
return flows
]]

--- A module that never comes to its end.
local ENDLESS = "while true do pcall(function() while true do end end) end"

describe("cfy executions cancel (runtime.md 6.1)", function()
   local world

   before_each(function()
      world = cfy.world()
      world:write("app/plugins/slow/plugin.yaml", PLUGIN)
      world:write("app/plugins/slow/tasks.lua", TASKS)
      world:write("app/plugins/slow/flows.lua", FLOWS)
      world:write("app/plugins/slow/endless.lua", ENDLESS)
      world:write("app/blueprint.yaml", ([[
tosca_definitions_version: cloudify_dsl_1_5
imports: [cloudify/types/types.yaml, "plugin:slow"]
node_templates: {thing: {type: Thing, properties: {folder: %s}}}
]]):format(world.folder))
   end)
   after_each(function()
      world:write("let_go", "")
      world:remove()
   end)

   local function id_of_last()
      local id
      for each in world:cfy("executions", "list", "app", "--json").out:gmatch('"id":"([^"]+)"') do
         id = each
      end
      return id
   end

   local function status_of(id)
      return world:cfy("executions", "get", id, "--json").out:match('"status":"([%w_]+)"')
   end

   --- Run cfy in the background until its log has `sign`; its pid.
   local function start(sign, ...)
      world:write("log", "")
      world:sh(("%s >%s 2>&1 & echo $! >%s"):format(world:command(...), world:path("log"),
         world:path("engine")))
      assert.is_true(cfy.eventually(function()
         return world:so_far("log"):find(sign, 1, true)
      end), world:so_far("log"))
      return world:read(world:path("engine")):match("%d+")
   end

   --- Start an install whose operation `create` is under way.
   local function install()
      local engine = start("Task started", "install", world:path("app/blueprint.yaml"), "-d", "app")
      assert.is_true(cfy.eventually(function()
         return world:so_far("journal") == "create\n"
      end))
      return engine, id_of_last()
   end

   local function ends(engine)
      assert.is_true(cfy.eventually(function() return not cfy.is_alive(engine) end),
         world:so_far("log"))
   end

   local function has_status(id, status)
      return cfy.eventually(function() return status_of(id) == status end)
   end

   it("lets operations that run end, and starts no other (runtime.md 6.10)", function()
      local engine, id = install()
      local result = world:cfy("executions", "cancel", id)
      assert.equal(0, result.code, result.err)
      assert.is_true(has_status(id, "cancelling"))
      local advice = ("WARNING: Cancelling: nothing new starts, 1 operation has to end; to kill "
         .. "it, Ctrl-C again or 'cfy executions cancel %s --kill'\n"):format(id)
      assert.is_true(cfy.eventually(function()
         return world:so_far("log"):find(advice, 1, true)
      end), world:so_far("log"))
      assert.is_true(cfy.is_alive(engine))
      local busy = world:cfy("uninstall", "app").err
      assert.truthy(busy:find(("is cancelling: wait for it with --queue, or kill what it still "
         .. "waits for with 'cfy executions cancel %s --kill'\n"):format(id), 1, true), busy)
      world:write("let_go", "")
      ends(engine)
      assert.equal("create\ncreated\n", world:so_far("journal"))
      assert.equal("cancelled", status_of(id))
      assert.truthy(world:so_far("log"):find("'install' workflow execution cancelled", 1, true))
      local how_to_go_on = ("was cancelled\ncfy: to go on from there: 'cfy executions resume %s'\n")
         :format(id)
      assert.truthy(world:so_far("log"):find(how_to_go_on, 1, true), world:so_far("log"))
      local resumed = world:cfy("executions", "resume", id).out
      assert.truthy(resumed:find("See 'cfy node-instances app' next.", 1, true), resumed)
   end)

   it("does the same by force, without the workflow (runtime.md 6.10)", function()
      local engine, id = install()
      assert.equal(0, world:cfy("executions", "cancel", id, "--force").code)
      assert.is_true(has_status(id, "force_cancelling"))
      world:write("let_go", "")
      ends(engine)
      assert.equal("create\ncreated\n", world:so_far("journal"))
      assert.equal("cancelled", status_of(id))
   end)

   it("kills what runs (runtime.md 6.10)", function()
      local engine, id = install()
      assert.equal(0, world:cfy("executions", "cancel", id, "--kill").code)
      ends(engine)
      world:write("let_go", "")
      assert.equal("cancelled", status_of(id))
      assert.equal("create\n", world:so_far("journal"))
   end)

   it("may become more urgent, not less (runtime.md 11.9)", function()
      local engine, id = install()
      assert.equal(0, world:cfy("executions", "cancel", id).code)
      assert.is_true(has_status(id, "cancelling"))
      assert.equal(0, world:cfy("executions", "cancel", id).code)
      assert.equal(0, world:cfy("executions", "cancel", id, "--force").code)
      assert.is_true(has_status(id, "force_cancelling"))
      local result = world:cfy("executions", "cancel", id)
      assert.equal(1, result.code)
      assert.truthy(result.err:find("is force_cancelling already", 1, true), result.err)
      assert.equal(0, world:cfy("executions", "cancel", id, "--kill").code)
      ends(engine)
      assert.equal("cancelled", status_of(id))
   end)

   it("cancels at once what was interrupted, and ends what is left of it", function()
      local engine, id = install()
      os.execute("kill -9 " .. engine)
      assert.is_true(has_status(id, "interrupted"))
      assert.equal(0, world:cfy("executions", "cancel", id).code)
      assert.equal("cancelled", status_of(id))
      assert.truthy(world:cfy("events", id).out:find("workflow execution cancelled", 1, true))
      local result = world:cfy("executions", "cancel", id)
      assert.equal(1, result.code)
      assert.truthy(result.err:find("has ended: it is cancelled", 1, true), result.err)
   end)

   it("refuses what has ended and what there is not", function()
      world:write("let_go", "")
      assert.equal(0, world:cfy("install", world:path("app/blueprint.yaml"), "-d", "app").code)
      for _, option in ipairs {{}, {"--force"}, {"--kill"}} do
         local result = world:cfy("executions", "cancel", id_of_last(), table.unpack(option))
         assert.equal(1, result.code)
         assert.truthy(result.err:find("has ended: it is completed", 1, true), result.err)
      end
      assert.equal(1, world:cfy("executions", "cancel", "none").code)
   end)

   it("is done by signals, too: the first cancels, the second kills", function()
      for _, signal in ipairs {"INT", "TERM"} do
         os.remove(world:path("journal"))
         local engine, id = install()
         os.execute(("kill -%s %s"):format(signal, engine))
         assert.is_true(has_status(id, "cancelling"))
         os.execute(("kill -%s %s"):format(signal, engine))
         ends(engine)
         assert.equal("cancelled", status_of(id))
         assert.equal("create\n", world:so_far("journal"))
         assert.equal(0, world:cfy("deployments", "delete", "app", "--force").code)
      end
   end)

   describe("of a workflow", function()
      before_each(function()
         world:write("let_go", "")
         assert.equal(0, world:cfy("install", world:path("app/blueprint.yaml"), "-d", "app").code)
      end)

      --- Cancel `workflow` while its function runs; its status once it has ended.
      local function cancel(workflow, ...)
         local engine = start(("Starting '%s'"):format(workflow), "executions", "start", workflow,
            "-d", "app")
         local id = id_of_last()
         world:cfy("executions", "cancel", id, ...)
         ends(engine)
         return status_of(id)
      end

      it("that loops for ever ends it", function()
         assert.equal("cancelled", cancel("loop"))
         assert.equal("cancelled", cancel("loop", "--force"))
         assert.equal("cancelled", cancel("loop", "--kill"))
      end)

      it("that catches all errors abandons it by force", function()
         assert.equal("cancelled", cancel("stubborn", "--force"))
      end)

      it("that cannot be ended fails after five seconds", function()
         assert.equal("failed", cancel("stubborn"))
         assert.truthy(world:so_far("log"):find("did not end within 5 seconds", 1, true))
         assert.equal("failed", cancel("deaf", "--kill"))
      end)

      it("that cannot be ended in a task, or as it is loaded, fails likewise", function()
         assert.equal("failed", cancel("trailing"))
         assert.truthy(world:so_far("log"):find("did not end within 5 seconds", 1, true))
         assert.equal("failed", cancel("unloadable"))
         assert.truthy(world:so_far("log"):find("did not end within 5 seconds", 1, true))
      end)

      it("that sees the request lets it end well", function()
         assert.equal("terminated", cancel("polite"))
         assert.truthy(world:so_far("log"):find("the request was seen", 1, true))
      end)

      it("that waits tells it", function()
         os.remove(world:path("let_go"))
         local engine = start("Task started", "executions", "start", "waiter", "-d", "app")
         local id = id_of_last()
         assert.equal(0, world:cfy("executions", "cancel", id).code)
         world:write("let_go", "")
         ends(engine)
         assert.truthy(world:so_far("log"):find("told: true", 1, true), world:so_far("log"))
         assert.equal("cancelled", status_of(id))
      end)
   end)
end)
