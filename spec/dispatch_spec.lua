--- How functions of plugins are found, what they are called with, and what is current meanwhile
--- (runtime.md 3.1 to 3.3, 3.5). What follows their errors is in errors_spec.lua, their timeouts in
--- timeout_spec.lua, what repeating them means in resume_spec.lua.
local workflow = require("spec.support.workflow")

local BLUEPRINT = [[
node_types:
  Thing:
    derived_from: cloudify.nodes.Root
    interfaces:
      test:
        note: {implementation: probe.tasks.note, inputs: {word: {default: fine}}}
        echo: {implementation: probe.tasks.echo, inputs: {word: {default: fine}}}
        several: probe.tasks.several
        unsendable: probe.tasks.unsendable
        asks: probe.tasks.asks
        spoil: {implementation: probe.tasks.spoil, inputs: {list: {default: [1, 2]}}}
        store: probe.tasks.store
        evaluated:
          implementation: probe.tasks.echo
          inputs: {stored: {default: {get_attribute: [SELF, stored]}}}
        typed:
          implementation: probe.tasks.echo
          inputs: {count: {type: integer, default: 1}, list: {type: list, default: []}}
        no_module: probe.taskz.note
        no_function: probe.tasks.nope
        no_operation: probe.tasks.version
        current: {implementation: probe.tasks.current, inputs: {word: {default: fine}}}
        change: {implementation: probe.tasks.change, inputs: {word: {default: fine}}}
        late: probe.late.load
        nothing: ''
relationships:
  link:
    derived_from: cloudify.relationships.connected_to
    source_interfaces: {link: {both: &both {implementation: probe.tasks.echo, inputs: {
      source: {default: {get_attribute: [SOURCE, name]}},
      target: {default: {get_attribute: [TARGET, name]}}}}}}
    target_interfaces: {link: {both: *both}}
node_templates:
  db: {type: Thing, interfaces: {cloudify.interfaces.lifecycle: {create: probe.tasks.named}}}
  app:
    type: Thing
    interfaces: {cloudify.interfaces.lifecycle: {create: probe.tasks.named}}
    relationships: [{type: link, target: db}]
]]

local TASKS = [[
local current_workflow_ctx = require("cloudify.state").current_workflow_ctx
local function none(holder, method)
   local ok, err = pcall(holder[method], holder)
   return not ok and err.type
end
local while_loading = none(require("cloudify.state").current_ctx, "get_ctx")
-- A module that is loaded by the second operation of a worker.
package.preload.late = function()
   local loaded = none(require("cloudify.state").current_ctx, "get_ctx")
   return {load = function() tell(loaded) end}
end
tasks.version = "1.0"
function tasks.named(ctx) ctx.instance.runtime_properties.name = "the " .. ctx.node.name end
function tasks.note(ctx, inputs) tell({ctx.task_type, ctx.type, inputs.word}) end
function tasks.echo(_, inputs) return inputs end
function tasks.several() return "first", "second" end
function tasks.unsendable() return {callback = print} end
function tasks.asks(ctx)
   if ctx.operation.retry_number == 0 then ctx.operation:retry("once more", 0) end
   return "run " .. ctx.operation.retry_number
end
function tasks.spoil(ctx, inputs)
   tell(inputs.list)
   table.insert(inputs.list, 3)
   inputs.list[1] = nil
   if ctx.operation.retry_number == 0 then error("spoilt") end
end
function tasks.store(ctx) ctx.instance.runtime_properties.stored = {"a", {b = 1}} end
function tasks.current(ctx, inputs)
   tell(cloudify.ctx.instance.id == ctx.instance.id, cloudify.ctx_parameters.word,
      cloudify.ctx_parameters.none == nil, none(current_workflow_ctx, "get_ctx"), while_loading)
end
function tasks.change(_, inputs)
   local ok, err = pcall(function() cloudify.ctx_parameters.word = "changed" end)
   tell(ok, err.type, err.message, inputs.word)
end
]]

