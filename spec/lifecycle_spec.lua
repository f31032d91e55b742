--- How install and uninstall go on after what did not work at once (runtime.md 7.4, 7.5, 7.9).
local cfy = require("spec.support.cfy")
local json = require("cloudify").json

local PLUGIN = [[
plugins: {door: {executor: central_deployment_agent, install: false}}
node_types:
  Room:
    derived_from: cloudify.nodes.Root
    properties: {folder: {}}
    interfaces:
      cloudify.interfaces.lifecycle:
        create: door.tasks.note
        stop: door.tasks.note_twice
        delete: door.tasks.note
  House:
    derived_from: cloudify.nodes.Compute
    properties: {folder: {}}
    interfaces:
      cloudify.interfaces.host: {get_state: door.tasks.third_time}
]]

--- Each operation notes that it was called; `calls` is how often it has been.
local TASKS = [[
local exceptions = require("cloudify.exceptions")
local tasks = {}
local function note(ctx)
   local path = ctx.node.properties.folder .. "/journal"
   local line, calls = ctx.node.id .. " " .. ctx.operation.name:match("[^.]+$"), 1
   for earlier in io.lines(path) do
      calls = calls + (earlier == line and 1 or 0)
   end
   local journal <close> = assert(io.open(path, "a"))
   journal:write(line, "\n")
   return calls
end
function tasks.note(ctx) note(ctx) end
function tasks.note_twice(ctx)
   if note(ctx) < 2 then
      error(exceptions.NonRecoverableError("the door is stuck"))
   end
end
function tasks.third_time(ctx) return note(ctx) == 3 end
return tasks
]]

describe("the life of a node instance", function()
   local world

   --- With these nodes; FOLDER stands for the folder of the world.
   local function write_blueprint(nodes)
      world:write("app/blueprint.yaml", [[
tosca_definitions_version: cloudify_dsl_1_5
imports: [cloudify/types/types.yaml, "plugin:door"]
node_templates:
]] .. nodes:gsub("FOLDER", world.folder))
   end

   before_each(function()
      world = cfy.world()
      world:write("journal", "")
      world:write("app/plugins/door/plugin.yaml", PLUGIN)
      world:write("app/plugins/door/tasks.lua", TASKS)
      write_blueprint([[
  house: {type: House, properties: {folder: FOLDER}}
  room:
    type: Room
    properties: {folder: FOLDER}
    relationships: [{type: cloudify.relationships.contained_in, target: house}]
]])
   end)
   after_each(function() world:remove() end)

   local function install(...)
      return world:cfy("install", world:path("app/blueprint.yaml"), "-d", "app",
         "--task-retry-interval", "0", ...)
   end

   --- What the operations have noted since the last call.
   local function journal()
      local lines = world:read(world:path("journal"))
      world:write("journal", "")
      return lines
   end

   it("waits for its host, which is asked until it is up, whatever the retries", function()
      local result = install("--task-retries", "0")
      assert.equal(0, result.code, result.err)
      assert.equal("house get_state\nhouse get_state\nhouse get_state\nroom create\n", journal())
   end)

   it("does not ask a host in a dry run", function()
      local result = world:cfy("deployments", "create", world:path("app/blueprint.yaml"), "-d",
         "app")
      assert.equal(0, result.code, result.err)
      result = world:cfy("executions", "start", "install", "-d", "app", "--dry-run")
      assert.equal(0, result.code, result.err)
      assert.equal("", journal())
   end)

   describe("uninstalled", function()
      before_each(function()
         local result = install()
         assert.equal(0, result.code, result.err)
         journal()
      end)

      it("is uninstalled anew, after a failure, from the beginning", function()
         local result = world:cfy("uninstall", "app", "--subgraph-retries", "1")
         assert.equal(0, result.code, result.err)
         assert.equal("room stop\nroom stop\nroom delete\n", journal())
      end)

      it("fails where there is no such retry left", function()
         local result = world:cfy("uninstall", "app", "--subgraph-retries", "0")
         assert.equal(1, result.code)
         assert.matches("the door is stuck", result.err)
         assert.equal("room stop\n", journal())
      end)

      it("goes on after a failure that is to be ignored", function()
         local result = world:cfy("uninstall", "app", "--ignore-failure")
         assert.equal(0, result.code, result.err)
         assert.matches("Ignoring task tasks.note_twice failure", result.out)
         assert.equal("room stop\nroom delete\n", journal())
      end)
   end)

   --- The tasks of the install by their number, and the subgraph of each node.
   local function graph()
      local executions = json.decode(world:cfy("executions", "list", "--json").out)
      local graphs = json.decode(world:cfy("executions", "graph", executions[1].id, "--json").out)
      local tasks, subgraphs = {}, {}
      for _, task in ipairs(graphs[1].tasks) do
         tasks[task.number] = task
         local node = task.name:match("^install_(%a+)_")
         if node then
            subgraphs[node] = task
         end
      end
      return tasks, subgraphs
   end

   it("waits for one operation of its target where told so (dsl.md 5.1)", function()
      write_blueprint([[
  room:
    type: Room
    properties: {folder: FOLDER}
    interfaces:
      cloudify.interfaces.lifecycle: {create: door.tasks.note, start: door.tasks.note}
  early:
    type: Room
    properties: {folder: FOLDER}
    relationships:
      - type: cloudify.relationships.depends_on_lifecycle_operation
        target: room
        properties: {operation: create}
  late:
    type: Room
    properties: {folder: FOLDER}
    relationships: [{type: cloudify.relationships.depends_on, target: room}]
]])
      assert.equal(0, install().code)
      local tasks, subgraphs = graph()
      local room = subgraphs.room.number
      assert.same({room}, subgraphs.late.after)
      local names = {}
      for _, number in ipairs(subgraphs.early.after) do
         assert.equal(room, tasks[number].container)
         table.insert(names, tasks[number].name)
      end
      table.sort(names)
      assert.same({"Node instance created", "created"}, names)
   end)

   it("waits for it again where the target is installed anew (dsl.md 5.1)", function()
      write_blueprint([[
  room:
    type: Room
    properties: {folder: FOLDER}
    interfaces:
      cloudify.interfaces.lifecycle: {create: door.tasks.note_twice, stop: door.tasks.note}
  early:
    type: Room
    properties: {folder: FOLDER}
    relationships:
      - type: cloudify.relationships.depends_on_lifecycle_operation
        target: room
        properties: {operation: create}
]])
      assert.equal(0, install("--subgraph-retries", "1").code)
      assert.equal("room create\nroom stop\nroom delete\nroom create\nearly create\n", journal())
   end)
end)
