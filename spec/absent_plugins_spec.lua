--- A plugin that is missing is noticed before anything is begun, and may come later.
local cfy = require("spec.support.cfy")

local json = require("cloudify").json

local function contains(part, text)
   assert.truthy(text:find(part, 1, true), ("'%s' in:\n%s"):format(part, text))
end

describe("a plugin that is nowhere", function()
   local world, blueprint

   before_each(function()
      world = cfy.world()
      blueprint = world:blueprint {start = "create", stop = "create"}
      os.rename(world:path("app/plugins/probe"), world:path("probe"))
      world:write("probe/plugin.yaml", [[
plugins:
  probe: {executor: central_deployment_agent, package_name: probe, package_version: '1.0'}
]])
      world:write("probe/probe/tasks.lua", [[
local operation = require("cloudify.decorators").operation
return {create = operation(function() end), own = function() end}
]])
   end)
   after_each(function() world:remove() end)

   local function ok(...)
      local result = world:cfy(...)
      assert.equal(0, result.code, result.err .. result.out)
      return result.out
   end

   local function refused(...)
      local result = world:cfy(...)
      assert.equal(1, result.code, result.out)
      assert.equal("", result.out)
      return result.err
   end

   local function executions()
      return json.decode(ok("executions", "list", "--json"))
   end

   it("is noticed by install before there is a deployment", function()
      local message = refused("install", blueprint, "-d", "app", "--plugins", world:path("app"))
      contains("cfy: operation 'cloudify.interfaces.lifecycle.start' of node 'thing' "
         .. "(node type 'probe.Thing'): plugin 'probe': module 'probe.tasks' not found "
         .. "(put the plugin into 'plugins/probe' beside the blueprint, name the directory that "
         .. "holds it with --plugins, or install it with 'cfy plugins install'): there is no "
         .. "'probe/tasks.lua' in '", message)
      contains(("'%s', '%s'"):format(world:path("app/probe"), world:path("app")), message)
      contains("0 deployments", ok("deployments", "list"))
      ok("install", blueprint, "-d", "app", "--plugins", world.folder)
   end)

   it("is noticed with the relationship that has the operation", function()
      local text = world:read(blueprint):gsub("start: probe[^\n]*\n *stop: probe[^\n]*\n",
         "start: ''\n") .. [[
  other:
    type: probe.Thing
    relationships:
      - type: probe.linked
        target: thing
relationships:
  probe.linked:
    derived_from: cloudify.relationships.connected_to
    source_interfaces:
      cloudify.interfaces.relationship_lifecycle: {establish: probe.probe.tasks.create}
]]
      contains("operation 'cloudify.interfaces.relationship_lifecycle.establish' of node 'other' "
         .. "(relationship type 'probe.linked'): plugin 'probe': module 'probe.tasks' not found",
         refused("install", world:write("app/blueprint.yaml", text), "-d", "app"))
   end)

   it("may come between the creation of a deployment and its install", function()
      ok("deployments", "create", blueprint, "-d", "app")
      local message = refused("executions", "start", "install", "-d", "app")
      contains("node 'thing' (node type 'probe.Thing'): plugin 'probe': module 'probe.tasks' not "
         .. "found (name the directory that holds it with --plugins, or install it with "
         .. "'cfy plugins install')", message)
      assert.same({}, executions())
      ok("plugins", "install", world:path("probe"))
      ok("executions", "start", "install", "-d", "app")
      contains("used by deployment 'app'", refused("plugins", "uninstall", "probe"))
      ok("uninstall", "app")
   end)

   it("may come before the turn of an install that waits for it", function()
      ok("deployments", "create", blueprint, "-d", "app")
      local result = world:cfy("executions", "start", "install", "-d", "app", "--queue")
      assert.equal(1, result.code)
      contains("plugin 'probe': module 'probe.tasks' not found", result.err)
      assert.equal("failed", executions()[1].status)
      ok("plugins", "install", world:path("probe"))
      ok("executions", "resume", executions()[1].id)
   end)

   it("is given to an execution by --plugins", function()
      ok("deployments", "create", blueprint, "-d", "app")
      ok("executions", "start", "install", "-d", "app", "--plugins", world.folder)
      assert.equal("terminated", executions()[1].status)
      assert.equal("started", world:instances("app")[1].state)
   end)

   it("does not keep a deployment from being uninstalled of which nothing has begun", function()
      ok("deployments", "create", blueprint, "-d", "app")
      ok("uninstall", "app")
      assert.same({"uninstall"}, {executions()[1].workflow_id, executions()[2]})
      assert.equal("terminated", executions()[1].status)
   end)

   it("is not missed by operations that no built-in workflow runs", function()
      local text = world:read(blueprint):gsub("cloudify.interfaces.lifecycle:", "probe.own:")
      world:write("app/blueprint.yaml", text)
      ok("install", blueprint, "-d", "app")
      assert.equal("started", world:instances("app")[1].state)
   end)
end)
