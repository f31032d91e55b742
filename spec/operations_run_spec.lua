--- One operation that is run by hand.
local cfy = require("spec.support.cfy")
local json = require("cloudify").json

describe("cfy operations run", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   local function install(operations, more)
      local result = world:cfy("install", world:blueprint(operations, more), "-d", "app",
         "--task-retries", "0")
      assert.equal(0, result.code, result.err)
   end

   local function run(...)
      return world:cfy("operations", "run", "app", ...)
   end

   local function refused(expected, ...)
      local result = run(...)
      assert.equal(1, result.code)
      assert.equal("cfy: " .. expected .. "\n", result.err)
      assert.equal(1, #json.decode(world:cfy("executions", "list", "--json").out))
   end

   it("runs it on the instance named, and nothing else", function()
      install {create = "note", start = "note"}
      local before = world:instances("app")[1]
      local result = run(before.id, "cloudify.interfaces.lifecycle.create", "--json")
      assert.equal(0, result.code, result.err)
      local succeeded = '"event_type": *"task_succeeded"[^\n]*probe%.tasks%.note'
      local _, tasks = result.out:gsub(succeeded, "")
      assert.equal(1, tasks)
      assert.equal(before.state, world:instances("app")[1].state)
   end)

   it("takes the name of a node with one instance, and of a lifecycle operation", function()
      install {create = "note"}
      local result = run("thing", "create")
      assert.equal(0, result.code, result.err)
      assert.truthy(result.out:find("Task succeeded 'probe.tasks.note'", 1, true), result.out)
   end)

   it("hands it parameters", function()
      install {create = "note"}
      local result = run("thing", "create", "-p", "text=from the command line")
      assert.equal(0, result.code, result.err)
      assert.truthy(result.out:find('(Operation parameters: {"text":"from the command line"})', 1,
         true), result.out)
   end)

   it("tries it once, and fails when it fails", function()
      install {stop = "refuse", start = "note"}
      local result = run("thing", "stop")
      assert.equal(1, result.code)
      local _, tries = result.out:gsub("Task started", "")
      assert.equal(1, tries)
   end)

   it("refuses an instance that there is not, and names the nearest", function()
      install {create = "note"}
      local id = world:instances("app")[1].id
      refused(("there is no node instance '%sx', did you mean '%s'?"):format(id, id), id .. "x",
         "create")
   end)

   it("refuses a node with several instances", function()
      install({create = "note"}, "    capabilities: {scalable: {properties: "
         .. "{default_instances: 2}}}\n")
      refused(("node 'thing' has 2 instances: name one of them, such as '%s'")
         :format(world:instances("app")[1].id), "thing", "create")
   end)

   it("refuses an operation that no plugin implements, and names those that one does", function()
      install {create = "note", start = "note"}
      refused("node 'thing' has no operation 'stop'; it has create, start", "thing", "stop")
   end)

   it("refuses an input that is spelt almost as a declared one, unless it is meant so", function()
      install({create = "note"}, [[
    interfaces:
      cloudify.interfaces.lifecycle:
        create: {implementation: probe.probe.tasks.note, inputs: {file_name: a}}
]])
      refused("operation 'cloudify.interfaces.lifecycle.create' has no input 'fiel_name', did you "
         .. "mean 'file_name'? (--allow-custom-parameters hands it over all the same)", "thing",
         "create", "-p", "fiel_name=b")
      for _, arguments in ipairs {{"fiel_name=b", "--allow-custom-parameters"}, {"unlike=b"}} do
         local result = run("thing", "create", "-p", table.unpack(arguments))
         assert.equal(0, result.code, result.err)
         assert.truthy(result.out:find(('"%s":"b"'):format(arguments[1]:match("[^=]+")), 1, true),
            result.out)
      end
   end)

   it("wants all three", function()
      local result = world:cfy("operations", "run", "app", "thing")
      assert.equal(2, result.code)
      assert.truthy(result.err:find("DEPLOYMENT INSTANCE OPERATION is missing", 1, true))
   end)
end)
