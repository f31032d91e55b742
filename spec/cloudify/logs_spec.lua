--- Loggers of third-party libraries: runtime.md 5.1.
local cfy = require("spec.support.cfy")
local logs = require("cloudify.logs")
local current_ctx = require("cloudify.state").current_ctx
local current_workflow_ctx = require("cloudify.state").current_workflow_ctx

local LUALOGGING = "/usr/share/lua/5.2/logging.lua"

--- What LuaLogging is to an appender.
local STANDIN = [[
local logging = {}
function logging.new(append)
   local logger = {append = append}
   for _, level in ipairs {"DEBUG", "INFO", "WARN", "ERROR", "FATAL"} do
      logger[level:lower()] = function(self, format, ...)
         return self:append(level, string.format(format, ...))
      end
   end
   return logger
end
return logging
]]

describe("cloudify.logs (runtime.md 5.1)", function()
   local records

   local function recorder(name)
      local logger = {}
      function logger.log(_, level, text)
         table.insert(records, ("%s %s %s"):format(name, level, text))
      end
      return {logger = logger}
   end

   before_each(function() records = {} end)
   after_each(function()
      current_ctx:clear()
      current_workflow_ctx:clear()
   end)

   local levels = {DEBUG = "debug", INFO = "info", WARN = "warning", ERROR = "error",
      FATAL = "critical", TRACE = "debug", NOTICE = "info"}
   for theirs, ours in pairs(levels) do
      it("hands on a record of level " .. theirs .. " as " .. ours, function()
         current_ctx:set(recorder("op"))
         assert.is_true(logs.append({}, theirs, "50% done"))
         assert.same({"op " .. ours .. " 50% done"}, records)
      end)
   end

   it("writes to the workflow's logger where no operation runs", function()
      current_workflow_ctx:set(recorder("flow"))
      logs.append({}, "INFO", "hello")
      assert.same({"flow info hello"}, records)
   end)

   it("writes to one logger if it is told to, whatever runs", function()
      current_ctx:set(recorder("op"))
      logs.appender(recorder("mine").logger)({}, "ERROR", "hello")
      assert.same({"mine error hello"}, records)
   end)

   it("writes to standard error where nothing runs", function()
      local world = cfy.world()
      local result = world:sh(os.getenv("CFY_BUILD") .. "/lua-runner " .. world:write("x.lua",
         "require('cloudify.logs').append({}, 'WARN', 'alone')"))
      world:remove()
      assert.equal("WARNING: alone\n", result.err)
   end)

   for name, path in pairs {["a stand-in for LuaLogging"] = false, LuaLogging = LUALOGGING} do
      local test = path and not io.open(path) and pending or it
      test("works in an operation as docs/operations.md shows, with " .. name, function()
         local world = cfy.world()
         local example = world:read("docs/operations.md"):match("```lua\n([^`]-logs%.append.-)```")
         world:write("app/plugins/lib/logging.lua", path and world:read(path) or STANDIN)
         world:write("app/plugins/lib/lib/tasks.lua", example)
         local result = world:cfy("install", world:write("app/blueprint.yaml", [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins: {lib: {executor: central_deployment_agent, source: lib}}
node_templates:
  thing:
    type: cloudify.nodes.Root
    interfaces: {cloudify.interfaces.lifecycle: {create: lib.lib.tasks.connect}}
]]))
         world:remove()
         assert.equal(0, result.code, result.err)
         local line = "%[thing_%w+%.create%] WARNING: connection lost after 5 seconds\n"
         assert.matches(line, result.out)
      end)
   end
end)
