--- What docs/editors.md tells to set up fits what there is.
local cfy = require("spec.support.cfy")
local json = require("cloudify").json

local DOCUMENT = "docs/editors.md"

describe("the page on editors", function()
   local world, text

   before_each(function()
      world = cfy.world()
      text = world:read(DOCUMENT)
   end)
   after_each(function() world:remove() end)

   local function settings(name)
      for block in text:gmatch("```json\n(.-)```") do
         local value = json.decode(block)[name]
         if value ~= nil then
            return value
         end
      end
   end

   it("names the folder that the annotations are installed into", function()
      local folder = settings("workspace.library")[1]
      assert.equal("Lua " .. _VERSION:match("[%d.]+"), settings("runtime.version"))
      local datadir = folder:match("^(/usr/local/share)/cloudify/lua/types$")
      assert.truthy(datadir, folder)
      local install = world:read("tools/install")
      assert.truthy(install:find([["$destdir$datadir/cloudify/lua/types/"]], 1, true))
   end)

   it("names the schema that cfy prints, for blueprints and plugins", function()
      local made = world:sh("cd " .. world.folder .. " && "
         .. world:command("schema") .. " >blueprint.schema.json")
      assert.equal(0, made.code)
      assert.same({["./blueprint.schema.json"] = {"blueprint.yaml", "*-blueprint.yaml",
         "plugin.yaml"}}, settings("yaml.schemas"))
      assert.truthy(text:find("\n    cfy schema > blueprint.schema.json\n", 1, true))
      local schema = json.decode(world:read(world:path("blueprint.schema.json")))
      assert.same({"object", "null"}, schema.type)
   end)

   it("has Lua that runs", function()
      local port_of = load(text:match("```lua\n(.-)```"))()
      assert.equal(80, port_of({node = {properties = {port = 80}}}))
   end)
end)
