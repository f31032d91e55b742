--- The checks of the crash campaign can fail; those of journals have test/chaos/journal_test.lua.
local cfy = require("spec.support.cfy")

local before = package.path
package.path = "test/chaos/?.lua;test/chaos/plugin/?.lua;" .. before
local faults = require("faults")
local round = require("round")
local worlds = require("world")
package.path = before

describe("the crash campaign", function()
   local base, world

   before_each(function()
      base = cfy.world()
      worlds.plugin = base:sh("realpath test/chaos/plugin/chaos").out:match("[^\n]+")
      world = worlds.new(os.getenv("CFY_BUILD"), base.folder, "mixed", true)
   end)
   after_each(function() base:remove() end)

   it("finds processes that live on", function()
      assert.is_nil(world:orphans())
      base:sh(("CHAOS_ROUND=%s sh -c 'sleep 30 & echo $! >%s'"):format(world.tag, base:path("pid")))
      local found
      local is_found = cfy.eventually(function() -- once it has become what it is to be
         found = world:orphans()
         return found and found:find("sleep 30", 1, true)
      end)
      os.execute("kill -9 " .. base:so_far("pid"))
      assert.truthy(is_found, found)
   end)

   it("finds databases that are damaged", function()
      base:sh(("mkdir -p %s/store && cd %s/store && sqlite3 catalog.db 'CREATE TABLE t (x)'")
         :format(base.folder, base.folder))
      assert.is_nil(world:damage())
      base:sh(("cd %s/store && dd if=/dev/urandom of=catalog.db bs=1 seek=4096 count=64 "
         .. "conv=notrunc"):format(base.folder))
      assert.truthy(world:damage())
      base:write("store/catalog.db", "this is no database")
      assert.truthy(world:damage())
   end)

   it("finds files that were left", function()
      base:write("store/deployments/app/workdir/run/.keep", "")
      assert.is_nil(world:litter())
      base:write("store/deployments/app/workdir/run/worker-1-1", "")
      assert.truthy(world:litter())
   end)

   it("shows where two states differ", function()
      assert.equal("expected 'b', got 'c'", round.difference("a\nb", "a\nc"))
      assert.equal("expected 'b', got 'nil'", round.difference("a\nb", "a"))
      assert.equal("there is more: b", round.difference("a", "a\nb"))
   end)

   local full = {disk = "full"}
   local kill = {deadly = true}
   local elsewhere = {}
   local cases = {
      {"a full disk that is called so", full, true, 1, "cfy: the disk is full", true},
      {"a full disk that is not named", full, true, 1, "cfy: disk I/O error", false},
      {"one that fails behind an interruption", full, true, 1, "not declared resumable", true},
      {"another error where the disk has not failed", full, false, 1, "cfy: other", true},
      {"an end by a full disk without an error", full, true, 0, "", true},
      {"a crash on a full disk", full, true, -11, "", false},
      {"an assertion on a full disk", full, true, -6, "", false},
      {"a full disk that kills", full, true, -9, "", false},
      {"the kill that was meant", kill, true, -9, "", true},
      {"one that was not", kill, false, -9, "", false},
      {"one in a worker", elsewhere, true, 1, "cfy: interrupted", true},
      {"one in a worker that takes the engine along", elsewhere, true, -9, "", false},
      {"a crash", kill, false, -11, "", false},
      {"an exit code that cfy has not", kill, false, 139, "", false},
   }
   for _, case in ipairs(cases) do
      local name, fault, struck, code, err, accepted = table.unpack(case, 1, 6)
      it((accepted and "accepts " or "refuses ") .. name, function()
         assert.equal(accepted, faults.judge(fault, struck, code, err) == nil)
      end)
   end
end)
