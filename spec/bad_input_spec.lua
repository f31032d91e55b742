local cfy = require("spec.support.cfy")

describe("cfy validate", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   local function validate(import)
      local blueprint = world:write("app/blueprint.yaml",
         "tosca_definitions_version: cloudify_dsl_1_5\nimports: ['" .. import .. "']\n"
         .. "node_templates: {a: {type: imported}}\n")
      return world:cfy("validate", blueprint)
   end

   it("imports by URL", function()
      local file = world:write("elsewhere/types.yaml", "node_types: {imported: {}}\n")
      local result = validate("file://" .. file)
      assert.equal(0, result.code, result.err .. result.out)
   end)

   it("refuses what never ends or has to be waited for", function()
      world:sh(("cd %s && mkdir app elsewhere && mkfifo app/pipe"):format(world.folder))
      local rows = {
         {"pipe", "app/pipe': it is a pipe, not a file"},
         {"file:" .. world:path("app/pipe"), "app/pipe': it is a pipe, not a file"},
         {"/dev/zero", "cannot read '/dev/zero': it is a device, not a file"},
         {world:path("elsewhere"), "elsewhere': it is a directory, not a file"},
      }
      for _, row in ipairs(rows) do
         local result = validate(row[1])
         assert.equal(1, result.code)
         assert.truthy((result.err .. result.out):find(row[2], 1, true), result.err .. result.out)
      end
   end)
end)
