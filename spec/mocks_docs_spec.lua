--- Runs the specs of docs/mocks.md as they stand there.
local cfy = require("spec.support.cfy")
local documents = require("spec.support.documents")

local DOCUMENT = "docs/mocks.md"

describe("the page on mocks", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   it("has specs that pass", function()
      assert.equal(5, #documents.write_files(world, DOCUMENT, "lua"))
      assert.equal(7, documents.passed(world))
   end)

   it("names each argument of each constructor", function()
      local text = documents.from(DOCUMENT, "## The arguments")
      local arguments = require("cloudify.mocks.arguments")
      for _, constructor in ipairs {"MockCloudifyContext", "MockNodeContext",
            "MockNodeInstanceContext", "MockRelationshipContext",
            "MockRelationshipSubjectContext", "MockOperationContext", "plugin"} do
         for _, name in ipairs(arguments.names(constructor)) do
            assert.truthy(text:find("%f[%w_]" .. name .. "%f[^%w_]"), constructor .. " " .. name)
         end
      end
   end)
end)
