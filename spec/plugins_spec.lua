local cfy = require("spec.support.cfy")
local json = require("cloudify").json

-- Tells in the runtime properties what it is and what it sees.
local TASKS = [[
local operation = require("cloudify.decorators").operation
local tasks = {}
tasks.create = operation(function(ctx)
   local properties = ctx.instance.runtime_properties
   properties.text = "%s"
   properties.before = tostring(shared)
   shared = "%s"
   properties.name = ctx.plugin.name
   properties.prefix = ctx.plugin.prefix
   properties.package_name = ctx.plugin.package_name
   properties.package_version = ctx.plugin.package_version
   properties.source = ctx.plugin.source
   properties.workdir = ctx.plugin.workdir
end)
return tasks
]]

local PLUGIN_YAML = [[
plugins:
  %s:
    executor: central_deployment_agent
    package_name: %s
%s
node_types:
  %s.Thing:
    derived_from: cloudify.nodes.Root
    interfaces:
      cloudify.interfaces.lifecycle:
        create: %s.%s.tasks.create
]]

local BLUEPRINT = [[
tosca_definitions_version: cloudify_dsl_1_4
imports:
  - cloudify/types/types.yaml
%s
node_templates:
%s
]]

--- Write a plugin into `folder` of the world: its module `NAME.tasks` says `text`.
local function write_plugin(world, folder, name, version, text)
   local line = version and ("    package_version: '%s'\n"):format(version) or ""
   world:write(folder .. "/plugin.yaml", PLUGIN_YAML:format(name, name, line, name, name, name))
   world:write(("%s/%s/tasks.lua"):format(folder, name), TASKS:format(text, text))
   return world:path(folder)
end

--- Write a blueprint with a node for each of `types`.
local function write_blueprint(world, imports, types, more)
   local import_lines, nodes = {}, {}
   for _, import in ipairs(imports) do
      table.insert(import_lines, ('  - "%s"'):format(import))
   end
   for i, type_name in ipairs(types) do
      table.insert(nodes, ("  node%d: {type: %s}"):format(i, type_name))
   end
   return world:write("app/blueprint.yaml", BLUEPRINT:format(table.concat(import_lines, "\n"),
      table.concat(nodes, "\n")) .. (more or ""))
end

