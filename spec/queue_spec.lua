--- One execution of a deployment runs at a time, others wait for their turn (docs/queue.md).
local cfy = require("spec.support.cfy")

local PLUGIN = [[
plugins: {turns: {executor: central_deployment_agent, install: false}}
node_types:
  Counter:
    derived_from: cloudify.nodes.Root
    properties: {folder: {}}
    interfaces:
      cloudify.interfaces.lifecycle: {create: turns.tasks.count}
      turns: {take: turns.tasks.take}
workflows:
  take: {mapping: turns.flows.take, parameters: {name: {}}}
  loop: turns.flows.loop
]]

--- `take` writes its name down, waits until the file `go_NAME` is there, and counts.
local TASKS = [[
local tasks = {}
function tasks.count(ctx)
   local properties = ctx.instance.runtime_properties
   properties.count = (properties.count or 0) + 1
end
function tasks.take(ctx, kwargs)
   local folder = ctx.node.properties.folder
   local journal <close> = assert(io.open(folder .. "/journal", "a"))
   journal:write(kwargs.name, "\n")
   journal:flush()
   os.execute(("while [ ! -e '%s/go_%s' ]; do sleep 0.02; done"):format(folder, kwargs.name))
   tasks.count(ctx)
end
return tasks
]]

local FLOWS = [[
local flows = {}
function flows.take(ctx, parameters)
   for instance in ctx.node_instances do
      instance:execute_operation("turns.take", {kwargs = {name = parameters.name}}):get()
   end
end
function flows.loop() while true do end end
return flows
]]

