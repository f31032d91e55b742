--- What becomes of each task when an execution is resumed: the table in docs/resume.md.
local cfy = require("spec.support.cfy")

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

describe("an execution", function()
   local world

   local function journal()
      local file = io.open(world:path("journal"))
      local text = file and file:read("a") or ""
      if file then
         file:close()
      end
      return text
   end

   --- Start the install in the background; returns when every node has come as far as it can.
   local function start()
      world:sh(world:command("install", blueprint(world)) .. " >" .. world:path("log")
         .. " 2>&1 & echo $! >" .. world:path("engine"))
      local all = {"run done", "begin underway", "begin rigid", "try 0 failed", "ask 0 waiting"}
      assert.is_true(cfy.eventually(function()
         for _, line in ipairs(all) do
            if not journal():find(line .. "\n", 1, true) then
               return false
            end
         end
         return true
      end, 10), journal())
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

   describe("that was interrupted", function()
      local result

      before_each(function()
         os.execute("kill -9 " .. start())
         result = resume()
      end)

      it("does not repeat what has succeeded", function()
         assert.falsy(journal():find("done", 1, true), journal())
         assert.equal("started", states().done)
      end)

      it("repeats a resumable operation that was under way, which can see it", function()
         assert.is_true(noted("begin underway resumed", "end underway resumed"), journal())
      end)

      it("runs what was pending", function()
         assert.truthy(journal():find("run pending\n", 1, true), journal())
      end)

      it("fails an operation that was under way and is not resumable", function()
         assert.equal(1, result.code)
         assert.truthy(result.err:find("was interrupted and is not declared resumable", 1, true),
            result.err)
         assert.falsy(journal():find("rigid", 1, true), journal())
      end)

      it("tries afresh what has failed", function()
         assert.truthy(journal():find("try 0 failed\n", 1, true), journal())
      end)

      it("goes on counting the retries of what waited for one", function()
         assert.truthy(journal():find("ask 1 waiting\n", 1, true), journal())
      end)

      it("can be resumed again, and then completes", function()
         local again = resume()
         assert.equal(0, again.code, again.err)
         assert.truthy(journal():find("begin rigid\n", 1, true), journal())
         local third = resume()
         assert.equal(1, third.code)
         assert.truthy(third.err:find("has completed: there is nothing to resume", 1, true))
      end)
   end)

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
      local _, ended = journal():gsub("end ", "")
      assert.equal(2, ended, journal())
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
