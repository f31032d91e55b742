--- The records of what happens and of what is logged: their fields, contexts and texts, and the
--- lines that are printed of them (runtime.md 5.1 to 5.5). Which of them `cfy events` shows is in
--- events_spec.lua, what they tell of errors in errors_spec.lua.
local json = require("cloudify").json
local workflow = require("spec.support.workflow")

local BLUEPRINT = [[
node_types:
  Thing:
    derived_from: cloudify.nodes.Root
    interfaces:
      test:
        log: probe.tasks.log
        send: probe.tasks.send
        give: probe.tasks.give
        ask: probe.tasks.ask
        fail: probe.tasks.fail
        refuse: probe.tasks.refuse
relationships:
  link:
    derived_from: cloudify.relationships.connected_to
    source_interfaces: {link: {both: probe.tasks.log}}
    target_interfaces: {link: {both: probe.tasks.log}}
node_templates:
  db: {type: Thing}
  app: {type: Thing, relationships: [{type: link, target: db}]}
]]

local TASKS = [[
function tasks.log(ctx)
   for _, level in ipairs {"debug", "info", "warn", "warning", "error", "critical"} do
      ctx.logger[level](ctx.logger, "at %s", level)
   end
   ctx.logger:log("warning", "100%")
   local _, err = pcall(function() error(exceptions.NonRecoverableError("caught")) end)
   ctx.logger:exception(err)
end
function tasks.send(ctx) ctx:send_event("half way") end
function tasks.give(_, inputs) return inputs.value end
function tasks.ask(ctx)
   if ctx.operation.retry_number == 0 then ctx.operation:retry("not yet", 0) end
end
function tasks.fail(ctx)
   if ctx.operation.retry_number < 2 then error(exceptions.RecoverableError("no luck")) end
end
function tasks.refuse() error(exceptions.NonRecoverableError("no way")) end
]]

local FLOWS = [[
local function app(ctx)
   for instance in ctx:get_node("app").instances do return instance end
end
local function run(ctx, operation, options)
   return app(ctx):execute_operation("test." .. operation, options)
end
local function link(ctx)
   for relationship in app(ctx).relationships do return relationship end
end
]]

