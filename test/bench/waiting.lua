--- The blueprint of operations that do nothing but wait, all at the same time.
local waiting = {}

local BLUEPRINT = [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins: {bench: {executor: central_deployment_agent, source: bench}}
node_templates:
  waiting:
    type: cloudify.nodes.Root
    interfaces: {cloudify.interfaces.lifecycle: {create: bench.bench.tasks.wait}}
    capabilities: {scalable: {properties: {default_instances: %d}}}
]]

--- Longer than any benchmark: who measures ends it.
local PLUGIN = [[
local aio = require("cloudify.aio")
local operation = require("cloudify.decorators").operation

local tasks = {}

tasks.wait = operation{async = true}(function()
   aio.sleep(86400)
end)

return tasks
]]

local function write(path, text)
   local file <close> = assert(io.open(path, "w"))
   assert(file:write(text))
end

--- Write the blueprint and its plugin into the new folder `directory`.
---@param instances integer  so many operations wait
---@return string path of the blueprint
function waiting.write(directory, instances)
   assert(os.execute("mkdir -p '" .. directory .. "/plugins/bench/bench'"))
   write(directory .. "/plugins/bench/bench/tasks.lua", PLUGIN)
   write(directory .. "/blueprint.yaml", BLUEPRINT:format(instances))
   return directory .. "/blueprint.yaml"
end

return waiting
