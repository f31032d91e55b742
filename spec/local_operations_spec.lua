--- How the operations of a workflow test run: in the state of the spec, or in workers.
local aio = require("cloudify.aio")
local cloudify = require("cloudify")
local exceptions = require("cloudify.exceptions")
local files = require("cloudify.files")
local local_tests = require("spec.support.local_tests")
local operation = require("cloudify.decorators").operation
local test_utils = require("cloudify.test_utils")

local workflow_test = test_utils.workflow_test
local BLUEPRINT = local_tests.BLUEPRINT

--- The blueprint with `count` nodes in the place of one.
local function with_nodes(count)
   local nodes = {}
   for i = 1, count do
      nodes[i] = ("  app%d: {type: spec.Node}\n"):format(i)
   end
   return (BLUEPRINT:gsub("  app: {type: spec.Node}\n", table.concat(nodes))
      :gsub("%[app,", "[app1,"))
end

describe("an operation of a workflow test", function()
   local tasks

   before_each(function()
      tasks = {start = function() end}
      local_tests.provide(tasks)
   end)

   local function test(test_function)
      return workflow_test(BLUEPRINT, test_function)
   end

   describe("runs in the state of the spec", function()
      it("with what the spec sees and changes", test(function(cfy_local)
         local seen = {}
         tasks.start = function(ctx) seen[#seen + 1] = ctx.node.id end
         cfy_local:execute("install")
         assert.same({"app"}, seen)
      end))

      it("and has started before it logs, also by the time of its events", test(function(cfy_local)
         tasks.start = function(ctx)
            ctx.logger:info("at once")
            local later = os.clock() + 0.003
            repeat until os.clock() > later
         end
         cfy_local:execute("install")
         local times, types = {}, {}
         for _, record in ipairs(cfy_local:events {operation = "start"}) do
            table.insert(types, record.event_type or record.message.text)
            table.insert(times, record.timestamp)
         end
         assert.same({"sending_task", "task_started", "at once", "task_succeeded"}, types)
         local in_order = table.move(times, 1, #times, 1, {})
         table.sort(in_order)
         assert.same(in_order, times)
      end))

      it("so that a spy sees its calls", test(function(cfy_local)
         local start = spy.on(tasks, "start")
         cfy_local:execute("install")
         assert.spy(start).was.called(1)
         assert.spy(start).was.called_with(match.is_userdata(), match.is_table())
      end))

      it("so that a stub takes its place", test(function(cfy_local)
         tasks.start = function() error("is not called") end
         local start = stub(tasks, "start")
         cfy_local:execute("install")
         assert.stub(start).was.called(1)
      end))

      it("with the marks of the operation that a spy stands for", test(function(cfy_local)
         tasks.start = operation {async = true}(function() aio.sleep(0.001) end)
         local start = spy.on(tasks, "start")
         cfy_local:execute("install")
         assert.spy(start).was.called(1)
      end))

      it("so that an assertion that fails there ends it at once", test(function(cfy_local)
         local runs = 0
         tasks.start = function(ctx)
            runs = runs + 1
            assert.equal(81, ctx.node.properties.port)
         end
         local ok, err = pcall(cfy_local.execute, cfy_local, "install")
         assert.is_false(ok)
         assert.equal(1, runs)
         assert.matches("local_operations_spec.lua:%d+: Expected objects to be equal.",
            tostring(err))
      end))

      it("with hooks on it, as those that measure coverage", test(function(cfy_local)
         local lines = {}
         tasks.start = function()
            return "covered"
         end
         debug.sethook(function(_, line) lines[line] = true end, "l")
         local ok, err = pcall(cfy_local.execute, cfy_local, "install")
         debug.sethook()
         assert.is_true(ok, err)
         assert.is_true(lines[debug.getinfo(tasks.start, "S").linedefined + 1])
      end))

      it("with its module loaded anew for each execution", function()
         local project = local_tests.project()
         local spec_file = project .. "/spec/x_spec.lua"
         local first, path = nil, package.path
         local_tests.from(spec_file, "workflow_test")("blueprint/blueprint.yaml",
            function(cfy_local)
               cfy_local:execute("install")
               assert.is_nil(package.loaded["greeter.tasks"])
               assert.equal(path, package.path)
               first = true
            end)()
         assert.is_true(first)
         files.remove_tree(project:match("^(.*)/"))
      end)

      it("and leaves no context behind", test(function(cfy_local)
         local during
         tasks.start = function() during = cloudify.ctx.node.id end
         cfy_local:execute("install")
         local ok, err = pcall(function() return cloudify.ctx.node end)
         assert.same({"app", false, "NotInContext"}, {during, ok, err.type})
      end))

      it("and may look at what is stored", test(function(cfy_local)
         local state
         tasks.start = function()
            state = cfy_local.storage:get_node_instances("app")[1].state
         end
         cfy_local:execute("install")
         assert.equal("starting", state)
      end))

      it("but may execute nothing on its own deployment", test(function(cfy_local)
         tasks.start = function() cfy_local:execute("uninstall") end
         local ok, err = pcall(cfy_local.execute, cfy_local, "install", {task_retries = 0})
         assert.is_false(ok)
         assert.matches("executes a workflow already", tostring(err), 1, true)
      end))

      it("and may run a test of another deployment", test(function(cfy_local)
         local inner
         tasks.start = function()
            tasks.start = function(ctx) ctx.instance.runtime_properties.seen = "inner" end
            workflow_test(BLUEPRINT, function(other)
               other:execute("install")
               inner = other:outputs().seen
            end)()
         end
         cfy_local:execute("install")
         assert.same({"inner", cloudify.null}, {inner, cfy_local:outputs().seen})
      end))

      it("and leaves the process as it was", test(function(cfy_local)
         local function process()
            local status = files.read("/proc/self/status")
            local shell = io.popen("pwd; umask")
            local text = shell:read("a")
            shell:close()
            return {status:match("SigBlk.-SigCgt:%s*%x+"), text}
         end
         local before = process()
         tasks.start = function() assert(os.execute("true")) end
         cfy_local:execute("install")
         assert.same(before, process())
      end))
   end)

   describe("has a ctx that asks the engine", function()
      it("to save, at once", test(function(cfy_local)
         local seen
         tasks.start = function(ctx)
            ctx.instance.runtime_properties.seen = "early"
            ctx.instance:update()
            seen = cfy_local:outputs().seen
         end
         cfy_local:execute("install")
         assert.equal("early", seen)
      end))

      it("for what belongs to other instances", workflow_test(with_nodes(2), function(cfy_local)
         local seen
         tasks.start = function(ctx)
            seen = ctx:get_node_instances("app1")[1].id
         end
         cfy_local:execute("install")
         assert.equal(cfy_local.storage:get_node_instances("app1")[1].id, seen)
      end))

      it("and saves when the operation fails, too", test(function(cfy_local)
         tasks.start = function(ctx)
            ctx.instance.runtime_properties.seen = "failed"
            error(exceptions.NonRecoverableError("no"))
         end
         assert.is_false(pcall(cfy_local.execute, cfy_local, "install"))
         assert.equal("failed", cfy_local:outputs().seen)
      end))
   end)

   describe("that is async", function()
      it("waits while others go on", workflow_test(with_nodes(20), function(cfy_local)
         local waiting, most, deadline = 0, 0, os.time() + 10
         tasks.start = operation {async = true}(function()
            waiting = waiting + 1
            most = math.max(most, waiting)
            repeat aio.sleep(0.001) until most > 2 or os.time() > deadline
            waiting = waiting - 1
         end)
         cfy_local:execute("install", {task_thread_pool_size = 2})
         assert.equal(0, waiting)
         assert.is_true(most > 2, most)
      end))

      it("waits for commands", test(function(cfy_local)
         local result
         tasks.start = operation {async = true}(function()
            result = aio.run {command = "sh", args = {"-c", "echo out; exit 3"}}
         end)
         cfy_local:execute("install")
         assert.same({3, "out\n"}, {result.code, result.stdout})
      end))

      it("ends at its timeout", workflow_test(BLUEPRINT:gsub("start: probe.probe_tasks.start",
         "start: {implementation: probe.probe_tasks.start, timeout: 0.05}"), function(cfy_local)
            tasks.start = operation {async = true}(function() aio.sleep(math.huge) end)
            local ok, err = pcall(cfy_local.execute, cfy_local, "install")
            assert.is_false(ok)
            assert.matches("took longer than its timeout of 0.05 seconds", tostring(err), 1, true)
         end))

      it("has a timeout of any length", workflow_test(BLUEPRINT:gsub(
         "start: probe.probe_tasks.start",
         "start: {implementation: probe.probe_tasks.start, timeout: 1.0e+300}"), function(cfy_local)
            local ended
            tasks.start = operation {async = true}(function()
               aio.sleep(0.01)
               ended = true
            end)
            cfy_local:execute("install")
            assert.is_true(ended)
         end))
   end)

   it("that took longer than its timeout fails when it has ended", workflow_test(
      BLUEPRINT:gsub("start: probe.probe_tasks.start",
         "start: {implementation: probe.probe_tasks.start, timeout: 0.01}"), function(cfy_local)
         tasks.start = function() aio.sleep(0.02) end
         local ok, err = pcall(cfy_local.execute, cfy_local, "install")
         assert.is_false(ok)
         assert.matches("took longer than its timeout of 0.01 seconds", tostring(err), 1, true)
      end))

   describe("with a virtual clock", function()
      it("is tried again at once, and the time is counted", test(function(cfy_local)
         local runs = 0
         tasks.start = function(ctx)
            runs = runs + 1
            if runs < 4 then
               return ctx.operation:retry("not yet", 3600)
            end
         end
         cfy_local:execute("install", {virtual_clock = true})
         assert.equal(4, runs)
         assert.equal(3 * 3600, cfy_local:waited())
      end))

      it("is tried again in the order of the times", workflow_test(with_nodes(3),
         function(cfy_local)
            local order = {}
            local delays = {app1 = 30, app2 = 10, app3 = 20}
            tasks.start = function(ctx)
               if ctx.operation.retry_number == 0 then
                  return ctx.operation:retry("not yet", delays[ctx.node.id])
               end
               order[#order + 1] = ctx.node.id
            end
            cfy_local:execute("install", {virtual_clock = true})
            assert.same({"app2", "app3", "app1"}, order)
            assert.equal(30, cfy_local:waited())
         end))

      it("fails after its last retry", test(function(cfy_local)
         tasks.start = function() error("never") end
         assert.is_false(pcall(cfy_local.execute, cfy_local, "install",
            {virtual_clock = true, task_retries = 10, task_retry_interval = 60}))
         assert.equal(600, cfy_local:waited())
      end))
   end)

   describe("in a worker, with isolated", function()
      local project

      setup(function() project = local_tests.project() end)
      teardown(function() files.remove_tree(project:match("^(.*)/")) end)

      it("runs as in production", function()
         local_tests.from(project .. "/spec/x_spec.lua", "workflow_test")(
            "blueprint/blueprint.yaml", function(cfy_local)
               package.loaded["greeter.tasks"] = {create = function() error("in the spec") end}
               cfy_local:execute("install", {isolated = true})
               package.loaded["greeter.tasks"] = nil
               assert.equal("Hello world", cfy_local:outputs().greeting)
            end)()
      end)

      it("is tried again by the virtual clock, too", function()
         files.write(project .. "/greeter/tasks.lua", [[
            return {create = function(ctx)
               ctx.instance.runtime_properties.greeting = tostring(ctx.operation.retry_number)
               if ctx.operation.retry_number < 2 then
                  return ctx.operation:retry("not yet", 3600)
               end
            end}]])
         local_tests.from(project .. "/spec/x_spec.lua", "workflow_test")(
            "blueprint/blueprint.yaml", function(cfy_local)
               cfy_local:execute("install", {isolated = true, virtual_clock = true})
               assert.equal("2", cfy_local:outputs().greeting)
               assert.equal(7200, cfy_local:waited())
            end)()
      end)
   end)

   describe("has values that luassert", function()
      --- What `start` reads with `read`, as it is kept after its end.
      local function value(cfy_local, read)
         local kept
         tasks.start = function(ctx)
            ctx.instance.runtime_properties.list = {1, {deep = {2}}}
            kept = read(ctx)
         end
         cfy_local:execute("install")
         return kept
      end
      local function tree(ctx) return ctx.node.properties.tree end
      local function own(ctx) return ctx.instance.runtime_properties end

      it("compares with tables", test(function(cfy_local)
         assert.same({list = {1, {deep = "x"}}}, value(cfy_local, tree))
         assert.are_not.same({list = {1, {deep = "y"}}}, value(cfy_local, tree))
      end))

      it("compares at every depth", test(function(cfy_local)
         local seen = value(cfy_local, own)
         assert.same({list = {1, {deep = {2}}}}, seen)
         assert.same({{a = seen.list}}, {{a = {1, {deep = {2}}}}})
         assert.same(seen.list[2], {deep = {2}})
         assert.are_not.same({{a = seen.list}}, {{a = {1, {deep = {3}}}}})
      end))

      it("shows at every depth", test(function(cfy_local)
         local ok, err = pcall(assert.same, {a = {2}}, {a = value(cfy_local, own).list})
         assert.is_false(ok)
         local text = tostring(type(err) == "table" and err.message or err)
         assert.matches("%*%[a%] = {\n%s+%*%[1%] = 1\n%s+%[2%] = {\n", text)
      end))

      it("finds among the arguments of spies, as they were", test(function(cfy_local)
         local notice = spy.new(function() end)
         tasks.start = function(ctx)
            local properties = ctx.instance.runtime_properties
            properties.list = {1}
            notice(properties.list)
            properties.list[2] = 2
         end
         cfy_local:execute("install")
         assert.spy(notice).was.called_with({1})
         assert.spy(notice).was_not.called_with({1, 2})
      end))
   end)
end)