describe("a record", function()
   local deployment

   setup(function()
      deployment = workflow.deployment{blueprint = BLUEPRINT, tasks = TASKS, flows = FLOWS}
   end)
   teardown(function() deployment:remove() end)

   local execution_id

   --- The records of a run of the body.
   local function records_of(body, ...)
      local result = deployment:try(body, "--json", ...)
      local records = {}
      for line in result.out:gmatch("[^\n]+") do
         local record = json.decode(line)
         if record.context then -- the last line tells of the execution
            table.insert(records, record)
         end
      end
      assert(#records > 0, result.out .. result.err)
      execution_id = records[1].context.execution_id
      return records
   end

   --- Those of an event type, or of type "cloudify_log".
   local function only(records, kind)
      local found = {}
      for _, record in ipairs(records) do
         if (record.event_type or record.type) == kind then
            table.insert(found, record)
         end
      end
      return found
   end

   local function keys(object)
      local list = {}
      for key in pairs(object) do
         table.insert(list, key)
      end
      table.sort(list)
      return table.concat(list, " ")
   end

   --- The text with _ID for the random ends of instance ids, so that it can be compared whole.
   local function plain(text)
      for _, node in ipairs {"app", "db"} do
         text = text:gsub("%f[%w]" .. node .. "_%w%w%w%w%w%w", node .. "_ID")
      end
      return text
   end

   local WORKFLOW = {blueprint_id = "app", deployment_id = "app", workflow_id = "run",
      tenant = {name = "default_tenant"}}

   --- The fields of a workflow's context and these.
   local function context_with(fields)
      local context = {execution_id = execution_id}
      for _, part in ipairs {WORKFLOW, fields} do
         for key, value in pairs(part) do
            context[key] = value
         end
      end
      return context
   end

   local NULL = json.decode("null")

   describe("that is logged", function()
      local LEVELS = {"debug at debug", "info at info", "warning at warn", "warning at warning",
         "error at error", "critical at critical", "warning 100%"}

      local function texts(logs)
         local list = {}
         for i, record in ipairs(logs) do
            list[i] = record.level .. " " .. record.message.text
         end
         return list
      end

      --- Writes with `logger`, an expression, what the operation `log` writes with its own.
      local function writing_with(logger)
         return [[
            local logger = ]] .. logger .. [[

            for _, level in ipairs {"debug", "info", "warn", "warning", "error", "critical"} do
               logger[level](logger, "at %s", level)
            end
            logger:log("warning", "100%")
            local _, err = pcall(function() error(exceptions.NonRecoverableError("caught")) end)
            logger:exception(err)
         ]]
      end

      local loggers = {
         {"an operation", "run(ctx, 'log'):get()", function(record)
            return "ctx." .. record.context.task_id
         end},
         {"a workflow", writing_with("ctx.logger"), function() return "ctx." .. execution_id end},
         {"an instance in a workflow", writing_with("app(ctx).logger"), function(record)
            return ("ctx.%s-%s"):format(execution_id, record.context.node_id)
         end},
      }
      for _, row in ipairs(loggers) do
         local of, body, name = table.unpack(row)
         it("by " .. of .. " has its logger's name, its level and a text (runtime.md 5.1)",
            function()
               local logs = only(records_of(body), "cloudify_log")
               local expected = {table.unpack(LEVELS)}
               expected[8] = texts(logs)[8]
               assert.same(expected, texts(logs))
               assert.matches("^error caught\nstack traceback:\n.*%.lua:%d+: ", expected[8])
               for _, record in ipairs(logs) do
                  assert.equal(name(record), record.logger)
               end
            end)
      end

      it("has these fields, and a time in milliseconds (runtime.md 5.2)", function()
         local record = only(records_of("ctx.logger:info('x')"), "cloudify_log")[1]
         assert.equal("context level logger message message_code timestamp type", keys(record))
         assert.same({text = "x"}, record.message)
         assert.equal(NULL, record.message_code)
         assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ$", record.timestamp)
      end)
   end)

   it("of an event has these fields, and a time in milliseconds (runtime.md 5.3)", function()
      local record = only(records_of("ctx:send_event('x')"), "workflow_stage")[1]
      assert.equal("context event_type message message_code timestamp type", keys(record))
      assert.equal("cloudify_event", record.type)
      assert.same({text = "x", arguments = NULL}, record.message)
      assert.equal(NULL, record.message_code)
      assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%dZ$", record.timestamp)
   end)

   local function operation_fields(more)
      local fields = {task_name = "tasks.log", task_queue = NULL, task_target = NULL,
         plugin = "probe"}
      for key, value in pairs(more) do
         fields[key] = value
      end
      return fields
   end

   --- what, body, kind of record, fields of its context besides those of a workflow
   local contexts = {
      {"of a workflow", "ctx.logger:info('x')", "cloudify_log", {}},
      {"of an instance in a workflow", "app(ctx):send_event('x')", "workflow_node_event",
       {node_id = "app_ID", node_name = "app"}},
      {"of an operation of a node", "run(ctx, 'log'):get()", "cloudify_log", operation_fields
         {operation = "test.log", node_id = "app_ID", node_name = "app"}},
      {"of an operation of a relationship", "link(ctx):execute_target_operation('both'):get()",
       "cloudify_log", operation_fields
         {operation = "link.both", source_id = "app_ID", source_name = "app", target_id = "db_ID",
          target_name = "db"}},
      {"of a task of an operation", "run(ctx, 'log'):get()", "task_started", operation_fields
         {operation = "test.log", node_id = "app_ID", node_name = "app", task_current_retries = 0,
          task_total_retries = 7}},
      {"of a local task", "ctx:local_task(function() end):get()", "task_succeeded",
       {task_current_retries = 0, task_total_retries = 7}},
      {"of an event with more that the caller tells", [[
         ctx:send_event("x", {additional_context = {step = 1}})
      ]], "workflow_stage", {step = 1}},
      {"of an event of an instance with more", [[
         app(ctx):send_event("x", {additional_context = {step = 1}})
      ]], "workflow_node_event", {node_id = "app_ID", node_name = "app", step = 1}},
   }
   for _, case in ipairs(contexts) do
      local what, body, kind, fields = table.unpack(case)
      it(what .. " has its context (runtime.md 5.3)", function()
         local record = only(records_of(body, "--task-retries", "7"), kind)[1]
         local context = json.decode(plain(json.encode(record.context)))
         if fields.task_name then
            assert.matches("^%x+%-%x+%-%x+%-%x+%-%x+$", context.task_id)
            context.task_id = nil
         end
         assert.same(context_with(fields), context)
      end)
   end

   it("of a subgraph tells where it happened, and of no operation", function()
      local records = records_of([[
         local graph = ctx:graph_mode()
         graph:subgraph("inner")
         graph:execute()
      ]])
      local context = only(records, "task_started")[1].context
      assert.matches("^%x+%-%x+%-%x+%-%x+%-%x+$", context.execution_id)
      context.execution_id = nil
      local expected = {tenant = {name = "default_tenant"}, deployment_id = "app",
         blueprint_id = "app", workflow_id = "run", task_current_retries = 0,
         task_total_retries = 0}
      for key in ("task_id task_name task_queue task_target operation plugin"):gmatch("%S+") do
         expected[key] = NULL
      end
      assert.same(expected, context)
   end)

   it("of an event has the arguments that the caller gives, also if stored (runtime.md 5.3)",
      function()
         local records = records_of([[
            ctx:send_event("now", {args = {size = 3}}):get()
            local build = workflows.make_or_get_graph(function()
               local graph = ctx:graph_mode()
               graph:add_task(ctx:send_event("later", {args = {size = 4}}))
               return graph
            end)
            build(ctx, {}, {name = "events"}):execute()
         ]])
         local told = {}
         for i, record in ipairs(only(records, "workflow_stage")) do
            told[i] = {record.message.text, record.message.arguments}
         end
         assert.same({{"now", {size = 3}}, {"later", {size = 4}}}, told)
      end)

   it("of a failed workflow has its traceback as the argument (runtime.md 5.3)", function()
      local record = only(records_of("error(exceptions.NonRecoverableError('over'))"),
         "workflow_failed")[1]
      assert.equal("error", keys(record.message.arguments))
      assert.matches("^over\n.*flows%.lua:%d+: ", record.message.arguments.error)
   end)

   local NO_WAIT = {"--task-retry-interval", "0", "--task-retries", "2"}
   --- what, body, the texts of its events with their types, arguments of cfy
   local texts = {
      {"a workflow", "", {}},
      {"an operation", "run(ctx, 'log'):get()", {
         "sending_task Sending task 'tasks.log'", "task_started Task started 'tasks.log'",
         "task_succeeded Task succeeded 'tasks.log'"}},
      {"an operation that returns a text", "run(ctx, 'give', {kwargs = {value = 'it'}}):get()", {
         "sending_task Sending task 'tasks.give'", "task_started Task started 'tasks.give'",
         "task_succeeded Task succeeded 'tasks.give' - it"}},
      {"an operation that returns more", "run(ctx, 'give', {kwargs = {value = {a = 1}}}):get()", {
         "sending_task Sending task 'tasks.give'", "task_started Task started 'tasks.give'",
         "task_succeeded Task succeeded 'tasks.give' - {\"a\":1}"}},
      {"an operation that asks for a retry", "run(ctx, 'ask'):get()", {
         "sending_task Sending task 'tasks.ask'", "task_started Task started 'tasks.ask'",
         "task_rescheduled Task rescheduled 'tasks.ask' -> not yet [retry_after=0]",
         "sending_task Sending task 'tasks.ask' [retry 1/2]",
         "task_started Task started 'tasks.ask' [retry 1/2]",
         "task_succeeded Task succeeded 'tasks.ask' [retry 1/2]"}},
      {"an operation that fails twice, of any number of times", "run(ctx, 'fail'):get()", {
         "sending_task Sending task 'tasks.fail'", "task_started Task started 'tasks.fail'",
         "task_failed Task failed 'tasks.fail' -> no luck",
         "sending_task Sending task 'tasks.fail' [retry 1]",
         "task_started Task started 'tasks.fail' [retry 1]",
         "task_failed Task failed 'tasks.fail' -> no luck [retry 1]",
         "sending_task Sending task 'tasks.fail' [retry 2]",
         "task_started Task started 'tasks.fail' [retry 2]",
         "task_succeeded Task succeeded 'tasks.fail' [retry 2]"},
       {"--task-retry-interval", "0", "--task-retries", "-1"}},
      {"a local task", "ctx:local_task(function() return 3 end, {name = 'count'}):get()", {
         "task_started Task started 'count'", "task_succeeded Task succeeded 'count' - 3"}},
      {"tasks whose events are not wanted, of which only failures are told", [[
         run(ctx, "log", {send_task_events = false}):get()
         ctx:local_task(function() end, {send_task_events = false}):get()
         pcall(function() run(ctx, "refuse", {send_task_events = false}):get() end)
      ]], {"task_failed Task failed 'tasks.refuse' -> no way"}},
      {"a subgraph", [[
         local graph = ctx:graph_mode()
         graph:subgraph("inner")
         graph:execute()
      ]], {"task_started Subgraph started 'inner'", "task_succeeded Subgraph succeeded 'inner'"}},
      {"a subgraph that fails", [[
         local graph = ctx:graph_mode()
         graph:subgraph("inner"):add_task(run(ctx, "refuse", {send_task_events = false}))
         pcall(graph.execute, graph)
      ]], {"task_started Subgraph started 'inner'",
           "task_failed Task failed 'tasks.refuse' -> no way",
           "task_failed Subgraph failed 'inner' -> no way"}},
      {"what neither is sent nor runs", [[
         ctx:send_event("half way"):get()
         ctx:send_event("own", {event_type = "my_event"}):get()
         app(ctx):send_event("of app"):get()
         app(ctx):set_state("odd"):get()
         run(ctx, "send"):get()
         run(ctx, "unknown"):get()
      ]], {"workflow_stage half way", "my_event own", "workflow_node_event of app",
           "sending_task Sending task 'tasks.send'", "task_started Task started 'tasks.send'",
           "plugin_event half way", "task_succeeded Task succeeded 'tasks.send'"}},
   }
   for _, case in ipairs(texts) do
      local what, body, expected, arguments = table.unpack(case)
      it("tells of " .. what .. " in these words (runtime.md 5.4)", function()
         local told = {}
         for _, record in ipairs(records_of(body, table.unpack(arguments or NO_WAIT))) do
            if record.type == "cloudify_event" then
               table.insert(told, record.event_type .. " " .. record.message.text)
            end
         end
         assert.equal("workflow_started Starting 'run' workflow execution", table.remove(told, 1))
         assert.equal("workflow_succeeded 'run' workflow execution succeeded", table.remove(told))
         assert.same(expected, told)
      end)
   end

   --- The first lines of a run's first and last event.
   local function ends(records)
      local function words(record)
         return record.event_type .. " " .. record.message.text:match("^[^\n]*")
      end
      return {words(records[1]), words(records[#records])}
   end

   it("tells of a dry run that it is one (runtime.md 5.4)", function()
      local records = records_of("run(ctx, 'log'):get()", "--dry-run")
      assert.same({"workflow_started Starting 'run' workflow execution (dry run)",
         "workflow_succeeded 'run' workflow execution succeeded (dry run)"}, ends(records))
      assert.equal("Task succeeded 'tasks.log' (dry run)",
         only(records, "task_succeeded")[1].message.text)
   end)

   it("tells how a workflow has ended, and that it is resumed (runtime.md 5.4)", function()
      assert.same({"workflow_started Starting 'run' workflow execution",
         "workflow_failed 'run' workflow execution failed: over"},
         ends(records_of("error(exceptions.NonRecoverableError('over'))")))
      local failed = execution_id
      assert.equal("workflow_cancelled 'run' workflow execution cancelled",
         ends(records_of("error(exceptions.ExecutionCancelled('enough'))"))[2])
      deployment:write_flow("")
      local resumed = deployment.world:cfy("executions", "resume", failed)
      assert.equal(0, resumed.code, resumed.err)
      assert.truthy(resumed.out:find("<app> Resuming 'run' workflow execution\n", 1, true),
         resumed.out)
   end)

   --- The lines that are printed of the body's run, without their times.
   local function lines_of(body, ...)
      local result = deployment:try(body, ...)
      local lines = {}
      for line in result.out:gmatch("([^\n]*)\n") do
         local time, rest = line:match("^(%S+ %S+)(  .*)$")
         if time then
            assert.matches("^%d%d%d%d%-%d%d%-%d%d %d%d:%d%d:%d%d%.%d%d%d$", time)
            table.insert(lines, (plain(rest)))
         end
      end
      return lines
   end

   it("is printed in a line that says when, where and what (runtime.md 5.5)", function()
      assert.same({
         "  CFY <app> Starting 'run' workflow execution",
         "  LOG <app> INFO: of the workflow",
         "  LOG <app> [app_ID] ERROR: of app",
         "  CFY <app> [app_ID] Half way",
         "  CFY <app> [app_ID.send] Sending task 'tasks.send'",
         "  CFY <app> [app_ID.send] Task started 'tasks.send'",
         "  CFY <app> [app_ID.send] half way",
         "  CFY <app> [app_ID.send] Task succeeded 'tasks.send'",
         "  CFY <app> [app_ID->db_ID|both] Sending task 'tasks.log'",
      }, {table.unpack(lines_of([[
         ctx.logger:info("of the workflow")
         app(ctx).logger:error("of app")
         app(ctx):send_event("Half way"):get()
         run(ctx, "send"):get()
         link(ctx):execute_source_operation("both"):get()
      ]]), 1, 9)})
   end)

   it("that is logged for debugging is printed only with --verbose (runtime.md 5.5)", function()
      local function logs(...)
         local list = {}
         for _, line in ipairs(lines_of([[
            ctx.logger:debug("a detail")
            ctx.logger:info("a step")
         ]], ...)) do
            table.insert(list, line:match("LOG <app> (.*)"))
         end
         return list
      end
      assert.same({"INFO: a step"}, logs())
      assert.same({"DEBUG: a detail", "INFO: a step"}, logs("--verbose"))
   end)

   it("of a failure is printed with its traceback (runtime.md 5.5)", function()
      local out = deployment:try("run(ctx, 'refuse'):get()").out
      assert.matches("refuse%] Task failed 'tasks%.refuse' %-> no way\n    stack traceback:\n.-"
         .. "tasks%.lua:%d+: in function", out)
   end)
end)