describe("plugins", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   local function ok(...)
      local result = world:cfy(...)
      assert.equal(0, result.code, result.err .. result.out)
      return result.out
   end

   --- Run cfy, which must fail; what it says.
   local function refused(...)
      local result = world:cfy(...)
      assert.equal(1, result.code, result.out)
      return (result.err:gsub("\n$", ""))
   end

   local function contains(part, text)
      assert.truthy(text:find(part, 1, true), ("'%s' in:\n%s"):format(part, text))
   end

   --- The runtime properties of the nodes of a deployment, by the name of the node.
   local function properties(deployment)
      local found = {}
      for _, instance in ipairs(json.decode(ok("node-instances", deployment, "--json"))) do
         found[instance.node_id] = instance.runtime_properties
      end
      return found
   end

   local function installed()
      local texts = {}
      for _, plugin in ipairs(json.decode(ok("plugins", "list", "--json"))) do
         table.insert(texts, ("%s %s %s"):format(plugin.name, plugin.version, plugin.status))
      end
      return texts
   end

   describe("are installed", function()
      it("from a folder, and listed", function()
         contains("0 plugins", ok("plugins", "list"))
         local folder = write_plugin(world, "p", "p", "1.0", "one")
         contains("Plugin 'p' 1.0 is installed.", ok("plugins", "install", folder))
         local list = ok("plugins", "list")
         contains("| p    | 1.0     | ok     |", list)
         contains("1 plugin\n", list)
      end)

      it("and shown with all that is known of them", function()
         local folder = write_plugin(world, "p", "p", "1.0", "one")
         local record = json.decode(ok("plugins", "install", folder, "--json"))
         assert.same(json.decode(ok("plugins", "get", "p", "--json")), record)
         record.installed_at = nil
         assert.same({name = "p", version = "1.0", status = "ok", plugins = {"p"}, source = folder,
            folder = world.store .. "/plugins/p/1.0", bundled = {}, dependencies = {},
            deployments = {}, reason = require("cloudify").null}, record)
      end)

      it("several versions side by side, the newest first", function()
         for _, version in ipairs {"1.9", "1.10", "1.10rc1"} do
            ok("plugins", "install", write_plugin(world, version, "p", version, version))
         end
         assert.same({"p 1.10 ok", "p 1.10rc1 ok", "p 1.9 ok"}, installed())
         assert.equal("1.10", json.decode(ok("plugins", "get", "p", "--json")).version)
         assert.equal("1.9", json.decode(ok("plugins", "get", "p", "1.9", "--json")).version)
      end)

      it("each version once", function()
         local folder = write_plugin(world, "p", "p", "1.0", "one")
         ok("plugins", "install", folder)
         assert.equal("cfy: plugin 'p' 1.0 is installed already: raise its version in plugin.yaml, "
            .. "or 'cfy plugins uninstall p 1.0' first", refused("plugins", "install", folder))
         ok("plugins", "uninstall", "p", "1.0")
         ok("plugins", "install", folder)
      end)

      it("with the version of their rockspec where plugin.yaml has none", function()
         local folder = write_plugin(world, "p", "p", nil, "one")
         world:write("p/p-2.1-3.rockspec", 'package = "p"\nversion = "2.1-3"\n'
            .. 'dependencies = {"lua >= 5.4", "cloudify >= 0.1", "lpeg >= 1"}\n')
         contains("It needs 'lpeg >= 1', which is not bundled", ok("plugins", "install", folder))
         local record = json.decode(ok("plugins", "get", "p", "--json"))
         assert.equal("2.1", record.version)
         assert.same({"lpeg >= 1"}, record.dependencies)
      end)

      it("not by half, whatever an earlier process left", function()
         local folder = write_plugin(world, "p", "p", "1.0", "one")
         ok("plugins", "install", write_plugin(world, "q", "q", "1.0", "q"))
         world:write("store/plugins/.draft/unpacked/plugin.yaml", "half")
         world:write("store/plugins/p/1.0/plugin.yaml", "renamed, but not in the catalog")
         assert.same({"q 1.0 ok"}, installed())
         ok("plugins", "install", folder)
         assert.same({"p 1.0 ok", "q 1.0 ok"}, installed())
         assert.equal("", world:sh("ls -A '" .. world.store .. "/plugins' | grep draft").out)
      end)

      it("whole or not at all, at whatever instant they are killed", function()
         local folder = write_plugin(world, "p", "p", "1.0", "one")
         local command = world:command("plugins", "install", folder):gsub("^(CFY_STORE=%S+)",
            "env %1")
         for delay = 2, 40, 2 do
            world:sh(("timeout -s KILL 0.%03d %s"):format(delay, command))
            local found = installed()
            assert.truthy(#found == 0 or found[1] == "p 1.0 ok", found[1])
            if #found == 1 then
               ok("plugins", "uninstall", "p")
            end
         end
         ok("plugins", "install", folder)
         assert.same({"p 1.0 ok"}, installed())
         assert.equal("p\n", world:sh("ls -A '" .. world.store .. "/plugins'").out)
      end)

      it("with Lua that is no module in them: tests and templates are not looked at", function()
         local folder = write_plugin(world, "p", "p", "1.0", "one")
         world:write("p/resources/app.lua", "port = {{ port }}")
         world:write("p/spec/broken.lua", "return {")
         ok("plugins", "install", folder)
         assert.same({"p 1.0 ok"}, installed())
      end)

      it("but not broken ones: the error says where", function()
         local cases = {
            {"it has no plugin.yaml", function(folder) os.remove(folder .. "/plugin.yaml") end},
            {"plugin.yaml:3:1: ", function() world:write("p/plugin.yaml", "plugins:\n[") end},
            {"plugin.yaml:1:1: it declares no plugin",
               function() world:write("p/plugin.yaml", "node_types: {}\n") end},
            {"plugin.yaml:1:68: 'package_version' must be a string, not a float: put it in quotes",
               function()
                  world:write("p/plugin.yaml", "plugins: {p: {executor: central_deployment_agent, "
                     .. "package_version: 1.0}}")
               end},
            {"plugin.yaml:1:68: package_version 'one' is no version", function()
               world:write("p/plugin.yaml", "plugins: {p: {executor: central_deployment_agent, "
                  .. "package_version: one}}")
            end},
            {"no plugin in it has a 'package_version', nor is there a rockspec",
               function(folder) write_plugin(world, folder:match("[^/]*$"), "p", nil, "x") end},
            {"p/tasks.lua:2: ", function() world:write("p/p/tasks.lua", "return {\n") end},
            {"p-1-1.rockspec: it has no 'version'",
               function() world:write("p/p-1-1.rockspec", 'package = "p"') end},
            {"p-1-1.rockspec:1: it does not end",
               function() world:write("p/p-1-1.rockspec", "while true do end") end},
            {"p-1-1.rockspec:1: attempt to index a nil value (global 'os')",
               function() world:write("p/p-1-1.rockspec", "os.execute('true')") end},
         }
         for _, case in ipairs(cases) do
            local expected, spoil = table.unpack(case)
            local folder = write_plugin(world, "p", "p", "1.0", "one")
            os.remove(folder .. "/p-1-1.rockspec")
            spoil(folder)
            local message = refused("plugins", "install", folder)
            contains(expected, message)
            contains(("cannot install '%s'"):format(folder), message)
         end
         assert.same({}, installed())
      end)

      it("and a broken one is listed with the reason, beside the others", function()
         ok("plugins", "install", write_plugin(world, "p", "p", "1.0", "one"))
         ok("plugins", "install", write_plugin(world, "q", "q", "1.0", "q"))
         os.remove(world.store .. "/plugins/p/1.0/plugin.yaml")
         world:write("store/plugins/q/1.0/q/more.lua", "local = 1")
         ok("plugins", "install", write_plugin(world, "r", "r", "1.0", "r"))
         local list = ok("plugins", "list")
         contains("| p    | 1.0     | broken | it has no plugin.yaml", list)
         contains("| broken | q/more.lua:1: <name> expected near '='", list)
         assert.same({"p 1.0 broken", "q 1.0 broken", "r 1.0 ok"}, installed())
         local blueprint = write_blueprint(world, {"plugin:r"}, {"r.Thing"})
         ok("install", blueprint, "-d", "good")
         local message = refused("install", write_blueprint(world, {"plugin:p"}, {"p.Thing"}))
         contains("the installed plugin 'p' 1.0 has no plugin.yaml", message)
      end)
   end)

   describe("are uninstalled", function()
      it("with all their files", function()
         ok("plugins", "install", write_plugin(world, "p", "p", "1.0", "one"))
         contains("Plugin 'p' is uninstalled.", ok("plugins", "uninstall", "p"))
         assert.same({}, installed())
         assert.equal("", world:sh("ls -A '" .. world.store .. "/plugins'").out)
      end)

      it("only if it is clear which version is meant", function()
         ok("plugins", "install", write_plugin(world, "1", "p", "1.0", "one"))
         ok("plugins", "install", write_plugin(world, "2", "p", "2.0", "two"))
         contains("several versions are installed: say which: 2.0, 1.0",
            refused("plugins", "uninstall", "p"))
         contains("version 3.0 of plugin 'p' is not installed, only 2.0, 1.0",
            refused("plugins", "uninstall", "p", "3.0"))
         ok("plugins", "uninstall", "p", "1.0")
         assert.same({"p 2.0 ok"}, installed())
      end)

      it("not while deployments use them, unless by force", function()
         ok("plugins", "install", write_plugin(world, "p", "p", "1.0", "one"))
         local blueprint = write_blueprint(world, {"plugin:p"}, {"p.Thing"})
         ok("install", blueprint, "-d", "first")
         ok("deployments", "create", blueprint, "-d", "second")
         assert.equal("cfy: plugin 'p' 1.0 is used by deployments 'first', 'second': delete them "
            .. "first, or use --force", refused("plugins", "uninstall", "p"))
         assert.same({"first", "second"},
            json.decode(ok("plugins", "get", "p", "--json")).deployments)
         ok("deployments", "delete", "second")
         contains("used by deployment 'first'", refused("plugins", "uninstall", "p"))
         ok("plugins", "uninstall", "p", "--force")
         assert.same({}, installed())
         local message = refused("executions", "start", "reinstall", "-d", "first")
         contains("is gone: 'cfy plugins install' it again", message)
         ok("plugins", "install", world:path("p"))
         ok("executions", "start", "reinstall", "-d", "first")
      end)

      it("also after the deployment that used them has another version", function()
         ok("plugins", "install", write_plugin(world, "1", "p", "1.0", "one"))
         local blueprint = write_blueprint(world, {"plugin:p"}, {"p.Thing"})
         ok("install", blueprint, "-d", "app")
         ok("uninstall", "app")
         ok("plugins", "install", write_plugin(world, "2", "p", "2.0", "two"))
         contains("used by deployment 'app'", refused("plugins", "uninstall", "p", "1.0"))
         ok("install", blueprint, "-d", "app")
         ok("plugins", "uninstall", "p", "1.0")
         assert.equal("two", properties("app").node1.text)
      end)

      it("and an unknown one is not: the error names the nearest", function()
         ok("plugins", "install", write_plugin(world, "p", "proxy", "1.0", "one"))
         assert.equal("cfy: plugin 'proxi' is not installed, did you mean 'proxy'?",
            refused("plugins", "uninstall", "proxi"))
         assert.equal("cfy: plugin 'other' is not installed, see 'cfy plugins list'",
            refused("plugins", "get", "other"))
      end)
   end)

   describe("are found", function()
      it("beside the blueprint before anywhere else", function()
         ok("plugins", "install", write_plugin(world, "p", "p", "9.0", "installed"))
         write_plugin(world, "given/p", "p", "1.0", "given")
         write_plugin(world, "app/plugins/p", "p", "1.0", "beside")
         local blueprint = write_blueprint(world, {"plugin:p"}, {"p.Thing"})
         ok("install", blueprint, "--plugins", world:path("given"), "-d", "app")
         assert.equal("beside", properties("app").node1.text)
      end)

      it("by what `source` says, whatever the plugin is called", function()
         write_plugin(world, "app/plugins/folder", "p", "1.0", "by source")
         local yaml = world:read(world:path("app/plugins/folder/plugin.yaml"))
         world:write("app/plugins/folder/plugin.yaml",
            (yaml:gsub("    package_name", "    source: folder\n    package_name")))
         ok("install", write_blueprint(world, {"plugins/folder/plugin.yaml"}, {"p.Thing"}))
         local seen = properties("app").node1
         assert.equal("by source", seen.text)
         assert.equal("folder", seen.source)
      end)

      it("in the given directories before the installed ones", function()
         ok("plugins", "install", write_plugin(world, "p", "p", "9.0", "installed"))
         write_plugin(world, "given/p", "p", "1.0", "given")
         local blueprint = write_blueprint(world, {"plugin:p"}, {"p.Thing"})
         ok("install", blueprint, "--plugins", world:path("given"), "-d", "app")
         assert.equal("given", properties("app").node1.text)
         os.execute("rm -r " .. world:path("given"))
         ok("executions", "start", "reinstall", "-d", "app")
      end)

      it("in folders whose names Lua's own path could not hold", function()
         world.store = world:path("st;o?re")
         write_plugin(world, "giv;e?n/p", "p", "1.0", "given")
         local blueprint = write_blueprint(world, {"plugin:p"}, {"p.Thing"})
         ok("validate", "--strict", blueprint, "--plugins", world:path("giv;e?n"))
         ok("install", blueprint, "--plugins", world:path("giv;e?n"), "-d", "app")
         assert.equal("given", properties("app").node1.text)
         ok("plugins", "install", world:path("giv;e?n/p"))
         ok("install", blueprint, "-d", "other")
         assert.equal("given", properties("other").node1.text)
      end)

      it("among the installed ones by the version that is imported", function()
         for _, version in ipairs {"1.0", "1.5", "2.0"} do
            ok("plugins", "install", write_plugin(world, version, "p", version, version))
         end
         local cases = {{"plugin:p", "2.0"}, {"plugin:p?version=<2", "1.5"},
            {"plugin:p?version=>=1,<1.5", "1.0"}, {"plugin:p?version=1.5", "1.5"}}
         for i, case in ipairs(cases) do
            local import, version = table.unpack(case)
            ok("install", write_blueprint(world, {import}, {"p.Thing"}), "-d", "app" .. i)
            local seen = properties("app" .. i).node1
            assert.equal(version, seen.text)
            assert.equal(version, seen.package_version)
         end
         contains("no plugin 'p' of version >=3 is found: tried", refused("validate",
            write_blueprint(world, {"plugin:p?version=>=3"}, {"p.Thing"})) ..
            world:cfy("validate", world:path("app/blueprint.yaml")).out)
      end)

      it("among the installed ones by the version that is declared", function()
         for _, version in ipairs {"1.0", "2.0"} do
            ok("plugins", "install", write_plugin(world, version, "p", version, version))
         end
         local function declare(version)
            return world:write("app/blueprint.yaml", ([[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
plugins:
  mine:
    executor: central_deployment_agent
    package_name: p
%s
node_templates:
  node1:
    type: cloudify.nodes.Root
    interfaces:
      cloudify.interfaces.lifecycle: {create: mine.p.tasks.create}
]]):format(version and ("    package_version: '%s'"):format(version) or ""))
         end
         ok("install", declare("1.0"), "-d", "old")
         ok("install", declare(nil), "-d", "new")
         assert.equal("1.0", properties("old").node1.text)
         assert.equal("2.0", properties("new").node1.text)
         assert.equal("cfy: plugin 'mine': version 3.0 of 'p' is not installed, only 2.0, 1.0",
            refused("install", declare("3.0"), "-d", "none"))
      end)

      it("on Lua's own path", function()
         world:write("rocks/p/tasks.lua", TASKS:format("a rock", ""))
         local yaml = write_plugin(world, "types", "p", "1.0", "") .. "/plugin.yaml"
         write_blueprint(world, {yaml}, {"p.Thing"})
         local result = world:sh(("LUA_PATH='%s/?.lua;;' "):format(world:path("rocks"))
            .. world:command("install", world:path("app/blueprint.yaml")))
         assert.equal(0, result.code, result.err)
         assert.equal("a rock", properties("app").node1.text)
      end)

      it("with the folder and the nearest module, where one is missing", function()
         local folder = write_plugin(world, "p", "p", "1.0", "one")
         os.rename(folder .. "/p/tasks.lua", folder .. "/p/task.lua")
         ok("plugins", "install", folder)
         local message = refused("install", write_blueprint(world, {"plugin:p"}, {"p.Thing"}))
         contains("plugin 'p': module 'p.tasks' not found (did you mean 'p.p.task.create'?): "
            .. "there is no 'p/tasks.lua' in '" .. world.store .. "/plugins/p/1.0'", message)
      end)

      it("with the whole name, where the folder was forgotten", function()
         local folder = write_plugin(world, "p", "p", "1.0", "one")
         world:write("p/plugin.yaml", PLUGIN_YAML:format("p", "p", "", "p", "p", "tasks")
            :gsub("tasks.tasks.create", "tasks.create"))
         local blueprint = write_blueprint(world, {folder .. "/plugin.yaml"}, {"p.Thing"})
         local message = refused("install", blueprint, "--plugins", world.folder)
         contains("module 'tasks' not found (did you mean 'p.p.tasks.create'?): there is no "
            .. "'tasks.lua' in '", message)
         contains("plugin 'p' has no module 'tasks' (did you mean 'p.p.tasks.create'?)",
            ok("validate", "--strict", blueprint, "--plugins", world.folder))
      end)

      for _, case in ipairs {
         {"", "returns nothing: its last line must return the table of its functions, as in "
            .. "'return tasks'"},
         {"return print", "returns a function, not a table of functions"},
      } do
         local last_line, message = table.unpack(case)
         it(("for operations and workflows alike, where the last line is '%s'"):format(last_line),
            function()
               local folder = write_plugin(world, "p", "p", "1.0", "one")
               world:write("p/p/tasks.lua", "local tasks = {}\n" .. last_line)
               ok("plugins", "install", folder)
               local blueprint = write_blueprint(world, {"plugin:p"}, {"p.Thing"}, [[

workflows:
  own: p.p.tasks.own
]])
               message = "plugin 'p': module 'p.tasks' " .. message
               contains(message, refused("install", blueprint, "-d", "app"))
               contains(message, refused("executions", "start", "own", "-d", "app"))
            end)
      end

      it("where nothing has them, with what can be done", function()
         local yaml = write_plugin(world, "types", "p", "1.0", "") .. "/plugin.yaml"
         local message = refused("install", write_blueprint(world, {yaml}, {"p.Thing"}))
         contains("put the plugin into 'plugins/p' beside the blueprint", message)
         contains("'cfy plugins install'", message)
      end)

      it("in a folder with its plugin.yaml, not in what is called like it there", function()
         local folder = write_plugin(world, "given", "p", "1.0", "given")
         ok("install", write_blueprint(world, {folder .. "/plugin.yaml"}, {"p.Thing"}),
            "--plugins", folder)
         assert.equal("given", properties("app").node1.text)
      end)

      it("not in the folder in which cfy is run", function()
         local yaml = write_plugin(world, "here", "p", "1.0", "here") .. "/plugin.yaml"
         local blueprint = write_blueprint(world, {yaml}, {"p.Thing"})
         local result = world:sh(("cd '%s' && "):format(world:path("here"))
            .. world:command("install", blueprint))
         assert.equal(1, result.code)
         contains("plugin 'p': module 'p.tasks' not found", result.err)
      end)
   end)

   it("stay the version that a deployment was created with", function()
      ok("plugins", "install", write_plugin(world, "1", "p", "1.0", "one"))
      local blueprint = write_blueprint(world, {"plugin:p"}, {"p.Thing"})
      ok("install", blueprint, "-d", "old")
      ok("plugins", "install", write_plugin(world, "2", "p", "2.0", "two"))
      ok("install", blueprint, "-d", "new")
      ok("executions", "start", "reinstall", "-d", "old")
      local seen = properties("old").node1
      assert.equal("one", seen.text)
      assert.equal("p", seen.package_name)
      assert.equal("1.0", seen.package_version)
      assert.equal(world.store .. "/plugins/p/1.0", seen.prefix)
      assert.equal("two", properties("new").node1.text)
   end)

   it("tell their operations what they are (runtime.md 1.7)", function()
      write_plugin(world, "app/plugins/p", "p", "1.0", "one")
      ok("install", write_blueprint(world, {"ns--plugin:p"}, {"ns--p.Thing"}), "-d", "app")
      local seen = properties("app").node1
      assert.equal("ns--p", seen.name)
      assert.equal("p", seen.package_name)
      assert.equal("1.0", seen.package_version)
      assert.is_nil(seen.source)
      assert.truthy(seen.prefix:match("^" .. world.store:gsub("%p", "%%%0")
         .. "/deployments/app/blueprint%-%w+/plugins/p$"), seen.prefix)
      assert.equal(world.store .. "/deployments/app/workdir/plugins/ns--p", seen.workdir)
      assert.equal(0, world:sh("test -d '" .. seen.workdir .. "'").code)
   end)

   describe("are isolated", function()
      it("from each other: globals of one are not seen by another", function()
         for _, name in ipairs {"p", "q"} do
            ok("plugins", "install", write_plugin(world, name, name, "1.0", name))
         end
         local nodes = {"p.Thing", "q.Thing", "p.Thing"}
         ok("install", write_blueprint(world, {"plugin:p", "plugin:q"}, nodes), "-j", "1", "-d",
            "app")
         local seen = properties("app")
         assert.equal("nil", seen.node2.before)
         -- One of the two of `p` came first in the worker that both shared.
         local both = {seen.node1.before, seen.node3.before}
         table.sort(both)
         assert.same({"nil", "p"}, both)
      end)

      it("from other versions of the same plugin", function()
         for _, version in ipairs {"1.0", "2.0"} do
            ok("plugins", "install", write_plugin(world, version, "p", version, version))
         end
         local imports = {"one--plugin:p?version=1.0", "two--plugin:p?version=2.0"}
         ok("install", write_blueprint(world, imports, {"one--p.Thing", "two--p.Thing"}), "-j",
            "1", "-d", "app")
         local seen = properties("app")
         assert.same({"1.0", "nil"}, {seen.node1.text, seen.node1.before})
         assert.same({"2.0", "nil"}, {seen.node2.text, seen.node2.before})
      end)

      it("though they are one under several namespaces", function()
         ok("plugins", "install", write_plugin(world, "p", "p", "1.0", "p"))
         local imports = {"one--plugin:p", "two--plugin:p"}
         ok("install", write_blueprint(world, imports, {"one--p.Thing", "two--p.Thing"}), "-j",
            "1", "-d", "app")
         local seen = properties("app")
         local both = {seen.node1.before, seen.node2.before}
         table.sort(both)
         assert.same({"nil", "p"}, both)
      end)

      it("from modules of other plugins", function()
         write_plugin(world, "given/q", "q", "1.0", "q")
         write_plugin(world, "given/p", "p", "1.0", "p")
         world:write("given/p/p/tasks.lua", "require('q.q.tasks')")
         local blueprint = write_blueprint(world, {"plugin:p", "plugin:q"}, {"p.Thing", "q.Thing"})
         local message = refused("install", blueprint, "--plugins", world:path("given"), "-d",
            "app", "--task-retries", "0")
         contains("module 'q.q.tasks' not found", message)
      end)

      it("from the engine: a broken one fails its own operations only", function()
         ok("plugins", "install", write_plugin(world, "p", "p", "1.0", "p"))
         ok("plugins", "install", write_plugin(world, "q", "q", "1.0", "q"))
         world:write("store/plugins/p/1.0/p/tasks.lua", "return {")
         local blueprint = write_blueprint(world, {"plugin:p", "plugin:q"}, {"p.Thing", "q.Thing"})
         local message = refused("install", blueprint, "-d", "app")
         contains("plugin 'p': ", message)
         contains("p/tasks.lua:1: unexpected symbol near <eof>", message)
         assert.equal("q", properties("app").node2.text)
      end)

      it("from the engine: a workflow cannot end its process", function()
         write_plugin(world, "app/plugins/p", "p", "1.0", "p")
         world:write("app/plugins/p/p/flows.lua", [[
            local flows = {}
            function flows.leave() os.exit(0) end
            return flows]])
         ok("deployments", "create", write_blueprint(world, {"plugin:p"}, {"p.Thing"},
            "workflows: {leave: p.p.flows.leave}\n"))
         contains("os.exit is not for workflows: it would end the engine",
            refused("executions", "start", "leave", "-d", "app"))
      end)
   end)

   it("may have modules in C, also in a store whose path Lua's own could not hold", function()
      local stores = {world.store, world:path("st;o?re")}
      local folder = write_plugin(world, "p", "p", "1.0", "one")
      world:write("answer.c", [[
#include <lua.h>
#include <lauxlib.h>
static int answer(lua_State *L) { lua_pushinteger(L, 42); return 1; }
int luaopen_p_answer(lua_State *L);
int luaopen_p_answer(lua_State *L)
{
    luaL_Reg functions[] = {{"create", answer}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
]])
      local built = world:sh(("mkdir -p '%s/lib/p' && cc -shared -fPIC "
         .. "$(pkg-config --cflags lua5.4) '%s' -o '%s/lib/p/answer.so' "
         .. "&& cd '%s/lib/p' && cp answer.so answer-v2.so && mkdir -p old-p "
         .. "&& cp answer.so old-p/answer.so"):format(folder,
         world:path("answer.c"), folder, folder))
      assert.equal(0, built.code, built.err)
      world:write("p/p/tasks.lua", [[
         local answer = require("p.answer").create
         -- Two files with the same function to open them, as Lua finds it in names with hyphens.
         require("p.answer-v2")
         require("p.old-p.answer")
         return {create = function(ctx) ctx.instance.runtime_properties.answer = answer() end}]])
      -- Once through Lua, once as the module of an operation itself.
      local blueprint = write_blueprint(world, {"plugin:p"}, {"p.Thing", "p.Thing"})
      world:write("app/blueprint.yaml", (world:read(blueprint):gsub("node2: {type: p.Thing}",
         "node2: {type: p.Thing, interfaces: "
         .. "{cloudify.interfaces.lifecycle: {create: p.p.answer.create}}}")))
      for _, store in ipairs(stores) do
         world.store = store
         ok("plugins", "install", folder)
         ok("install", blueprint, "-d", "app")
         assert.equal(42, properties("app").node1.answer)
      end
   end)

   it("are told of by cfy validate --strict as by an install", function()
      ok("plugins", "install", write_plugin(world, "p", "p", "1.0", "one"))
      local blueprint = write_blueprint(world, {"plugin:p"}, {"p.Thing"})
      assert.equal("The blueprint is valid.\n", ok("validate", "--strict", blueprint))
      for _, code in ipairs {"return {craete = print}", "local t = {}\nfunction t.craete() end",
         "local t = {}\nt.craete = print"} do
         world:write("store/plugins/p/1.0/p/tasks.lua", code)
         contains("'p.tasks' of plugin 'p' has no function 'create' (did you mean 'craete'?)",
            ok("validate", "--strict", blueprint))
      end
      for _, code in ipairs {"-- create\nreturn {craete = print}",
         "--[==[ t.create = ]] ]==]\nlocal t = {}\nt.craete = print",
         "local t = {text = '\\'--', more = [[--]]} -- create\nt.craete = print"} do
         world:write("store/plugins/p/1.0/p/tasks.lua", code)
         contains("has no function 'create'", ok("validate", "--strict", blueprint))
      end
      for _, code in ipairs {"local t = {text = '--'} function t.create() end",
         "local t = {[=[--]=], --[[x]] create = print}"} do
         world:write("store/plugins/p/1.0/p/tasks.lua", code)
         assert.equal("The blueprint is valid.\n", ok("validate", "--strict", blueprint))
      end
   end)
end)
