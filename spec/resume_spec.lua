--- What becomes of each task when an execution is resumed: the table in docs/resume.md, in place of
--- that in runtime.md 6.9.
local cfy = require("spec.support.cfy")
local workflow = require("spec.support.workflow")

--- Node -> the operation that it is created by.
local NODES = {
   done = "quick", underway = "wait_resumable", rigid = "wait", failed = "fail", waiting = "later",
   pending = "quick",
}

local function blueprint(world)
   local lines = {[[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins: {journal: {executor: central_deployment_agent, source: journal}}
node_types:
  Thing:
    derived_from: cloudify.nodes.Root
    properties: {folder: {default: ]] .. world.folder .. [[}}
node_templates:]]}
   for name, operation in pairs(NODES) do
      table.insert(lines, ([[
  %s:
    type: Thing
    interfaces: {cloudify.interfaces.lifecycle: {create: journal.journal.tasks.%s}}
    relationships: [%s]
]]):format(name, operation, name == "pending"
         and "{type: cloudify.relationships.depends_on, target: underway}" or ""))
   end
   world:sh("mkdir -p " .. world:path("app/plugins") .. " && cp -r spec/fixtures/journal "
      .. world:path("app/plugins"))
   return world:write("app/blueprint.yaml", table.concat(lines, "\n"))
end