local FLOWS = [[
local function app(ctx)
   for instance in ctx:get_node("app").instances do return instance end
end
local function run(ctx, operation, options)
   return app(ctx):execute_operation("test." .. operation, options):get()
end
local function refused(ctx, operation, options)
   local ok, err = pcall(run, ctx, operation, options)
   assert(not ok, "is not refused")
   return err
end
]]

describe("an operation", function()
   local deployment

   setup(function()
      deployment = workflow.deployment{blueprint = BLUEPRINT, tasks = TASKS, flows = FLOWS,
         parameters = "{greeting: {default: hello}}"}
   end)
   teardown(function() deployment:remove() end)

   --- section, what, body, what it tells, arguments of cfy
   local cases = {
      {"3.1", "is handed the ctx of operations, a workflow that of workflows", [[
         run(ctx, "note")
         tell(ctx.workflow_id, pcall(function() return ctx.instance end), ctx.graph_mode ~= nil)
      ]], {{"operation", "node-instance", "fine"}, "run", false, true}},

      {"3.2", "whose module there is not names it, with the nearest", [[
         local err = refused(ctx, "no_module")
         tell(err.type, err.message:match("^(.-): there is no 'taskz.lua' in '/"))
      ]], {"NonRecoverableError",
           "plugin 'probe': module 'taskz' not found (did you mean 'probe.tasks.note'?)"}},
      {"3.2", "whose function there is not names it, with the nearest", [[
         local err = refused(ctx, "no_function")
         tell(err.type, err.message)
      ]], {"NonRecoverableError",
           "plugin 'probe': module 'tasks' has no function 'nope' (did you mean 'note'?)"}},
      {"3.2", "that is no function is refused by name", [[
         local err = refused(ctx, "no_operation")
         tell(err.type, err.message)
      ]], {"NonRecoverableError", "plugin 'probe': module 'tasks' has no function 'version'"}},
      {"3.2", "has its inputs anew at each try, whatever it has made of them", [[
         local mine = {1, 2}
         run(ctx, "spoil", {kwargs = {list = mine}, allow_kwargs_override = true})
         tell(mine)
      ]], {{1, 2}, {1, 2}, {1, 2}}, {"--task-retries", "1", "--task-retry-interval", "0"}},
      {"3.2", "has the functions in its inputs evaluated when it runs, also those of kwargs", [[
         run(ctx, "store")
         tell(run(ctx, "evaluated"), run(ctx, "evaluated",
            {kwargs = {more = {concat = {"x", {get_attribute = {"SELF", "name"}}}}}}).more)
      ]], {{stored = {"a", {b = 1}}}, "xthe app"}},
      {"3.2", "of a relationship knows source and target in its inputs, on either side", [[
         for link in app(ctx).relationships do
            tell(link:execute_source_operation("link.both"):get(),
               link:execute_target_operation("link.both"):get())
         end
      ]], {{source = "the app", target = "the db"}, {source = "the app", target = "the db"}}},
      {"3.2", "gives its first value, of any kind that JSON has", [[
         tell(run(ctx, "several"), run(ctx, "echo", {kwargs = {list = {1, {a = false}}}}))
      ]], {"first", {word = "fine", list = {1, {a = false}}}}},
      {"3.2", "that returns nothing gives nil", [[
         local task = app(ctx):execute_operation("test.note")
         tell(task:get() == nil, task.result == nil)
      ]], {{"operation", "node-instance", "fine"}, true, true}},
      {"3.2", "is refused a value that JSON does not have", [[
         local err = refused(ctx, "unsendable")
         tell(err.message)
      ]], {"return value.callback: a function cannot be stored"}, {"--task-retries", "0"}},
      {"3.2", "that asks for a retry is tried again, and its value then dropped", [[
         tell(run(ctx, "asks"))
      ]], {"run 1"}, {"--task-retries", "1"}},

      {"3.3", "has the inputs of the blueprint, and kwargs on top of them", [[
         tell(run(ctx, "echo"), run(ctx, "echo", {kwargs = {more = 1}}),
            run(ctx, "echo", {kwargs = {word = "other"}, allow_kwargs_override = true}))
      ]], {{word = "fine"}, {word = "fine", more = 1}, {word = "other"}}},
      {"3.3", "is refused kwargs that redefine an input before there is a task", [[
         local graph = ctx:graph_mode()
         local ok, err = pcall(app(ctx).execute_operation, app(ctx), "test.echo",
            {kwargs = {word = "x"}})
         local count = 0
         for _ in graph.tasks do count = count + 1 end
         tell(ok, err.message, count)
      ]], {false, "operation 'test.echo': argument 'word' redefines an input of the operation; "
           .. "allow_kwargs_override permits that", 0}},
      {"3.3", "is refused kwargs of another type than the input's before there is a task", [[
         ctx:graph_mode()
         for _, kwargs in ipairs {{count = "1"}, {count = 1.5}, {list = {a = 1}}} do
            local ok, err = pcall(app(ctx).execute_operation, app(ctx), "test.typed",
               {kwargs = kwargs, allow_kwargs_override = true})
            tell(ok, err.message)
         end
      ]], {false, "operation 'test.typed': argument 'count' must be of type 'integer', not string",
           false, "operation 'test.typed': argument 'count' must be of type 'integer', not float",
           false, "operation 'test.typed': argument 'list' must be of type 'list', not dict"}},
      {"3.3", "takes kwargs of the input's type, and functions, whose type nobody knows yet", [[
         tell(run(ctx, "typed", {kwargs = {count = 2, list = {3}}, allow_kwargs_override = true}))
         tell(run(ctx, "typed", {kwargs = {count = {get_attribute = {"SELF", "name"}}},
            allow_kwargs_override = true}).count)
      ]], {{count = 2, list = {3}}, "the app"}},
      {"3.3", "that is mapped to nothing, or unknown, is nothing to do", [[
         for _, name in ipairs {"test.nothing", "test.unknown", ""} do
            local task = app(ctx):execute_operation(name)
            tell(task.type, task:get() == nil)
         end
      ]], {"NOPLocalWorkflowTask", true, "NOPLocalWorkflowTask", true, "NOPLocalWorkflowTask",
           true}},

      {"3.5", "has its ctx and inputs as the current ones, no workflow's, and none while loading",
       "run(ctx, 'current')", {true, "fine", true, "NotInContext", "NotInContext"}},
      {"3.5", "cannot change its inputs through ctx_parameters", "run(ctx, 'change')",
       {false, "NonRecoverableError", "ctx_parameters are read-only: cannot set 'word'", "fine"}},
      {"3.5", "is current no longer than it runs", "run(ctx, 'note') run(ctx, 'late')",
       {{"operation", "node-instance", "fine"}, "NotInContext"}, {"-j", "1"}},
      {"3.5", "leaves a workflow its own ctx and parameters as the current ones", [[
         run(ctx, "note")
         local ok, err = pcall(function() return cloudify.ctx.node end)
         tell(cloudify.workflow_ctx.execution_id == ctx.execution_id,
            cloudify.workflow_parameters.greeting, ok, err.type,
            exceptions.is(err, exceptions.RuntimeError))
      ]], {{"operation", "node-instance", "fine"}, true, "hello", false, "NotInContext", true}},
   }
   for _, case in ipairs(cases) do
      local section, name, body, expected, arguments = table.unpack(case)
      it(name .. " (runtime.md " .. section .. ")", function()
         assert.same(expected, deployment:run(body, table.unpack(arguments or {})))
      end)
   end

   it("whose input gets a value of another type keeps its deployment from being created "
      .. "(runtime.md 3.3)", function()
      local text = deployment.world:read(deployment.world:path("app/blueprint.yaml"))
      local path = deployment.world:write("app/wrong.yaml", "inputs: {word: {default: many}}\n"
         .. text:gsub("type: integer, default: 1", "type: integer, default: {get_input: word}"))
      local result = deployment.world:cfy("deployments", "create", path, "-d", "wrong")
      assert.equal(1, result.code)
      assert.truthy(result.err:find("nodes.db.operations.test.typed.inputs.count: input 'word' has "
         .. "a value of type string, not integer", 1, true), result.err)
   end)
end)
