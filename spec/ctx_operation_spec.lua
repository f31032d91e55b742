local cfy = require("spec.support.cfy")
local operations = require("spec.support.operations")

describe("ctx.operation", function()
   operations.suite {
      app = {
         {"runtime.md 1.6: name, with its interface", "return ctx.operation.name",
            "cloudify.interfaces.lifecycle.start"},
         {"runtime.md 1.6: retry_number is 0 in the first run", "return ctx.operation.retry_number",
            0},
         {"runtime.md 1.6: max_retries", "return ctx.operation.max_retries", 0},
         {"runtime.md 1.6: relationship is nil for a node",
            "return ctx.operation.relationship", nil},
         {"runtime.md 1.6: what it says cannot be changed", "ctx.operation.retry_number = 3",
            error = "ctx.operation.retry_number cannot be assigned"},
         {"a misspelt field names the nearest one", "return ctx.operation.retry_numbr",
            error = "ctx.operation has no field 'retry_numbr' (did you mean 'retry_number'?)"},
         {"a method that is called with a dot says how it is called", "ctx.operation.retry('wait')",
            error = "ctx.operation.retry() is called with a dot, use ':' - "
               .. "ctx.operation:retry(...)"},
      },
      source = {
         {"runtime.md 1.6: relationship is 'source' on the source's side",
            "return ctx.operation.relationship", "source"},
      },
      target = {
         {"runtime.md 1.6: relationship is 'target' on the target's side",
            "return ctx.operation.relationship", "target"},
      },
   }
end)

--- Plugin code: operations whose runs are told apart by ctx.operation.retry_number.
local TASKS = [[
local exceptions = require("cloudify.exceptions")
local tasks = {}

local function again(retry)
   return function(ctx)
      local number = ctx.operation.retry_number
      ctx.instance.runtime_properties["run_" .. number] = ctx.operation.max_retries
      if number == 0 then
         return retry(ctx)
      end
   end
end

tasks.positional = again(function(ctx) return ctx.operation:retry("not yet", 0.01) end)
tasks.named = again(function(ctx)
   ctx.operation:retry {message = "not yet, either", retry_after = 0.02}
end)
tasks.bare = again(function(ctx) ctx.operation:retry() end)
tasks.last = again(function(ctx)
   ctx.operation:retry("the first word", 3600)
   ctx.operation:retry("the last word", 0.01)
   return "a result"
end)
tasks.raises = again(function(ctx)
   ctx.operation:retry("is not heard", 3600)
   error(exceptions.RecoverableError("this is what counts", {retry_after = 0.01}))
end)

return tasks
]]

describe("ctx.operation:retry", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   --- Install a node with this operation. Returns the runtime properties and the texts of retries.
   local function install(name)
      world:blueprint {start = name}
      world:write("app/plugins/probe/probe/tasks.lua", TASKS)
      local result = world:cfy("install", world:path("app/blueprint.yaml"), "--task-retries", "2",
         "--task-retry-interval", "0.03")
      assert.equal(0, result.code, result.err)
      return world:instances("app")[1].runtime_properties, result.out
   end

   local cases = {
      {"runtime.md 1.6: takes a text and seconds", "positional", "not yet"},
      {"runtime.md 1.6: takes them by name, too", "named", "not yet, either"},
      {"runtime.md 1.6: needs neither, and waits as long as after a failure", "bare",
         "the operation asks for a retry"},
      {"runtime.md 1.6: the last call wins, and drops the function's result", "last",
         "the last word"},
      {"runtime.md 1.6: an error that the function raises wins", "raises", "this is what counts"},
   }
   for _, case in ipairs(cases) do
      local name, operation, text = table.unpack(case)
      it(name, function()
         local properties, output = install(operation)
         assert.same({run_0 = 2, run_1 = 2}, properties)
         assert.truthy(output:find(text, 1, true), output)
         output = output:gsub("\n    [> ] +%d+ |[^\n]*", "") -- lines of the source
         assert.is_nil(output:find("is not heard", 1, true))
         assert.is_nil(output:find("the first word", 1, true))
      end)
   end
end)
