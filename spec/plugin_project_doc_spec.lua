local cfy = require("spec.support.cfy")

local DOCUMENT = "docs/plugin-project.md"

describe("the page on plugin projects", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   it("shows commands that work one after the other", function()
      local script = {"set -e", "cd " .. world.folder,
         ('cfy() { %s "$@"; }'):format(world:command())}
      local count = 0
      for line in io.lines(DOCUMENT) do
         local command = line:match("^    (c%a+ .*)$")
         if command then
            table.insert(script, command)
            count = count + 1
         end
      end
      assert.equal(11, count)
      local result = world:sh(table.concat(script, "\n"))
      assert.equal(0, result.code, result.out .. result.err)
      assert.truthy(result.out:find("No findings.", 1, true), result.out)
      assert.truthy(result.out:find("ok 1 - a note is signed by its author", 1, true), result.out)
   end)

   it("names the files of a new project", function()
      local project = require("cloudify").json.decode(world:sh(("cd '%s' && %s"):format(
         world.folder, world:command("plugins", "new", "web-shop", "--json"))).out)
      local page = world:read(DOCUMENT)
      assert.equal(12, #project.files)
      for _, file in ipairs(project.files) do
         assert.truthy(page:find("`" .. file .. "`", 1, true), file)
      end
   end)
end)
