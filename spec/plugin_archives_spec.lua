local cfy = require("spec.support.cfy")
local json = require("cloudify").json
local rocks = require("spec.support.rocks")

local PLUGIN_YAML = [[
plugins:
  p: {executor: central_deployment_agent, package_name: p, package_version: '1.0'}
node_types:
  p.Thing:
    derived_from: cloudify.nodes.Root
    interfaces:
      cloudify.interfaces.lifecycle: {create: p.p.tasks.create}
]]

local TASKS = [[
local tasks = {}
function tasks.create(ctx)
   ctx.instance.runtime_properties.text = %s
end
return tasks
]]

local BLUEPRINT = [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml, "plugin:p"]
node_templates:
  thing: {type: p.Thing}
]]

describe("archives of plugins", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   --- Write the plugin; `value` is what its operation stores.
   local function write_plugin(value, dependencies)
      world:write("p/plugin.yaml", PLUGIN_YAML)
      world:write("p/p/tasks.lua", TASKS:format(value or '"packed"'))
      if dependencies then
         world:write("p/p-1.0-1.rockspec", ([[
rockspec_format = "3.0"
package = "p"
version = "1.0-1"
source = {url = "file://."}
dependencies = {"lua == 5.4", "cloudify == 0.1.0"%s}
build = {
   type = "builtin",
   modules = {["p.tasks"] = "p/tasks.lua"},
   install = {conf = {["plugin.yaml"] = "plugin.yaml"}},
}
]]):format(dependencies))
      end
      return world:path("p")
   end

   local function ok(result)
      assert.equal(0, result.code, result.err .. result.out)
      return result.out
   end

   local function contains(part, text)
      assert.truthy(text:find(part, 1, true), ("'%s' in:\n%s"):format(part, text))
   end

   --- What the operation of a plugin that is installed stores.
   local function stored()
      ok(world:cfy("install", world:write("app/blueprint.yaml", BLUEPRINT)))
      local instances = json.decode(ok(world:cfy("node-instances", "app", "--json")))
      return instances[1].runtime_properties.text
   end

   it("are packed without LuaRocks where nothing is needed, and installed", function()
      local folder = write_plugin(nil, "")
      world:write("p/.git/config", "not of the plugin")
      world:write("bin/luarocks", "#!/bin/sh\necho called >>'" .. world:path("called") .. "'\n")
      local result = world:sh(("cd '%s'; chmod +x bin/luarocks; PATH=$PWD/bin:$PATH %s")
         :format(world.folder, world:command("plugins", "pack", folder)))
      assert.equal("Plugin 'p' 1.0 is packed: p-1.0.tar.gz\n", ok(result))
      assert.equal("", world:so_far("called"))
      assert.equal("p-1.0/\np-1.0/p/\np-1.0/p/tasks.lua\np-1.0/p-1.0-1.rockspec\n"
         .. "p-1.0/plugin.yaml\n", world:sh("tar tf '" .. world:path("p-1.0.tar.gz") .. "'").out)
      contains("Plugin 'p' 1.0 is installed.",
         ok(world:cfy("plugins", "install", world:path("p-1.0.tar.gz"))))
      assert.equal("packed", stored())
   end)

   it("are written where -o says, the same bytes for the same plugin", function()
      local folder = write_plugin()
      for _, name in ipairs {"one.tar.gz", "two.tar.gz"} do
         ok(world:cfy("plugins", "pack", folder, "-o", world:path(name)))
      end
      assert.equal(world:read(world:path("one.tar.gz")), world:read(world:path("two.tar.gz")))
   end)

   it("are not made where plugin.yaml and the rockspec are of different versions", function()
      local folder = write_plugin(nil, "")
      world:write("p/plugin.yaml", (PLUGIN_YAML:gsub("'1.0'", "'1.1'")))
      local result = world:cfy("plugins", "pack", folder, "-o", world:path("p.tar.gz"))
      assert.equal(1, result.code)
      assert.equal(("cfy: cannot pack '%s': p-1.0-1.rockspec is of version '1.0-1', plugin.yaml of "
         .. "'1.1': make it '1.1-1', or change plugin.yaml\n"):format(folder), result.err)
      assert.equal("", world:so_far("p.tar.gz"))
   end)

   it("do not have older ones in them", function()
      local folder = write_plugin()
      local command = ("cd '%s' && %s"):format(folder, world:command("plugins", "pack", "."))
      ok(world:sh(command))
      local first = world:read(folder .. "/p-1.0.tar.gz")
      ok(world:sh(command))
      assert.equal(first, world:read(folder .. "/p-1.0.tar.gz"))
   end)

   it("may be of other kinds, with the plugin in a folder or at the top", function()
      write_plugin()
      local python = [[python3 -c 'import shutil, sys; shutil.make_archive(*sys.argv[1:])' ]]
      local cases = {"x.zip zip p", "y.tar.xz xztar .", "z.tar tar p"}
      for _, case in ipairs(cases) do
         local file, kind, root = table.unpack({case:match("(%S+) (%S+) (%S+)")})
         ok(world:sh(("cd '%s' && %s %s %s %s %s"):format(world.folder, python,
            file:match("^%a"), kind, root == "p" and "." or "p", root == "p" and "p" or ".")))
         ok(world:cfy("plugins", "install", world:path(file)))
         ok(world:cfy("plugins", "uninstall", "p"))
      end
   end)

   it("are refused where they lead out of their folder, and leave nothing", function()
      ok(world:sh(("cd '%s' && touch evil && tar czPf x.tar.gz ../%s/evil"):format(world.folder,
         world.folder:match("[^/]*$"))))
      local result = world:cfy("plugins", "install", world:path("x.tar.gz"))
      assert.equal(1, result.code)
      contains("cannot install '" .. world:path("x.tar.gz") .. "'", result.err)
      assert.equal("", world:sh("ls -A '" .. world.store .. "/plugins'").out)
   end)

   it("are refused where there is none", function()
      local function refused(part, ...)
         local result = world:cfy("plugins", ...)
         assert.equal(1, result.code)
         contains(part, result.err)
      end
      refused("cannot install 'nothing': there is neither folder nor archive 'nothing'", "install",
         "nothing")
      refused("cannot install 'https://localhost/p.zip': plugins are installed from folders and "
         .. "archives: download it first\n", "install", "https://me:secret@localhost/p.zip")
      refused("it has no plugin.yaml", "pack", world.folder)
      refused("there is no folder 'nothing'", "pack", "nothing")
   end)

   it("that need rocks say so where there is no LuaRocks", function()
      local folder = write_plugin(nil, ', "inspect >= 3"')
      local result = world:sh("PATH='" .. world:path("p") .. "' "
         .. world:command("plugins", "pack", folder))
      assert.equal(1, result.code)
      contains("there is no 'luarocks' to fetch them: install the package luarocks", result.err)
   end)

   -- What follows needs LuaRocks, which tools/setup installs.
   local it_with_luarocks = rocks.available() and it
      or function(name) pending(name .. " (there is no LuaRocks here)", function() end) end

   local function server()
      local made = rocks.server(world)
      made:add("util", "1.0-1", "'util 1.0'")
      made:add("util", "1.2-1", "'util 1.2'")
      made:add("inspect", "3.1-1", "'inspect 3.1 with ' .. require('util')",
         {"lua >= 5.4", "util >= 1.0", "cloudify >= 0.1"})
      return made
   end

   local function pack(made, folder, ...)
      return world:sh(made:environment() .. world:command("plugins", "pack", folder, "-o",
         world:path("p.tar.gz"), ...))
   end

   it_with_luarocks("bring along what their rockspec needs, and that in turn", function()
      local made = server()
      local folder = write_plugin('require("inspect")', ', "inspect >= 3"')
      local packed = json.decode(ok(pack(made, folder, "--json")))
      assert.same({inspect = "3.1-1", util = "1.2-1"}, packed.bundled)
      local lock = assert(loadfile(folder .. "/luarocks.lock"))()
      assert.same({dependencies = {inspect = "3.1-1", util = "1.2-1"}}, lock)
      local in_archive = ok(world:sh(("tar xzOf '%s' p-1.0/luarocks.lock")
         :format(world:path("p.tar.gz"))))
      assert.equal(world:read(folder .. "/luarocks.lock"), in_archive)
      -- No network, no LuaRocks: what is needed is there.
      os.execute("rm -r " .. world:path("rocks") .. " " .. folder)
      local installed = json.decode(ok(world:cfy("plugins", "install", world:path("p.tar.gz"),
         "--json")))
      assert.same({inspect = "3.1-1", util = "1.2-1"}, installed.bundled)
      assert.equal("inspect 3.1 with util 1.2", stored())
   end)

   it_with_luarocks("keep to the versions of luarocks.lock", function()
      local made = server()
      local folder = write_plugin('require("inspect")', ', "inspect >= 3"')
      world:write("p/luarocks.lock",
         'return {dependencies = {inspect = "3.1-1", lua = "5.4-1", util = "1.0-1"}}')
      local packed = json.decode(ok(pack(made, folder, "--json")))
      assert.same({inspect = "3.1-1", util = "1.0-1"}, packed.bundled)
      ok(world:cfy("plugins", "install", world:path("p.tar.gz")))
      assert.equal("inspect 3.1 with util 1.0", stored())
   end)

   it_with_luarocks("are not packed where the lock and the rockspec disagree", function()
      local made = server()
      local folder = write_plugin(nil, ', "util >= 1.1"')
      world:write("p/luarocks.lock", 'return {dependencies = {util = "1.0-1"}}')
      local result = pack(made, folder)
      assert.equal(1, result.code)
      contains("luarocks.lock has version 1.0-1 of 'util', the rockspec wants 1.2-1", result.err)
   end)

   it_with_luarocks("say what LuaRocks says where something is missing", function()
      local made = server()
      local result = pack(made, write_plugin(nil, ', "nowhere >= 1"'))
      assert.equal(1, result.code)
      contains("luarocks: Could not satisfy dependency nowhere >= 1", result.err)
   end)

   it_with_luarocks("may be rocks that were built", function()
      local made = rocks.server(world)
      local folder = write_plugin(nil, "")
      -- What `make install` puts beside cfy is what lets LuaRocks find cloudify.
      ok(world:sh(("tools/install '%s' '' '%s/opt' '%s/opt/libexec'"):format(os.getenv("CFY_BUILD"),
         world.folder, world.folder)))
      local luarocks = ("luarocks --lua-version 5.4 --tree '%s/opt' "):format(world.folder)
      made:run(("cd '%s' && %s make p-1.0-1.rockspec && %s pack p"):format(folder, luarocks,
         luarocks))
      local record = json.decode(ok(world:cfy("plugins", "install",
         folder .. "/p-1.0-1.all.rock", "--json")))
      assert.equal("1.0", record.version)
      assert.equal("packed", stored())
   end)

   it_with_luarocks("are no rocks that are still to be built", function()
      write_plugin(nil, "")
      ok(world:sh(("cd '%s' && zip -qr p-1.0-1.src.rock p || python3 -c 'import shutil; "
         .. "shutil.move(shutil.make_archive(\"p\", \"zip\", \".\", \"p\"), "
         .. "\"p-1.0-1.src.rock\")'"):format(world.folder)))
      local result = world:cfy("plugins", "install", world:path("p-1.0-1.src.rock"))
      assert.equal(1, result.code)
      contains("is no rock that was built", result.err)
   end)

   it_with_luarocks("are made known to LuaRocks by `make install`, beside other rocks", function()
      local made = server()
      local tree = world:path("opt")
      local install = ("tools/install '%s' '' '%s' '%s/libexec'"):format(os.getenv("CFY_BUILD"),
         tree, tree)
      local luarocks = ("luarocks --lua-version 5.4 --tree '%s' "):format(tree)
      made:run(luarocks .. "install util")
      ok(world:sh(install))
      assert.equal("cloudify 0.1.0-1\nutil 1.2-1\n", made:run(luarocks
         .. "list --porcelain | awk '{print $1, $2}'").out)
      made:run(luarocks .. "install inspect")
      ok(world:sh("rm -r '" .. tree .. "' && " .. install))
      assert.equal("cloudify 0.1.0-1\n", made:run(luarocks
         .. "list --porcelain | awk '{print $1, $2}'").out)
   end)
end)
