--- --keep-workdir: what operations worked with stays, to be looked at.
local cfy = require("spec.support.cfy")

describe("--keep-workdir", function()
   local world

   before_each(function()
      world = cfy.world()
      world:write("app/scripts/hello.sh", "#!/bin/sh\nctx download-resource scripts/hello.sh\n")
      world:write("app/blueprint.yaml", [[
tosca_definitions_version: cloudify_dsl_1_4
imports: [cloudify/types/types.yaml]
node_templates:
  hello:
    type: cloudify.nodes.Root
    interfaces:
      cloudify.interfaces.lifecycle:
        create: scripts/hello.sh
        delete: scripts/hello.sh
]])
   end)
   after_each(function() world:remove() end)

   local function run(...)
      local result = world:cfy(...)
      assert.equal(0, result.code, result.err .. result.out)
   end

   --- How many copies of the script are below a folder of the deployment's work directory.
   local function kept(folder)
      return world:sh(("find '%s/deployments/app/workdir/%s' -name hello.sh | wc -l")
         :format(world.store, folder)).out
   end

   it("leaves the script of an operation, and what it has downloaded", function()
      run("install", world:path("app/blueprint.yaml"), "-d", "app", "--keep-workdir")
      assert.equal("1\n", kept("operations"))
      assert.equal("1\n", kept("downloads"))
      run("uninstall", "app", "--keep-workdir")
      assert.equal("2\n", kept("operations"))
      assert.equal("2\n", kept("downloads"))
   end)

   it("holds until the next execution without it", function()
      run("install", world:path("app/blueprint.yaml"), "-d", "app", "--keep-workdir")
      run("executions", "start", "check_status", "-d", "app")
      assert.equal("0\n", kept("operations"))
      assert.equal("1\n", kept("downloads"))
      run("uninstall", "app")
      assert.equal("0\n", kept("downloads"))
   end)
end)
