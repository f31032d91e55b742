--- What workflows are handed: ctx, nodes, instances, relationships (runtime.md 6.1 to 6.4).
local json = require("cloudify").json
local workflow = require("spec.support.workflow")

local BLUEPRINT = [[
node_types:
  Thing:
    derived_from: cloudify.nodes.Root
    properties: {size: {default: 3}}
    interfaces:
      test:
        ok: {implementation: probe.tasks.ok, inputs: {word: {default: fine}}}
        fail: {implementation: probe.tasks.fail, max_retries: 0}
        limited: {implementation: probe.tasks.ok, max_retries: 7, retry_interval: 0.5, timeout: 9,
                  timeout_recoverable: true}
        nothing: ''
relationships:
  link:
    derived_from: cloudify.relationships.connected_to
    source_interfaces: {link: {both: probe.tasks.side}}
    target_interfaces: {link: {both: probe.tasks.side}}
node_templates:
  machine: {type: cloudify.nodes.Compute}
  disk:
    type: Thing
    relationships: [{type: cloudify.relationships.contained_in, target: machine}]
  app:
    type: Thing
    relationships:
    - {type: cloudify.relationships.contained_in, target: disk}
    - {type: link, target: machine}
deployment_settings: {display_name: The App}
resource_tags: {owner: ops}
]]

local TASKS = [[
function tasks.ok(ctx, inputs) return inputs.word or "fine" end
function tasks.fail() error(exceptions.NonRecoverableError("no luck")) end
function tasks.side(ctx)
   tell({ctx.source.node.id, ctx.target.node.id, ctx.operation.relationship})
end
]]

local FLOWS = [[
local function only(ctx, node)
   for instance in ctx:get_node(node).instances do return instance end
end
local function names(list)
   local found = {}
   for _, instance in ipairs(list) do table.insert(found, instance.node_id) end
   return cloudify.array(found)
end
function flows.double(kwargs) return kwargs.number * 2 end
]]

