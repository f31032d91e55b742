local cfy = require("spec.support.cfy")
local operations = require("spec.support.operations")

local FILE = [[
region: north
cloudify:
  resources_prefix: /mirror
  policy_engine: {start_timeout: 30}
  cloudify_agent: {user: ubuntu, min_workers: 2, networks: {default: 10.0.0.5},
                   broker_ip: 10.0.0.5, broker_user: me}
]]

describe("ctx.provider_context", function()
   operations.suite({
      app = {
         {"runtime.md 1.2: provider_context is what cfy install was given",
            "return ctx.provider_context.region", "north"},
         {"runtime.md 1.2: it is read-only", "ctx.provider_context.region = 'south'",
            error = "Cannot override read only properties"},
         {"runtime.md 1.2: it is the same at each access",
            "return ctx.provider_context == ctx.provider_context", true},
         {"runtime.md 1.9: resources_prefix", "return ctx.bootstrap_context.resources_prefix",
            "/mirror"},
         {"runtime.md 1.9: policy_engine.start_timeout",
            "return ctx.bootstrap_context.policy_engine.start_timeout", 30},
         {"runtime.md 1.9: cloudify_agent, nil for what is absent",
            "local agent = ctx.bootstrap_context.cloudify_agent\n"
               .. "return {agent.user, agent.min_workers, agent.networks.default,\n"
               .. "   agent.max_workers == nil, agent.remote_execution_port == nil,\n"
               .. "   agent.agent_key_path == nil, agent.cluster == nil}",
            {"ubuntu", 2, "10.0.0.5", true, true, true, true}},
         {"runtime.md 1.9: broker_config, with its defaults",
            "return ctx.bootstrap_context:broker_config()",
            {broker_ip = "10.0.0.5", broker_user = "me", broker_pass = "guest",
               broker_vhost = "/"}},
         {"runtime.md 1.9: a misspelt field names the nearest one",
            "return ctx.bootstrap_context.cloudify_agnt",
            error = "ctx.bootstrap_context has no field 'cloudify_agnt' (did you mean "
               .. "'cloudify_agent'?)"},
         {"runtime.md 1.9: also of the agent's", "return ctx.bootstrap_context.cloudify_agent.usr",
            error = "ctx.bootstrap_context.cloudify_agent has no field 'usr' (did you mean "
               .. "'user'?)"},
         {"runtime.md 1.9: what it says cannot be changed",
            "ctx.bootstrap_context.resources_prefix = ''",
            error = "ctx.bootstrap_context.resources_prefix cannot be assigned"},
      },
      source = {
         {"runtime.md 1.2: it is there in a relationship, too",
            "return {ctx.provider_context.region, ctx.bootstrap_context.resources_prefix}",
            {"north", "/mirror"}},
      },
   }, function(world)
      return {"--provider-context", world:write("provider.yaml", FILE)}
   end)

   describe("without one", function()
      operations.suite {
         app = {
            {"runtime.md 1.2: is empty", "return cloudify.is_empty(ctx.provider_context)", true},
            {"runtime.md 1.9: gives a bootstrap_context of defaults",
               "local b = ctx.bootstrap_context\n"
                  .. "return {b.resources_prefix, b.policy_engine.start_timeout == nil,\n"
                  .. "   b.cloudify_agent.user == nil, b:broker_config()}",
               {"", true, true,
                  {broker_user = "guest", broker_pass = "guest", broker_vhost = "/"}}},
         },
      }
   end)

   describe("on the command line", function()
      local world
      before_each(function() world = cfy.world() end)
      after_each(function() world:remove() end)

      it("must be readable", function()
         local result = operations.install(world, {},
            {"--provider-context", world:path("none.yaml")})
         assert.equal(1, result.code)
         assert.truthy(result.err:find("none.yaml", 1, true), result.err)
      end)

      it("stays with a deployment that is created first and run later", function()
         world:blueprint {start = "keep"}
         world:write("app/plugins/probe/probe/tasks.lua", "return {keep = function(ctx)\n"
            .. "   ctx.instance.runtime_properties.region = ctx.provider_context.region\nend}")
         local path = world:write("provider.json", '{"region": "east"}')
         world:cfy("deployments", "create", world:path("app/blueprint.yaml"),
            "--provider-context", path)
         os.remove(path)
         assert.equal(0, world:cfy("executions", "start", "install", "-d", "app").code)
         assert.equal("east", world:instances("app")[1].runtime_properties.region)
      end)
   end)
end)

describe("ctx.agent", function()
   operations.suite {
      host = {
         {"runtime.md 1.10: init_script is nil where none would be used",
            "return ctx.agent:init_script()", nil},
         {"runtime.md 1.10: script_path can be set, clean_script removes the file",
            "local files = require('cloudify.files')\n"
               .. "local path = files.join(files.mkdtemp(), 'script'); files.write(path, '')\n"
               .. "ctx.agent.script_path = path; ctx.agent:clean_script()\n"
               .. "local left = files.exists(path); files.remove_tree(path:match('^(.*)/'))\n"
               .. "return {left, ctx.agent.script_path == nil}", {false, true}},
         {"runtime.md 1.10: there is no link to a script",
            "ctx.agent:install_script_download_link()",
            error = "ctx.agent:install_script_download_link: there are no agents here: operations "
               .. "run on the machine of their engine"},
         {"a misspelt field names the nearest one", "return ctx.agent.init_scrip",
            error = "ctx.agent has no field 'init_scrip' (did you mean 'init_script'?)"},
      },
      vm = {
         {"runtime.md 1.10: there is no script where one would be used", "ctx.agent:init_script()",
            error = "ctx.agent:init_script: there are no agents here: operations run on the "
               .. "machine of their engine"},
      },
      app = {
         {"runtime.md 1.1: only Compute nodes have one", "return ctx.agent",
            error = "ctx.agent can only be used by nodes of type 'cloudify.nodes.Compute': node "
               .. "'app' is of type 'spec.Node'"},
      },
   }
end)
