--- What workflows are told of requests to cancel (runtime.md 6.1).
local workflow = require("spec.support.workflow")

local BLUEPRINT = [[
node_types:
  Thing:
    derived_from: cloudify.nodes.Root
    interfaces: {test: {cancel: probe.tasks.cancel}}
node_templates: {app: {type: Thing}}
]]

--- An operation that has its own execution cancelled, and sees that through or is killed. It goes
--- on once a callback has told something: the engine hears of the request a little later.
local TASKS = [[
function tasks.cancel(ctx, inputs)
   assert(os.execute(inputs.command))
   os.execute("timeout 60 sh -c 'until [ -s %FOLDER%/told ]; do sleep 0.01; done'")
   if inputs.wait then os.execute("sleep 60") end
   tell("operation ends")
end
]]

local FLOWS = [[
local api = require("cloudify.workflows.api")
local function cancel(ctx, option, wait)
   for instance in ctx.node_instances do
      return instance:execute_operation("test.cancel", {kwargs = {
         command = ("%CFY% executions cancel %s %s >&2"):format(ctx.execution_id, option or ""),
         wait = wait or false}})
   end
end
local function go_on(ctx)
   cancel(ctx):get()
   ctx:send_event("nothing new starts"):get()
end
local function listen()
   api.cancel_callbacks:add(function() tell("cancel") end)
   api.kill_callbacks:add(function() tell("kill") end)
end
]]

describe("a workflow that is to be cancelled", function()
   local deployment

   before_each(function()
      deployment = workflow.deployment{blueprint = BLUEPRINT, tasks = TASKS}
      deployment.flows = FLOWS:gsub("%%CFY%%", function() return deployment.world:command() end)
   end)
   after_each(function() deployment:remove() end)

   local cases = {
      {"has its callbacks called, once, while it waits", [[
         listen()
         local ok, err = pcall(go_on, ctx)
         tell(exceptions.is(err, exceptions.ExecutionCancelled))
         error(err, 0)
      ]], {"cancel", "operation ends", true}},
      {"has none called that was taken back, and each once", [[
         local function first() tell("first") end
         local function second() tell("second") end
         api.cancel_callbacks:add(first)
         api.cancel_callbacks:add(second)
         api.cancel_callbacks:add(second)
         api.cancel_callbacks:remove(first)
         go_on(ctx)
      ]], {"second", "operation ends"}},
      {"is told although it is abandoned", [[
         listen()
         cancel(ctx, "--force"):get()
      ]], {"cancel", "operation ends"}},
      {"is told of a kill as both", [[
         listen()
         cancel(ctx, "--kill", true):get()
      ]], {"cancel", "kill"}},
      {"goes on telling where a callback fails", [[
         api.cancel_callbacks:add(function() error("cannot") end)
         listen()
         go_on(ctx)
      ]], {"cancel", "operation ends"}},
      {"is told before it ends, if it ends before it waits", [[
         listen()
         os.execute(("%CFY% executions cancel %s >&2"):format(ctx.execution_id))
         while not ctx:has_cancel_request() do end
         tell("ends")
         error(exceptions.ExecutionCancelled("as asked"))
      ]], {"ends", "cancel"}},
   }
   for _, case in ipairs(cases) do
      local name, body, expected = table.unpack(case)
      it(name .. " (runtime.md 6.1)", function()
         local result = deployment:try((body:gsub("%%CFY%%", function()
            return deployment.world:command()
         end)))
         assert.is_truthy(result.err:find("was cancelled", 1, true), result.err)
         assert.same(expected, deployment:told())
      end)
   end

   it("is told nothing without a request (runtime.md 6.1)", function()
      assert.same({"ends"}, deployment:run("listen() tell('ends')"))
   end)

   it("has what a callback failed by in its log (runtime.md 6.1)", function()
      local result = deployment:try([[
         api.cancel_callbacks:add(function() tell("cancel"); error("cannot") end)
         cancel(ctx):get()
      ]])
      assert.is_truthy(result.out:find("a callback on the request to cancel failed: ", 1, true),
         result.out)
   end)

   it("adds no callback that is no function (runtime.md 6.1)", function()
      local result = deployment:try("api.kill_callbacks:add('x')")
      assert.is_truthy(result.err:find("kill_callbacks: a function is expected", 1, true),
         result.err)
   end)
end)
