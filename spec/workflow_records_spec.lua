--- What ctx of a workflow tells of its blueprint and its deployment, what it refuses to, and the
--- resources and events of workflows (runtime.md 6.2).
local json = require("cloudify").json
local workflow = require("spec.support.workflow")

local BLUEPRINT = [[
description: An application
inputs: {size: {default: 3}}
node_templates:
  host: {type: cloudify.nodes.Root, capabilities: {scalable: {properties: {default_instances: 2}}}}
  app: {type: cloudify.nodes.Root}
]]

describe("a workflow (runtime.md 6.2)", function()
   local deployment

   before_each(function()
      deployment = workflow.deployment{blueprint = BLUEPRINT,
                                       files = {["motd.txt"] = "Welcome"}}
   end)
   after_each(function() deployment:remove() end)

   local cases = {
      {"gets the record of its blueprint", [[
         tell(ctx:get_blueprint(), ctx:get_blueprint(ctx.blueprint.id).id)
      ]], {{id = "app", main_file_name = "blueprint.yaml", description = "An application"}, "app"}},
      {"gets the record of its deployment", [[
         local record = ctx:get_deployment()
         tell(record.id, record.blueprint_id, record.inputs, ctx:get_deployment("app").id)
      ]], {"app", "app", {size = 3}, "app"}},
      {"lists the nodes in the order of the plan", [[
         local ids = {}
         for _, node in ipairs(ctx:list_nodes()) do table.insert(ids, node.id) end
         tell(ids, ctx:list_nodes("app")[1] == ctx:get_node("host"))
      ]], {{"host", "app"}, true}},
      {"lists the instances, or those of a node", [[
         local hosts = ctx:list_node_instances{node_id = "host"}
         tell(#ctx:list_node_instances(), #hosts, hosts[1].node_id, hosts[2].node_id)
         tell(#ctx:list_node_instances("app", {node_id = "app"}), #ctx:list_node_instances("app"))
         tell(ctx:get_node_instance(hosts[1].id) == hosts[1])
      ]], {3, 2, "host", "host", 1, 3, true}},
      {"lists no instance that is no more", [[
         local modification = ctx.deployment:start_modification{host = {instances = 1}}
         modification:finish()
         tell(#ctx:list_node_instances{node_id = "host"})
      ]], {1}},
      {"downloads a resource into a folder of its own", [[
         local path = ctx:download_resource("motd.txt")
         local file <close> = assert(io.open(path))
         tell(path:match("[^/]+$"), file:read("a"))
         tell(path ~= ctx:download_resource("motd.txt"))
      ]], {"motd.txt", "Welcome", true}},
      {"downloads a resource to where it says", [[
         local target = "%FOLDER%/copy"
         tell(ctx:download_resource("motd.txt", target) == target)
         tell(ctx:download_resource{path = "motd.txt", target_path = target} == target)
         local file <close> = assert(io.open(target))
         tell(file:read("a"))
      ]], {true, true, "Welcome"}},
   }
   for _, case in ipairs(cases) do
      local name, body, expected = table.unpack(case)
      it(name, function()
         assert.same(expected, deployment:run(body))
      end)
   end

   local refused = {
      {"another blueprint", "ctx:get_blueprint('other')",
       "get_blueprint: a workflow sees its own blueprint alone, which is 'app', not 'other'"},
      {"another deployment", "ctx:get_deployment('other')",
       "get_deployment: a workflow sees its own deployment alone, which is 'app', not 'other'"},
      {"the nodes of another deployment", "ctx:list_nodes('other')",
       "list_nodes: a workflow sees its own deployment alone"},
      {"the instances of another deployment", "ctx:list_node_instances('other')",
       "list_node_instances: a workflow sees its own deployment alone"},
      {"an unknown filter", "ctx:list_node_instances{node = 'app'}",
       "list_node_instances: no option 'node'"},
      {"schedules", "ctx:list_execution_schedules()", "there are no schedules of executions here"},
      {"a new schedule", "ctx:create_execution_schedule('x')", "there are no schedules"},
      {"a changed schedule", "ctx:update_execution_schedule('x')", "there are no schedules"},
      {"dependencies of deployments", "ctx:list_idds()",
       "dependencies between deployments are not recorded here"},
      {"changed dependencies", "ctx:update_idds()",
       "dependencies between deployments are not recorded here"},
      {"a resource that is not there", "ctx:download_resource('none.txt')",
       "'none.txt': there is no such file"},
      {"a resource outside of its blueprint", "ctx:download_resource('../blueprint.yaml')",
       "resource '../blueprint.yaml'"},
      {"a URL", "ctx:download_resource('http://localhost/x')",
       "'http://localhost/x' is a URL, which only an operation can wait for"},
      {"the scope of an operation", "ctx:download_resource{path = 'x', scope = 'operation'}",
       "a workflow has no scope 'operation'"},
      {"a misspelt option", "ctx:download_resource{path = 'x', target = '/tmp/x'}",
       "unknown argument 'target'"},
   }
   for _, case in ipairs(refused) do
      it("is refused " .. case[1], function()
         local result = deployment:try(case[2])
         assert.is_true(result.code ~= 0)
         assert.is_truthy(result.err:find(case[3], 1, true), result.err)
      end)
   end

   it("sends events with a type, a context and arguments", function()
      deployment:run([[
         ctx:send_event("Half done", {event_type = "progress", args = {percent = 50},
            additional_context = {step = "two"}}):get()
      ]])
      local events = deployment.world:cfy("events", "app", "--type", "progress", "--json").out
      local event = json.decode(events:match("[^\n]+"))
      assert.equal("Half done", event.message.text)
      assert.same({percent = 50}, event.message.arguments)
      assert.equal("two", event.context.step)
   end)
end)
