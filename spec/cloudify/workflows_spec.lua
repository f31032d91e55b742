local exceptions = require("cloudify.exceptions")
local workflows = require("cloudify.workflows")

describe("cloudify.workflows", function()
   local function graph()
      return {optimize = function(self) self.optimized = true end}
   end

   it("gives the graph that was built, without what has no effect", function()
      local built = graph()
      local get = workflows.make_or_get_graph(function(ctx, parameters)
         assert.same({"ctx", "parameters"}, {ctx, parameters})
         return built
      end)
      assert.equal(built, get("ctx", "parameters", {name = "g"}))
      assert.is_true(built.optimized)
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
      local ok, err = pcall(get, {}, {}, {name = "restart"})
      assert.is_false(ok)
      assert.equal("graph 'restart': the function that builds it returned none", err.message)
   end)

   it("makes one step of many tasks", function()
      assert.same({"a", "b"}, workflows.forkjoin("a", "b"))
   end)
end)
