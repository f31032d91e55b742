local cloudify = require("cloudify")
local cfy = require("spec.support.cfy")

local json = cloudify.json
local HEADER = "tosca_definitions_version: cloudify_dsl_1_5\nimports: [cloudify/types/types.yaml]\n"

describe("cfy, of a blueprint,", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   --- Run a command in the folder of the blueprint, so that it is called by its name.
   local function run(blueprint, command, ...)
      world:write("app/blueprint.yaml", blueprint)
      return world:sh(("cd %s/app && %s"):format(world.folder,
         world:command(command, "blueprint.yaml", ...)))
   end

   describe("validate", function()
      local WRONG = HEADER .. "node_templates:\n  web: {type: cloudify.nodes.Rot}\n"

      it("shows the line that is meant", function()
         local result = run(WRONG, "validate", "--excerpts")
         assert.equal(1, result.code)
         assert.equal("blueprint.yaml:4:15: error: node template 'web': unknown type "
            .. "'cloudify.nodes.Rot' (did you mean 'cloudify.nodes.Root'?)\n"
            .. "      web: {type: cloudify.nodes.Rot}\n"
            .. "                  ^\n"
            .. "1 error\n", result.out)
      end)

      it("does so on a terminal, and not in a pipe", function()
         assert.is_nil(run(WRONG, "validate").out:find("^", 1, true))
         local command = world:command("validate", "blueprint.yaml")
         local result = world:sh(("cd %s/app && script -qec %q /dev/null"):format(world.folder,
            command))
         assert.truthy(result.out:find("\n +%^\r?\n"), result.out)
      end)

      it("shows a window of a long line", function()
         local long = HEADER .. "node_templates: {web: {properties: {a: " .. ("x"):rep(200)
            .. "}, type: wrong, interfaces: {" .. ("y"):rep(200) .. ": }}}\n"
         local result = run(long, "validate", "--excerpts")
         local line, mark = result.out:match("\n    %.%.%.(.-)%.%.%.\n       ( *)%^\n")
         assert.equal(100, #(line or ""), result.out)
         assert.equal("wrong", line:sub(#mark + 1, #mark + 5))
      end)

      it("shows as many errors as are wanted, and counts all", function()
         local lines = {HEADER, "node_templates:\n"}
         for i = 1, 25 do
            table.insert(lines, ("  n%d: {type: none}\n"):format(i))
         end
         local blueprint = table.concat(lines)
         local result = run(blueprint, "validate")
         local _, count = result.out:gsub("error: node", "")
         assert.equal(20, count)
         assert.truthy(result.out:find("\n25 errors; 5 are not shown: see %-%-max%-errors\n$"),
            result.out)
         result = run(blueprint, "validate", "--max-errors", "3")
         assert.truthy(result.out:find("'n3'.*\n25 errors; 22 are not shown"), result.out)
         result = run(blueprint, "validate", "--max-errors", "1000", "--json")
         assert.equal(25, #json.decode(result.out).diagnostics)
         result = run(blueprint, "validate", "--max-errors", "0")
         assert.equal(2, result.code)
      end)

      it("gives records with --json", function()
         local result = json.decode(run(WRONG, "validate", "--json").out)
         assert.same({
            valid = false, errors = 1, warnings = 0,
            diagnostics = {{
               code = "unknown-node-type", number = 7, severity = "error", file = "blueprint.yaml",
               line = 4, column = 15, path = "node_templates.web.type",
               message = "node template 'web': unknown type 'cloudify.nodes.Rot'",
               hint = "did you mean 'cloudify.nodes.Root'?"}},
         }, result)
      end)

      it("asks what was probably meant", function()
         local rows = {
            {"unknown key", "nodetemplates: {}\n", "node_templates"},
            {"type", "node_templates: {web: {type: cloudify.nodes.WebSrver}}\n",
               "cloudify.nodes.WebServer"},
            {"property", "node_templates: {web: {type: cloudify.nodes.WebServer, "
               .. "properties: {prot: 1}}}\n", "port"},
            {"interface", "node_templates: {web: {type: cloudify.nodes.WebServer, "
               .. "interfaces: {cloudify.interfaces.lifecyle: {start: ''}}}}\n",
               "cloudify.interfaces.lifecycle", "--strict"},
            {"operation", "node_templates: {web: {type: cloudify.nodes.WebServer, "
               .. "interfaces: {cloudify.interfaces.lifecycle: {strat: ''}}}}\n",
               "start", "--strict"},
            {"input of an operation", [[
plugins: {app: {executor: central_deployment_agent, install: false}}
node_types:
  Own: {interfaces: {own: {run: {implementation: app.tasks.run, inputs: {level: {default: 1}}}}}}
node_templates: {web: {type: Own, interfaces: {own: {run: {inputs: {levle: 2, other: 3}}}}}}
]], "level", "--strict"},
            {"operation of a type", "node_types: {Own: {derived_from: cloudify.nodes.Root, "
               .. "interfaces: {cloudify.interfaces.lifecycle: {configur: ''}}}}\n",
               "configure", "--strict"},
            {"interface of a type", "node_types: {Own: {derived_from: cloudify.nodes.Root, "
               .. "interfaces: {cloudify.interface.lifecycle: {start: ''}}}}\n",
               "cloudify.interfaces.lifecycle", "--strict"},
            {"operation of a relationship type", "relationships: {own: {derived_from: "
               .. "cloudify.relationships.connected_to, source_interfaces: "
               .. "{cloudify.interfaces.relationship_lifecycle: {estabish: ''}}}}\n",
               "establish", "--strict"},
            {"plugin", "plugins: {server: {executor: central_deployment_agent, install: false}}\n"
               .. "workflows: {w: servr.check}\n", "server"},
            {"input", "inputs: {port: {default: 1}}\noutputs: {a: {value: {get_input: prot}}}\n",
               "port"},
            {"node", "node_templates: {web: {type: cloudify.nodes.Root}}\n"
               .. "outputs: {a: {value: {get_property: [wbe, x]}}}\n", "web"},
            {"constraint", "inputs: {a: {constraints: [{min_lenght: 3}]}}\n", "min_length"},
            {"relationship target", "node_templates: {web: {type: cloudify.nodes.Root}, "
               .. "app: {type: cloudify.nodes.Root, relationships: "
               .. "[{type: cloudify.relationships.connected_to, target: wbe}]}}\n", "web"},
            {"function", "outputs: {a: {value: {get_inptu: port}}}\n", "get_input", "--strict"},
         }
         for _, row in ipairs(rows) do
            local result = run(HEADER .. row[2], "validate", row[4])
            local wanted = ("did you mean '%s'?"):format(row[3])
            assert.truthy(result.out:find(wanted, 1, true), row[1] .. ": " .. result.out)
         end
      end)

      it("tells where an operation is misspelt", function()
         local result = run(HEADER .. [[
node_types:
  Own:
    derived_from: cloudify.nodes.Root
    interfaces:
      cloudify.interfaces.lifecycle:
        configur: ''
]], "validate", "--strict")
         assert.equal("blueprint.yaml:8:9: warning: node type 'Own' inherits no operation "
            .. "'configur': this is a new one (did you mean 'configure'?)\n"
            .. "The blueprint is valid, with 1 warning\n", result.out)
      end)

      it("says nothing of interfaces and operations that are the author's own", function()
         local result = run(HEADER .. [[
node_types:
  Own:
    derived_from: cloudify.nodes.Root
    interfaces:
      my.interfaces.lifecycle: {creat: ''}
      cloudify.interfaces.upgrade: {stat: ''}
      cloudify.interfaces.lifecycle: {create: '', restart: '', backup: '', prune: ''}
node_templates:
  own:
    type: Own
    interfaces:
      cloudify.interfaces.lifecycle: {restart: '', push: ''}
]], "validate", "--strict")
         assert.equal("The blueprint is valid.\n", result.out)
      end)
   end)

   describe("graph", function()
      local BLUEPRINT = HEADER .. [[
node_templates:
  host:
    type: cloudify.nodes.Compute
    capabilities: {scalable: {properties: {default_instances: {get_input: hosts}}}}
  "we\"b":
    type: cloudify.nodes.WebServer
    relationships:
      - {type: cloudify.relationships.contained_in, target: host}
      - {type: cloudify.relationships.connected_to, target: db}
  db: {type: cloudify.nodes.DBMS}
inputs: {hosts: {default: 2}}
]]

      it("is a tree of what contains what", function()
         assert.equal([[
host  cloudify.nodes.Compute
   we"b  cloudify.nodes.WebServer
      -> db  connected_to
db  cloudify.nodes.DBMS
]], run(BLUEPRINT, "graph").out)
      end)

      it("has the numbers of instances of a deployment", function()
         assert.truthy(run(BLUEPRINT, "graph", "-i", "hosts=3").out:find(
            "host  cloudify.nodes.Compute  x3\n", 1, true))
      end)

      it("can be drawn by Graphviz", function()
         assert.equal([[
digraph blueprint {
  node [shape=box];
  "host" [tooltip="cloudify.nodes.Compute"];
  "we\"b" [tooltip="cloudify.nodes.WebServer"];
  "db" [tooltip="cloudify.nodes.DBMS"];
  "we\"b" -> "host" [label="contained_in", style=dashed];
  "we\"b" -> "db" [label="connected_to"];
}
]], run(BLUEPRINT, "graph", "--dot").out)
      end)

      it("tells errors as validate does", function()
         local result = run(HEADER .. "node_templates: {web: {type: none}}\n", "graph")
         assert.equal(1, result.code)
         assert.truthy(result.out:find("^blueprint.yaml:3:30: error:"), result.out)
      end)
   end)

   describe("diff", function()
      local OLD = HEADER .. "inputs: {p: {default: 1}}\nnode_templates:\n"
         .. "  web: {type: cloudify.nodes.WebServer, properties: {port: {get_input: p}}}\n"
         .. "  db: {type: cloudify.nodes.DBMS}\n"
      local NEW = HEADER .. "inputs: {p: {default: 2}}\nnode_templates:\n"
         .. "  web: {type: cloudify.nodes.WebServer, properties: {port: {get_input: p}}}\n"
         .. "  db: {type: cloudify.nodes.Compute}\n"
         .. "  cache: {type: cloudify.nodes.DBMS}\n"

      local function diff(new, ...)
         world:write("app/blueprint.yaml", OLD)
         world:write("app/new.yaml", new)
         return world:sh(("cd %s/app && %s"):format(world.folder,
            world:command("diff", "blueprint.yaml", "new.yaml", ...)))
      end

      it("tells the steps of an update", function()
         assert.equal("+ node nodes.cache\n~ node nodes.db  (an update cannot do this)\n",
            diff(NEW).out)
         assert.equal("There is no difference.\n", diff(OLD).out)
      end)

      it("compares deployments where there are inputs", function()
         assert.equal("There is no difference.\n", diff(OLD, "-i", "p=5").out)
         local none = world:write("none.yaml", "{}\n")
         assert.truthy(diff(NEW, "-i", none).out:find("~ property nodes.web.properties.port\n", 1,
            true))
      end)

      it("gives records with --json, and errors as validate does", function()
         local steps = json.decode(diff(NEW, "--json").out).steps
         assert.same({action = "add", entity_type = "node", entity_id = {"nodes", "cache"},
            topology_order = 0, supported = true}, steps[1])
         local result = diff(HEADER .. "node_templates: {web: {type: none}}\n")
         assert.equal(1, result.code)
         assert.truthy(result.out:find("^new.yaml:3:30: error:"), result.out)
      end)
   end)
end)
