--- The built-in workflows, through cfy (runtime.md 7.11, 7.12).
local cfy = require("spec.support.cfy")
local json = require("cloudify").json

local PLUGIN = [[
plugins: {journal: {executor: central_deployment_agent, install: false}}
node_types:
  Thing:
    derived_from: cloudify.nodes.Root
    properties: {folder: {}}
    interfaces:
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
    type: Thing
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
end)
