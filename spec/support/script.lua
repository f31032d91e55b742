--- Runs one script as the operation `create` of one node, `thing`, and tells what came of it.
local json = require("cloudify").json

local script = {}

local BLUEPRINT = [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
node_types:
  Thing:
    derived_from: cloudify.nodes.Root
    properties:
      port: {default: 8080}
      name: {default: web}
      yes_: {default: true}
      no_: {default: false}
      zero: {default: 0}
      ratio: {default: 1.0}
      nothing: {default: null}
      nested: {default: {urls: [one, two, {deep: [3, 4]}], "get": own key}}
node_templates:
  thing:
    type: Thing
    interfaces:
      cloudify.interfaces.lifecycle:
        create:
          implementation: %s
          executor: central_deployment_agent
          inputs: %s
%s]]

--- What is in the events of a deployment: texts of logs, records of failed tasks.
function script.logs(world, id)
   local texts = {}
   for line in world:cfy("events", id, "--json").out:gmatch("[^\n]+") do
      local record = json.decode(line)
      if record.type == "cloudify_log" then
         table.insert(texts, record.message.text)
      end
   end
   return texts
end

function script.has(list, text)
   for _, item in ipairs(list) do
      if item == text then
         return true
      end
   end
   return false
end

--- The text of the one log that begins with `prefix`, without it.
function script.log_after(list, prefix)
   for _, item in ipairs(list) do
      if item:sub(1, #prefix) == prefix then
         return item:sub(#prefix + 1)
      end
   end
end

--- The runtime properties of the first instance of the node.
function script.properties(world, id, node)
   for _, instance in ipairs(json.decode(world:cfy("node-instances", id, "--json").out)) do
      if instance.node_id == node then
         return instance.runtime_properties
      end
   end
end

---@class spec.ScriptRun
---@field text? string  of the script
---@field name? string  its file, scripts/create.sh if left out
---@field implementation? string  what the operation is mapped to, the file if left out
---@field inputs? string  YAML, on one line
---@field files? table<string, string>
---@field environment? string  of cfy: `NAME=value `
---@field more? string  further sections or node templates

--- Write the blueprint and its files.
---@param options spec.ScriptRun
function script.prepare(world, options)
   local name = options.name or "scripts/create.sh"
   if options.text then
      world:write("app/" .. name, options.text)
   end
   for file, text in pairs(options.files or {}) do
      world:write("app/" .. file, text)
   end
   return world:write("app/blueprint.yaml", BLUEPRINT:format(options.implementation or name,
      options.inputs or "{}", options.more or ""))
end

--- Install it as a deployment of its own, `id`. `logs` are the texts, `properties` those of the
--- instance, `value` is what the operation returned.
---@param options spec.ScriptRun
function script.run(world, options, ...)
   local blueprint = script.prepare(world, options)
   world.runs = (world.runs or 0) + 1
   local id = "app" .. world.runs
   local result = world:sh((options.environment or "") .. world:command("install", blueprint,
      "-d", id, "--task-retries", "0", ...))
   result.id = id
   result.logs = script.logs(world, id)
   result.properties = script.properties(world, id, "thing")
   result.value = result.out:match("Task succeeded 'script_runner.tasks.run' %- ([^\n]*)")
   return result
end

return script
