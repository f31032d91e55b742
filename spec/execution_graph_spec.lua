--- The task graphs of an execution as cfy shows them.
local cfy = require("spec.support.cfy")
local json = require("cloudify").json

describe("cfy executions graph", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   local function install(operations)
      world:cfy("install", world:blueprint(operations), "-d", "app", "--task-retries", "0")
      return json.decode(world:cfy("executions", "list", "--json").out)[1].id
   end

   local function states(execution)
      local found = {}
      local graphs = json.decode(world:cfy("executions", "graph", execution, "--json").out)
      for _, task in ipairs(graphs[1].tasks) do
         if task.kind == "operation" or task.kind == "subgraph" then
            found[task.name:match("%.(%a+)$") or "subgraph"] = task.state
         end
      end
      return found
   end

   it("shows what has succeeded", function()
      local execution = install {create = "note", start = "note"}
      local result = world:cfy("executions", "graph", execution)
      assert.equal(0, result.code, result.err)
      assert.truthy(result.out:find(
         "^graph 'install'  %d+%.%d+ s CPU\nsucceeded  install_thing_%w+\n"
         .. "succeeded     state 'initializing'\n"))
      assert.truthy(result.out:find(
         "\nsucceeded     cloudify%.interfaces%.lifecycle%.create  %d+%.%d+ s CPU\n"))
      assert.same({subgraph = "succeeded", create = "succeeded", start = "succeeded"},
         states(execution))
   end)

   it("shows what has failed, and what has not run for it", function()
      local execution = install {create = "refuse", start = "note"}
      assert.same({subgraph = "failed", create = "failed", start = "pending"}, states(execution))
   end)

   it("draws it for Graphviz", function()
      local execution = install {create = "note"}
      local result = world:cfy("executions", "graph", execution, "--dot")
      assert.equal(0, result.code, result.err)
      assert.truthy(result.out:find("^digraph execution {\n"))
      assert.truthy(result.out:find('%[label="install_thing_%w+", tooltip="succeeded", '
         .. "fillcolor=palegreen, shape=folder%];\n"))
      assert.truthy(result.out:find("\n  t0_3 -> t0_2;\n", 1, true))
   end)

   it("knows no other execution", function()
      install {create = "note"}
      local result = world:cfy("executions", "graph", "nope")
      assert.equal(1, result.code)
      assert.truthy(result.err:find("no execution 'nope'", 1, true), result.err)
   end)
end)