describe("a queue of executions", function()
   local world, running

   local function blueprint()
      world:write("app/plugins/turns/plugin.yaml", PLUGIN)
      world:write("app/plugins/turns/tasks.lua", TASKS)
      world:write("app/plugins/turns/flows.lua", FLOWS)
      return world:write("app/blueprint.yaml", ([[
tosca_definitions_version: cloudify_dsl_1_5
imports: [cloudify/types/types.yaml, "plugin:turns"]
node_templates: {counter: {type: Counter, properties: {folder: %s}}}
]]):format(world.folder))
   end

   before_each(function()
      world, running = cfy.world(), {}
      local result = world:cfy("deployments", "create", blueprint(), "-d", "app")
      assert.equal(0, result.code, result.err)
   end)
   after_each(function()
      for _, one in ipairs(running) do
         world:write("go_" .. one.name, "")
      end
      for _, one in ipairs(running) do
         if world:so_far(one.name .. ".code") == "" then
            os.execute(("kill -9 %s 2>%s"):format(one.pid, world:path("kill")))
         end
      end
      cfy.eventually(function()
         for _, one in ipairs(running) do
            if world:so_far(one.name .. ".code") == "" then
               return false
            end
         end
         return true
      end)
      world:remove()
   end)

   local function log_of(one)
      return world:so_far(one.name .. ".log")
   end

   --- Run cfy in the background as process `name`; returns once its log has `sign`.
   local function start(name, sign, ...)
      local log, code = world:path(name .. ".log"), world:path(name .. ".code")
      local pid = world:path(name .. ".pid")
      world:write(name .. ".log", "")
      os.remove(code)
      world:sh(("( sh -c 'echo $$ >\"$0\"; exec env \"$@\"' %s %s >%s 2>&1; echo $? >%s ) "
         .. ">%s.shell 2>&1 &"):format(pid, world:command(...), log, code, log))
      assert.truthy(cfy.eventually(function()
         return world:so_far(name .. ".log"):find(sign, 1, true)
      end), world:so_far(name .. ".log"))
      local one = {name = name, pid = world:read(pid):match("%d+")}
      one.id = world:cfy("executions", "list", "app", "--json").out
         :match('.*"id":"([^"]+)"')
      table.insert(running, one)
      return one
   end

   local function take(name, ...)
      return start(name, "Task started", "executions", "start", "take", "-d", "app", "-p",
         "name=" .. name, ...)
   end

   local function queue(name, ...)
      return start(name, "queued: ", "executions", "start", "take", "-d", "app", "-p",
         "name=" .. name, "--queue", ...)
   end

   local function go(...)
      for _, one in ipairs {...} do
         world:write("go_" .. one.name, "")
      end
   end

   --- Wait for the end; the exit code.
   local function finish(one)
      assert.truthy(cfy.eventually(function()
         return world:so_far(one.name .. ".code"):find("\n")
      end), log_of(one))
      return tonumber(world:so_far(one.name .. ".code"))
   end

   local function field(one, name)
      local record = world:cfy("executions", "get", one.id, "--json").out
      return record:match('"' .. name .. '":"([^"]*)"') or record:match('"' .. name .. '":(%w+)')
   end

   local function journal()
      return world:so_far("journal")
   end

   local function count()
      return world:cfy("node-instances", "app", "--json").out:match('"count":(%d+)')
   end

   local function kill(one)
      os.execute("kill -9 " .. one.pid)
      assert.equal(137, finish(one))
   end

   it("refuses a second one, names the first, and says how to wait for it", function()
      local first = take("first")
      local result = world:cfy("executions", "start", "take", "-d", "app", "-p", "name=second")
      assert.equal(1, result.code)
      assert.equal(("cfy: deployment 'app': execution '%s' ('take') is started: wait for it with "
         .. "--queue, or cancel it with 'cfy executions cancel %s'\n"):format(first.id, first.id),
         result.err)
      for _, arguments in ipairs {{"install", world:path("app/blueprint.yaml"), "-d", "app"},
         {"deployments", "delete", "app"}, {"deployments", "delete", "app", "--force"},
         {"executions", "resume", first.id}} do
         result = world:cfy(table.unpack(arguments))
         assert.equal(1, result.code)
         assert.truthy(result.err:find(("execution '%s' ('take') is started: wait for its end, or")
            :format(first.id), 1, true), result.err)
      end
   end)

   it("starts at once where nothing is to be waited for", function()
      local only = {name = "only"}
      go(only)
      local result = world:cfy("executions", "start", "take", "-d", "app", "-p", "name=only",
         "--queue")
      assert.equal(0, result.code, result.err)
      assert.falsy(result.out:find("queued", 1, true), result.out)
      assert.equal("1", count())
   end)

   it("is waited in, and left when what runs has ended", function()
      local first = take("first")
      local second = queue("second")
      assert.truthy(log_of(second):find(("'take' workflow execution queued: it waits for execution "
         .. "'%s' ('take', started)\n"):format(first.id), 1, true), log_of(second))
      assert.equal("queued", field(second, "status"))
      assert.equal("queued", field(second, "status_display"))
      assert.equal("true", field(second, "waiting"))
      assert.equal("null", field(second, "started_at"))
      assert.equal("first\n", journal())
      go(first, second)
      assert.equal(0, finish(first), log_of(first))
      assert.equal(0, finish(second), log_of(second))
      assert.equal("first\nsecond\n", journal())
      assert.equal("2", count())
      assert.equal("terminated", field(second, "status"))
      assert.equal("false", field(second, "waiting"))
   end)

   it("is left in the order of queueing, and nothing is lost", function()
      local all, expected = {take("n0")}, "n0\n"
      for i = 1, 5 do
         all[i + 1] = queue("n" .. i)
         expected = expected .. "n" .. i .. "\n"
      end
      assert.truthy(log_of(all[6]):find(" and for 4 queued before it\n", 1, true), log_of(all[6]))
      go(table.unpack(all))
      for _, one in ipairs(all) do
         assert.equal(0, finish(one), log_of(one))
      end
      assert.equal(expected, journal())
      assert.equal("6", count())
   end)

   it("goes on after an engine that was killed", function()
      local first = take("first")
      local second = queue("second")
      go(second)
      kill(first)
      assert.equal(0, finish(second), log_of(second))
      assert.equal("interrupted", field(first, "status"))
      assert.equal("first\nsecond\n", journal())
   end)

   it("is left by Ctrl-C, which cancels the execution", function()
      local first = take("first")
      for _, signal in ipairs {"INT", "TERM"} do
         local second = queue("second")
         os.execute(("kill -%s %s"):format(signal, second.pid))
         assert.equal(1, finish(second))
         assert.truthy(log_of(second):find(("cfy: execution '%s' was cancelled while it was queued")
            :format(second.id), 1, true), log_of(second))
         assert.equal("cancelled", field(second, "status"))
      end
      go(first)
      assert.equal(0, finish(first), log_of(first))
      assert.equal("first\n", journal())
   end)

   it("is left when another process cancels the execution, however urgently", function()
      local first = take("first")
      for _, option in ipairs {"", "--force", "--kill"} do
         local second = queue("second")
         local result = world:cfy("executions", "cancel", second.id,
            option ~= "" and option or nil)
         assert.equal(0, result.code, result.err)
         assert.equal("cancelled", field(second, "status"))
         assert.equal(1, finish(second))
         assert.truthy(log_of(second):find(("cfy: execution '%s' was cancelled while it was queued")
            :format(second.id), 1, true), log_of(second))
         assert.truthy(world:cfy("events", second.id).out
            :find("'take' workflow execution cancelled", 1, true))
      end
      assert.equal("started", field(first, "status"))
   end)

   it("lets an execution that was cancelled in it be resumed", function()
      local first = take("first")
      local second = queue("second")
      assert.equal(0, world:cfy("executions", "cancel", second.id).code)
      go(first, second)
      assert.equal(0, finish(first), log_of(first))
      local result = world:cfy("executions", "resume", second.id)
      assert.equal(0, result.code, result.err)
      assert.equal("first\nsecond\n", journal())
      assert.equal("terminated", field(second, "status"))
   end)

   describe("whose waiting process was killed", function()
      local first, second

      before_each(function()
         first = take("first")
         second = queue("second")
         kill(second)
      end)

      it("shows that nobody waits", function()
         assert.equal("queued (nobody waiting)", field(second, "status_display"))
         assert.equal("queued", field(second, "status"))
         assert.equal("false", field(second, "waiting"))
         local list = world:cfy("executions", "list", "app").out
         assert.truthy(list:find("| queued (nobody waiting) |", 1, true), list)
      end)

      it("lets the execution be waited for again, before those that came later", function()
         local third = queue("third")
         second = start("second", "queued: ", "executions", "resume", second.id)
         second.id = world:cfy("executions", "list", "app", "--json").out
            :match('"id":"([^"]+)"[^\n]*"name":"second"')
         assert.equal("queued", field(second, "status_display"))
         local result = world:cfy("executions", "resume", second.id)
         assert.equal(1, result.code)
         assert.truthy(result.err:find("is queued, and a process waits for it", 1, true),
            result.err)
         go(first, second, third)
         assert.equal(0, finish(second), log_of(second))
         assert.equal(0, finish(third), log_of(third))
         assert.equal("first\nsecond\nthird\n", journal())
         assert.equal("3", count())
      end)

      it("lets the execution be cancelled", function()
         assert.equal(0, world:cfy("executions", "cancel", second.id).code)
         assert.equal("cancelled", field(second, "status"))
      end)

      it("does not keep others from running, and is resumed once it is free", function()
         local third = queue("third")
         go(first, third, second)
         assert.equal(0, finish(third), log_of(third))
         assert.equal("queued (nobody waiting)", field(second, "status_display"))
         assert.equal(0, world:cfy("executions", "start", "take", "-d", "app", "-p",
            "name=third").code)
         local result = world:cfy("executions", "resume", second.id)
         assert.equal(0, result.code, result.err)
         assert.equal("first\nthird\nthird\nsecond\n", journal())
      end)
   end)

   it("is overtaken by force, which does not stop what runs", function()
      local first = take("first")
      local second = queue("second")
      local result = world:cfy("executions", "start", "take", "-d", "app", "-p", "name=x",
         "--force")
      assert.equal(1, result.code)
      assert.truthy(result.err:find("--force does not stop it: wait for it with --queue", 1, true),
         result.err)
      local third = queue("third", "--force")
      go(first, second, third)
      assert.equal(0, finish(second), log_of(second))
      assert.equal(0, finish(third), log_of(third))
      assert.equal("first\nthird\nsecond\n", journal())
   end)

   it("takes an uninstall, but no install of a blueprint", function()
      local first = take("first")
      local uninstall = start("uninstall", "queued: ", "uninstall", "app", "--queue")
      go(first)
      assert.equal(0, finish(uninstall), log_of(uninstall))
      assert.equal("terminated", field(uninstall, "status"))
      assert.equal(2, world:cfy("install", world:path("app/blueprint.yaml"), "--queue").code)
   end)

   it("checks what it is given before it is waited in", function()
      take("first")
      local result = world:cfy("executions", "start", "tkae", "-d", "app", "--queue")
      assert.equal(1, result.code)
      assert.truthy(result.err:find("did you mean 'take'?", 1, true), result.err)
      result = world:cfy("executions", "start", "take", "-d", "app", "--queue")
      assert.equal(1, result.code)
      assert.falsy(world:cfy("executions", "list", "app").out:find("queued", 1, true))
   end)

   it("tells its state in JSON, too", function()
      local first = take("first")
      local second = queue("second", "--json")
      assert.truthy(log_of(second):find('"event_type":"workflow_queued"', 1, true), log_of(second))
      assert.equal("running", world:cfy("deployments", "get", "app", "--json").out
         :match('"status":"(%w+)"'))
      go(first, second)
      assert.equal(0, finish(second), log_of(second))
   end)

   describe("beside others in one store", function()
      --- Start all commands at once; their exit codes and logs.
      local function all_at_once(commands)
         local script = {}
         for i, command in ipairs(commands) do
            script[i] = ("( %s >%s 2>&1; echo $? >%s ) &"):format(command,
               world:path(i .. ".log"), world:path(i .. ".code"))
         end
         script[#script + 1] = "wait"
         world:sh(table.concat(script, "\n"))
         for i = 1, #commands do
            assert.equal("0\n", world:so_far(i .. ".code"), world:so_far(i .. ".log"))
         end
      end

      it("does not keep twenty deployments from being installed at once", function()
         local commands = {}
         for i = 1, 20 do
            commands[i] = world:command("install", world:path("app/blueprint.yaml"), "-d",
               "app" .. i)
         end
         all_at_once(commands)
         for i = 1, 20 do
            local instances = world:cfy("node-instances", "app" .. i, "--json").out
            assert.equal("started 1", instances:match('"state":"(%w+)"') .. " "
               .. instances:match('"count":(%d+)'))
         end
      end)

      it("loses no update of twenty that queue at once", function()
         local commands = {}
         world:write("go_any", "")
         for i = 1, 20 do
            commands[i] = world:command("executions", "start", "take", "-d", "app", "-p",
               "name=any", "--queue")
         end
         all_at_once(commands)
         assert.equal("20", count())
      end)
   end)
end)
