--- The tutorial can be followed word by word with nothing but what `make install` installs.
local cfy = require("spec.support.cfy")
local tutorial = require("spec.support.tutorial")

local BUILD = os.getenv("CFY_BUILD")
local PARTS = {"docs/tutorial.md", "docs/tutorial-part-2.md"}
local MARK = "exit code of the command: "

describe("the tutorial", function()
   local world, home, here

   before_each(function()
      world = cfy.world()
      home = world:path("home")
      here = home
      local prefix = world:path("prefix")
      local installed = world:sh(("mkdir %s %s && tools/install '%s' '' %s %s/libexec"):format(
         home, world:path("tmp"), BUILD, prefix, prefix))
      assert.equal(0, installed.code, installed.err)
   end)
   after_each(function() world:remove() end)

   --- Run the commands of a step in one shell, as somebody types them. Returns an iterator over
   --- what each printed, which ends with the mark and its exit code.
   local function run(commands)
      local lines = {
         "unset CFY_STORE CFY_BUILD",
         ("export HOME='%s' TMPDIR='%s' PATH='%s/bin':$PATH"):format(home, world:path("tmp"),
            world:path("prefix")),
         ("cd '%s'"):format(here),
      }
      for _, command in ipairs(commands) do
         table.insert(lines, command.text)
         table.insert(lines, ("printf '\\n%s%%s\\n' $?"):format(MARK))
      end
      table.insert(lines, ("pwd >'%s'"):format(world:path("here")))
      local result = world:sh("sh " .. world:write("step.sh", table.concat(lines, "\n") .. "\n")
         .. " 2>&1")
      here = world:so_far("here"):match("[^\n]+")
      return result.out:gmatch("(.-\n" .. MARK .. "%d+)\n")
   end

   local function check(command, output)
      local place = ("line %d: %s\n%s"):format(command.line, command.text, output)
      local failed = output:match(MARK .. "(%d+)$") ~= "0"
      assert.equal(tutorial.fails(command), failed, place)
      local missing = tutorial.missing(command.outline, output)
      assert.is_nil(missing, ("'%s' is not in what this printed: %s"):format(missing, place))
   end

   local function write(step)
      local name = here:sub(#world.folder + 2) .. "/" .. step.file
      world:write(name, tutorial.edit(step, world:so_far(name)))
   end

   local function take(step)
      if step.file then
         return write(step)
      end
      local outputs = run(step.commands)
      for _, command in ipairs(step.commands) do
         check(command, outputs() or "nothing")
      end
   end

   local function assert_plugin_of_the_repository()
      for _, name in ipairs {"plugin.yaml", "webserver/tasks.lua", "webserver/server.lua",
            "blueprint/blueprint.yaml", "blueprint/resources/index.html"} do
         assert.equal(world:read("plugins/webserver/" .. name),
            world:read(home .. "/webserver/" .. name), name)
      end
   end

   local function assert_nothing_is_left()
      -- In brackets: so it is not found in the command line of grep itself.
      local servers = world:sh("grep -lzs '[h]ttp.server' /proc/[0-9]*/cmdline"
         .. " | xargs -r grep -ls '" .. world.folder .. "'")
      assert.equal("", servers.out)
      assert.equal("", world:sh("ls -d " .. world:path("tmp/webserver-*")).out)
   end

   it("can be followed word by word, and ends in the plugin of the repository", function()
      for _, document in ipairs(PARTS) do
         for _, step in ipairs(tutorial.read(document)) do
            take(step)
         end
      end
      assert_plugin_of_the_repository()
      assert_nothing_is_left()
   end)
end)

describe("what a page says that a command prints", function()
   local output = "Sending task 'create'\nINFO: Hello from web_1\n\nDone.\n"

   it("is there if its lines are, in their order", function()
      assert.is_nil(tutorial.missing({"... 'create'", "INFO: Hello from ..."}, output))
      assert.is_nil(tutorial.missing({"..."}, output))
      assert.is_nil(tutorial.missing({}, output))
   end)

   it("is missing if a line is another one, or behind", function()
      assert.equal("INFO: Hello", tutorial.missing({"INFO: Hello"}, output))
      assert.equal("... 'create'", tutorial.missing({"Done.", "... 'create'"}, output))
      assert.equal("Done...", tutorial.missing({"Done.", "Done..."}, output))
   end)
end)

describe("a listing of a page that is a part of a file", function()
   local function edit(place, anchor)
      return tutorial.edit({place = place, anchor = anchor, text = "new\n", file = "f", line = 1},
         "a\n  b\nc\n")
   end

   it("gets to its place", function()
      assert.equal("a\n  b\nc\nnew\n", edit "end")
      assert.equal("a\nnew\n  b\nc\n", edit("above", "b"))
      assert.equal("new\n  b\nc\n", edit("instead", "a"))
      assert.equal("new\n", edit "whole")
   end)

   it("needs a place that is there", function()
      assert.has_error(function() edit("above", "d") end, "line 1: 'f' has no line 'd'")
   end)
end)
