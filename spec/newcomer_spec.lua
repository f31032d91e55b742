--- What somebody reads who begins and makes the mistakes of beginners: what is wrong, and what to
--- do instead.
local cfy = require("spec.support.cfy")

local HEAD = "tosca_definitions_version: cloudify_dsl_1_4\nimports: [cloudify/types/types.yaml]\n"

describe("a beginner", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   local function contains(part, text)
      assert.truthy(text:find(part, 1, true), text)
   end

   local function run_in(folder, ...)
      return world:sh(("cd '%s' && %s"):format(world:path(folder), world:command(...)))
   end

   describe("who misspells a command", function()
      it("and means a workflow, any built-in one, is told how to run one", function()
         for _, name in ipairs {"heal", "check_drift", "validate_agents"} do
            local result = world:cfy(name, "web")
            assert.equal(2, result.code)
            contains(("'%s' is a workflow: 'cfy executions start %s -d DEPLOYMENT'"):format(name,
               name), result.err)
         end
      end)

      it("of two words is told the nearest one", function()
         contains("did you mean 'executions start'?", world:cfy("executions", "strat").err)
         contains("did you mean 'plugins list'?", world:cfy("plugins", "lits").err)
      end)
   end)

   describe("of blueprints", function()
      local cases = {
         {"forgets the namespace of a relationship type", [[
node_templates:
  a: {type: cloudify.nodes.Root}
  b: {type: cloudify.nodes.Root, relationships: [{type: connected_to, target: a}]}]],
            "(did you mean 'cloudify.relationships.connected_to'?)"},
         {"forgets the namespace of a node type", "node_templates: {a: {type: Compute}}",
            "(did you mean 'cloudify.nodes.Compute'?)"},
         {"misspells a property that a function reads", [[
node_types: {T: {properties: {title: {default: x}, text: {}}}}
node_templates: {a: {type: T, properties: {text: {get_property: [SELF, titel]}}}}]],
            [[get_property of 'a.titel': there is no "titel" (did you mean 'title'?)]]},
         {"asks for too few instances", [[
node_templates:
  a:
    type: cloudify.nodes.Root
    capabilities: {scalable: {properties: {default_instances: -1}}}]],
            "'default_instances' is too small: it must be at least 0"},
         {"indents with tabs", "node_templates:\n\ta: {}",
            "(indent with spaces: YAML takes no tabs there)"},
      }
      for _, case in ipairs(cases) do
         local name, text, expected = table.unpack(case)
         it(name .. " and is told so", function()
            local result = world:cfy("validate", world:write("b.yaml", HEAD .. text .. "\n"))
            assert.equal(1, result.code)
            contains(expected, result.out .. result.err)
         end)
      end

      it("gives no value and is told so", function()
         local path = world:write("b.yaml", HEAD .. "inputs: {port: {type: integer}}\n")
         assert.equal("cfy: input 'port' must be of type 'integer', not null\n",
            world:cfy("install", path, "-i", "port=").err)
      end)

      it("asks for a secret before there is one and is told how to keep it", function()
         local path = world:write("b.yaml", HEAD .. "node_types: {T: {properties: {key: {}}}}\n"
            .. "node_templates: {a: {type: T, properties: {key: {get_secret: key}}}}\n")
         contains("unknown secret 'key' ('cfy secrets create key' keeps one)",
            world:cfy("install", path).err)
      end)
   end)

   it("names a directory of plugins that is not there", function()
      local result = world:cfy("install", world:blueprint {}, "--plugins", "nowhere")
      assert.equal(1, result.code)
      assert.equal("cfy: --plugins: there is no directory 'nowhere'\n", result.err)
   end)

   it("imports a plugin that no node uses yet, and is not told that nothing reads its properties",
      function()
         world:sh(("mkdir '%s' && cp -r plugins/webserver '%s'"):format(world:path("plugins"),
            world:path("plugins")))
         local result = world:cfy("validate", "--strict", world:write("b.yaml",
            "tosca_definitions_version: cloudify_dsl_1_4\n"
            .. "imports: [cloudify/types/types.yaml, plugin:webserver]\n"
            .. "node_templates: {a: {type: cloudify.nodes.Root}}\n"))
         assert.equal("The blueprint is valid.\n", result.out)
      end)

   describe("of plugins", function()
      before_each(function() assert.equal(0, run_in(".", "plugins", "new", "shop").code) end)

      local function check(old, new)
         local text = world:so_far("shop/shop/tasks.lua")
         local changed, count = text:gsub(old, new)
         assert.equal(1, count, text)
         world:write("shop/shop/tasks.lua", changed)
         return run_in("shop", "plugins", "check").out
      end

      it("hands options and function to a decorator at once", function()
         contains("shop/tasks.lua:", check("return tasks",
            "tasks.other = operation({}, function() end)\nreturn tasks"))
         contains("operation takes options or a function, not both",
            run_in("shop", "plugins", "check").out)
      end)

      it("has no tests yet", function()
         world:sh(("rm -r '%s'"):format(world:path("shop/spec")))
         local result = run_in("shop", "plugins", "test")
         assert.equal(1, result.code)
         contains("cfy: plugin '.' has no folder 'spec' with tests: spec/NAME_spec.lua is one",
            result.err .. result.out)
      end)

      it("misspells a module of the runtime", function()
         local path = world:blueprint {start = "start"}
         world:write("app/plugins/probe/probe/tasks.lua", 'require("cloudify.file")\nreturn {}\n')
         contains("no module 'cloudify.file' in the runtime (did you mean 'cloudify.files'?)",
            world:cfy("install", path, "-d", "app", "--task-retries", "0").err)
      end)
   end)

   it("installs the same deployment several times at once, of which one does it", function()
      local path = world:blueprint {}
      local install = world:command("install", path, "-d", "app")
      local outcome = world:sh(("for i in 1 2 3 4 5 6; do %s >/dev/null & done; wait")
         :format(install)).err
      local refused = 0
      for line in outcome:gmatch("[^\n]+") do
         assert.truthy(line:find("process %d+ works on it") or line:find("'cfy ", 1, true), line)
         refused = refused + 1
      end
      assert.equal(5, refused, outcome)
   end)
end)
