--- What a workflow can ask of a task and tell it: results, attempts, times, and the tasks that look
--- at states or call functions of the workflow (runtime.md 6.4 to 6.6).
local json = require("cloudify").json
local workflow = require("spec.support.workflow")

local BLUEPRINT = [[
node_types:
  Thing:
    derived_from: cloudify.nodes.Root
    interfaces:
      test:
        ok: probe.tasks.ok
        fail: probe.tasks.fail
        again: probe.tasks.again
        nothing: ''
node_templates: {app: {type: Thing}}
]]

local TASKS = [[
function tasks.ok(ctx, inputs) tell("ok") return inputs.word or "fine" end
function tasks.fail(ctx)
   tell("try " .. ctx.operation.retry_number)
   error(exceptions.RecoverableError("no luck"))
end
function tasks.again(ctx)
   tell("again " .. ctx.operation.retry_number)
   if ctx.operation.retry_number < 1 then return ctx.operation:retry("not yet", 0) end
   return "at last"
end
]]

local FLOWS = [[
local task_config = require("cloudify.decorators").task_config
local function app(ctx)
   for instance in ctx.node_instances do return instance end
end
local function run(ctx, operation) return app(ctx):execute_operation("test." .. operation) end
local function listen(task)
   task:on_result(function(result, err) tell({result or cloudify.null, err and err.message}) end)
end
local tries = 0
flows.stubborn = task_config{total_retries = 2, retry_interval = 0}(function(kwargs)
   tries = tries + 1
   if tries <= 2 then error("again") end
   return kwargs.word
end)
function flows.well(task) tell("handled") return handlers.cont() end
function flows.ignore(task) tell("ignored") return handlers.ignore() end
function flows.insist() return handlers.retry{ignore_total_retries = true, retry_after = 0} end
]]

