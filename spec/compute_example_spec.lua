local cfy = require("spec.support.cfy")
local json = require("cloudify").json

local BLUEPRINT = "examples/compute/blueprint.yaml"

describe("the example of a Compute plugin", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   local function instances()
      local found = {}
      for _, instance in ipairs(world:instances("compute")) do
         found[instance.node_id] = instance.runtime_properties
      end
      return found
   end

   it("is a valid blueprint, strictly", function()
      local result = world:cfy("validate", "--strict", BLUEPRINT)
      assert.equal(0, result.code, result.out)
      assert.is_nil(result.out:find("warning", 1, true), result.out)
   end)

   it("stores ip and networks, which host_ip and get_attribute find", function()
      local result = world:cfy("install", BLUEPRINT)
      assert.equal(0, result.code, result.err)
      assert.same({
         machine = {ip = "10.0.0.1", networks = {private = {"10.0.0.1"}, public = {"192.0.2.1"}}},
         service = {url = "http://192.0.2.1:8080/", internal_url = "http://10.0.0.1:8080/"},
      }, instances())
      assert.same({
         addresses = {private = {"10.0.0.1"}, public = {"192.0.2.1"}},
         url = "http://192.0.2.1:8080/",
         internal_url = "http://10.0.0.1:8080/",
      }, json.decode(world:cfy("outputs", "compute", "--json").out))
   end)

   it("has no address any more when it is stopped", function()
      world:cfy("install", BLUEPRINT)
      assert.equal(0, world:cfy("executions", "start", "stop", "-d", "compute").code)
      assert.same({}, instances().machine)
      assert.equal(0, world:cfy("uninstall", "compute").code)
   end)
end)
