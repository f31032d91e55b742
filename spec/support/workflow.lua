--- Runs pieces of workflows through cfy, in a deployment of their own.
---
---     local told = deployment:run([[ tell(ctx.workflow_id) ]])
---
--- The text is the body of a workflow function with `ctx` and `parameters`. There, and in the
--- operations of `tasks`, `tell(...)` hands values to the spec, as JSON.
local cfy = require("spec.support.cfy")
local json = require("cloudify").json

local workflow = {}

local PLUGIN = [[
plugins: {probe: {executor: central_deployment_agent, install: false}}
]]

-- How the code of both begins.
local PREAMBLE = [[
local cloudify = require("cloudify")
local exceptions = require("cloudify.exceptions")
local function tell(...)
   local file <close> = assert(io.open("%FOLDER%/told", "a"))
   for _, value in ipairs({...}) do
      file:write(cloudify.json.encode(value), "\n")
   end
end
]]

local FLOWS = PREAMBLE .. [[
local handlers = require("cloudify.workflows").handlers
local workflows = require("cloudify.workflows")
local workflow = require("cloudify.decorators").workflow
local flows = {}
%MORE%
flows.run = workflow{resumable = true}(function(ctx, parameters)
%BODY%
end)
return flows
]]

local TASKS = PREAMBLE .. [[
local tasks = {}
local function exists(name)
   local file = io.open("%FOLDER%/" .. name)
   return file ~= nil and file:close()
end
%TASKS%
return tasks
]]

---@class spec.Deployment
local Deployment = {}
Deployment.__index = Deployment

--- Install `options.blueprint` (what follows the imports), whose operations are functions in
--- `options.tasks` of plugin `probe`; `options.files` are resources, by name. %FOLDER% in any text
--- is the world's folder.
function workflow.deployment(options)
   local self = setmetatable({world = cfy.world(), flows = options.flows or ""}, Deployment)
   local tasks = self:fill(TASKS:gsub("%%TASKS%%", function() return options.tasks or "" end))
   self.world:write("app/plugins/probe/plugin.yaml", PLUGIN)
   self.world:write("app/plugins/probe/tasks.lua", tasks)
   -- What is installed is a copy; what it runs changes with each piece.
   self.world:write("app/plugins/probe/flows.lua",
      self:fill("return dofile('%FOLDER%/flows.lua')"))
   self:write_flow("")
   for name, text in pairs(options.files or {}) do
      self.world:write("app/" .. name, text)
   end
   self.world:write("app/blueprint.yaml", self:fill([[
tosca_definitions_version: cloudify_dsl_1_5
imports: [cloudify/types/types.yaml]
plugins: {probe: {executor: central_deployment_agent, install: false}}
workflows:
  run: {mapping: probe.flows.run, parameters: ]] .. (options.parameters or "{}") .. "}\n"
      .. options.blueprint))
   local path = self.world:path("app/blueprint.yaml")
   local result = self.world:cfy("install", path, "-d", "app")
   assert(result.code == 0, result.err .. result.out)
   os.remove(self.world:path("told"))
   return self
end

function Deployment:fill(text)
   return (text:gsub("%%FOLDER%%", function() return self.world.folder end))
end

function Deployment:write_flow(body)
   local text = FLOWS:gsub("%%(%u+)%%", {BODY = body, MORE = self.flows})
   self.world:write("flows.lua", self:fill(text))
end

--- What was told since the last call.
function Deployment:told()
   local values = {}
   for line in self.world:so_far("told"):gmatch("[^\n]+") do
      table.insert(values, json.decode(line))
   end
   os.remove(self.world:path("told"))
   return values
end

--- Run the body; returns what cfy has done: {code, out, err}. Further words are for cfy.
function Deployment:try(body, ...)
   self:write_flow(body)
   return self.world:cfy("executions", "start", "run", "-d", "app", ...)
end

--- Run the body, which must go well; returns the list of what it has told.
function Deployment:run(body, ...)
   local result = self:try(body, ...)
   assert(result.code == 0, result.err .. result.out)
   return self:told()
end

--- The instances as cfy shows them.
function Deployment:instances()
   return json.decode(self.world:cfy("node-instances", "app", "--json").out)
end

function Deployment:remove()
   self.world:remove()
end

return workflow
