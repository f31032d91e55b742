--- Runs the examples of docs/resources.md: the blocks of Lua one after the other in an operation,
--- in which a line `EXPRESSION --> VALUE` must give that value, `EXPRESSION --> error: TEXT` raise
--- an error with that text; and the lines of cfy in a shell.
local cfy = require("spec.support.cfy")
local json = require("cloudify").json

local DOCUMENT = "docs/resources.md"

local TASKS = [[
local files = require("cloudify.files")
local operation = require("cloudify.decorators").operation
return {run = operation(function(ctx)
   local code = ctx:get_resource("code.lua")
   local results = {}
   local environment = setmetatable({ctx = ctx, files = files, results = results,
      workdir = (ctx.plugin.workdir:gsub("/plugins/lib$", ""))}, {__index = _G})
   assert(load(code, "=code", "t", environment))()
   ctx.instance.runtime_properties.results = results
end)}
]]

local BLUEPRINT = [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins:
  lib: {executor: central_deployment_agent, source: lib}
node_templates:
  app:
    type: cloudify.nodes.Root
    interfaces:
      cloudify.interfaces.lifecycle: {create: lib.lib.tasks.run}
]]

--- The code of all blocks, and what it has to give: a list of {expression, value}.
local function read_code()
   local code, expected, inside = {}, {}, false
   for line in io.lines(DOCUMENT) do
      local expression, value = line:match("^(.-) %-%-> (.*)$")
      if line:match("^```") then
         inside = line == "```lua"
      elseif inside and expression then
         table.insert(expected, {expression, value})
         table.insert(code, ("do local ok, value = pcall(function() return %s end) "
            .. "results[%d] = (ok and '' or 'error: ') .. tostring(value) end")
            :format(expression, #expected))
      elseif inside then
         table.insert(code, line)
      end
   end
   return table.concat(code, "\n"), expected
end

local function read_commands()
   local commands = {}
   for line in io.lines(DOCUMENT) do
      table.insert(commands, line:match("^    (%l.*)$"))
   end
   return commands
end

describe("the description of resources", function()
   local world

   before_each(function()
      world = cfy.world()
      world:write("app/blueprint.yaml", BLUEPRINT)
      world:write("app/plugins/lib/lib/tasks.lua", TASKS)
      world:write("app/motd.txt", "Welcome to {{ ctx.node.name }}, {{ name }}!")
      world:write("app/conf/main.conf", "port = 80")
      world:write("app/conf/sub/more.conf", "log = on")
      world:write("app/code.lua", "")
   end)
   after_each(function() world:remove() end)

   it("has examples that do what they say", function()
      local code, expected = read_code()
      world:write("app/code.lua", code)
      local result = world:cfy("install", world:path("app"))
      assert.equal(0, result.code, result.out .. result.err)
      local instance = json.decode(world:cfy("node-instances", "app", "--json").out)[1]
      local results = instance.runtime_properties.results
      assert.equal(13, #expected)
      for i, pair in ipairs(expected) do
         local text = pair[2]:match("^error: (.*)$")
         if text then
            assert.equal("error: ", results[i]:sub(1, 7), pair[1])
            assert.truthy(results[i]:find(text, 1, true), results[i])
         else
            assert.equal(pair[2], results[i], pair[1])
         end
      end
   end)

   it("has commands that work, in their order", function()
      local commands = read_commands()
      assert.equal(4, #commands)
      for _, command in ipairs(commands) do
         local line = command:gsub("^cfy ", function() return world:command() .. " " end)
         local result = world:sh("cd " .. world.folder .. " && " .. line)
         assert.equal(0, result.code, command .. "\n" .. result.err)
      end
   end)
end)
