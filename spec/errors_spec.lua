--- What a plugin raises, and what arrives of it: in the events, in the error of the execution, in
--- its graph and in the graph that is resumed (runtime.md 3.7, 3.8, 6.7).
local cfy = require("spec.support.cfy")
local json = require("cloudify").json

local TASKS = [[
local exceptions = require("cloudify.exceptions")
local utils = require("cloudify.utils")
local tasks = {}

local function raiser(make)
   return function() error(make(), 0) end
end

tasks.non_recoverable = raiser(function() return exceptions.NonRecoverableError("no rocks") end)
tasks.http = raiser(function() return exceptions.HttpException("http://x", 404, "gone") end)
tasks.kill_cancelled = raiser(function() return exceptions.ProcessKillCancelled("killed") end)
tasks.operation_retry = raiser(function() return exceptions.OperationRetry("wait", 0.01) end)
tasks.recoverable = raiser(function() return exceptions.RecoverableError("busy", 0.01) end)
tasks.serialization = raiser(function() return exceptions.CloudifySerializationRetry("turn") end)
tasks.workflow_failed = raiser(function() return exceptions.WorkflowFailed("all") end)
tasks.timeout = raiser(function() return exceptions.TimeoutException("slow") end)
tasks.command = raiser(function()
   return exceptions.CommandExecutionException("mkfs", "busy", "", 32)
end)
tasks.text = raiser(function() return "plain text" end)
tasks.a_table = raiser(function() return {message = "in a table", code = 3} end)
tasks.bytes = raiser(function() return exceptions.NonRecoverableError("b\xffd") end)
function tasks.mistake() return nil + 1 end
function tasks.stop_agent() error(exceptions.StopAgent("stop")) end
function tasks.overflow() return 1 + tasks.overflow() end
function tasks.asks(ctx) ctx.operation:retry("ask", 0.01) end
function tasks.asks_in_vain(ctx)
   ctx.operation:retry("ask")
   error(exceptions.NonRecoverableError("after asking"))
end

local function read_config() error(exceptions.HttpException("http://config", 500, "broken")) end
function tasks.caused()
   local _, err = utils.try(read_config)
   error(exceptions.NonRecoverableError("not configured",
      {causes = {utils.exception_to_error_cause(err)}, volume = "v1"}))
end
--- Fails until its file is there.
function tasks.until_fixed(ctx)
   local file = io.open(ctx.node.properties.folder .. "/fixed")
   if not file then
      tasks.caused()
   end
   file:close()
end
return tasks
]]

--- The line of read_config().
local READ_CONFIG = "tasks.lua:" .. select(2, TASKS:match("^(.*)http://config"):gsub("\n", "")) + 1

--- Function -> what the engine sees of it: class, message, whether it is tried again, its fields.
local ERRORS = {
   non_recoverable = {"NonRecoverableError", "no rocks", false},
   http = {"HttpException", "404 (http://x) : gone", false, {url = "http://x", code = 404}},
   kill_cancelled = {"ProcessKillCancelled", "killed", false},
   recoverable = {"RecoverableError", "busy [retry_after=0.01]", true},
   serialization = {"CloudifySerializationRetry", "turn", true},
   workflow_failed = {"WorkflowFailed", "all", false},
   timeout = {"TimeoutException", "slow", true},
   command = {"CommandExecutionException",
      "command 'mkfs' ended with code 32, stderr: busy", true,
      {command = "mkfs", error = "busy", output = "", code = 32}},
   text = {"RecoverableError", "plain text", true},
   a_table = {"RecoverableError", "in a table", true},
   bytes = {"NonRecoverableError", "b\u{FFFD}d", false},
   asks_in_vain = {"NonRecoverableError", "after asking", false},
   caused = {"NonRecoverableError", "not configured", false, {volume = "v1"}},
}

