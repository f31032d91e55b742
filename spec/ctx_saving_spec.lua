local cfy = require("spec.support.cfy")
local cloudify = require("cloudify")
local files = require("cloudify.files")

--- Plugin code: each operation changes runtime properties and ends in its own way.
local TASKS = [[
local aio = require("cloudify.aio")
local exceptions = require("cloudify.exceptions")
local tasks = {}

local function change(ctx)
   ctx.instance.runtime_properties.list = {1, {deep = "x"}}
   ctx.instance.runtime_properties.list[2].deep = "y"
end

tasks.succeeds = change
tasks.fails = function(ctx) change(ctx); error("boom") end
tasks.fails_for_good = function(ctx) change(ctx); error(exceptions.NonRecoverableError("boom")) end
tasks.retries = function(ctx)
   if ctx.operation.retry_number == 0 then
      change(ctx)
      return ctx.operation:retry("again", 0.01)
   end
   ctx.instance.runtime_properties.seen = ctx.instance.runtime_properties.list[2].deep
end
tasks.updates = function(ctx)
   change(ctx)
   ctx.instance:update()
   ctx.instance.runtime_properties.later = true
end
tasks.is_ended = function(ctx)
   ctx.instance.runtime_properties.saved = true
   ctx.instance:update()
   ctx.instance.runtime_properties.lost = true
   aio.sleep(60)
end
tasks.refreshes = function(ctx)
   local instance = ctx.instance
   instance.runtime_properties.a = 1
   instance:update()
   instance.runtime_properties.a = 2
   local ok, err = pcall(instance.refresh, instance)
   instance:refresh(true)
   local a = instance.runtime_properties.a
   instance.runtime_properties.a = 3
   instance:refresh {force = true}
   instance.runtime_properties = {refused = not ok and err.message, type = not ok and err.type,
      after_refresh = a, after_second_refresh = instance.runtime_properties.a}
end
tasks.merges = function(ctx)
   ctx.instance.runtime_properties.a = 1
   local calls = {}
   ctx.instance:update(function(ours, latest)
      table.insert(calls, {ours = ours, latest = latest})
      return {calls = #calls, ours = ours, latest = latest}
   end)
end
tasks.keeps_its_handle = function(ctx)
   local properties = ctx.instance.runtime_properties
   properties.a = 1
   ctx.instance:update()
   properties.b = 2
end

return tasks
]]

describe("runtime properties", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   --- Install a node with this operation. Returns the instance and the result of cfy.
   local function install(operation, ...)
      world:blueprint {create = operation}
      world:write("app/plugins/probe/probe/tasks.lua", TASKS)
      local result = world:cfy("install", world:path("app/blueprint.yaml"), ...)
      return world:instances("app")[1], result
   end

   local CHANGED = {list = {1, {deep = "y"}}}
   local cases = {
      {"runtime.md 2.5: are saved after success", "succeeds", CHANGED, 0},
      {"runtime.md 2.5: are saved after an error", "fails", CHANGED, 1},
      {"runtime.md 2.5: are saved after an error for good", "fails_for_good", CHANGED, 1},
      {"runtime.md 2.2: are saved by update, and the rest at the end", "updates",
         {list = CHANGED.list, later = true}, 0},
      {"runtime.md 2.2: can still be changed through an older handle after update",
         "keeps_its_handle", {a = 1, b = 2}, 0},
      {"runtime.md 2.3: refuse a refresh that would lose changes, unless it is forced", "refreshes",
         {refused = "instance 'thing_ID': refresh would lose changes that are not saved: call "
            .. "update first, or refresh(true)", type = "NonRecoverableError", after_refresh = 1,
            after_second_refresh = 1}, 0},
      {"runtime.md 2.2: a handler is given them as the latest ones, and its result is stored",
         "merges", {calls = 1, ours = {a = 1}, latest = {a = 1}}, 0},
   }
   for _, case in ipairs(cases) do
      local name, operation, expected, code = table.unpack(case)
      it(name, function()
         local instance, result = install(operation, "--task-retries", "0")
         assert.equal(code, result.code, result.out .. result.err)
         local properties = instance.runtime_properties
         if properties.refused then
            properties.refused = properties.refused:gsub("thing_%w+", "thing_ID")
         end
         assert.same(expected, properties)
      end)
   end

   it("runtime.md 2.5: are saved before a retry", function()
      local instance, result = install("retries", "--task-retries", "1")
      assert.equal(0, result.code, result.err)
      assert.same({list = CHANGED.list, seen = "y"}, instance.runtime_properties)
   end)

   it("runtime.md 2.5: are not saved when the operation is killed", function()
      local path, ended = world:blueprint {create = "is_ended"}, world:path("ended")
      world:write("app/plugins/probe/probe/tasks.lua", TASKS)
      world:sh(("(%s; touch '%s') >/dev/null 2>&1 &"):format(world:command("install", path), ended))
      assert.is_true(cfy.eventually(function()
         local instances = world:instances("app")
         return instances[1] and instances[1].runtime_properties.saved
      end))
      local executions = cloudify.json.decode(world:cfy("executions", "list", "--json").out)
      assert.equal(0, world:cfy("executions", "cancel", "--kill", executions[1].id).code)
      assert.is_true(cfy.eventually(function() return files.exists(ended) end))
      assert.same({saved = true}, world:instances("app")[1].runtime_properties)
   end)

   it("runtime.md 2.4: each update makes the version one more", function()
      local once = install("succeeds").version
      world:remove()
      world = cfy.world()
      assert.equal(once + 1, install("updates").version)
   end)
end)

--- Plugin code: two apps change the runtime properties of the instance that both connect to.
--- `first` reads them, then lets `second` save its changes before it does so itself.
local SIDE_BY_SIDE = [[
local aio = require("cloudify.aio")
local conflict_handlers = require("cloudify.conflict_handlers")
local exceptions = require("cloudify.exceptions")
local files = require("cloudify.files")
local tasks = {}

local function path_of(ctx, name) return files.join(ctx.source.node.properties.folder, name) end
local function signal(ctx, name) files.write(path_of(ctx, name), "") end

local function wait_for(ctx, name)
   while not files.exists(path_of(ctx, name)) do
      aio.sleep(0.01)
   end
end

local function first(finish)
   return function(ctx)
      local shared = ctx.target.instance.runtime_properties
      if shared.second then
         return finish(ctx, shared) -- a retry finds what the other one has saved
      end
      signal(ctx, "begun")
      wait_for(ctx, "saved")
      shared.first = true
      return finish(ctx, shared)
   end
end

tasks.second = function(ctx)
   wait_for(ctx, "begun")
   ctx.target.instance.runtime_properties.second = true
   ctx.target.instance.runtime_properties.shared = "second"
   ctx.target.instance:update()
   signal(ctx, "saved")
end

tasks.ends = first(function(ctx, shared)
   ctx.source.instance.runtime_properties.source_was_saved = true
   shared.first = true
end)
tasks.fails_for_good = first(function(ctx, shared)
   shared.first = true
   if ctx.operation.retry_number == 0 then
      error(exceptions.NonRecoverableError("is replaced by the conflict"))
   end
end)
tasks.updates = first(function(ctx)
   local ok, err = pcall(ctx.target.instance.update, ctx.target.instance)
   ctx.target.instance:refresh(true)
   ctx.target.instance.runtime_properties.conflict = {
      ok = ok, type = err.type, is = exceptions.is(err, exceptions.StorageConflictError)}
end)
tasks.merges = first(function(ctx)
   local calls = {}
   ctx.target.instance:update(function(ours, latest)
      table.insert(calls, {ours = ours.first and not ours.second, latest = latest.second or false})
      latest.first = true
      latest.calls = calls
      return latest
   end)
end)
tasks.merges_simply = first(function(ctx)
   ctx.target.instance:update(conflict_handlers.simple_merge_handler)
end)
tasks.cannot_merge = first(function(ctx, shared)
   shared.shared = "first"
   local ok, err = pcall(ctx.target.instance.update, ctx.target.instance,
      {on_conflict = conflict_handlers.simple_merge_handler})
   ctx.target.instance:refresh(true)
   ctx.target.instance.runtime_properties.refusal = not ok and err.message
end)

return tasks
]]

local PAIR = [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins:
  probe: {executor: central_deployment_agent, source: probe}
node_types:
  App: {derived_from: cloudify.nodes.Root, properties: {folder: {default: %s}}}
node_templates:
  shared: {type: cloudify.nodes.Root}
  one:
    type: App
    relationships:
      - type: cloudify.relationships.connected_to
        target: shared
        source_interfaces:
          cloudify.interfaces.relationship_lifecycle: {establish: probe.probe.tasks.%s}
  two:
    type: App
    relationships:
      - type: cloudify.relationships.connected_to
        target: shared
        source_interfaces:
          cloudify.interfaces.relationship_lifecycle: {establish: probe.probe.tasks.second}
]]

