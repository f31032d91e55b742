--- Small blueprints and plugins for the specs of cloudify.test_utils.
local files = require("cloudify.files")

local local_tests = {}

--- A blueprint of one node `app`, whose `start` is the function `start` of the module
--- `probe_tasks`, which the spec itself puts into package.loaded.
local_tests.BLUEPRINT = [[
tosca_definitions_version: cloudify_dsl_1_5
imports: [cloudify/types/types.yaml]
plugins: {probe: {executor: central_deployment_agent, package_name: probe}}
inputs: {port: {default: 80}}
node_types:
  spec.Node:
    derived_from: cloudify.nodes.Root
    properties: {port: {default: {get_input: port}}, tree: {default: {list: [1, {deep: x}]}}}
    interfaces: {cloudify.interfaces.lifecycle: {start: probe.probe_tasks.start}}
node_templates:
  app: {type: spec.Node}
outputs:
  port: {value: {get_property: [app, port]}}
  seen: {value: {get_attribute: [app, seen]}}
capabilities:
  port: {value: {get_attribute: [app, port]}}
]]

--- Give `tasks` to the blueprint's operations until the spec is over.
function local_tests.provide(tasks)
   package.loaded["probe_tasks"] = tasks
end

local PLUGIN_YAML = [[
plugins: {greeter: {executor: central_deployment_agent, package_name: greeter}}
node_types:
  greeter.Greeter:
    derived_from: cloudify.nodes.Root
    properties: {name: {default: world}}
    interfaces: {cloudify.interfaces.lifecycle: {create: greeter.greeter.tasks.create}}
]]
local TASKS = [[
local tasks = {}
function tasks.create(ctx)
   local properties = ctx.instance.runtime_properties
   properties.greeting = ctx:get_resource("greeting.txt") .. ctx.node.properties.name
end
return tasks
]]
local GREETING = [[
tosca_definitions_version: cloudify_dsl_1_5
imports: [cloudify/types/types.yaml, %s]
inputs: {name: {default: world}}
node_templates: {greeter: {type: greeter.Greeter, properties: {name: {get_input: name}}}}
outputs: {greeting: {value: {get_attribute: [greeter, greeting]}}}
]]

--- The project of a plugin in a folder of its own, with a blueprint that imports ../plugin.yaml and
--- one, alone.yaml, that imports plugin.yaml.
function local_tests.project()
   local folder = files.mkdtemp("project-") .. "/greeter"
   for path, text in pairs {["plugin.yaml"] = PLUGIN_YAML, ["greeter/tasks.lua"] = TASKS,
         ["blueprint/blueprint.yaml"] = GREETING:format("../plugin.yaml"),
         ["blueprint/alone.yaml"] = GREETING:format("plugin.yaml"),
         ["blueprint/greeting.txt"] = "Hello "} do
      files.mkdir(files.join(folder, path:match("^(.-)[^/]*$")))
      files.write(files.join(folder, path), text)
   end
   files.mkdir(folder .. "/spec")
   return folder
end

--- What a spec in the file `path` gets from cloudify.test_utils: a function that calls
--- `name(...)` of it there.
function local_tests.from(path, name)
   return assert(load(([[
      local test_utils = require("cloudify.test_utils")
      return function(...) local result = test_utils.%s(...) return result end]]):format(name),
      "@" .. path))()
end

return local_tests
