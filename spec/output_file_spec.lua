--- What an operation prints is its own, whatever an earlier one of its worker has kept open.
local cfy = require("spec.support.cfy")

describe("the output of an operation", function()
   it("has nothing that goes to what an earlier one has kept open by /dev/fd/1", function()
      local world = cfy.world()
      local blueprint = world:blueprint {create = "keep", start = "write"}
      world:write("app/plugins/probe/probe/tasks.lua", [[
local kept
return {
   keep = function() kept = assert(io.open("/dev/fd/1", "a")) end,
   write = function()
      assert(kept, "in another worker"):write("to what is over\n")
      kept:flush()
      print("to what runs")
   end,
}
]])
      local result = world:cfy("install", blueprint, "-d", "app", "-j", "1")
      assert.equal(0, result.code, result.err)
      assert.truthy(result.out:find("to what runs", 1, true), result.out)
      assert.is_nil(result.out:find("to what is over", 1, true), result.out)
      world:remove()
   end)
end)
