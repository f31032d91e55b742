--- Task graphs as workflows build them: kinds of tasks, handlers, order, subgraphs, dry runs
--- (runtime.md 6.5 to 6.8, 6.10). What needs no workflow is in test/engine/task_graph_test.c, the
--- resuming of 6.9 in resume_spec.lua.
local json = require("cloudify").json
local workflow = require("spec.support.workflow")

local BLUEPRINT = [[
node_types:
  Thing:
    derived_from: cloudify.nodes.Root
    interfaces:
      test:
        note: probe.tasks.note
        fail: probe.tasks.fail
        hopeless: probe.tasks.hopeless
        again: probe.tasks.again
        in_no_time: probe.tasks.in_no_time
        in_an_hour: probe.tasks.in_an_hour
        gated: probe.tasks.gated
        nothing: ''
node_templates: {app: {type: Thing}}
]]

local TASKS = [[
function tasks.note(ctx, inputs) tell(inputs.word) return inputs.word end
function tasks.fail(ctx)
   tell("try " .. ctx.operation.retry_number)
   error(exceptions.RecoverableError("no luck"))
end
local function fail_once(ctx, retry_after)
   tell("try " .. ctx.operation.retry_number)
   if ctx.operation.retry_number == 0 then
      error(exceptions.RecoverableError("busy", {retry_after = retry_after}))
   end
end
function tasks.in_no_time(ctx) fail_once(ctx, 0) end
function tasks.in_an_hour(ctx) fail_once(ctx, 3600) end
function tasks.gated(ctx, inputs)
   tell("gated " .. inputs.step)
   if not exists("open") then error(exceptions.NonRecoverableError("shut")) end
end
function tasks.hopeless() tell("hopeless") error(exceptions.NonRecoverableError("no way")) end
function tasks.again(ctx)
   tell("again " .. ctx.operation.retry_number)
   if ctx.operation.retry_number < 2 then return ctx.operation:retry("not yet", 0) end
end
]]

local FLOWS = [[
local function app(ctx)
   for instance in ctx.node_instances do return instance end
end
local function note(ctx, word)
   return app(ctx):execute_operation("test.note", {kwargs = {word = word}})
end
local function run(ctx, operation) return app(ctx):execute_operation("test." .. operation) end
function flows.go_on(task) tell("asked " .. task.state) return handlers.ignore() end
function flows.give_up() return handlers.fail() end
function flows.insist() return handlers.retry{ignore_total_retries = true, retry_after = 0} end
function flows.well(task) tell("well " .. tostring(task.result)) return handlers.cont() end
function flows.count() end
function flows.spoil() return handlers.fail() end
local count = 0
function flows.once_more(task)
   count = count + 1
   if count > 1 then return handlers.fail() end
   local again = task.graph:subgraph("again")
   again:add_task(note(task.workflow_context, "second"))
   return handlers.retry{retried_task = again}
end
function flows.rebuild(task)
   local again, steps = task.graph:subgraph("again"), {}
   for step = 1, 3 do
      steps[step] = app(task.workflow_context):execute_operation("test.gated",
         {kwargs = {step = step}})
   end
   again:sequence():add(table.unpack(steps))
   return handlers.retry{retried_task = again}
end
local function try_with(ctx, operation, handler)
   local graph = ctx:graph_mode()
   local task = run(ctx, operation)
   task.on_failure = handler
   graph:add_task(task)
   graph:execute()
end
local function try(graph)
   local ok, err = pcall(graph.execute, graph)
   tell((ok and "ok" or err.message:match("^[^\n]*"):gsub("app_%w+", "app")))
end
]]

