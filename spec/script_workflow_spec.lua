--- Workflows that are scripts (runtime.md 10.5).
local cfy = require("spec.support.cfy")
local script = require("spec.support.script")

local BLUEPRINT = [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
node_templates: {a: {type: cloudify.nodes.Root}, b: {type: cloudify.nodes.Root}}
workflows:
  mine: %s
]]

describe("a workflow script", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   --- Run it; `mapping` is YAML.
   local function run(text, mapping, ...)
      world:write("app/workflows/mine.lua", text)
      world:write("app/workflows/mine.sh", text)
      local blueprint = world:write("app/blueprint.yaml",
         BLUEPRINT:format(mapping or "workflows/mine.lua"))
      local created = world:cfy("deployments", "create", blueprint, "-d", "app")
      assert.equal(0, created.code, created.err)
      return world:cfy("executions", "start", "mine", "-d", "app", ...)
   end

   local function logs()
      return script.logs(world, "app")
   end

   it("has the workflow's ctx and its parameters", function()
      local result = run([[
local cloudify = require("cloudify")
local names = {}
for instance in ctx.node_instances do
   table.insert(names, instance.node_id)
end
table.sort(names)
cloudify.workflow_ctx.logger:info(table.concat(names, " ") .. " " .. parameters.x .. " "
   .. cloudify.workflow_parameters.x .. " " .. ctx.workflow_id)
]], "{mapping: workflows/mine.lua, parameters: {x: {default: 5}}}", "-p", "x=7")
      assert.equal(0, result.code, result.err)
      assert.truthy(script.has(logs(), "a b 7 7 mine"), table.concat(logs(), "\n"))
   end)

   it("waits for its tasks, in graph mode too", function()
      local result = run([[
local graph = ctx:graph_mode()
local sequence = graph:sequence()
for instance in ctx.node_instances do
   sequence:add(instance:send_event("seen " .. instance.node_id))
end
graph:execute()
ctx.logger:info("over")
]])
      assert.equal(0, result.code, result.err)
      assert.truthy(result.out:find("seen a.*seen b.*over"), result.out)
   end)

   it("may be written into the blueprint", function()
      local result = run("", '{mapping: "local text = \\"inline\\"\\nctx.logger:info(text)\\n"}')
      assert.equal(0, result.code, result.err)
      assert.truthy(script.has(logs(), "inline"))
   end)

   it("may give a value by ctx:returns() or return", function()
      assert.equal(0, run("ctx:returns(5)\nreturn 6").code)
   end)

   it("fails for good when it gives two values", function()
      local result = run("ctx:returns(5)\nctx:returns(6)")
      assert.equal(1, result.code)
      assert.truthy(result.err:find("ctx may only abort or return once", 1, true), result.err)
   end)

   it("fails when it aborts", function()
      local result = run("ctx:abort_operation('not today')")
      assert.equal(1, result.code)
      assert.truthy(result.err:find("not today", 1, true), result.err)
   end)

   it("names its file and line in errors", function()
      local result = run("\n\nlocal x = nil\nx.y = 1\n")
      assert.equal(1, result.code)
      assert.truthy(result.err:find("workflows/mine.lua:4: ", 1, true), result.err)
   end)

   it("must be Lua", function()
      local result = run("echo", "workflows/mine.sh")
      assert.equal(1, result.code)
      assert.truthy(result.err:find("workflow script 'workflows/mine.sh': workflow scripts are "
         .. "written in Lua", 1, true), result.err)
   end)

   it("is not resumable (runtime.md 6.1)", function()
      run("error('first')")
      local id = world:cfy("executions", "list", "app", "--json").out:match('"id":"([%w-]+)"')
      local result = world:cfy("executions", "resume", id)
      assert.equal(1, result.code)
      assert.truthy(result.err:find("not declared resumable", 1, true), result.err)
   end)
end)
