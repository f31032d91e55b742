local exceptions = require("cloudify.exceptions")
local handlers = require("cloudify.workflows.handlers")

local function message_of(f, ...)
   local ok, err = pcall(f, ...)
   assert.is_false(ok)
   assert.is_true(exceptions.is(err, exceptions.NonRecoverableError))
   return err.message
end

describe("cloudify.workflows.handlers", function()
   before_each(function()
      package.loaded["my_plugin.flows"] = {
         twice = function(task, arguments)
            return task.current_retries < arguments.limit and handlers.retry() or handlers.ignore()
         end,
      }
   end)

   after_each(function()
      package.loaded["my_plugin.flows"] = nil
   end)

   it("calls the function of that name with the task and the arguments", function()
      local handler = handlers.by_name("my_plugin.flows.twice", {limit = 2})
      assert.equal("retry", handler({current_retries = 1}).action)
      assert.equal("ignore", handler({current_retries = 2}).action)
   end)

   it("gives a function without arguments an empty table of them", function()
      assert.same({}, handlers.by_name("my_plugin.flows.twice").arguments)
   end)

   it("refuses a name without a module", function()
      assert.equal("handler 'twice': must be MODULE.FUNCTION",
         message_of(handlers.by_name, "twice"))
   end)

   it("names the function that its module does not have", function()
      assert.equal("handler 'my_plugin.flows.once': " ..
         "module 'my_plugin.flows' has no function 'once'",
         message_of(handlers.by_name, "my_plugin.flows.once"))
   end)

   it("says what a module lacks that returns nothing", function()
      package.loaded["my_plugin.flows"] = true
      assert.equal("handler 'my_plugin.flows.twice': module 'my_plugin.flows' returns nothing: its "
         .. "last line must return the table of its functions, as in 'return flows'",
         message_of(handlers.by_name, "my_plugin.flows.twice"))
   end)

   it("hands on what a retry shall be like", function()
      local result = handlers.retry{ignore_total_retries = true, retry_after = 0.5}
      assert.same({action = "retry", ignore_total_retries = true, retry_after = 0.5}, result)
   end)

   it("has a result for each of the other decisions", function()
      assert.same({"fail", "continue", "ignore"},
         {handlers.fail().action, handlers.cont().action, handlers.ignore().action})
   end)
end)