describe("an execution (runtime.md 6.9)", function()
   local world

   local function journal()
      return world:so_far("journal")
   end

   --- Start the install in the background; returns when every node has come as far as it can.
   local function start(...)
      world:sh(world:command("install", blueprint(world), ...) .. " >" .. world:path("log")
         .. " 2>&1 & echo $! >" .. world:path("engine"))
      --- What runs writes it into the journal; what has ended is shown once that is stored.
      local running = {"begin underway\n", "begin rigid\n"}
      local settled = {"done_%w+.create%] Task succeeded", "failed_%w+.create%] Task failed",
         "waiting_%w+.create%] Task rescheduled"}
      assert.is_true(cfy.eventually(function()
         local log = world:so_far("log")
         for _, line in ipairs(running) do
            if not journal():find(line, 1, true) then
               return false
            end
         end
         for _, pattern in ipairs(settled) do
            if not log:find(pattern) then
               return false
            end
         end
         return true
      end), journal())
      return world:read(world:path("engine")):match("%d+")
   end

   --- Whether both lines stand in the journal, in this order; others, which ran meanwhile, may
   --- stand between them.
   local function noted(first, second)
      local _, place = journal():find(first .. "\n", 1, true)
      return place ~= nil and journal():find(second .. "\n", place, true) ~= nil
   end

   local function execution_id()
      return world:cfy("executions", "list", "--json").out:match('"id":"([^"]+)"')
   end

   --- Forget the journal so far and resume, with the gate open.
   local function resume(...)
      os.remove(world:path("journal"))
      world:write("gate", "")
      return world:cfy("executions", "resume", execution_id(), ...)
   end

   local function states()
      local found = {}
      for node, state in world:cfy("node-instances", "app", "--json").out
         :gmatch('"node_id":"(%w+)".-"state":"(%w+)"') do
         found[node] = state
      end
      return found
   end

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   --- What holds of every execution that is resumed.
   local function goes_on(result_of)
      it("runs what was pending", function()
         result_of()
         assert.truthy(journal():find("run pending\n", 1, true), journal())
      end)

      it("tries afresh what has failed", function()
         result_of()
         assert.truthy(journal():find("try 0 failed\n", 1, true), journal())
      end)

      it("goes on counting the retries of what waited for one", function()
         result_of()
         assert.truthy(journal():find("ask 1 waiting\n", 1, true), journal())
      end)
   end

   --- What holds of an execution whose operations under way were killed, however it ended.
   local function like_interrupted(result_of)
      it("does not repeat what has succeeded", function()
         result_of()
         assert.falsy(journal():find("done", 1, true), journal())
         assert.equal("started", states().done)
      end)

      it("repeats a resumable operation that was under way, which can see it", function()
         result_of()
         assert.is_true(noted("begin underway resumed", "end underway resumed"), journal())
      end)

      it("fails an operation that was under way and is not resumable (runtime.md 3.2)", function()
         local result = result_of()
         assert.equal(1, result.code)
         assert.truthy(result.err:find("was interrupted and is not declared resumable", 1, true),
            result.err)
         assert.falsy(journal():find("rigid", 1, true), journal())
      end)

      goes_on(result_of)
   end

   --- What holds of an execution whose operations under way have ended before it did.
   local function drained(result_of)
      it("does not repeat what has succeeded", function()
         assert.equal(0, result_of().code)
         assert.falsy(journal():find("done", 1, true), journal())
         assert.equal("started", states().done)
      end)

      it("does not repeat what was under way: it has succeeded since", function()
         local result = result_of()
         assert.equal(0, result.code, result.err)
         assert.falsy(journal():find("underway", 1, true), journal())
         assert.falsy(journal():find("rigid", 1, true), journal())
         assert.equal("started", states().underway)
         assert.equal("started", states().rigid)
      end)

      goes_on(result_of)
   end

   describe("that was interrupted", function()
      local result

      before_each(function()
         os.execute("kill -9 " .. start())
         result = resume()
      end)

      like_interrupted(function() return result end)

      it("can be resumed again, and then completes", function()
         local again = resume()
         assert.equal(0, again.code, again.err)
         assert.truthy(journal():find("begin rigid\n", 1, true), journal())
         local third = resume()
         assert.equal(1, third.code)
         assert.truthy(third.err:find("has completed: there is nothing to resume", 1, true))
      end)
   end)

   --- Wait until the engine is gone; the execution has then this status.
   local function ended(engine, status)
      assert.is_true(cfy.eventually(function() return not cfy.is_alive(engine) end))
      local list = world:cfy("executions", "list", "--json").out
      assert.truthy(list:find('"status":"' .. status .. '"', 1, true), list)
   end

   describe("that has failed", function()
      like_interrupted(function()
         ended(start("--wait-after-fail", "0.5"), "failed")
         return resume()
      end)
   end)

   describe("that was killed", function()
      like_interrupted(function()
         local engine = start()
         assert.equal(0, world:cfy("executions", "cancel", execution_id(), "--kill").code)
         ended(engine, "cancelled")
         return resume()
      end)
   end)

   for level, option in pairs {cancelled = {}, ["cancelled by force"] = {"--force"}} do
      describe("that was " .. level, function()
         drained(function()
            local engine = start()
            local result = world:cfy("executions", "cancel", execution_id(),
               table.unpack(option))
            assert.equal(0, result.code, result.err)
            assert.is_true(cfy.is_alive(engine))  -- it waits for what is under way
            world:write("let_go", "")
            ended(engine, level == "cancelled" and "failed" or "cancelled")
            assert.falsy(journal():find("pending", 1, true))
            return resume()
         end)
      end)
   end

   it("begins anew what was under way with --reset-operations", function()
      os.execute("kill -9 " .. start())
      local result = resume("--reset-operations")
      assert.equal(0, result.code, result.err)
      assert.is_true(noted("begin rigid", "end rigid"), journal())
      for node in pairs(NODES) do
         assert.equal("started", states()[node])
      end
   end)

   it("has nothing of the old engine alive when it is resumed", function()
      local engine = start()
      local workers = world:sh("pgrep -P " .. engine).out
      local children = world:sh("pgrep -P " .. workers:gsub("%s+$", ""):gsub("%s+", ",")).out
      assert.truthy(children:find("%d"))
      os.execute("pkill -9 -P " .. engine .. "; kill -9 " .. engine)  -- nobody ends the children
      resume("--reset-operations")
      for pid in (workers .. children):gmatch("%d+") do
         assert.is_false(cfy.is_alive(pid))
      end
      local _, count = journal():gsub("end ", "")
      assert.equal(2, count, journal())
   end)

   it("remembers an interruption of an operation that has not been repeated yet", function()
      local text = world:read(blueprint(world)):gsub("node_templates:.*", "") .. [[
node_templates:
  one: &node
    type: Thing
    interfaces: {cloudify.interfaces.lifecycle: {create: journal.journal.tasks.wait_resumable}}
  other: *node
]]
      local install = world:command("install", world:write("app/blueprint.yaml", text), "-j", "1")
      world:sh(install .. " >/dev/null 2>&1 & echo $! >" .. world:path("engine"))
      local function begun(count)
         assert.is_true(cfy.eventually(function()
            return select(2, journal():gsub("begin ", "")) == count
         end), journal())
         return world:read(world:path("engine")):match("%d+")
      end
      local first = begun(1) and journal():match("begin (%w+)\n")
      os.execute("pkill -9 -P " .. begun(1))  -- its worker: now it is the other one's turn
      os.execute("kill -9 " .. begun(2))
      assert.falsy(journal():find("begin " .. first .. " resumed", 1, true), journal())
      local result = resume()
      assert.equal(0, result.code, result.err)
      assert.is_true(noted("begin " .. first .. " resumed", "end " .. first .. " resumed"),
         journal())
   end)

   it("does not forget an interruption over a failure to begin again", function()
      local text = world:read(blueprint(world)):gsub("node_templates:.*", "") .. [[
node_templates:
  rigid:
    type: Thing
    interfaces: {cloudify.interfaces.lifecycle: {create: journal.journal.tasks.wait}}
]]
      local install = world:command("install", world:write("app/blueprint.yaml", text))
      world:sh(install .. " >/dev/null 2>&1 & echo $! >" .. world:path("engine"))
      assert.is_true(cfy.eventually(function() return journal() == "begin rigid\n" end))
      os.execute("kill -9 " .. world:read(world:path("engine")):match("%d+"))
      local output = world:path("store/deployments/app/workdir/output")
      world:sh(("rm -r %s && ln -s /proc %s"):format(output, output))  -- where no file can be made
      world:sh(world:command("executions", "resume", execution_id(), "--task-retry-interval", "0.2")
         .. " >" .. world:path("log") .. " 2>&1 & echo $! >" .. world:path("engine"))
      assert.is_true(cfy.eventually(function()
         return world:so_far("log"):find("cannot open the output file", 1, true)
      end), world:so_far("log"))
      world:sh(("rm %s && mkdir %s"):format(output, output))
      world:write("let_go", "")
      assert.is_true(cfy.eventually(function()
         return not cfy.is_alive(world:read(world:path("engine")):match("%d+"))
      end))
      assert.truthy(world:so_far("log"):find("was interrupted and is not declared resumable", 1,
         true), world:so_far("log"))
      assert.equal("begin rigid\n", journal())
   end)

   it("knows what was under way in a subgraph that was tried again", function()
      local text = world:read(blueprint(world)):gsub("node_templates:.*", "") .. [[
node_templates:
  again:
    type: Thing
    interfaces: {cloudify.interfaces.lifecycle: {create: journal.journal.tasks.wait_again}}
]]
      local install = world:command("install", world:write("app/blueprint.yaml", text),
         "--subgraph-retries", "1")
      world:sh(install .. " >/dev/null 2>&1 & echo $! >" .. world:path("engine"))
      assert.is_true(cfy.eventually(function() return journal() == "begin again\n" end),
         journal())
      local function graph()
         return world:cfy("executions", "graph", execution_id()).out
      end
      local under_way = "\nstarted[^\n]+lifecycle%.create\n"
      -- The operation runs before the engine has been told so, and has kept it.
      assert.is_true(cfy.eventually(function() return graph():find(under_way) ~= nil end))
      os.execute("kill -9 " .. world:read(world:path("engine")):match("%d+"))
      assert.truthy(graph():find(under_way), graph())
      local result = resume()
      assert.equal(1, result.code)
      assert.truthy(result.err:find("was interrupted and is not declared resumable", 1, true),
         result.err)
      assert.equal("", journal())
   end)

   it("is not resumed once its deployment was uninstalled", function()
      os.execute("kill -9 " .. start())
      local id = execution_id()
      assert.equal(0, world:cfy("uninstall", "app").code)
      local result = world:cfy("executions", "resume", id)
      assert.equal(1, result.code)
      assert.truthy(result.err:find("cannot be resumed: 'uninstall'", 1, true), result.err)
   end)
end)

