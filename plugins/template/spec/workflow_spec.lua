--- The plugin as a whole: workflows on the example blueprint.
local files = require("cloudify.files")
local workflow_test = require("cloudify.test_utils").workflow_test

describe("the example", function()
   it("is installed and uninstalled", workflow_test("blueprint/blueprint.yaml",
      {inputs = {text = "Tested"}},
      function(cfy_local)
         cfy_local:execute("install")
         local path = cfy_local:outputs().path
         assert.equal("Tested\n-- the example\n", files.read(path))

         cfy_local:execute("uninstall")
         assert.is_false(files.exists(path))
      end))
end)
