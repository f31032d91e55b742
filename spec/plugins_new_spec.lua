local cfy = require("spec.support.cfy")
local json = require("cloudify").json

describe("cfy plugins new", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   --- Run cfy in a folder of the world.
   local function run(folder, ...)
      return world:sh(("cd '%s' && %s"):format(world:path(folder), world:command(...)))
   end

   local function ok(result)
      assert.equal(0, result.code, result.err .. result.out)
      return result.out
   end

   it("makes a project with the plugin's name in it, and tells what to do next", function()
      assert.equal([[
Plugin 'web-shop' is begun, in the folder 'web-shop'. Next:
  cd web-shop
  cfy plugins test     run its tests
  cfy plugins check    find what would go wrong later
README.md there tells what the files are.
]], ok(run(".", "plugins", "new", "web-shop")))
      local listed = ok(world:sh(("cd '%s/web-shop' && find . -type f | sort")
         :format(world.folder)))
      assert.equal([[
./.gitignore
./.luacheckrc
./README.md
./blueprint/blueprint.yaml
./ci.sh
./plugin.yaml
./spec/note_spec.lua
./spec/tasks_spec.lua
./spec/workflow_spec.lua
./web-shop-0.1.0-1.rockspec
./web_shop/note.lua
./web_shop/tasks.lua
]], listed)
      local found = world:sh(("grep -rniE 'my[-_]plugin|CLOUDIFY_VERSION' '%s/web-shop'")
         :format(world.folder))
      assert.equal("", found.out)
      local rockspec = world:read(world:path("web-shop/web-shop-0.1.0-1.rockspec"))
      local version = ok(world:cfy("--version")):match("%S+\n$"):sub(1, -2)
      assert.truthy(rockspec:find('"cloudify == ' .. version .. '"', 1, true))
   end)

   it("tells the same as JSON", function()
      local project = json.decode(ok(run(".", "plugins", "new", "a_b", "--json")))
      assert.equal("a_b", project.name)
      assert.equal("a_b", project.module)
      assert.equal(12, #project.files)
   end)

   it("makes a project without findings, which luacheck likes as well", function()
      ok(run(".", "plugins", "new", "web-shop"))
      assert.equal("No findings.\n", ok(run("web-shop", "plugins", "check")))
      if world:sh("command -v luacheck").code == 0 then
         ok(world:sh(("cd '%s' && luacheck --quiet ."):format(world:path("web-shop"))))
      end
   end)

   it("makes a plugin whose example can be installed, packed too", function()
      ok(run(".", "plugins", "new", "web-shop"))
      ok(run("web-shop", "install", "blueprint/blueprint.yaml", "--plugins", ".", "-d", "try"))
      local path = ok(world:cfy("outputs", "try")):match("path: (%S+)")
      assert.equal("Hello from web-shop\n-- the example\n", world:read(path))
      ok(world:cfy("uninstall", "try"))
      assert.is_nil(io.open(path))

      ok(run("web-shop", "plugins", "pack", "."))
      ok(run("web-shop", "plugins", "install", "web-shop-0.1.0.tar.gz"))
      world:write("app/blueprint.yaml", [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml, 'plugin:web-shop']
node_templates:
  note: {type: web_shop.nodes.Note}
]])
      ok(run("app", "install", "blueprint.yaml", "-d", "installed"))
      ok(world:cfy("uninstall", "installed"))
   end)

   it("makes a plugin that is found from within, whatever a folder there is called", function()
      ok(run(".", "plugins", "new", "shop"))
      local example = {"blueprint/blueprint.yaml", "--plugins", "."}
      assert.equal("The blueprint is valid.\n", ok(run("shop", "validate", "--strict",
         table.unpack(example))))
      ok(run("shop", "install", "-d", "try", table.unpack(example)))
      ok(world:sh(("rm -r '%s'"):format(world:path("shop"))))
      ok(world:cfy("uninstall", "try"))
   end)

   it("leaves alone what is there", function()
      world:write("taken/file", "text")
      local result = run(".", "plugins", "new", "taken")
      assert.equal(1, result.code)
      assert.equal("cfy: there is a 'taken' already: choose another name, or remove it\n",
         result.err)
      assert.equal("file\n", ok(world:sh(("ls '%s/taken'"):format(world.folder))))
   end)

   it("makes nothing where it may not", function()
      local result = world:sh("cd /proc && " .. world:command("plugins", "new", "x"))
      assert.equal(1, result.code)
      assert.equal("cfy: cannot make the folder 'x': No such file or directory\n", result.err)
   end)

   local RULE = ": it begins with a lower case letter, and lower case letters, digits, '-' and '_' "
      .. "follow"
   local names = {
      {"Shop", RULE}, {"1st", RULE}, {"-x", nil}, {"a b", RULE}, {"a/b", RULE}, {"../x", RULE},
      {"a.b", RULE}, {"", RULE}, {"ümlaut", RULE},
      {"x-", ": its last character must be no '-' or '_'"},
      {("x"):rep(65), ": it is longer than 64 characters"},
      {"cloudify", ": the modules of Cloudify itself are called so"},
      {"script", ": a plugin called so is built in"},
      {"spec", ": the tests of each plugin are in a folder called so"},
      {"blueprint", ": the example of each plugin is in a folder called so"},
      {"resources", ": Lua in a folder called so is not looked at"},
   }
   for _, case in ipairs(names) do
      local name, why = table.unpack(case)
      it(("refuses the name '%s'"):format(name), function()
         local result = run(".", "plugins", "new", name)
         assert.not_equal(0, result.code)
         if why then
            assert.equal(("cfy: '%s' cannot be the name of a plugin%s\n"):format(name, why),
               result.err)
         end
         assert.equal("", ok(world:sh(("ls -A '%s' | grep -v ^std"):format(world.folder)
            .. " || true")))
      end)
   end
