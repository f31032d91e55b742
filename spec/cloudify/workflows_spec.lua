local exceptions = require("cloudify.exceptions")
local workflows = require("cloudify.workflows")

describe("cloudify.workflows", function()
   local function graph()
      return {optimize = function(self) self.optimized = true end,
              store = function(self, name) self.name = self.optimized and name end}
   end

   --- A ctx that has stored the graphs `stored`, by name.
   local function ctx_with(stored)
      return {get_tasks_graph = function(_, name) return stored[name] end}
   end

   it("gives the graph that was built, stored without what has no effect", function()
      local built, ctx = graph(), ctx_with({})
      local get = workflows.make_or_get_graph(function(...)
         assert.same({ctx, "parameters"}, {...})
         return built
      end)
      assert.equal(built, get(ctx, "parameters", {name = "g"}))
      assert.equal("g", built.name)
   end)

   it("gives the stored graph of that name instead of building one", function()
      local stored = graph()
      local get = workflows.make_or_get_graph(function() error("built again") end)
      assert.equal(stored, get(ctx_with({g = stored}), {}, {name = "g"}))
   end)

   it("wants a name for the graph", function()
      local ok, err = pcall(workflows.make_or_get_graph(graph), {}, {})
      assert.is_false(ok)
      assert.is_true(exceptions.is(err, exceptions.NonRecoverableError))
      assert.equal(
         "make_or_get_graph: the third argument must be a table with the name of the graph",
         err.message)
   end)

   it("tells the name of a graph that was not returned", function()
      local get = workflows.make_or_get_graph(function() end)
      local ok, err = pcall(get, ctx_with({}), {}, {name = "restart"})
      assert.is_false(ok)
      assert.equal("graph 'restart': the function that builds it returned none", err.message)
   end)

   it("makes one step of many tasks", function()
      assert.same({"a", "b"}, workflows.forkjoin("a", "b"))
   end)
end)