describe("a workflow", function()
   local deployment

   before_each(function()
      deployment = workflow.deployment{blueprint = BLUEPRINT, tasks = TASKS, flows = FLOWS}
   end)
   after_each(function() deployment:remove() end)

   --- section, what, body, what it tells
   local cases = {
      -- runtime.md 6.1: the handler of a run
      {"6.1", "sees no request to cancel where there is none", [[
         local api = require("cloudify.workflows.api")
         tell(api.has_cancel_request(), api.has_kill_request(), api.EXECUTION_CANCELLED_RESULT)
      ]], {false, false, "execution_cancelled"}},
      -- runtime.md 6.2: members of ctx
      {"6.2", "knows what it is", [[
         tell(ctx.workflow_id, ctx["local"], ctx.dry_run, ctx.resume, ctx.wait_after_fail,
            ctx.blueprint.id, ctx.deployment.id, #ctx.execution_id)
      ]], {"run", true, false, false, 600, "app", "app", 36}},
      {"6.2", "knows its deployment", [[
         local d = ctx.deployment
         tell(d.display_name, d.resource_tags, d.runtime_only_evaluation, d.creator == nil)
         tell(d.scaling_groups)
      ]], {"The App", {owner = "ops"}, false, true, {}}},
      {"6.2", "has no manager behind it, but the stubs of one", [[
         tell(ctx.rest_host == nil, ctx.rest_token == nil, ctx.execution_token == nil,
            ctx.bypass_maintenance, ctx:get_managers()[1].private_ip, ctx:get_operations() == nil)
         ctx:store_tasks_graph("x", {})
         ctx:store_operation()
         ctx:update_operation("id", "started")
         ctx:remove_operation("id")
      ]], {true, true, true, false, "127.0.0.1", true}},
      {"6.2", "walks nodes and instances in the order of the plan, and finds them", [[
         local found = {}
         for node in ctx.nodes do table.insert(found, node.id) end
         for instance in ctx.node_instances do table.insert(found, instance.node_id) end
         local app = only(ctx, "app")
         tell(found, ctx:get_node("app").id, ctx:get_node_instance(app.id) == app,
            ctx:get_node("nobody") == nil, ctx:get_node_instance("nobody") == nil)
      ]], {{"machine", "disk", "app", "machine", "disk", "app"}, "app", true, true, true}},
      {"6.2", "sees the present state without refreshing it", [[
         local app = only(ctx, "app")
         app:set_state("odd"):get()
         ctx:refresh_node_instances()
         tell(app.state, ctx:get_node_instance(app.id) == app)
      ]], {"odd", true}},
      {"6.2", "gets the record of its execution", [[
         local record = ctx:get_execution()
         tell(record.id == ctx.execution_id, record.status, record.workflow_id)
         tell(ctx:get_execution(record.id).id == record.id)
      ]], {true, "started", "run", true}},
      {"6.2", "updates an instance on its present version, whatever one is given with force", [[
         local app = only(ctx, "app")
         local version = app.version
         ctx:update_node_instance(app.id, {runtime_properties = {a = 1}})
         ctx:update_node_instance(app.id,
            {version = 0, force = true, system_properties = {b = 2}, state = "odd"})
         tell(app.runtime_properties, app.system_properties, app.state, app.version - version)
      ]], {{a = 1}, {b = 2}, "odd", 2}},
      {"6.2", "executes a task by the path of its function", [[
         local kwargs = {number = 4}
         local task = ctx:execute_task("flows.double", {kwargs = kwargs})
         kwargs.number = 100
         tell(task:get(), task.type, task.name)
      ]], {8, "LocalWorkflowTask", "flows.double"}},
      {"6.2", "knows how often operations are retried", [[
         local config = ctx.internal.get_task_configuration()
         tell(config.total_retries, config.retry_interval, ctx.internal.graph_mode)
         tell(ctx.internal.bootstrap_context)
      ]], {4, 0.25, false, {}}, {"--task-retries", "4", "--task-retry-interval", "0.25"}},
      -- runtime.md 6.3: model wrappers
      {"6.3", "sees nodes", [[
         local app = ctx:get_node("app")
         tell(app.type, app.properties.size, app.host_id, app.host_node.id,
            app.number_of_instances, app.planned_number_of_instances, app.type_hierarchy)
         tell(app.plugins[1].name, #app.plugins_to_install)
      ]], {"Thing", 3, "machine", "machine", 1, 1, {"cloudify.nodes.Root", "Thing"}, "probe", 0}},
      {"6.3", "has operations only where they are mapped to something", [[
         local app = ctx:get_node("app")
         tell(app:has_operation("test.ok"), app:has_operation("ok"),
            app:has_operation("test.nothing"), app:has_operation("test.none"),
            app.operations["test.ok"].operation, app.operations.ok.operation)
      ]], {true, true, false, false, "tasks.ok", "tasks.ok"}},
      {"6.3", "sees relationships of nodes", [[
         local link = ctx:get_node("app"):get_relationship("machine")
         tell(link.type, link.target_id, link.target_node.id, link.node.id,
            link:is_derived_from("cloudify.relationships.connected_to"),
            link:is_derived_from("cloudify.relationships.contained_in"),
            link.source_operations.both.operation, link.target_operations.both.operation,
            ctx:get_node("app"):get_relationship("nobody") == nil)
      ]], {"link", "machine", "machine", "app", true, false, "tasks.side",
           "tasks.side", true}},
      {"6.3", "sees instances", [[
         local app = only(ctx, "app")
         tell(app.node_id, app.node.id, app.state, app.deployment_id,
            app.modification == nil, #app.scaling_groups, app.index)
      ]], {"app", "app", "started", "app", true, 0, 1}},
      {"6.3", "sees what instances contain, which follows from contained_in", [[
         local machine = only(ctx, "machine")
         tell(names(machine.contained_instances), names(machine:get_contained_subgraph()))
         tell(names(only(ctx, "app").contained_instances))
         tell(names(only(ctx, "app"):get_contained_subgraph()))
      ]], {{"disk"}, {"machine", "disk", "app"}, {}, {"app"}}},
      {"6.3", "sees relationships of instances, and runs their operations on either side", [[
         for r in only(ctx, "app").relationships do
            if r.type == "link" then
               tell(r.source_id == only(ctx, "app").id, r.target_id == only(ctx, "machine").id,
                  r.target_node_instance.node_id, r.node_instance.node_id, r.relationship.type)
               r:execute_source_operation("link.both"):get()
               r:execute_target_operation("both"):get()
            end
         end
      ]], {true, true, "machine", "app", "link", {"app", "machine", "source"},
           {"app", "machine", "target"}}},
      -- runtime.md 6.4: direct mode
      {"6.4", "starts tasks at once without a graph, and waits for their results", [[
         tell(only(ctx, "app"):execute_operation("test.ok", {kwargs = {word = "well"},
            allow_kwargs_override = true}):get())
         tell(ctx:local_task(function(kwargs) return kwargs.a + 1 end, {kwargs = {a = 1}}):get())
      ]], {"well", 2}},
      {"6.4", "is raised the original exception of a task that failed", [[
         local ok, err = pcall(function()
            only(ctx, "app"):execute_operation("test.fail"):get()
         end)
         tell(ok, exceptions.is(err, exceptions.NonRecoverableError), err.message)
      ]], {false, true, "no luck"}},
      {"6.4", "gets a result of what is nothing to do, too", [[
         local task = only(ctx, "app"):execute_operation("test.nothing")
         tell(task.type, task:get() == nil, task.state)
      ]], {"NOPLocalWorkflowTask", true, "succeeded"}},
      {"6.4", "has retries of an operation from its declaration, else from the execution", [[
         ctx:graph_mode()
         local app = only(ctx, "app")
         local limited = app:execute_operation("test.limited")
         local plain = app:execute_operation("test.ok")
         tell(limited.total_retries, limited.retry_interval, plain.total_retries)
         tell(limited.timeout, limited.timeout_recoverable, plain.timeout == nil)
      ]], {7, 0.5, 2, 9, true, true}, {"--task-retries", "2"}},
      {"6.4", "gives a local task retries of its own, above those of the execution", [[
         local tries = 0
         local task = ctx:local_task(function()
            tries = tries + 1
            if tries < 3 then error("again") end
            return tries
         end, {total_retries = 5, retry_interval = 0})
         tell(task.total_retries, task:get())
      ]], {5, 3}, {"--task-retries", "0"}},
      {"6.4", "starts nothing in graph mode by itself", [[
         local graph = ctx:graph_mode()
         local task = only(ctx, "app"):execute_operation("test.ok")
         graph:execute()
         tell(task.state)
         graph:add_task(task)
         graph:execute()
         tell(task.state, task.result)
      ]], {"pending", "succeeded", "fine"}},
   }
   for _, case in ipairs(cases) do
      local section, name, body, expected, arguments = table.unpack(case)
      it(name .. " (runtime.md " .. section .. ")", function()
         assert.same(expected, deployment:run(body, table.unpack(arguments or {})))
      end)
   end

   local refused = {
      {"6.2", "graph_mode() once there are tasks",
       "ctx:graph_mode():add_task(ctx:send_event('x')) ctx:graph_mode()",
       "the graph has tasks already"},
      {"6.2", "remote_task", "ctx:remote_task{}", "there are no agents on one machine"},
      {"6.2", "a task that must not be local", "ctx:execute_task('a.b', {['local'] = false})",
       "there are no agents on one machine"},
      {"6.2", "a queue for a task", "ctx:execute_task('a.b', {task_queue = 'q'})",
       "execute_task: 'task_queue' has no meaning"},
      {"6.2", "update_execution_status", "ctx:update_execution_status('failed')",
       "the engine sets the status"},
      {"6.2", "start_execution", "ctx:start_execution('app', 'run')",
       "cannot start another execution"},
      {"6.2", "changes of nodes", "ctx:create_nodes('app', {})",
       "workflows cannot change the nodes of a deployment"},
      {"6.2", "changes of relationships",
       "ctx:update_node_instance(only(ctx, 'app').id, {relationships = {}})",
       "relationships change only by a modification"},
      {"6.2", "an update on an old version",
       "ctx:update_node_instance(only(ctx, 'app').id, {version = 0, state = 'x'})",
       "the update is based on version 0"},
      {"6.4", "arguments that redefine inputs without allow_kwargs_override",
       "only(ctx, 'app'):execute_operation('test.ok', {kwargs = {word = 'x'}})",
       "argument 'word' redefines an input"},
   }
   for _, case in ipairs(refused) do
      it("is refused " .. case[2] .. " (runtime.md " .. case[1] .. ")", function()
         local result = deployment:try(case[3])
         assert.is_true(result.code ~= 0)
         assert.is_truthy(result.err:find(case[4], 1, true), result.err)
      end)
   end

   local function last_execution()
      local list = json.decode(deployment.world:cfy("executions", "list", "app", "--json").out)
      return list[#list]
   end

   -- runtime.md 6.1: how a run ends
   it("that returns the word of old is cancelled (runtime.md 6.1)", function()
      deployment:try("return require('cloudify.workflows.api').EXECUTION_CANCELLED_RESULT")
      assert.equal("cancelled", last_execution().status)
   end)

   it("that raises ExecutionCancelled is cancelled (runtime.md 6.1)", function()
      deployment:try("error(exceptions.ExecutionCancelled('enough'))")
      assert.equal("cancelled", last_execution().status)
   end)

   it("that raises any other error has failed, with the traceback (runtime.md 6.1)", function()
      deployment:try("error('broken')")
      local execution = last_execution()
      assert.equal("failed", execution.status)
      assert.is_truthy(execution.error:find("broken", 1, true))
      assert.is_truthy(execution.error:find("traceback", 1, true), execution.error)
   end)

   it("outside of graph mode is over only when all its tasks are (runtime.md 6.1)", function()
      assert.same({{"app", "machine", "source"}}, deployment:run([[
         for r in only(ctx, "app").relationships do
            if r.type == "link" then r:execute_source_operation("both") end
         end
      ]]))
   end)

   it("fails by a task that it did not wait for (runtime.md 6.1)", function()
      deployment:try("only(ctx, 'app'):execute_operation('test.fail')")
      assert.equal("failed", last_execution().status)
   end)
end)