end)

describe("cfy plugins test", function()
   local world

   before_each(function()
      world = cfy.world()
      world:sh(("cd '%s' && %s"):format(world.folder, world:command("plugins", "new", "x")))
   end)
   after_each(function() world:remove() end)

   local function run(folder, ...)
      return world:sh(("cd '%s' && %s"):format(world:path(folder),
         world:command("plugins", "test", ...)))
   end

   it("runs the specs of a new plugin, which pass", function()
      local result = run("x", "-o", "TAP")
      assert.equal(0, result.code, result.out .. result.err)
      local _, passed = result.out:gsub("ok %d+ %- ", "")
      assert.equal(8, passed)
   end)

   it("takes the folder of the plugin", function()
      local result = run(".", "x", "-o", "TAP", "--filter", "signed")
      assert.equal(0, result.code, result.out .. result.err)
      assert.truthy(result.out:find("ok 1 - a note is signed by its author", 1, true), result.out)
   end)

   it("hands on what is to be run", function()
      local result = run("x", "spec/note_spec.lua", "-o", "TAP")
      assert.equal(0, result.code, result.out .. result.err)
      assert.truthy(result.out:find("1..3", 1, true), result.out)
   end)

   --- What --coverage tells, by file.
   local function coverage(...)
      local result, rows = run("x", "--coverage", "-o", "TAP", ...), {}
      assert.equal(0, result.code, result.out .. result.err)
      for lines, file in result.out:match("Lines run:\n(.*)"):gmatch(
         "%d+ %% +(%d+ of +%d+)  ([^\n]*)\n") do
         local name, missed = file:match("^(.-)(  not: .*)$")
         rows[name or file] = lines:gsub(" +", " ") .. (missed or "")
      end
      return rows
   end

   it("tells with --coverage which lines of the plugin no spec runs", function()
      world:write("x/x/seldom.lua", [[
local seldom = {}

function seldom.sign(number, ...)
   if number < 0 then
      return "below"
   elseif number > 0 then
      local sign = "above"
      return sign, ...
   end
   return "null"
end

return seldom
]])
      world:write("x/x/never.lua", "return {}\n")
      world:write("x/spec/seldom_spec.lua",
         [[it("signs", function() assert.equal("null", require("x.seldom").sign(0)) end)]])
      local rows = coverage()
      assert.equal("7 of 10  not: 5 7-8", rows["x/seldom.lua"])
      assert.equal("0 of 1  not: 1", rows["x/never.lua"])
      assert.matches("^(%d+) of %1$", rows["x/tasks.lua"])
      assert.matches("^%d+ of %d+$", rows["all together"])
      assert.is_nil(rows["spec/seldom_spec.lua"])
   end)

   it("counts with --coverage what operations run in workers", function()
      world:write("x/spec/loading_spec.lua", [[it("loads", function() require("x.tasks") end)]])
      world:write("x/spec/isolated_spec.lua", [[
local workflow_test = require("cloudify.test_utils").workflow_test
it("works", workflow_test("blueprint/blueprint.yaml", function(cfy_local)
   cfy_local:execute("install", {isolated = true})
end))
]])
      local function lines(spec)
         return tonumber(coverage(spec)["x/tasks.lua"]:match("^%d+"))
      end
      assert.is_true(lines("spec/isolated_spec.lua") > lines("spec/loading_spec.lua"))
   end)

   it("has the exit code of busted", function()
      world:write("x/spec/more_spec.lua", 'it("fails", function() assert.equal(1, 2) end)')
      local result = run("x", "spec/more_spec.lua", "-o", "TAP")
      assert.equal(1, result.code, result.out .. result.err)
      assert.truthy(result.out:find("not ok 1 - fails", 1, true), result.out)
   end)

   it("lets specs require the plugin's modules, in lua/ too, and those of Cloudify", function()
      world:write("x/lua/deep/er.lua", "return {answer = 42}")
      world:write("x/spec/more_spec.lua", [[
it("finds them", function()
   assert.equal(42, require("deep.er").answer)
   assert.is_function(require("x.note").new)
   assert.is_function(require("cloudify.utils").try)
end)
]])
      local result = run("x", "spec/more_spec.lua")
      assert.equal(0, result.code, result.out .. result.err)
   end)

   it("tells the author's own line, where the runtime has refused what that does", function()
      world:write("x/spec/more_spec.lua", [[
local mocks = require("cloudify.mocks")
it("raised in C", function()
   local ctx = mocks.MockCloudifyContext {node_id = "a"}
   mocks.run(function()
      return ctx.node.propertees
   end, ctx)
end)
it("raised in Lua", function()
   mocks.MockCloudifyContext {id = "a"}
end)
it("raised by the author", function()
   mocks.run(function()
      error(require("cloudify.exceptions").RecoverableError("mine"))
   end, mocks.MockCloudifyContext {node_id = "a"})
end)
]])
      local out = run("x", "spec/more_spec.lua").out
      for _, expected in ipairs {"spec/more_spec.lua:5: ctx.node has no field 'propertees'",
         "spec/more_spec.lua:9: MockCloudifyContext: unknown argument 'id'",
         "spec/more_spec.lua:13: mine"} do
         assert.truthy(out:find("\n" .. expected, 1, true), out)
      end
   end)

   it("refuses a folder that is no plugin", function()
      world:write("y/file", "")
      local result = run("y")
      assert.equal(1, result.code)
      assert.equal("cfy: '.' is no plugin: it has no plugin.yaml ('cfy plugins new NAME' begins "
         .. "one)\n", result.err)
   end)

   it("tells how to get busted where it is missing", function()
      local result = world:sh(("cd '%s' && LUA_PATH='./?.lua' LUA_PATH_5_4='./?.lua' %s"):format(
         world:path("x"), world:command("plugins", "test")))
      assert.equal(1, result.code)
      assert.equal([[
cfy: busted, which runs the specs, is not installed for Lua 5.4:
  apt install lua-busted
  or: luarocks --lua-version 5.4 install busted
]], result.err)
   end)

   local HANGING = [[
describe("a door", function()
   it("opens", function() end)
   it("never closes", function()
      os.execute("touch begun")
      while true do end
   end)
end)
]]

   it("ends what takes too long, and names it", function()
      world:write("x/spec/more_spec.lua", HANGING)
      local result = run("x", "--timeout", "2", "spec/more_spec.lua", "-o", "TAP")
      assert.equal(124, result.code, result.out .. result.err)
      assert.equal("cfy: the specs have taken longer than 2 seconds, in spec/more_spec.lua:3: "
         .. "a door never closes\n", result.err)
   end)

   it("names what Ctrl-C has ended", function()
      world:write("x/spec/more_spec.lua", HANGING)
      local result = world:sh(([[cd '%s' && setsid sh -c '
         (until [ -e begun ]; do sleep 0.02; done; kill -INT 0) &
         trap : INT
         %s spec/more_spec.lua']]):format(world:path("x"), world:command("plugins", "test")
            :gsub("'", "")))
      assert.equal(130, result.code, result.out .. result.err)
      assert.equal("cfy: the specs were interrupted, in spec/more_spec.lua:3: a door never "
         .. "closes\n", result.err)
   end)

   it("refuses a timeout that is none", function()
      for _, timeout in ipairs {"--timeout", "--timeout=", "--timeout=soon", "--timeout=0"} do
         local result = run("x", timeout)
         assert.equal(2, result.code)
         assert.matches("--timeout takes a number of seconds above 0", result.err, 1, true)
      end
   end)

   it("has help of its own", function()
      local result = run("x", "--help")
      assert.equal(0, result.code)
      assert.truthy(result.out:find(
         "usage: cfy plugins test [FOLDER] [--timeout SECONDS] [ARG...]", 1, true))
   end)
end)
