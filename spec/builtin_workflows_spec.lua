--- The built-in workflows, through cfy (runtime.md 7.11, 7.12).
local cfy = require("spec.support.cfy")
local json = require("cloudify").json

local PLUGIN = [[
plugins: {journal: {executor: central_deployment_agent, install: false}}
node_types:
  Patient:
    derived_from: Thing
    interfaces:
      cloudify.interfaces.lifecycle: {heal: journal.tasks.heal}
  Thing:
    derived_from: cloudify.nodes.Root
    properties: {folder: {}}
    interfaces:
      cloudify.interfaces.validation: {check_status: journal.tasks.check}
      cloudify.interfaces.lifecycle:
        create: journal.tasks.note
        start: {implementation: journal.tasks.note, inputs: {word: {default: none}}}
        stop: {implementation: journal.tasks.note, inputs: {word: {default: none}}}
        delete: journal.tasks.note
        pull: {implementation: journal.tasks.note, inputs: {word: {default: none}}}
relationships:
  linked:
    derived_from: cloudify.relationships.depends_on
    source_interfaces:
      cloudify.interfaces.relationship_lifecycle:
        establish: journal.tasks.note_link
        unlink: journal.tasks.note_link
]]

local TASKS = [[
local exceptions = require("cloudify.exceptions")
local tasks = {}
local function note(folder, text)
   local journal <close> = assert(io.open(folder .. "/journal", "a"))
   journal:write(text, "\n")
end
local function name_of(ctx)
   return ctx.operation.name:match("[^.]+$")
end
function tasks.note(ctx, inputs)
   local broken = io.open(ctx.node.properties.folder .. "/broken_" .. name_of(ctx))
   if broken then
      broken:close()
      error(exceptions.NonRecoverableError("broken"))
   end
   local word = inputs.word and inputs.word ~= "none" and " " .. inputs.word or ""
   note(ctx.node.properties.folder, ctx.node.id .. " " .. name_of(ctx) .. word)
end
--- Works unless a file says that it does not.
function tasks.check(ctx)
   note(ctx.node.properties.folder, ctx.node.id .. " check")
   local sick = io.open(ctx.node.properties.folder .. "/sick_" .. ctx.node.id)
   if sick then
      sick:close()
      error(ctx.node.id .. " coughs")
   end
   return "fine"
end
--- Helps unless a file says that it does not.
function tasks.heal(ctx)
   note(ctx.node.properties.folder, ctx.node.id .. " heal")
   local folder = ctx.node.properties.folder
   local incurable = io.open(folder .. "/incurable_" .. ctx.node.id)
   if incurable then
      incurable:close()
      error(exceptions.NonRecoverableError("no cure"))
   end
   os.remove(folder .. "/sick_" .. ctx.node.id)
end
function tasks.note_link(ctx)
   note(ctx.source.node.properties.folder, ctx.source.node.id .. " " .. name_of(ctx) .. " "
      .. ctx.target.node.id)
end
return tasks
]]