describe("a task of a workflow", function()
   local deployment

   before_each(function()
      deployment = workflow.deployment{blueprint = BLUEPRINT, tasks = TASKS, flows = FLOWS}
   end)
   after_each(function() deployment:remove() end)

   --- section, what, body, what it tells, arguments of cfy
   local cases = {
      -- runtime.md 6.4: results
      {"6.4", "hands its result to who listens, when it has it", [[
         local task = run(ctx, "ok")
         listen(task)
         tell("waits")
         task:get()
         tell("goes on")
      ]], {"waits", "ok", {"fine"}, "goes on"}},
      {"6.4", "hands its result at once to who listens afterwards", [[
         local task = run(ctx, "ok")
         task:get()
         listen(task)
         tell("goes on")
      ]], {"ok", {"fine"}, "goes on"}},
      {"6.4", "hands out the error it failed by, after its last attempt, to all who listen", [[
         local task = run(ctx, "fail")
         listen(task)
         listen(task)
         pcall(task.get, task)
      ]], {"try 0", "try 1", {json.null, "no luck"}, {json.null, "no luck"}},
       {"--task-retries", "1", "--task-retry-interval", "0"}},
      {"6.4", "is listened to in a graph, too, by who may add to that", [[
         local graph = ctx:graph_mode()
         local task = run(ctx, "ok")
         task:on_result(function(result)
            tell("heard " .. result)
            graph:add_task(run(ctx, "again"))
         end)
         graph:add_task(task)
         graph:execute()
      ]], {"ok", "heard fine", "again 0", "again 1"}, {"--task-retries", "1"}},
      {"6.4", "hands a result to nobody when it is taken out of its graph", [[
         local graph = ctx:graph_mode()
         local task = run(ctx, "ok")
         graph:add_task(task)
         listen(task)
         graph:remove_task(task)
         graph:execute()
      ]], {}},
      {"6.4", "is tried once where the workflow wants no retries", [[
         local ok, err = pcall(function() run(ctx, "fail"):get{retry_on_failure = false} end)
         tell(ok, err.message)
      ]], {"try 0", false, "no luck"}, {"--task-retries", "5", "--task-retry-interval", "0"}},
      {"6.4", "is tried once even where the operation or its handler asks for more", [[
         local task = run(ctx, "again")
         tell((pcall(task.get, task, {retry_on_failure = false})))
         task = run(ctx, "fail")
         task.on_failure = handlers.by_name("flows.insist")
         tell((pcall(task.get, task, {retry_on_failure = false})))
      ]], {"again 0", false, "try 0", false}, {"--task-retries", "5"}},
      {"6.4", "that waits for its retry fails where that is not wanted", [[
         local task = run(ctx, "fail")
         local other = run(ctx, "ok")
         task.retry_interval = 3600
         while task.current_retries == 0 do ctx:send_event("a moment"):get() end
         tell((pcall(task.get, task, {retry_on_failure = false})))
         tell(task.state, task.current_retries)
         other:get()
      ]], {"try 0", false, "failed", 0, "ok"}, {"-j", "1", "--task-retries", "5"}},
      {"6.4", "has retries by default", [[
         tell(run(ctx, "again"):get{}, run(ctx, "again"):get{retry_on_failure = true})
      ]], {"again 0", "again 1", "again 0", "again 1", "at last", "at last"},
       {"-j", "1", "--task-retries", "1"}},
      {"6.4", "outside of a graph has on_failure asked whether to retry, and no on_success", [[
         local good, bad = run(ctx, "ok"), run(ctx, "fail")
         good.on_success = handlers.by_name("flows.well")
         bad.on_failure = handlers.by_name("flows.ignore")
         tell(good:get())
         tell((pcall(bad.get, bad)))
      ]], {"ok", "fine", "try 0", "ignored", false}, {"-j", "1"}},
      {"6.4", "of a function by name is configured by the decorator of that", [[
         local task = ctx:local_task("flows.stubborn", {kwargs = {word = "well"}})
         tell(task.total_retries, task.retry_interval, task:get())
      ]], {2, 0, "well"}, {"--task-retries", "0"}},
      {"6.4", "of a function by name has its call go before the decorator where it says so", [[
         ctx:graph_mode()
         local task = ctx:local_task("flows.stubborn",
            {total_retries = 7, override_task_config = true})
         tell(task.total_retries, task.retry_interval)
         tell(ctx:execute_task("flows.stubborn", {total_retries = 7}).total_retries)
      ]], {7, 0, 2}},
      {"6.4", "of a function concerns a node instance and has an info, if it is given them", [[
         ctx:graph_mode()
         local task = ctx:local_task(flows.ignore, {node = app(ctx), info = "for the app"})
         tell(task.node_instance == app(ctx), task.info)
         tell(ctx:local_task(flows.ignore).info == nil)
      ]], {true, "for the app", true}},
      -- runtime.md 6.3, 6.5: the state of an instance
      {"6.5", "looks up the state of an instance when its turn comes", [[
         local graph = ctx:graph_mode()
         local task = app(ctx):get_state()
         graph:sequence():add(app(ctx):set_state("odd"), task)
         tell(task.type, task.send_task_events, task.total_retries, task.node_instance == app(ctx))
         graph:execute()
         tell(task.result)
      ]], {"GetNodeInstanceStateTask", false, 0, true, "odd"}},
      {"6.3", "looks up the state of an instance without a graph", [[
         app(ctx):set_state("odd")
         tell(app(ctx):get_state():get())
      ]], {"odd"}},
      -- runtime.md 6.5, 6.6: attempts
      {"6.6", "knows which attempt its present one follows", [[
         local graph = ctx:graph_mode()
         local task = run(ctx, "again")
         local first = task.id
         tell(task.retried_task == nil)
         graph:add_task(task)
         graph:execute()
         tell(task.retried_task == first, task.id ~= first)
      ]], {true, "again 0", "again 1", true, true}, {"--task-retries", "1"}},
      {"6.6", "knows the one whose place it takes", [[
         local graph = ctx:graph_mode()
         local first, again = graph:subgraph("first"), nil
         first:add_task(run(ctx, "fail"))
         first.total_retries = 1
         first.on_failure = function(task)
            again = graph:subgraph("again")
            again:add_task(run(ctx, "ok"))
            return handlers.retry{retried_task = again}
         end
         graph:execute()
         tell(again.retried_task == first.id)
      ]], {"try 0", "ok", true}, {"--task-retries", "0"}},
      {"6.5", "does not start before its time", [[
         local graph = ctx:graph_mode()
         -- os.time() lags by some milliseconds: it must not be compared at a full second.
         local late, due = run(ctx, "ok"), os.time() + 1.125
         tell(late.execute_after == nil)
         late.execute_after = due
         graph:add_task(late)
         tell(late.execute_after == due)
         graph:execute()
         tell(os.time() + 0.125 >= due, late.state)
      ]], {true, true, "ok", true, "succeeded"}},
      {"6.5", "starts after what it waits for, even if its time has come before", [[
         local graph = ctx:graph_mode()
         local first, second = run(ctx, "again"), run(ctx, "ok")
         second.execute_after = 1
         graph:sequence():add(first, second)
         graph:execute()
      ]], {"again 0", "again 1", "ok"}, {"--task-retries", "1"}},
      {"6.5", "can be put off while it stands in the graph, also without one", [[
         local task, due = run(ctx, "ok"), os.time() + 1.125 -- as above
         task.execute_after = due
         tell(task:get())
         tell(os.time() + 0.125 >= due)
      ]], {"ok", "fine", true}},
      {"6.6", "that waits for its retry tells when that is", [[
         local task = run(ctx, "fail")
         task.retry_interval = 3600
         while task.current_retries == 0 do ctx:send_event("a moment"):get() end
         local seconds = task.execute_after - os.time()
         tell(seconds > 3500 and seconds < 3700)
         pcall(task.get, task, {retry_on_failure = false})
      ]], {"try 0", true}, {"--task-retries", "5"}},
      {"6.10", "is not waited for in a dry run", [[
         local graph = ctx:graph_mode()
         local task = run(ctx, "ok")
         task.execute_after = os.time() + 3600
         graph:add_task(task)
         graph:execute()
         tell(task.state)
      ]], {"succeeded"}, {"--dry-run"}},
   }
   for _, case in ipairs(cases) do
      local section, name, body, expected, arguments = table.unpack(case)
      it(name .. " (runtime.md " .. section .. ")", function()
         assert.same(expected, deployment:run(body, table.unpack(arguments or {})))
      end)
   end

   local refused = {
      {"6.4", "a listener that is no function", "run(ctx, 'ok'):on_result('x')",
       "on_result: a function is expected"},
      {"6.4", "the name of a function that is not there", "ctx:local_task('flows.nothing')",
       "'flows.nothing': module 'flows' has no function 'nothing'"},
      {"6.4", "an id for a task", "ctx:local_task(flows.ignore, {task_id = 'x'})",
       "local_task: 'task_id' cannot be chosen"},
      {"6.4", "an option that there is not", "ctx:local_task(flows.ignore, {total_retires = 1})",
       "local_task: no option 'total_retires'; did you mean 'total_retries'?"},
      {"6.4", "a number of retries that there cannot be",
       "ctx:local_task(flows.ignore, {total_retries = (1 << 32) + 2})",
       "total_retries must be -1 (no limit) or more"},
      {"6.4", "a time before now for a retry",
       "ctx:local_task(flows.ignore, {retry_interval = -5})",
       "retry_interval must be 0 seconds or more"},
      {"6.4", "no number as the time of a retry",
       "ctx:local_task(flows.ignore, {retry_interval = 0 / 0})",
       "retry_interval must be 0 seconds or more"},
      {"6.5", "a time that is none", "run(ctx, 'ok').execute_after = 'soon'",
       "execute_after must be seconds since 1970"},
      {"6.5", "a time for what has started",
       "local task = run(ctx, 'ok') task:get() task.execute_after = os.time()",
       "task 'tasks.ok' has started, or waits for its time already"},
   }
   for _, case in ipairs(refused) do
      it("is refused " .. case[2] .. " (runtime.md " .. case[1] .. ")", function()
         local result = deployment:try(case[3])
         assert.is_true(result.code ~= 0)
         assert.is_truthy(result.err:find(case[4], 1, true), result.err)
      end)
   end

   for _, case in ipairs {
      {"ctx.graph_mode()", "ctx.graph_mode() is called with a dot, use ':' - ctx:graph_mode(...)"},
      {"local graph = ctx:graph_mode() graph.add_task(run(ctx, 'ok'))",
         "graph.add_task() is called with a dot, use ':' - graph:add_task(...)"},
      {"run(ctx, 'ok').get()", "task.get() is called with a dot, use ':' - task:get(...)"},
      {"ctx:graph_mode():sequence().add(run(ctx, 'ok'))",
         "sequence.add() is called with a dot, use ':' - sequence:add(...)"},
      {"ctx.logger.info('x')", "logger.info() is called with a dot, use ':' - logger:info(...)"},
      {"ctx.get_node(setmetatable({}, getmetatable(ctx)), 'app')",
         "ctx.get_node() is called with a dot, use ':' - ctx:get_node(...)"},
      {"ctx:graph_mode():sequence():ad(run(ctx, 'ok'))",
         "sequence has no field 'ad' (did you mean 'add'?)"},
      {"return ctx:graph_mode().task", "task graph has no field 'task' (did you mean 'tasks'?)"},
      {"run(ctx, 'ok').total_retires = 1",
         "task has no field 'total_retires' (did you mean 'total_retries'?)"},
      {"run(ctx, 'ok').id = 'x'", "task.id cannot be assigned"},
      {"run(ctx, 'ok').get = print", "task.get cannot be assigned"},
      {"run(ctx, 'ok').total_retries = 'many'", "number expected, got string"},
      {"ctx:graph_mode():add_task(ctx)",
         "cloudify.workflow.task expected, got cloudify.workflow.ctx"},
      {"return getmetatable(ctx).__index({}, 'nodes')",
         "cloudify.workflow.ctx expected, got table"},
      {"return setmetatable({}, getmetatable(ctx)).nodes", "cloudify.workflow.ctx expected"},
      {"local class = getmetatable(run(ctx, 'ok')) class.__newindex(io.stdout, 'total_retries', 1)",
         "cloudify.workflow.task expected, got FILE*"},
   } do
      local body, message = table.unpack(case)
      it("names the mistake in " .. body, function()
         local result = deployment:try(body)
         assert.equal(1, result.code)
         assert.is_truthy(result.err:find(message, 1, true), result.err)
      end)
   end

   local function last_execution()
      local list = json.decode(deployment.world:cfy("executions", "list", "app", "--json").out)
      return list[#list].id
   end

   it("is not harmed by a listener that fails, which is logged (runtime.md 6.4)", function()
      local result = deployment:try([[
         local task = run(ctx, "ok")
         task:on_result(function() error("deaf") end)
         listen(task)
         task:get()
      ]])
      assert.equal(0, result.code, result.err)
      assert.same({"ok", {"fine"}}, deployment:told())
      assert.is_truthy(result.out:find("a listener of task 'tasks.ok' failed: ", 1, true),
         result.out)
      assert.is_truthy(result.out:find("deaf", 1, true), result.out)
   end)

   it("keeps its time and the attempt before when it is resumed (runtime.md 6.9)", function()
      local body = [[
         local build = workflows.make_or_get_graph(function()
            local graph = ctx:graph_mode()
            local late = run(ctx, "ok")
            late.execute_after = os.time() + 3600
            graph:add_task(run(ctx, "fail"))
            graph:add_task(late)
            return graph
         end)
         local graph = build(ctx, {}, {name = "named"})
         for task in graph.tasks do
            tell({task.name, task.retried_task ~= nil, task.execute_after ~= nil})
         end
         %s
      ]]
      assert.is_true(deployment:try(body:format("graph:execute()"), "--task-retries", "0",
         "--wait-after-fail", "0").code ~= 0)
      assert.same({{"tasks.fail", false, false}, {"tasks.ok", false, true}, "try 0"},
         deployment:told())
      deployment:write_flow(body:format(""))
      assert.equal(0, deployment.world:cfy("executions", "resume", last_execution()).code)
      assert.same({{"tasks.fail", true, false}, {"tasks.ok", false, true}}, deployment:told())
   end)
end)
