--- What becomes of runtime properties that two operations have changed: runtime.md 2.2.
local cloudify = require("cloudify")
local merge = require("cloudify.conflict_handlers").simple_merge_handler

describe("cloudify.conflict_handlers.simple_merge_handler", function()
   local null, array, object = cloudify.json.null, cloudify.array, cloudify.object

   -- ours, the latest, and what is to be stored; nil: they contradict each other in `key`
   local merged = {
      {"keeps what only one of them has", {a = 1}, {b = 2}, {a = 1, b = 2}},
      {"keeps what both have set to the same", {a = "x"}, {a = "x"}, {a = "x"}},
      {"compares what is in tables", {key = {deep = {1, {x = true}}}},
         {key = {deep = {1, {x = true}}}},
         {key = {deep = {1, {x = true}}}}},
      {"knows null from nothing", {key = null}, {}, {key = null}},
   }
   for _, case in ipairs(merged) do
      local name, ours, latest, expected = table.unpack(case)
      it(name, function() assert.same(expected, merge(ours, latest)) end)
   end

   local refused = {
      {"another value", 1, 2},
      {"another type", 1, "1"},
      {"a value where the other has null", 1, null},
      {"a table where the other has a value", {}, 1},
      {"another value deep inside", {deep = {x = 1}}, {deep = {x = 2}}},
      {"a key more in ours", {x = 1, y = 2}, {x = 1}},
      {"a key more in the latest", {x = 1}, {x = 1, y = 2}},
      {"a shorter list", {1, 2}, {1, 2, 3}},
      {"an empty list where the other has an empty object", array {}, object {}},
   }
   for _, case in ipairs(refused) do
      local name, ours, latest = table.unpack(case)
      it("refuses " .. name .. ", and says of which property", function()
         local ok, err = pcall(merge, {key = ours}, {key = latest})
         assert.is_false(ok)
         assert.equal("cannot merge the runtime property 'key': it was changed by this operation "
            .. "and by another one", err.message)
      end)
   end

   it("leaves both as they are", function()
      local ours, latest = {a = 1}, {b = 2}
      merge(ours, latest)
      assert.same({a = 1}, ours)
      assert.same({b = 2}, latest)
   end)
end)
