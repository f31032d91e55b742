local decorators = require("cloudify.decorators")

describe("cloudify.decorators", function()
   it("marks the function itself", function()
      local function start() end
      assert.equal(start, decorators.operation{resumable = true}(start))
      assert.is_true(decorators.options(start).resumable)
   end)

   it("works with and without options", function()
      assert.equal("operation", decorators.options(decorators.operation(function() end)).kind)
      assert.equal("workflow", decorators.options(decorators.workflow{}(function() end)).kind)
      assert.same({}, decorators.options(function() end))
   end)

   it("keeps two decorations of one function apart", function()
      local function add(a, b) return a + b end
      local plain = decorators.operation(add)
      local resumable = decorators.operation{resumable = true}(add)
      assert.is_nil(decorators.options(plain).resumable)
      assert.is_true(decorators.options(resumable).resumable)
      assert.equal(3, resumable(1, 2))
   end)

   it("says what it expects", function()
      assert.has_error(function() decorators.operation("start") end,
         "operation: a function or a table of options is expected")
   end)
end)