--- A stored graph, run by go(): when its first task has succeeded two more come, the first of which
--- fails until there is a file `mended`.
local GROWING = [[
local graph, ctx
function flows.first() tell("first") end
function flows.fragile()
   tell("fragile")
   local file <close> = io.open("%FOLDER%/mended")
      or error(exceptions.NonRecoverableError("broken"))
end
function flows.behind() tell("behind") end
function flows.grow()
   local fragile, behind = ctx:local_task("flows.fragile"), ctx:local_task("flows.behind")
   graph:add_task(fragile)
   graph:add_task(behind)
   graph:add_dependency(behind, fragile)
   return handlers.cont()
end
local get_graph = workflows.make_or_get_graph(function()
   local made = ctx:graph_mode()
   local first = ctx:local_task("flows.first")
   first.on_success = handlers.by_name("flows.grow")
   made:add_task(first)
   return made
end)
function flows.go(context, parameters)
   ctx = context
   graph = get_graph(ctx, parameters, {name = "growing"})
   graph:execute()
end
]]

describe("an execution whose graph has failed in the turn in which tasks came into it", function()
   it("goes on with them when it is resumed", function()
      local deployment = workflow.deployment{flows = GROWING, blueprint = [[
node_templates: {one: {type: cloudify.nodes.Root}}
]]}
      finally(function() deployment:remove() end)
      assert.equal(1, deployment:try("flows.go(ctx, parameters)").code)
      assert.same({"first", "fragile"}, deployment:told())
      deployment.world:write("mended", "")
      local id = deployment.world:cfy("executions", "list", "app", "--json").out
         :match('.*"id":"([^"]+)"')
      local resumed = deployment.world:cfy("executions", "resume", id)
      assert.equal(0, resumed.code, resumed.err)
      assert.same({"fragile", "behind"}, deployment:told())
   end)
end)