describe("operations side by side that change the same instance", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   --- Let `operation` and `second` run. Returns the properties of the shared instance, those of the
   --- other one, and what cfy has printed.
   local function run(operation)
      world:write("app/plugins/probe/probe/tasks.lua", SIDE_BY_SIDE)
      local path = world:write("app/blueprint.yaml", PAIR:format(world.folder, operation))
      local result = world:cfy("install", path, "--task-retries", "1", "--task-retry-interval",
         "0.01")
      assert.equal(0, result.code, result.out .. result.err)
      local found = {}
      for _, instance in ipairs(world:instances("app")) do
         found[instance.node_id] = instance.runtime_properties
      end
      return found.shared, found.one, result.out
   end

   it("runtime.md 2.5: a conflict at the end is a failure that is tried again", function()
      local shared, one, output = run("ends")
      assert.same({first = true, second = true, shared = "second"}, shared)
      assert.same({source_was_saved = true}, one)
      assert.truthy(output:find("changed meanwhile: the update is based on", 1, true), output)
      local events = world:cfy("events", "app", "--json").out
      assert.truthy(events:find('"type":"StorageConflictError"', 1, true), events)
   end)

   it("runtime.md 2.5: a conflict at the end replaces an error, which is its cause", function()
      local shared, _, output = run("fails_for_good")
      assert.same({first = true, second = true, shared = "second"}, shared)
      assert.is_nil(output:find("-> is replaced by the conflict", 1, true))
      assert.truthy(output:find(
         "caused by: NonRecoverableError: is replaced by the conflict", 1, true), output)
   end)

   it("runtime.md 2.4: update raises a StorageConflictError", function()
      local shared = run("updates")
      assert.same({ok = false, type = "StorageConflictError", is = true}, shared.conflict)
      assert.is_true(shared.second)
   end)

   it("runtime.md 2.2: a handler is called until the version fits", function()
      local shared = run("merges")
      assert.same({{ours = true, latest = false}, {ours = true, latest = true}}, shared.calls)
      assert.is_true(shared.first and shared.second)
   end)

   it("runtime.md 2.2: simple_merge_handler joins what is disjoint", function()
      assert.same({first = true, second = true, shared = "second"}, (run("merges_simply")))
   end)

   it("runtime.md 2.2: simple_merge_handler refuses what both have changed", function()
      local shared = run("cannot_merge")
      assert.equal("cannot merge the runtime property 'shared': it was changed by this operation "
         .. "and by another one", shared.refusal)
      assert.equal("second", shared.shared)
   end)
end)