describe("the built-in workflow", function()
   local world

   before_each(function()
      world = cfy.world()
      world:write("app/plugins/journal/plugin.yaml", PLUGIN)
      world:write("app/plugins/journal/tasks.lua", TASKS)
      world:write("app/blueprint.yaml", ([[
tosca_definitions_version: cloudify_dsl_1_5
imports: [cloudify/types/types.yaml, "plugin:journal"]
dsl_definitions:
  properties: &properties {folder: %s}
node_templates:
  site:
    type: Thing
    properties: *properties
    relationships: [{type: linked, target: server}]
  server:
    type: Patient
    properties: *properties
    relationships: [{type: linked, target: disk}]
  disk: {type: Thing, properties: *properties}
]]):format(world.folder))
      local installed = world:cfy("install", world:path("app/blueprint.yaml"), "-d", "app")
      assert.equal(0, installed.code, installed.err)
      os.remove(world:path("journal"))
   end)
   after_each(function() world:remove() end)

   --- The lines that the operations have noted in an execution of `workflow`.
   local function journal(workflow, ...)
      local result = world:cfy("executions", "start", workflow, "-d", "app", ...)
      assert.equal(0, result.code, result.err)
      local lines = {}
      for line in world:read(world:path("journal")):gmatch("[^\n]+") do
         table.insert(lines, line)
      end
      return lines
   end

   local function states()
      local result = world:cfy("node-instances", "app", "--json")
      assert.equal(0, result.code, result.err)
      local counts = {}
      for state in result.out:gmatch('"state": *"(%a+)"') do
         counts[state] = (counts[state] or 0) + 1
      end
      return counts
   end

   local function execution_of(workflow)
      for _, execution in ipairs(json.decode(world:cfy("executions", "list", "--json").out)) do
         if execution.workflow_id == workflow then
            return execution.id
         end
      end
   end

   it("start runs that operation alone, each after those it depends on", function()
      assert.same({"disk start", "server start", "site start"}, journal("start"))
   end)

   it("start hands operation_parms on, over what the blueprint says", function()
      assert.same({"disk start loud", "server start loud", "site start loud"},
         journal("start", "-p", "operation_parms={word: loud}"))
   end)

   it("start works on the instances that the filters leave", function()
      assert.same({"server start"}, journal("start", "-p", "node_ids=[server]"))
   end)

   it("stop runs in the same order as start, and changes no state", function()
      assert.same({"disk stop", "server stop", "site stop"}, journal("stop"))
      assert.same({started = 3}, states())
   end)

   it("restart stops all, then starts all, each with its own inputs", function()
      assert.same({"disk stop slow", "server stop slow", "site stop slow",
                   "disk start fast", "server start fast", "site start fast"},
         journal("restart", "-p", "stop_parms={word: slow}", "-p", "start_parms={word: fast}"))
   end)

   it("pull runs that operation", function()
      assert.same({"disk pull", "server pull", "site pull"}, journal("pull"))
   end)

   it("reinstall takes all down, then brings all up", function()
      assert.same({"site stop", "site unlink server", "site delete", "server stop",
                   "server unlink disk", "server delete", "disk stop", "disk delete",
                   "disk create", "disk start", "server create", "server start",
                   "server establish disk", "site create", "site start",
                   "site establish server"}, journal("reinstall"))
      assert.same({started = 3}, states())
   end)

   it("reinstall of some unlinks and links again those that stay", function()
      assert.same({"site unlink server", "server stop", "server unlink disk", "server delete",
                   "server create", "server start", "server establish disk",
                   "site establish server"}, journal("reinstall", "-p", "node_ids=[server]"))
      assert.same({started = 3}, states())
   end)

   it("reinstall that failed on the way up goes on from there", function()
      world:write("broken_start", "")
      local failed = world:cfy("executions", "start", "reinstall", "-d", "app")
      local id = execution_of("reinstall")
      os.remove(world:path("broken_start"))
      os.remove(world:path("journal"))
      local resumed = world:cfy("executions", "resume", id)
      assert.equal(1, failed.code)
      assert.equal(0, resumed.code, resumed.err)
      assert.equal("disk start\nserver create\nserver start\nserver establish disk\n"
         .. "site create\nsite start\nsite establish server\n",
         world:read(world:path("journal")))
      assert.same({started = 3}, states())
   end)

   local function instance_of(node)
      for _, instance in ipairs(json.decode(world:cfy("node-instances", "app", "--json").out)) do
         if instance.node_id == node then
            return instance
         end
      end
   end

   local function status_of(node)
      return instance_of(node).system_properties
   end

   it("check_status keeps what each instance says", function()
      assert.same({"disk check", "server check", "site check"},
         journal("check_status", "-p", "run_by_dependency_order=true"))
      local found = status_of("server").status
      assert.is_true(found.ok)
      assert.equal("fine", found.result)
      assert.equal("tasks.check", found.task)
      assert.truthy(found.timestamp:find("^%d%d%d%d%-%d%d%-%d%dT"))
   end)

   it("check_status asks all, keeps what was before, and fails for those that do not work",
      function()
         journal("check_status")
         world:write("sick_server", "")
         local result = world:cfy("executions", "start", "check_status", "-d", "app")
         assert.equal(1, result.code)
         assert.truthy(result.err:find("not working: server_%w+"), result.err)
         local _, asked = world:read(world:path("journal")):gsub(" check\n", "")
         assert.equal(6, asked)
         local properties = status_of("server")
         assert.is_false(properties.status.ok)
         assert.truthy(properties.status.result:find("server coughs", 1, true))
         assert.equal("fine", properties.previous_status.result)
         assert.is_true(status_of("site").status.ok)
      end)

   it("reinstall makes well what was found sick", function()
      world:write("sick_server", "")
      world:cfy("executions", "start", "check_status", "-d", "app")
      journal("reinstall")
      local properties = status_of("server")
      assert.is_true(properties.status.ok)
      assert.is_nil(properties.previous_status)
   end)

   local RETURN_OF_THE_SERVER = {"site unlink server", "server stop", "server unlink disk",
                                 "server delete", "server create", "server start",
                                 "server establish disk", "site establish server"}

   local function without_checks(lines)
      local left = {}
      for _, line in ipairs(lines) do
         if not line:find(" check$") then
            table.insert(left, line)
         end
      end
      return left
   end

   it("heal says so if there is nobody to ask", function()
      local path = world:write("app/bare.yaml", "tosca_definitions_version: cloudify_dsl_1_4\n"
         .. "imports: [cloudify/types/types.yaml]\n"
         .. "node_templates: {bare: {type: cloudify.nodes.Root}}\n")
      assert.equal(0, world:cfy("install", path, "-d", "bare").code)
      local healed = world:cfy("executions", "start", "heal", "-d", "bare").out
      assert.truthy(healed:find("WARNING: No node instance has an operation "
         .. "'cloudify.interfaces.validation.check_status', so nothing is known to be broken", 1,
         true), healed)
   end)

   it("heal leaves what works alone", function()
      assert.same({}, without_checks(journal("heal")))
   end)

   it("heal runs the operation heal of what does not work", function()
      world:write("sick_server", "")
      assert.same({"server heal"}, without_checks(journal("heal")))
      assert.is_true(status_of("server").status.ok)
   end)

   it("heal reinstalls what has no operation heal", function()
      world:write("sick_disk", "")
      assert.same({"server unlink disk", "disk stop", "disk delete", "disk create", "disk start",
                   "server establish disk"}, without_checks(journal("heal")))
      assert.same({started = 3}, states())
   end)

   it("heal reinstalls what it could not heal", function()
      world:write("sick_server", "")
      world:write("incurable_server", "")
      local expected = {"server heal", table.unpack(RETURN_OF_THE_SERVER)}
      assert.same(expected, without_checks(journal("heal")))
      assert.is_true(status_of("server").status.ok)
      assert.is_nil(status_of("server").heal_failed)
   end)

   it("heal that failed in the middle of a reinstallation goes on from there", function()
      world:write("sick_disk", "")
      world:write("broken_create", "")
      local failed = world:cfy("executions", "start", "heal", "-d", "app")
      os.remove(world:path("broken_create"))
      os.remove(world:path("sick_disk"))
      os.remove(world:path("journal"))
      local resumed = world:cfy("executions", "resume", execution_of("heal"))
      assert.equal(1, failed.code)
      assert.equal(0, resumed.code, resumed.err)
      assert.equal("disk create\ndisk start\nserver establish disk\n",
         world:read(world:path("journal")))
      assert.same({started = 3}, states())
   end)

   it("heal --force_reinstall does not ask", function()
      assert.same(RETURN_OF_THE_SERVER, journal("heal", "-p", "force_reinstall=true", "-p",
         "node_instance_id=" .. instance_of("server").id))
   end)

   it("heal names what it may not reinstall", function()
      world:write("sick_disk", "")
      local result = world:cfy("executions", "start", "heal", "-d", "app", "-p",
         "allow_reinstall=false")
      assert.equal(1, result.code)
      assert.truthy(result.err:find("must be reinstalled: disk_%w+"), result.err)
   end)

   it("heal refuses an instance that there is not", function()
      local result = world:cfy("executions", "start", "heal", "-d", "app", "-p",
         "node_instance_id=disk_nope")
      assert.equal(1, result.code)
      assert.truthy(result.err:find("there is no such node_instance", 1, true), result.err)
   end)

   for _, workflow in ipairs {"uninstall", "reinstall", "restart", "check_status", "heal"} do
      it(workflow .. " does nothing in a dry run, but tells what it would do", function()
         world:write("journal", "")
         local before = world:cfy("node-instances", "app", "--json").out
         assert.same({}, journal(workflow, "--dry-run"))
         assert.equal(before, world:cfy("node-instances", "app", "--json").out)
         local events = world:cfy("events", execution_of(workflow)).out
         assert.truthy(events:find("'" .. workflow .. "' workflow execution succeeded (dry run)",
            1, true))
         if workflow ~= "heal" then
            assert.truthy(events:find("Task succeeded '%S+' %(dry run%)"))
         end
         assert.truthy(world:cfy("deployments", "get", "app").out:find("status: +installed"))
      end)
   end

   it("cannot be resumed after a dry run", function()
      journal("check_status")
      world:cfy("executions", "start", "restart", "-d", "app", "--dry-run")
      assert.equal(1, world:cfy("executions", "resume", execution_of("restart")).code)
   end)
end)
