--- The deployment of a workflow test: what runtime.md 8 says of it, and how its operations run.
local cloudify = require("cloudify")
local exceptions = require("cloudify.exceptions")
local files = require("cloudify.files")
local local_tests = require("spec.support.local_tests")
local workflow_test = require("cloudify.test_utils").workflow_test

local BLUEPRINT = local_tests.BLUEPRINT
--- Two nodes of which neither waits for the other.
local TWO = BLUEPRINT:gsub("app: {type: spec.Node}", "%0\n  other: {type: spec.Node}")

describe("a local environment", function()
   local tasks

   before_each(function()
      tasks = {start = function(ctx)
         ctx.instance.runtime_properties.port = ctx.node.properties.port
      end}
      local_tests.provide(tasks)
   end)

   --- A test of the blueprint.
   local function test(test_function)
      return workflow_test(BLUEPRINT, test_function)
   end

   describe("has (8.1)", function()
      it("plan, name and created_at", test(function(cfy_local)
         assert.equal("app", cfy_local.plan.nodes[1].id)
         assert.equal("local", cfy_local.name)
         assert.matches("^%d%d%d%d%-%d%d%-%d%dT", cfy_local.created_at)
      end))

      it("outputs, null where an attribute is missing", test(function(cfy_local)
         assert.same({port = 80, seen = cloudify.null}, cfy_local:outputs())
      end))

      it("evaluate_functions, in the context of an instance or of none", test(function(cfy_local)
         cfy_local:execute("install")
         local id = cfy_local.storage:get_node_instances("app")[1].id
         assert.same({a = {80}}, cfy_local:evaluate_functions {
            a = {{get_attribute = {"app", "port"}}}})
         assert.equal("on 80", cfy_local:evaluate_functions(
            {concat = {"on ", {get_attribute = {"SELF", "port"}}}}, {self = id}))
         assert.error_matches(function()
            cfy_local:evaluate_functions({get_attribute = {"SELF", "port"}}, {self = "nobody"})
         end, "context 'self': there is no node instance 'nobody'", 1, true)
      end))

      it("capabilities", test(function(cfy_local)
         cfy_local:execute("install")
         assert.same({port = 80}, cfy_local:capabilities())
      end))
   end)

   describe("executes (8.2)", function()
      local FLOWS = BLUEPRINT .. [[
workflows:
  add:
    mapping: probe.probe_flows.add
    parameters: {a: {type: integer}, b: {type: integer, default: 2}}
]]
      local flows

      before_each(function()
         flows = files.mkdtemp("flows-")
         files.mkdir(flows .. "/probe")
         files.write(flows .. "/probe/probe_flows.lua", [[
return {add = function(ctx, parameters)
   if parameters.a == 0 then error("nothing to add") end
   return {sum = parameters.a + parameters.b}
end}]])
      end)
      after_each(function() files.remove_tree(flows) end)

      local function flow_test(test_function)
         return function()
            workflow_test(FLOWS, {init_args = {plugin_directories = {flows}}}, test_function)()
         end
      end

      it("a workflow and returns what it returns", flow_test(function(cfy_local)
         assert.same({sum = 3}, cfy_local:execute("add", {parameters = {a = 1}}))
         assert.is_nil(cfy_local:execute("install"))
      end))

      it("and keeps a record", flow_test(function(cfy_local)
         cfy_local:execute("add", {parameters = {a = 1}})
         local record = cfy_local.storage:get_executions()[1]
         assert.same({"add", "local", "local", "terminated", "completed", {a = 1, b = 2}},
            {record.workflow_id, record.deployment_id, record.blueprint_id, record.status,
               record.status_display, record.parameters})
      end))

      local cases = {
         {"no workflow of another name", "instal", {}, "no workflow 'instal', did you mean "
            .. "'install'?"},
         {"no workflow without its parameters", "add", {}, "'a'"},
         {"no workflow with parameters of another type", "add", {parameters = {a = "x"}}, "'a'"},
         {"no workflow with parameters that it does not declare", "add",
            {parameters = {a = 1, c = 3}}, "'c'"},
         {"no workflow with options that there are not", "add", {task_retry = 3},
            "execute: unknown argument 'task_retry', did you mean 'task_retries'?"},
      }
      for _, case in ipairs(cases) do
         local what, workflow, options, message = table.unpack(case)
         it(what, flow_test(function(cfy_local)
            local ok, err = pcall(cfy_local.execute, cfy_local, workflow, options)
            assert.is_false(ok)
            assert.matches(message, tostring(err), 1, true)
            assert.same({}, cfy_local.storage:get_executions())
         end))
      end

      it("with parameters that it does not declare if they are allowed", flow_test(
         function(cfy_local)
            cfy_local:execute("add", {parameters = {a = 1, c = 3}, allow_custom_parameters = true})
            assert.equal(3, cfy_local.storage:get_executions()[1].parameters.c)
         end))

      it("and raises the error of the workflow", flow_test(function(cfy_local)
         local ok, err = pcall(cfy_local.execute, cfy_local, "add", {parameters = {a = 0}})
         assert.is_false(ok)
         assert.is_true(exceptions.is(err, exceptions.WorkflowFailed))
         assert.matches("nothing to add", err.message, 1, true)
         assert.equal("failed", cfy_local.storage:get_executions()[1].status)
      end))

      it("and names node, operation and cause of what has failed", test(function(cfy_local)
         tasks.start = function()
            error(exceptions.NonRecoverableError("no cheese", {causes = {
               {message = "the cat", type = "Cat", traceback = "in the kitchen"}}}))
         end
         local ok, err = pcall(cfy_local.execute, cfy_local, "install")
         assert.is_false(ok)
         assert.matches("^Task failed: probe_tasks.start %(app_%w+:cloudify.interfaces.lifecycle"
            .. ".start%): Cat `the cat`\nNonRecoverableError `no cheese`\n", err.message)
      end))

      it("task_retries times again, after task_retry_interval", test(function(cfy_local)
         local runs = 0
         tasks.start = function()
            runs = runs + 1
            error("again")
         end
         local ok = pcall(cfy_local.execute, cfy_local, "install",
            {task_retries = 3, task_retry_interval = 0.001})
         assert.is_false(ok)
         assert.equal(4, runs)
      end))

      it("five times again without waiting, where nothing else is said", test(function(cfy_local)
         local runs = 0
         tasks.start = function()
            runs = runs + 1
            tasks.misspelt()
         end
         local ok, err = pcall(cfy_local.execute, cfy_local, "install", {virtual_clock = true})
         assert.is_false(ok)
         assert.matches("attempt to call a nil value %(field 'misspelt'%)", err.message)
         assert.equal(6, runs)
         assert.equal(0, cfy_local:waited())
      end))

      it("subgraph_retries times again", test(function(cfy_local)
         local runs = 0
         tasks.start = function()
            runs = runs + 1
            error(exceptions.NonRecoverableError("again"))
         end
         assert.is_false(pcall(cfy_local.execute, cfy_local, "install", {subgraph_retries = 2}))
         assert.equal(3, runs)
      end))

      it("nothing in a dry run", test(function(cfy_local)
         tasks.start = function() error("was run") end
         cfy_local:execute("install", {dry_run = true})
         assert.equal("uninitialized", cfy_local.storage:get_node_instances("app")[1].state)
      end))

      it("one workflow after the other", test(function(cfy_local)
         cfy_local:execute("install")
         cfy_local:execute("uninstall")
         assert.equal("deleted", cfy_local.storage:get_node_instances("app")[1].state)
         cfy_local:execute("install")
         assert.equal("started", cfy_local.storage:get_node_instances("app")[1].state)
      end))
   end)

   describe("has a storage (8.3) with", function()
      it("get_nodes", test(function(cfy_local)
         assert.equal("app", cfy_local.storage:get_nodes()[1].id)
      end))

      it("get_node", test(function(cfy_local)
         local node = cfy_local.storage:get_node("app")
         assert.same({"spec.Node", 80, "1"},
            {node.type, node.properties.port, tostring(node.capabilities.scalable.properties
               .default_instances)})
         local ok, err = pcall(cfy_local.storage.get_node, cfy_local.storage, "ap")
         assert.is_false(ok)
         assert.matches("there is no node 'ap', but 'app'", tostring(err), 1, true)
      end))

      it("get_node_instances, of all or of one node", workflow_test(TWO, function(cfy_local)
         local all = cfy_local.storage:get_node_instances()
         assert.equal(2, #all)
         local own = cfy_local.storage:get_node_instances("other")
         assert.equal(1, #own)
         assert.same({"other", 1, "uninitialized", {}}, {own[1].node_id, own[1].version,
            own[1].state, own[1].runtime_properties})
         assert.error_matches(function() cfy_local.storage:get_node_instances("ap") end,
            "there is no node 'ap', but 'app', 'other'", 1, true)
      end))

      it("get_node_instance", test(function(cfy_local)
         local id = cfy_local.storage:get_node_instances("app")[1].id
         assert.equal(id, cfy_local.storage:get_node_instance(id).id)
         assert.error_matches(function() cfy_local.storage:get_node_instance("app") end,
            "there is no node instance 'app', but '" .. id .. "'", 1, true)
      end))

      it("update_node_instance, which refuses what is based on an older version", test(
         function(cfy_local)
            local storage = cfy_local.storage
            local instance = storage:get_node_instances("app")[1]
            local change = {version = instance.version, runtime_properties = {seen = 1},
               state = "started"}
            storage:update_node_instance(instance.id, change)
            local now = storage:get_node_instance(instance.id)
            assert.same({instance.version + 1, {seen = 1}, "started"},
               {now.version, now.runtime_properties, now.state})
            assert.equal(1, cfy_local:outputs().seen)
            local ok, err = pcall(storage.update_node_instance, storage, instance.id, change)
            assert.is_false(ok)
            assert.is_true(exceptions.is(err, exceptions.StorageConflictError))
         end))

      it("copies only", test(function(cfy_local)
         cfy_local.storage:get_node_instances("app")[1].runtime_properties.x = 1
         assert.same({}, cfy_local.storage:get_node_instances("app")[1].runtime_properties)
      end))

      it("get_resource", workflow_test(BLUEPRINT,
         {resources_to_copy = {"fixtures/probe/probe/tasks.lua"}}, function(cfy_local)
            assert.equal(files.read("spec/fixtures/probe/probe/tasks.lua"),
               cfy_local.storage:get_resource("tasks.lua"))
         end))

      it("get_input", workflow_test(BLUEPRINT, {inputs = {port = 81}}, function(cfy_local)
         assert.equal(81, cfy_local.storage:get_input("port"))
         assert.error_matches(function() cfy_local.storage:get_input("prt") end,
            "there is no input 'prt'", 1, true)
      end))

      it("get_deployment, get_workdir", test(function(cfy_local)
         assert.equal("local", cfy_local.storage:get_deployment().id)
         assert.is_true(files.is_dir(cfy_local.storage:get_workdir()))
      end))
   end)

   describe("has events", function()
      it("of all that was executed, which can be chosen from", workflow_test(TWO,
         function(cfy_local)
            tasks.start = function(ctx) ctx.logger:info("hello from %s", ctx.node.id) end
            cfy_local:execute("install")
            local all = cfy_local:events()
            assert.equal("workflow_started", all[1].event_type)
            assert.equal("workflow_succeeded", all[#all].event_type)
            local logs = cfy_local:events {type = "log", node = "app"}
            assert.equal(1, #logs)
            assert.equal("hello from app", logs[1].message.text)
            assert.equal(1, #cfy_local:events {type = "task_succeeded", node = "other",
               operation = "start"})
         end))

      it("of failures, with their error", test(function(cfy_local)
         tasks.start = function() error(exceptions.NonRecoverableError("no cheese")) end
         assert.is_false(pcall(cfy_local.execute, cfy_local, "install"))
         local failed = cfy_local:events {type = "task_failed", operation = "start"}
         assert.equal(1, #failed)
         assert.matches("no cheese", failed[1].message.text, 1, true)
      end))
   end)
end)
