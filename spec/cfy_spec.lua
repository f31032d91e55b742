local cfy = require("spec.support.cfy")

describe("cfy", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   local function installed(operations, more)
      local result = world:cfy("install", world:blueprint(operations, more))
      assert.equal(0, result.code, result.err .. result.out)
      return result
   end

   describe("usage", function()
      local cases = {
         {"nothing", {}, "usage: cfy COMMAND"},
         {"a misspelt command", {"instal"}, "unknown command 'instal', did you mean 'install'?"},
         {"a missing operand", {"install"}, "BLUEPRINT is missing"},
         {"an unknown option", {"outputs", "x", "--jsno"}, "did you mean '--json'?"},
         {"a bad number", {"install", "x", "-j", "many"}, "'many' is not what it takes"},
         {"half a command", {"executions"}, "cfy executions list"},
      }
      for _, case in ipairs(cases) do
         local name, arguments, expected = table.unpack(case)
         it("of " .. name .. " exits with 2", function()
            local result = world:cfy(table.unpack(arguments))
            assert.equal(2, result.code)
            assert.truthy(result.err:find(expected, 1, true), result.err)
         end)
      end

      it("allows options in front of the command", function()
         local result = world:cfy("--store", world:path("other"), "--json", "deployments", "list")
         assert.equal(0, result.code, result.err)
         assert.equal("[\n]\n", result.out)
      end)

      it("is explained for each command", function()
         for _, name in ipairs {"install", "uninstall", "validate", "events", "outputs"} do
            local result = world:cfy(name, "--help")
            assert.equal(0, result.code)
            assert.truthy(result.out:find("usage: cfy " .. name, 1, true))
         end
      end)
   end)

   describe("plan", function()
      local json = require("cloudify").json

      local BLUEPRINT = [[
tosca_definitions_version: cloudify_dsl_1_4
inputs: {port: {default: 80}}
node_types: {T: {properties: {port: {}}}}
node_templates: {web: {type: T, properties: {port: {get_input: port}}}}
]]

      it("is that of the blueprint without inputs", function()
         local result = world:cfy("plan", world:write("b.yaml", BLUEPRINT), "--json")
         local plan = json.decode(result.out)
         assert.same({get_input = "port"}, plan.nodes[1].properties.port)
         assert.is_nil(plan.node_instances)
      end)

      it("is that of a deployment with them", function()
         local result = world:cfy("plan", world:write("b.yaml", BLUEPRINT), "-i", "port=8080")
         local plan = json.decode(result.out)
         assert.equal(8080, plan.nodes[1].properties.port)
         assert.equal("web", plan.node_instances[1].node_id)
      end)

      it("shows every error instead", function()
         local path = world:write("b.yaml", (BLUEPRINT:gsub("type: T,", "type: U,")))
         local result = world:cfy("plan", path)
         assert.equal(1, result.code)
         assert.truthy(result.out:find("b.yaml:4:30: error: node template 'web': unknown type 'U'",
            1, true), result.out)
         result = world:cfy("plan", world:write("b.yaml", BLUEPRINT), "-i", "\xff=1")
         assert.equal("cfy: the name of an input is not UTF-8\n", result.err)
         result = world:cfy("plan", world:write("b.yaml", BLUEPRINT), "-i", "prt=1")
         assert.equal("error: unknown input 'prt' (did you mean 'port'?)\n1 error\n",
            result.out)
      end)
   end)

   describe("install", function()
      it("ends with the deployment and the next command", function()
         local result = installed {create = "note"}
         assert.truthy(result.out:find("Deployment 'app' is installed.\n"
            .. "See 'cfy node-instances app' next.\n", 1, true), result.out)
      end)

      it("prints one JSON object a line with --json", function()
         local json = require("cloudify").json
         local result = world:cfy("install", world:blueprint {create = "note"}, "--json")
         local types = {}
         for line in result.out:gmatch("[^\n]+") do
            types[json.decode(line).event_type or ""] = true
         end
         assert.is_true(types.workflow_started and types.task_succeeded)
         assert.is_true(types.workflow_succeeded)
      end)

      it("keeps everything after the first = of an input", function()
         local path = world:blueprint({}, [[
    properties: {text: {get_input: word}}
inputs:
  word: {type: string}
outputs:
  word: {value: {get_property: [thing, text]}}
]])
         local result = world:cfy("install", path, "-i", "word=a=b=c")
         assert.equal(0, result.code)
         assert.matches("\nSee 'cfy outputs app' next.\n$", result.out)
         assert.truthy(world:cfy("outputs", "app").out:find("a=b=c", 1, true))
      end)

      it("goes on when nobody reads what it prints", function()
         world:sh(world:command("install", world:blueprint {create = "note"}) .. " | true")
         local result = world:cfy("deployments", "list")
         assert.truthy(result.out:find("| installed ", 1, true), result.out)
      end)

      it("takes an input with a zero byte", function()
         local path = world:blueprint({}, [[
    properties: {text: {get_input: word}}
inputs:
  word: {type: string}
outputs:
  word: {value: {get_property: [thing, text]}}
]])
         local result = world:cfy("install", path, "-i", [[word="a\0b"]])
         assert.equal(0, result.code, result.err)
         local outputs = world:cfy("outputs", "app", "--json").out
         assert.truthy(outputs:find([["a\u0000b"]], 1, true), outputs)
      end)

      it("is refused while installed, and starts anew after an uninstall", function()
         installed {create = "note"}
         local path = world:path("app/blueprint.yaml")
         local again = world:cfy("install", path)
         assert.equal(1, again.code)
         assert.truthy(again.err:find("'cfy uninstall app' first", 1, true), again.err)
         assert.equal(0, world:cfy("uninstall", "app").code)
         assert.equal(0, world:cfy("install", path).code)
         local list = world:cfy("executions", "list", "app")
         assert.truthy(list.out:find("3 executions", 1, true), list.out)
      end)

      it("outlives its source", function()
         installed {create = "note", delete = "note"}
         os.execute("rm -rf " .. world:path("app"))
         assert.equal(0, world:cfy("uninstall", "app").code)
      end)

      it("retries what asks for it", function()
         installed {create = "retry_twice"}
         assert.truthy(world:cfy("node-instances", "app").out:find('"tries":3', 1, true))
      end)
   end)

   describe("deployments", function()
      it("are listed, shown and deleted after an uninstall", function()
         installed {}
         assert.truthy(world:cfy("deployments", "list").out:find("installed", 1, true))
         assert.truthy(world:cfy("deployments", "get", "app").out:find("app", 1, true))
         assert.equal(1, world:cfy("deployments", "delete", "app").code)
         world:cfy("uninstall", "app")
         assert.equal(0, world:cfy("deployments", "delete", "app").code)
         assert.truthy(world:cfy("deployments", "list").out:find("0 deployments", 1, true))
      end)

      it("are created without running anything, and installed later", function()
         local blueprint = world:blueprint {create = "note"}
         local created = world:cfy("deployments", "create", blueprint, "-d", "app")
         assert.equal(0, created.code, created.err)
         assert.equal("Deployment 'app' is created.\n"
            .. "Install it with 'cfy executions start install -d app'.\n", created.out)
         assert.truthy(world:cfy("deployments", "list").out:find("created", 1, true))
         assert.truthy(world:cfy("executions", "list").out:find("0 executions", 1, true))
         assert.equal(0, world:cfy("executions", "start", "install", "-d", "app").code)
         local again = world:cfy("deployments", "create", blueprint, "-d", "app")
         assert.equal("cfy: deployment 'app' is in state 'installed': 'cfy uninstall app' first\n",
            again.err)
      end)

      it("are not created from what is wrong", function()
         local result = world:cfy("deployments", "create", world:write("bad.yaml", "nodes: {}\n"))
         assert.equal(1, result.code)
         assert.truthy(world:cfy("deployments", "list").out:find("0 deployments", 1, true))
      end)

      it("with a damaged database are deleted by force", function()
         installed {}
         world:write("store/deployments/app/state.db", "this is no database")
         assert.equal(1, world:cfy("deployments", "delete", "app").code)
         local result = world:cfy("deployments", "delete", "app", "--force")
         assert.equal(0, result.code, result.err)
      end)

      it("that are unknown get a suggestion", function()
         installed {}
         local deletion = world:cfy("deployments", "delete", "apq", "--force")
         assert.equal("cfy: no deployment 'apq', did you mean 'app'?\n", deletion.err)
         local result = world:cfy("outputs", "apq")
         assert.equal(1, result.code)
         assert.equal("cfy: no deployment 'apq', did you mean 'app'?\n", result.err)
      end)
   end)

   describe("an error", function()
      local head = "tosca_definitions_version: cloudify_dsl_1_4\n"
         .. "imports:\n  - cloudify/types/types.yaml\n"
      local node = "node_templates:\n  db:\n    type: cloudify.nodes.Root\n"
      local cases = {
         {"unknown node type", head .. "node_templates:\n  db:\n    type: cloudify.nodes.Rot\n",
            {"blueprint.yaml:6:", "cloudify.nodes.Rot", "did you mean 'cloudify.nodes.Root'?"}},
         {"bad YAML", head .. "node_templates: {a: [}\n", {"blueprint.yaml:4:"}},
         {"missing import", "tosca_definitions_version: cloudify_dsl_1_4\nimports: [gone.yaml]\n",
            {"blueprint.yaml:2:", "gone.yaml"}},
         {"input of wrong type", head .. "inputs:\n  port: {type: integer}\n" .. node,
            {"port", "integer"}, {"-i", "port=many"}},
         {"unknown input", head .. "inputs:\n  port: {default: 1}\n" .. node,
            {"prot", "did you mean 'port'?"}, {"-i", "prot=2"}},
      }
      for _, case in ipairs(cases) do
         local name, text, expected, arguments = table.unpack(case)
         it("of " .. name .. " says where and what, in one line", function()
            local path = world:write("app/blueprint.yaml", text)
            local result = world:cfy("install", path, table.unpack(arguments or {}))
            assert.equal(1, result.code)
            assert.equal(1, select(2, result.err:gsub("\n", "")), result.err)
            for _, part in ipairs(expected) do
               assert.truthy(result.err:find(part, 1, true), result.err)
            end
            assert.truthy(world:cfy("deployments", "list").out:find("0 deployments", 1, true))
         end)
      end

      it("of a missing plugin names what was tried", function()
         local path = world:blueprint {create = "note"}
         os.execute("rm -r " .. world:path("app/plugins/probe"))
         local result = world:cfy("install", path)
         assert.equal(1, result.code)
         assert.truthy(result.err:find("probe.tasks", 1, true), result.err)
         assert.truthy(result.err:find("with --plugins", 1, true), result.err)
      end)

      it("of a missing function suggests the nearest", function()
         local result = world:cfy("install", world:blueprint {create = "nota"})
         assert.equal(1, result.code)
         assert.truthy(result.err:find("nota", 1, true), result.err)
         assert.truthy((result.err .. result.out):find("note", 1, true), result.err)
      end)

      it("of a store that cannot be made names it", function()
         local path = world:blueprint {}
         local result = world:cfy("install", path, "--store", "/proc/nowhere")
         assert.equal(1, result.code)
         assert.truthy(result.err:find("/proc/nowhere", 1, true), result.err)
      end)

      it("of a full disk is said, and leaves no deployment", function()
         local path = world:blueprint {}
         local result = world:sh("trap '' XFSZ; ulimit -f 16; " .. world:command("install", path))
         assert.equal(1, result.code)
         assert.truthy(result.err:find("store", 1, true), result.err)
      end)
   end)

   describe("a failing operation", function()
      it("is shown with file, line, traceback, instance and operation", function()
         local result = world:cfy("install", world:blueprint {create = "raise"},
            "--task-retries", "1", "--task-retry-interval", "0")
         assert.equal(1, result.code)
         assert.truthy(result.out:find("probe/tasks.lua:23:", 1, true), result.out)
         assert.truthy(result.out:find("traceback", 1, true))
         assert.truthy(result.out:find("\n    >   23 |    return nothing.field\n", 1, true))
         assert.truthy(result.out:find("%[thing_%w+%.create%]"))
         assert.truthy(result.out:find("[retry 1/1]", 1, true))
         assert.matches("^cfy: Task failed: probe.tasks.raise %(thing_[^\n]+\n"
            .. "cfy: to go on [^\n]+\ncfy: a deployment keeps [^\n]+\n$", result.err)
      end)

      it("that is not recoverable is not retried", function()
         local result = world:cfy("install", world:blueprint {create = "refuse"})
         assert.equal(1, result.code)
         assert.truthy(result.err:find("out of rocks", 1, true))
         assert.falsy(result.out:find("[retry", 1, true))
      end)

      it("does not keep a deployment for ever", function()
         installed {stop = "refuse"}
         local result = world:cfy("uninstall", "app")
         assert.equal(1, result.code)
         local advice = result.err:match("'cfy (uninstall app [^']+)'")
         assert.truthy(advice, result.err)
         assert.equal(0, world:sh(world:command() .. " " .. advice).code)
      end)
   end)

   describe("a worker that is killed", function()
      it("has its resumable operation run again", function()
         installed {create = "die_once_resumable"}
         assert.truthy(world:cfy("node-instances", "app").out:find('"survived":true', 1, true))
      end)

      it("fails an operation that is not resumable", function()
         local result = world:cfy("install", world:blueprint {create = "die_once"})
         assert.equal(1, result.code)
         for _, part in ipairs {"signal 9", "create", "thing_"} do
            assert.truthy(result.err:find(part, 1, true), result.err)
         end
      end)
   end)

   describe("kill -9 of cfy", function()
      it("leaves no process, and an interrupted execution", function()
         local path, marker = world:blueprint {create = "hang"}, world:path("marker")
         local command = world:command("install", path)
         world:sh(command .. " >/dev/null 2>&1 & echo $! > " .. world:path("engine"))
         local function file_there() return io.open(marker) ~= nil end
         assert.is_true(cfy.eventually(file_there))
         local engine = world:read(world:path("engine")):match("%d+")
         local worker = world:read(marker .. ".worker"):match("%d+")
         local child = world:read(marker):match("%d+")
         assert.is_true(cfy.is_alive(worker) and cfy.is_alive(child))
         os.execute("kill -9 " .. engine)
         assert.is_true(cfy.eventually(function()
            return not cfy.is_alive(worker) and not cfy.is_alive(child)
         end))
         local list = world:cfy("executions", "list", "app")
         assert.truthy(list.out:find("interrupted", 1, true), list.out .. list.err)
         local again = world:cfy("install", path)
         assert.truthy(again.err:find("cfy executions resume", 1, true), again.err)
         assert.truthy(again.err:find("cfy uninstall app", 1, true), again.err)
      end)
   end)

   describe("the web server", function()
      local blueprint = "plugins/webserver/blueprint/blueprint.yaml"

      local function install(...)
         local result = world:cfy("install", blueprint, "--plugins", "plugins", "-d", "web", ...)
         return result, world:cfy("outputs", "web", "--json").out:match('"url":"([^"]+)"')
      end

      it("answers while it is installed and not afterwards", function()
         local result, url = install()
         assert.equal(0, result.code, result.err .. result.out)
         local page = world:sh("curl -sS " .. url)
         assert.truthy(page.out:find("Hello from Cloudify", 1, true), page.err)
         assert.equal(0, world:cfy("uninstall", "web").code)
         assert.not_equal(0, world:sh("curl -sS " .. url).code)
      end)

      it("that was killed by hand can be uninstalled", function()
         assert.equal(0, install().code)
         local instances = world:cfy("node-instances", "web", "--json").out
         os.execute("kill -9 " .. instances:match('"webserver_pid":(%d+)'))
         local result = world:cfy("uninstall", "web")
         assert.equal(0, result.code, result.err)
         assert.truthy(result.out:find("HTTP server is not running", 1, true), result.out)
      end)

      it("that was killed by hand is healed", function()
         assert.equal(0, install().code)
         local instances = world:cfy("node-instances", "web", "--json").out
         os.execute("kill -9 " .. instances:match('"webserver_pid":(%d+)'))
         local healed = world:cfy("executions", "start", "heal", "-d", "web")
         assert.equal(0, healed.code, healed.err)
         local url = world:cfy("outputs", "web", "--json").out:match('"url":"([^"]+)"')
         assert.truthy(world:sh("curl -sS " .. url).out:find("Hello from Cloudify", 1, true))
         assert.equal(0, world:cfy("uninstall", "web").code)
      end)

      it("says that its port is in use", function()
         local _, url = install()
         local port = url:match(":(%d+)/")
         local result = world:cfy("install", blueprint, "--plugins", "plugins", "-d", "web2", "-i",
            "port=" .. port)
         assert.equal(1, result.code)
         assert.truthy(result.err:find("port " .. port, 1, true), result.err)
         assert.truthy(result.out:find("Address already in use", 1, true), result.out)
         world:cfy("uninstall", "web2")
         world:cfy("uninstall", "web")
      end)
   end)
end)