describe("a task graph", function()
   local deployment

   before_each(function()
      deployment = workflow.deployment{blueprint = BLUEPRINT, tasks = TASKS, flows = FLOWS}
   end)
   after_each(function() deployment:remove() end)

   local NO_WAIT = {"--task-retry-interval", "0"}
   --- section, what, body, what it tells, arguments of cfy
   local cases = {
      -- runtime.md 6.5: task kinds
      {"6.5", "has tasks of each kind", [[
         local graph = ctx:graph_mode()
         for _, task in ipairs{note(ctx, "x"), run(ctx, "nothing"), app(ctx):set_state("odd"),
               app(ctx):send_event("hello"), ctx:send_event("hello"), graph:subgraph("s"),
               ctx:local_task(function() end)} do
            tell(task.type)
         end
      ]], {"RemoteWorkflowTask", "NOPLocalWorkflowTask", "SetNodeInstanceStateTask",
           "SendNodeEventTask", "SendWorkflowEventTask", "SubgraphTask", "LocalWorkflowTask"}},
      {"6.5", "has tasks with an id, an info, events and retries of their kind", [[
         ctx:graph_mode()
         local operation, state = note(ctx, "x"), app(ctx):set_state("odd")
         tell(#operation.id, operation.send_task_events, operation.total_retries,
            operation.current_retries, operation.is_terminated, operation.state)
         tell(state.info, state.send_task_events, state.total_retries)
      ]], {36, true, 3, 0, false, "pending", "odd", false, 0}, {"--task-retries", "3"}},
      {"6.5", "takes each task through its states to a last one", [[
         local graph = ctx:graph_mode()
         local task = note(ctx, "x")
         graph:add_task(task)
         tell(task.state)
         graph:execute()
         tell(task.state, task.is_terminated)
      ]], {"pending", "x", "succeeded", true}},
      -- runtime.md 6.6: handlers
      {"6.6", "asks on_success", [[
         local graph = ctx:graph_mode()
         local task = note(ctx, "x")
         task.on_success = handlers.by_name("flows.well")
         graph:add_task(task)
         graph:execute()
      ]], {"x", "well x"}},
      {"6.6", "fails by an on_success that says so", [[
         local graph = ctx:graph_mode()
         local task = note(ctx, "x")
         task.on_success = handlers.by_name("flows.spoil")
         graph:add_task(task)
         tell((pcall(graph.execute, graph)))
      ]], {"x", false}},
      {"6.6", "retries an operation that asks for it, and does not ask on_failure", [[
         local graph = ctx:graph_mode()
         local task = run(ctx, "again")
         task.on_failure = handlers.by_name("flows.go_on")
         graph:add_task(task)
         graph:execute()
      ]], {"again 0", "again 1", "again 2"}, {"--task-retries", "2"}},
      {"6.6", "retries any other failure total_retries times", [[
         local graph = ctx:graph_mode()
         local task = run(ctx, "fail")
         local id = task.id
         graph:add_task(task)
         try(graph)
         tell(task.id ~= id, task.current_retries)
      ]], {"try 0", "try 1", "Task failed: tasks.fail (app:test.fail): RecoverableError `no luck`",
           true, 1}, {"--task-retries", "1", "--task-retry-interval", "0"}},
      {"6.6", "does not retry what is non-recoverable", [[
         local graph = ctx:graph_mode()
         graph:add_task(run(ctx, "hopeless"))
         tell((pcall(graph.execute, graph)))
      ]], {"hopeless", false}},
      {"6.6", "goes on after a failure that on_failure ignores, without any retry", [[
         local graph = ctx:graph_mode()
         local task = run(ctx, "fail")
         task.on_failure = handlers.by_name("flows.go_on")
         graph:sequence():add(task, note(ctx, "next"))
         graph:execute()
      ]], {"try 0", "asked failed", "next"}},
      {"6.6", "fails at once where on_failure says so", [[
         local graph = ctx:graph_mode()
         local task = run(ctx, "fail")
         task.on_failure = handlers.by_name("flows.give_up")
         graph:add_task(task)
         tell((pcall(graph.execute, graph)))
      ]], {"try 0", false}},
      {"6.6", "retries beyond the limit where on_failure insists", [[
         local graph = ctx:graph_mode()
         local task = run(ctx, "fail")
         local asked = 0
         task.on_failure = function()
            asked = asked + 1
            return asked < 3 and flows.insist() or handlers.ignore()
         end
         graph:add_task(task)
         graph:execute()
      ]], {"try 0", "try 1", "try 2"}, {"--task-retries", "0"}},
      {"6.6", "retries after the time that the error gives", "try_with(ctx, 'in_no_time')",
       {"try 0", "try 1"}, {"--task-retry-interval", "3600"}},
      {"6.6", "retries after the time that on_failure gives, whatever the error does", [[
         try_with(ctx, "in_an_hour", function() return handlers.retry{retry_after = 0} end)
      ]], {"try 0", "try 1"}, {"--task-retry-interval", "3600"}},
      {"6.6", "retries after the usual time where on_failure gives none", [[
         try_with(ctx, "in_an_hour", function() return handlers.retry() end)
      ]], {"try 0", "try 1"}},
      {"6.6", "tells on_failure the time that the error gives", [[
         try_with(ctx, "in_no_time", function(task)
            tell(task.error.type, task.error.retry_after)
            return handlers.retry{retry_after = task.error.retry_after}
         end)
      ]], {"try 0", "RecoverableError", 0, "try 1"}, {"--task-retry-interval", "3600"}},
      {"6.6", "fails if on_failure gives a time that is none", [[
         local graph = ctx:graph_mode()
         for _, seconds in ipairs {-1, math.huge} do
            local task = run(ctx, "fail")
            task.on_failure = function() return handlers.retry{retry_after = seconds} end
            graph:add_task(task)
            try(graph)
            tell(task.error.message)
         end
      ]], {"try 0", "Task failed: tasks.fail (app:test.fail): RecoverableError `no luck`",
           "handlers.retry: retry_after must be a finite number of seconds, 0 or more, not -1",
           "try 0", "Task failed: tasks.fail (app:test.fail): RecoverableError `no luck`",
           "handlers.retry: retry_after must be a finite number of seconds, 0 or more, not inf"}},
      {"6.6", "fails by the error that on_failure raises, even one that could be retried", [[
         local graph = ctx:graph_mode()
         local task = run(ctx, "fail")
         task.on_failure = function()
            error(exceptions.RecoverableError("of the handler", {retry_after = 0}))
         end
         graph:add_task(task)
         try(graph)
         tell(task.error.type, task.error.message)
      ]], {"try 0", "Task failed: tasks.fail (app:test.fail): RecoverableError `no luck`",
           "HandlerError", "of the handler [retry_after=0]"}},
      -- runtime.md 6.7: graph semantics
      {"6.7", "finds and removes tasks, and lists those it has", [[
         local graph = ctx:graph_mode()
         local first, second = note(ctx, "first"), note(ctx, "second")
         graph:add_task(first)
         graph:add_task(second)
         tell(graph:get_task(first.id) == first, graph:get_task("none") == nil)
         graph:remove_task(second)
         local left = 0
         for _ in graph.tasks do left = left + 1 end
         tell(left)
         graph:execute()
      ]], {true, true, 1, "first"}},
      {"6.7", "lets a task wait for another, unless that is taken back", [[
         local graph = ctx:graph_mode()
         local first, second = note(ctx, "first"), note(ctx, "second")
         graph:add_task(second)
         graph:add_task(first)
         graph:add_dependency(second, first)
         graph:add_dependency(first, first)
         graph:add_dependency(first, second)
         graph:remove_dependency(first, second)
         graph:execute()
      ]], {"first", "second"}},
      {"6.7", "knows no dependency of a task that it does not have", [[
         local graph = ctx:graph_mode()
         local task = note(ctx, "x")
         graph:add_task(task)
         tell((pcall(graph.add_dependency, graph, task, note(ctx, "y"))))
         graph:remove_task(task)
      ]], {false}},
      {"6.7", "runs steps one after the other; one of no tasks is none", [[
         local graph = ctx:graph_mode()
         local middle = workflows.forkjoin(ctx:send_event("a"), ctx:send_event("b"))
         local last = note(ctx, "last")
         graph:sequence():add(note(ctx, "first"), workflows.forkjoin(), middle, last)
         local order = {}
         for _, task in ipairs(graph:linearize()) do table.insert(order, task.name) end
         tell(order[1], order[4])
         graph:execute()
      ]], {"tasks.note", "tasks.note", "first", "last"}},
      {"6.7", "never starts what waits for a failure, but all that does not", [[
         local graph = ctx:graph_mode()
         graph:sequence():add(run(ctx, "hopeless"), note(ctx, "never"), note(ctx, "never"))
         graph:sequence():add(note(ctx, "one"), note(ctx, "two"))
         try(graph)
      ]], {"hopeless", "one", "two",
           "Task failed: tasks.hopeless (app:test.hopeless): NonRecoverableError `no way`"},
       {"-j", "1"}},
      {"6.7", "lists the errors where there are several", [[
         local graph = ctx:graph_mode()
         graph:add_task(run(ctx, "hopeless"))
         graph:add_task(run(ctx, "hopeless"))
         try(graph)
      ]], {"hopeless", "hopeless", "2 operation errors:"}},
      {"6.7", "starts nothing more once wait_after_fail is over", [[
         local graph = ctx:graph_mode()
         graph:add_task(run(ctx, "hopeless"))
         local late = run(ctx, "fail")
         late.total_retries = -1
         late.retry_interval = 3600
         graph:add_task(late)
         tell((pcall(graph.execute, graph)))
      ]], {"hopeless", "try 0", false}, {"-j", "1", "--wait-after-fail", "1"}},
      {"6.7", "waits for a retry if wait_after_fail is longer than a timer can count", [[
         local graph = ctx:graph_mode()
         graph:add_task(run(ctx, "hopeless"))
         local late = run(ctx, "fail")
         late.total_retries = 1
         late.retry_interval = 0.2
         graph:add_task(late)
         tell((pcall(graph.execute, graph)))
      ]], {"hopeless", "try 0", "try 1", false}, {"-j", "1", "--wait-after-fail", "1e30"}},
      {"6.7", "drops what has no effect when it is optimized, and keeps the order", [[
         local graph = ctx:graph_mode()
         graph:sequence():add(note(ctx, "first"), run(ctx, "nothing"), graph:subgraph("empty"),
            note(ctx, "last"))
         graph:optimize()
         tell(#graph:linearize())
         graph:execute()
      ]], {2, "first", "last"}},
      -- runtime.md 6.8: subgraphs
      {"6.8", "waits for all of a subgraph, which is empty at once done", [[
         local graph = ctx:graph_mode()
         local inner = graph:subgraph("inner")
         inner:sequence():add(note(ctx, "a"), inner:subgraph("none"), note(ctx, "b"))
         graph:sequence():add(inner, note(ctx, "after"))
         tell(inner.is_subgraph, inner.name, inner.containing_subgraph == nil)
         graph:execute()
         tell(inner.state)
      ]], {true, "inner", true, "a", "b", "after", "succeeded"}},
      {"6.8", "has no task in two subgraphs", [[
         local graph = ctx:graph_mode()
         local one, two, task = graph:subgraph("one"), graph:subgraph("two"), note(ctx, "x")
         one:add_task(task)
         tell(task.containing_subgraph == one, (pcall(two.add_task, two, task)))
         graph:remove_task(one)
         graph:remove_task(two)
      ]], {true, false}},
      {"6.8", "lets a subgraph fail by its task, and drops what has not started in it", [[
         local graph = ctx:graph_mode()
         local inner = graph:subgraph("inner")
         inner:sequence():add(run(ctx, "hopeless"), note(ctx, "never"))
         graph:add_task(inner)
         try(graph)
         tell(inner.state, inner.error.message)
      ]], {"hopeless",
           "Task failed: tasks.hopeless (app:test.hopeless): NonRecoverableError `no way`",
           "failed", "no way"}},
      {"6.8", "has subgraph retries of the execution, and a replacement runs at once", [[
         local graph = ctx:graph_mode()
         local inner = graph:subgraph("inner")
         inner.on_failure = handlers.by_name("flows.once_more")
         inner:add_task(run(ctx, "hopeless"))
         graph:sequence():add(inner, note(ctx, "after"))
         tell(inner.total_retries)
         graph:execute()
      ]], {1, "hopeless", "second", "after"}, {"--subgraph-retries", "1"}},
      -- runtime.md 6.10: dry run
      {"6.10", "of a dry run changes nothing and runs nothing, but sends events", [[
         local graph = ctx:graph_mode()
         local task = note(ctx, "never")
         graph:sequence():add(task, app(ctx):set_state("odd"), ctx:send_event("hello"))
         graph:execute()
         tell(ctx.dry_run, task.state, app(ctx).state)
      ]], {true, "succeeded", "started"}, {"--dry-run"}},
   }
   for _, case in ipairs(cases) do
      local section, name, body, expected, arguments = table.unpack(case)
      it(name .. " (runtime.md " .. section .. ")", function()
         assert.same(expected, deployment:run(body, table.unpack(arguments or NO_WAIT)))
      end)
   end

   it("sends only the last event of an operation in a dry run (runtime.md 6.10)", function()
      local result = deployment:try([[
         local graph = ctx:graph_mode()
         graph:add_task(note(ctx, "x"))
         graph:execute()
      ]], "--dry-run")
      assert.is_truthy(result.out:find("(dry run)", 1, true))
      assert.is_truthy(result.out:find("Task succeeded", 1, true))
      assert.is_nil(result.out:find("Task started", 1, true), result.out)
   end)

   -- runtime.md 6.9: what is stored
   it("is stored only with handlers that have names (runtime.md 6.9)", function()
      local result = deployment:try([[
         local graph = ctx:graph_mode()
         local task = note(ctx, "x")
         task.on_failure = function() return handlers.ignore() end
         graph:add_task(task)
         graph:store("named")
      ]])
      assert.is_truthy(result.err:find("must be given by name", 1, true), result.err)
   end)

   it("is stored as a whole or not at all: nothing less is resumed (runtime.md 6.9)", function()
      local result = deployment:try([[
         local build = workflows.make_or_get_graph(function()
            local graph = ctx:graph_mode()
            local task = note(ctx, "second")
            task.on_failure = function() return handlers.ignore() end
            graph:sequence():add(note(ctx, "first"), task)
            return graph
         end)
         build(ctx, {}, {name = "named"}):execute()
      ]])
      assert.is_truthy(result.err:find("must be given by name", 1, true), result.err)
      local list = json.decode(deployment.world:cfy("executions", "list", "app", "--json").out)
      local resumed = deployment.world:cfy("executions", "resume", list[#list].id)
      assert.equal(1, resumed.code)
      assert.is_truthy(resumed.err:find("must be given by name", 1, true), resumed.err)
   end)

   it("has what waited for a subgraph wait for the one that replaces it, once resumed, too "
      .. "(runtime.md 6.9)", function()
      local result = deployment:try([[
         local build = workflows.make_or_get_graph(function()
            local graph = ctx:graph_mode()
            local inner = graph:subgraph("inner")
            inner.on_failure = handlers.by_name("flows.rebuild")
            inner:add_task(run(ctx, "hopeless"))
            graph:sequence():add(inner, note(ctx, "after"))
            return graph
         end)
         build(ctx, {}, {name = "named"}):execute()
      ]], "--subgraph-retries", "1")
      assert.equal(1, result.code)
      assert.same({"hopeless", "gated 1"}, deployment:told())
      deployment.world:write("open", "")
      local list = json.decode(deployment.world:cfy("executions", "list", "app", "--json").out)
      local resumed = deployment.world:cfy("executions", "resume", list[#list].id)
      assert.equal(0, resumed.code, resumed.err)
      assert.same({"gated 1", "gated 2", "gated 3", "after"}, deployment:told())
   end)

   it("goes on where it was under its name (runtime.md 6.9)", function()
      local body = [[
         local build = workflows.make_or_get_graph(function()
            local graph = ctx:graph_mode()
            graph:sequence():add(note(ctx, "once"), run(ctx, "nothing"),
               ctx:local_task("flows.count", {kwargs = {by = 2}}), run(ctx, "hopeless"))
            return graph
         end)
         build(ctx, {}, {name = "named"}):execute()
      ]]
      assert.is_true(deployment:try(body).code ~= 0)
      assert.same({"once", "hopeless"}, deployment:told())
      local list = json.decode(deployment.world:cfy("executions", "list", "app", "--json").out)
      deployment.world:cfy("executions", "resume", list[#list].id)
      assert.same({"hopeless"}, deployment:told())
   end)
end)
