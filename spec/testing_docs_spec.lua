--- Runs the project of docs/testing.md as it stands there.
local cfy = require("spec.support.cfy")
local documents = require("spec.support.documents")

local DOCUMENT = "docs/testing.md"

describe("the page on testing", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   it("has specs that pass", function()
      local specs = table.concat(documents.write_files(world, DOCUMENT, "%l+"), " ")
      assert.equal(4, select(2, specs:gsub("_spec%.lua", "")))
      assert.equal(7, documents.passed(world))
   end)

   it("names each option", function()
      local text = documents.from(DOCUMENT, "## Options")
      local options = require("cloudify.test_utils.options")
      for kind, types in pairs(options.types) do
         for name in pairs(types) do
            assert.truthy(text:find("`" .. name .. "`", 1, true), kind .. " " .. name)
         end
      end
   end)
end)