local function blueprint(world, functions)
   world:write("app/plugins/errors/errors/tasks.lua", TASKS)
   local lines = {([[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins: {errors: {executor: central_deployment_agent, source: errors}}
node_types:
  Thing: {derived_from: cloudify.nodes.Root, properties: {folder: {default: %s}}}
node_templates:]]):format(world.folder)}
   for _, name in ipairs(functions) do
      table.insert(lines, ([[
  %s:
    type: Thing
    interfaces:
      cloudify.interfaces.lifecycle:
        create: {implementation: errors.errors.tasks.%s, max_retries: 1, retry_interval: 0}]])
         :format(name, name))
   end
   return world:write("app/blueprint.yaml", table.concat(lines, "\n"))
end

--- The records that cfy prints, one JSON object a line.
local function records(world, ...)
   local result = world:cfy("events", "app", "--json", ...)
   assert.equal(0, result.code, result.err)
   local list = {}
   for line in result.out:gmatch("[^\n]+") do
      table.insert(list, json.decode(line))
   end
   return list
end

local function execution(world)
   local list = json.decode(world:cfy("executions", "list", "--json").out)
   return json.decode(world:cfy("executions", "get", list[#list].id, "--json").out)
end

describe("what an operation raises (runtime.md 3.7)", function()
   local world, installed
   local events = {}  -- function -> list of its events

   setup(function()
      world = cfy.world()
      local functions = {"stop_agent", "operation_retry", "asks", "mistake", "overflow"}
      for name in pairs(ERRORS) do
         table.insert(functions, name)
      end
      installed = world:cfy("install", blueprint(world, functions), "-d", "app",
         "--wait-after-fail", "30")
      for _, record in ipairs(records(world)) do
         local name = record.context.node_name
         if name and record.context.operation then
            events[name] = events[name] or {}
            table.insert(events[name], record)
         end
      end
   end)
   teardown(function() world:remove() end)

   --- The events of that type that the operation of `name` has, in their order.
   local function of_type(name, event_type)
      local found = {}
      for _, record in ipairs(events[name]) do
         if record.event_type == event_type then
            table.insert(found, record)
         end
      end
      return found
   end

   for name, expected in pairs(ERRORS) do
      local class, message, again, fields = table.unpack(expected)
      it("arrives in the event with nothing lost: " .. name, function()
         local failed = of_type(name, "task_failed")
         assert.equal(again and 2 or 1, #failed)
         assert.same({}, of_type(name, "task_rescheduled"))
         assert.equal("Task failed 'errors.tasks." .. name .. "' -> " .. message,
            failed[1].message.text)
         local causes = failed[1].context.task_error_causes
         local own = causes[#causes]
         assert.equal(class, own.type)
         assert.equal(message, own.message)
         assert.equal(again, own.recoverable)
         assert.same(fields, own.fields)
      end)
   end

   it("has the time after which it wants to be tried again", function()
      local causes = of_type("recoverable", "task_failed")[1].context.task_error_causes
      assert.equal(0.01, causes[1].retry_after)
   end)

   it("has a traceback of the plugin's code, without ours (runtime.md 3.8)", function()
      for _, name in ipairs {"non_recoverable", "text", "mistake", "overflow"} do
         local own = of_type(name, "task_failed")[1].context.task_error_causes[1]
         assert.matches("\terrors/tasks%.lua:%d+: ", own.traceback)
         assert.falsy(own.traceback:find("cloudify/", 1, true), own.traceback)
      end
   end)

   it("shows the lines of the plugin's source around", function()
      local own = of_type("mistake", "task_failed")[1].context.task_error_causes[1]
      local line = select(2, TASKS:match("^(.*)function tasks.mistake"):gsub("\n", "")) + 1
      assert.equal(("errors/tasks.lua:%d"):format(line), own.excerpt:match("^[^\n]*"))
      local shown = "\n" .. own.excerpt .. "\n"
      assert.truthy(shown:find(("\n> %4d | function tasks.mistake() return nil + 1 end\n")
         :format(line), 1, true), shown)
      assert.truthy(shown:find(("\n  %4d | tasks.bytes = "):format(line - 1), 1, true), shown)
      assert.equal(6, select(2, own.excerpt:gsub("[^\n]+", "")))
   end)

   it("has none where it is WorkflowFailed or OperationRetry (runtime.md 3.8)", function()
      local silent = {workflow_failed = "task_failed", operation_retry = "task_rescheduled"}
      for name, event in pairs(silent) do
         assert.equal("", of_type(name, event)[1].context.task_error_causes[1].traceback)
      end
   end)

   it("is recoverable where the plugin has a mistake", function()
      local failed = of_type("mistake", "task_failed")
      assert.equal(2, #failed)
      assert.matches("attempt to perform arithmetic on a nil value",
         failed[1].context.task_error_causes[1].message)
      assert.equal(2, #of_type("overflow", "task_failed"))
   end)

   it("reschedules the task if it is OperationRetry, raised or asked for", function()
      for name, text in pairs {operation_retry = "wait", asks = "ask"} do
         local rescheduled = of_type(name, "task_rescheduled")
         assert.equal(2, #rescheduled)
         assert.same({}, of_type(name, "task_failed"))
         assert.equal(("Task rescheduled 'errors.tasks.%s' -> %s [retry_after=0.01]")
            :format(name, text), rescheduled[1].message.text)
         local own = rescheduled[1].context.task_error_causes[1]
         assert.equal("OperationRetry", own.type)
         assert.equal(0.01, own.retry_after)
      end
   end)

   it("is no failure if it is StopAgent", function()
      assert.equal(1, #of_type("stop_agent", "task_succeeded"))
      assert.same({}, of_type("stop_agent", "task_failed"))
   end)

   it("has its causes before it, oldest first, with their tracebacks (runtime.md 3.8)", function()
      local causes = of_type("caused", "task_failed")[1].context.task_error_causes
      assert.equal(2, #causes)
      assert.equal("HttpException", causes[1].type)
      assert.equal("500 (http://config) : broken", causes[1].message)
      assert.matches(READ_CONFIG, causes[1].traceback)
      assert.equal("NonRecoverableError", causes[2].type)
   end)

   it("is shown with what it was caused by in cfy events", function()
      local text = world:cfy("events", "app", "--node", "caused").out
      assert.matches("%-> not configured\n    stack traceback:\n", text)
      assert.matches("\n    caused by: HttpException: 500 %(http://config%) : broken\n"
         .. "        stack traceback:\n", text)
      assert.equal(1, select(2, text:gsub("not configured\n", "")))
   end)

   it("is summed up in the error of the execution (runtime.md 6.7)", function()
      assert.equal(1, installed.code)
      local text = execution(world).error
      assert.matches("^%d+ operation errors:\n", text)
      for name, expected in pairs(ERRORS) do
         local line = ("errors.tasks.%s (%s_"):format(name, name)
         assert.truthy(text:find(line, 1, true), text)
         assert.truthy(text:find(("%s `%s`"):format(expected[1], expected[2]), 1, true), text)
      end
   end)
end)

describe("an operation that docs/errors.md shows", function()
   local world

   before_each(function()
      world = cfy.world()
      world:write("app/plugins/errors/errors/tasks.lua",
         world:read("docs/errors.md"):match("```lua\n(.-)```"))
   end)
   after_each(function() world:remove() end)

   local function register(url)
      return world:cfy("install", world:write("app/blueprint.yaml", ([[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins: {errors: {executor: central_deployment_agent, source: errors}}
node_types:
  Thing: {derived_from: cloudify.nodes.Root, properties: {registry: {default: '%s'}}}
node_templates:
  thing:
    type: Thing
    interfaces: {cloudify.interfaces.lifecycle: {create: errors.errors.tasks.register}}
]]):format(url)), "--task-retries", "1")
   end

   it("wants to be tried again soon, and tells why", function()
      local result = register("http://127.0.0.1:9/")
      assert.equal(1, result.code)
      local failed = "Task failed 'errors%.tasks%.register' %-> the registry does not answer "
         .. "%[retry_after=0.1%]"
      local cause = "\n    .-\n    caused by: RecoverableError: http"
      assert.matches(failed .. cause, result.out)
      assert.matches(failed .. " %[retry 1/1%]" .. cause, result.out)
   end)
end)

describe("the failure of one operation", function()
   local world, installed

   setup(function()
      world = cfy.world()
      installed = world:cfy("install", blueprint(world, {"until_fixed"}), "-d", "app")
   end)
   teardown(function() world:remove() end)

   local function count(text, part)
      return select(2, text:gsub(part, ""))
   end

   it("is told once, where it happens", function()
      assert.equal(1, count(installed.out, "not configured\n"))
      assert.equal(2, count(installed.out, "in function 'errors.tasks.caused'")) -- and its cause's
      assert.matches("\n[^\n]*<app> Subgraph failed 'install_until_fixed_%w+'\n", installed.out)
      assert.matches("'install' workflow execution failed\n$", installed.out)
      assert.falsy(installed.out:find(world.folder, 1, true), installed.out)
   end)

   it("is what cfy ends with: what, why, where, and what to do next", function()
      local id = execution(world).id
      local lines = {}
      for line in installed.err:gmatch("[^\n]+") do
         table.insert(lines, line)
      end
      assert.matches("^cfy: Task failed: errors.tasks.until_fixed %(until_fixed_%w+:"
         .. "cloudify.interfaces.lifecycle.create%): HttpException `500 ", lines[1])
      assert.matches("^     NonRecoverableError `not configured`, raised at errors/tasks.lua:%d+$",
         lines[2])
      assert.equal("cfy: to go on from there: 'cfy executions resume " .. id .. "'", lines[3])
      assert.matches("^cfy: a deployment keeps .* 'cfy uninstall app' and install it again$",
         lines[4])
      assert.equal(4, #lines)
   end)

   it("has its reason in the last event, too, for those who read it later", function()
      local text = world:cfy("events", "app", "--type", "workflow_failed").out
      assert.matches("workflow execution failed: Task failed: [^\n]+\n"
         .. "    NonRecoverableError `not configured`\n$", text)
   end)

   it("is the error of the execution, with causes and all tracebacks (runtime.md 6.7)", function()
      local id = records(world, "--type", "task_failed")[1].context.node_id
      local text = execution(world).error
      local name = ("errors.tasks.until_fixed (%s:cloudify.interfaces.lifecycle.create)")
         :format(id)
      local summary, own, cause = text:match(
         "^(.*)\nTraceback of (.*)\nTraceback of cause 1 of 1, (.*)$")
      assert.equal("Task failed: " .. name .. ": HttpException `500 (http://config) : broken`\n"
         .. "NonRecoverableError `not configured`", summary)
      assert.equal(name .. " (most recent call first):", own:match("^[^\n]*"))
      assert.matches("in function 'errors.tasks.caused'", own)
      assert.equal("HttpException `500 (http://config) : broken` (most recent call first):",
         cause:match("^[^\n]*"))
      assert.matches(READ_CONFIG, cause)
   end)

   it("is told by the event of the workflow, too (runtime.md 5.3, 5.4)", function()
      local event = records(world, "--type", "workflow_failed")[1]
      local text = execution(world).error
      assert.equal("'install' workflow execution failed: " .. text, event.message.text)
      assert.same({error = text}, event.message.arguments)
   end)

   it("stands in the graph until the operation has succeeded", function()
      local id = execution(world).id
      local function operation()
         local graphs = json.decode(world:cfy("executions", "graph", id, "--json").out)
         for _, task in ipairs(graphs[1].tasks) do
            if task.kind == "operation" and task.name:match("create$") then
               return task
            end
         end
      end
      local err = operation().error
      assert.equal("NonRecoverableError", err.type)
      assert.equal("not configured", err.message)
      assert.same({volume = "v1"}, err.fields)
      assert.equal("HttpException", err.causes[1].type)
      assert.matches(READ_CONFIG, err.causes[1].traceback)
      assert.matches("tasks.caused", err.traceback)
      local text = world:cfy("executions", "graph", id).out
      assert.matches("lifecycle%.create  [^\n]*%-> NonRecoverableError: not configured\n", text)
      world:write("fixed", "")
      assert.equal(0, world:cfy("executions", "resume", id).code)
      assert.is_nil(operation().error)
   end)
end)

describe("what a task has failed by, in a workflow", function()
   local FLOWS = [[
local exceptions = require("cloudify.exceptions")
local handlers = require("cloudify.workflows").handlers
local make_or_get_graph = require("cloudify.workflows").make_or_get_graph
local workflow = require("cloudify.decorators").workflow
local flows = {}

local function operation(ctx, name)
   for instance in ctx.node_instances do
      if instance.node_id == name then
         return instance:execute_operation("cloudify.interfaces.lifecycle.create")
      end
   end
end

local function tell(ctx, err)
   local causes = {}
   for _, cause in ipairs(err.causes) do
      table.insert(causes, cause.type)
   end
   ctx.logger:info("%s|%s|%s|%s|%s", err.type, err.message, err.volume, tostring(err.task),
      table.concat(causes, ","))
   assert(exceptions.is(err, exceptions.NonRecoverableError))
   assert(err.traceback:find("tasks.caused", 1, true))
end

function flows.catch(ctx)
   local ok, err = pcall(function() operation(ctx, "caused"):get() end)
   assert(not ok)
   tell(ctx, err)
end

function flows.direct(ctx) operation(ctx, "caused"):get() end
function flows.direct_not_waited_for(ctx) operation(ctx, "caused") end

function flows.handle(ctx)
   local graph = ctx:graph_mode()
   local task = operation(ctx, "caused")
   task.on_failure = handlers.by_name("errors.flows.on_failure", {})
   graph:add_task(task)
   graph:execute()
end
function flows.on_failure(task)
   tell(task.workflow_context, task.error)
   return handlers.ignore()
end

function flows.catch_graph(ctx)
   local graph = ctx:graph_mode()
   graph:add_task(operation(ctx, "caused"))
   graph:add_task(operation(ctx, "http"))
   local ok, err = pcall(graph.execute, graph)
   assert(not ok and exceptions.is(err, exceptions.WorkflowFailed))
   local causes = {}
   for i, cause in ipairs(err.causes) do
      causes[i] = cause.type
   end
   table.sort(causes)
   ctx.logger:info("%s|%s", table.concat(causes, ","), tostring(#err.message > 600))
end

function flows.fail(ctx, parameters)
   local err = exceptions[parameters.class]("it is over", {hide_traceback = parameters.hide,
      causes = {exceptions.HttpException("http://y", 503, "away")}})
   error(err)
end

function flows.local_retry(ctx, parameters)
   ctx:local_task(function()
      error(exceptions.OperationRetry("later", 0.01))
   end, {name = "waits", total_retries = 1}):get()
end

flows.resumed = workflow{resumable = true}(function(ctx, parameters)
   local build = make_or_get_graph(function()
      local graph = ctx:graph_mode()
      graph:add_task(operation(ctx, "until_fixed"))
      return graph
   end)
   local graph = build(ctx, parameters, {name = "one"})
   for task in graph.tasks do
      if task.error then
         tell(ctx, task.error)
      end
   end
   graph:execute()
end)
return flows
]]
   local world

   setup(function()
      world = cfy.world()
      local path = blueprint(world, {"caused", "http", "until_fixed"})
      world:write("app/plugins/errors/errors/flows.lua", FLOWS)
      local lines = {world:read(path), "workflows:"}
      for name in FLOWS:gmatch("\nfunction flows%.([%w_]+)%(ctx") do
         table.insert(lines, ("  %s: {mapping: errors.errors.flows.%s, parameters: {class: "
            .. "{default: ''}, hide: {default: false}}}"):format(name, name))
      end
      table.insert(lines, "  resumed: errors.errors.flows.resumed")
      world:write("app/blueprint.yaml", table.concat(lines, "\n"))
      local result = world:cfy("deployments", "create", path, "-d", "app")
      assert.equal(0, result.code, result.err)
   end)
   teardown(function() world:remove() end)

   local function run(...)
      return world:cfy("executions", "start", "-d", "app", ...)
   end

   local function logs(result)
      local list = {}
      for line in result.out:gmatch("INFO: ([^\n]*)") do
         table.insert(list, line)
      end
      return list
   end

   local TOLD = "NonRecoverableError|not configured|v1|%s|HttpException"

   it("is raised by task:get(), and tells which task it was (runtime.md 6.4)", function()
      local result = run("catch")
      assert.equal(0, result.code, result.err)
      local told = logs(result)[1]
      assert.matches("^errors%.tasks%.caused %(caused_%w+:cloudify", told:match("v1|([^|]*)"))
   end)

   for _, name in ipairs {"direct", "direct_not_waited_for"} do
      it("is the error of an execution that does not catch it: " .. name, function()
         assert.equal(1, run(name).code)
         local text = execution(world).error
         assert.matches("^Task failed: errors%.tasks%.caused %(caused_%w+:[%w.]+%): "
            .. "HttpException `500 %(http://config%) : broken`\nNonRecoverableError "
            .. "`not configured`\nTraceback of errors.tasks.caused", text)
         assert.matches("\nTraceback of cause 1 of 1, HttpException", text)
      end)
   end

   it("is an exception in a handler", function()
      local result = run("handle")
      assert.equal(0, result.code, result.err)
      assert.same({TOLD:format("nil")}, logs(result))
   end)

   it("is among the causes of what graph:execute() raises, whose text is whole", function()
      local result = run("catch_graph")
      assert.equal(0, result.code, result.err)
      assert.same({"HttpException,HttpException,NonRecoverableError|false"}, logs(result))
   end)

   it("is known when the execution is resumed", function()
      assert.equal(1, run("resumed").code)
      local id = execution(world).id
      local again = world:cfy("executions", "resume", id)
      assert.equal(1, again.code)
      assert.same({TOLD:format("nil")}, logs(again), again.out)
   end)

   it("makes a local task retry if it is OperationRetry (runtime.md 6.6)", function()
      local result = run("local_retry")
      assert.equal(1, result.code)
      local line = "Task rescheduled 'waits' %-> later %[retry_after=0.01%]"
      local _, count = result.out:gsub(line, "")
      assert.equal(2, count, result.out)
   end)

   it("is not: the workflow itself failed. Its causes and tracebacks are told", function()
      assert.equal(1, run("fail", "-p", "class=NonRecoverableError").code)
      local text = execution(world).error
      assert.matches("^it is over\ncaused by HttpException `503 %(http://y%) : away`\n"
         .. "Traceback of the workflow %(most recent call first%):\n", text)
      assert.matches("errors/flows.lua", text)
      assert.matches("\nTraceback of cause 1 of 1, HttpException", text)
   end)

   it("has no traceback if WorkflowFailed hides it (runtime.md 4)", function()
      run("fail", "-p", "class=WorkflowFailed")
      assert.matches("Traceback of the workflow", execution(world).error)
      run("fail", "-p", "class=WorkflowFailed", "-p", "hide=true")
      assert.equal("it is over\ncaused by HttpException `503 (http://y) : away`",
         execution(world).error)
   end)
end)
