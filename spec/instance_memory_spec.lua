--- What an instance costs the engine while it is installed; `make bench` measures it closer.
local cfy = require("spec.support.cfy")
local blueprint = dofile("test/bench/blueprint.lua")

local BUILD = os.getenv("CFY_BUILD")

--- Above what the benchmark finds, so that a new allocator does not matter, and below what an
--- instance takes that keeps something of its own for each operation. No bound under a sanitizer:
--- it keeps what is freed.
local LIMIT_KB = BUILD:find("sanitize", 1, true) and math.huge or 14

describe("an instance", function()
   local world

   before_each(function() world = cfy.world() end)
   after_each(function() world:remove() end)

   local function peak_kb(instances)
      local path = blueprint.write_instances(world:path("app-" .. instances), instances)
      local install = world:command("install", path, "-d", "app-" .. instances, "-j", 2)
      local run = world:sh(install:gsub("'[^']*/cfy'", BUILD .. "/test/bench/measure %0"))
      assert.equal(0, run.code, run.err)
      return tonumber(run.out:match('"max_rss_kb": (%d+)'))
   end

   it("costs the engine little while it is installed", function()
      local each = (peak_kb(1200) - peak_kb(200)) / 1000
      assert.is_true(each > 0 and each < LIMIT_KB, ("an instance takes %.1f KB"):format(each))
   end)
end)
