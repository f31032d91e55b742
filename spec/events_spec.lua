--- What of the events and logs `cfy events` shows.
local cfy = require("spec.support.cfy")
local json = require("cloudify").json

describe("cfy events", function()
   local world

   setup(function()
      world = cfy.world()
      local result = world:cfy("install", world:blueprint {create = "note", start = "note"}, "-d",
         "app")
      assert.equal(0, result.code, result.err)
   end)
   teardown(function() world:remove() end)

   --- The records that are shown with these options.
   local function events(...)
      local result = world:cfy("events", "app", "--json", ...)
      assert.equal(0, result.code, result.err)
      local records = {}
      for line in result.out:gmatch("[^\n]+") do
         table.insert(records, json.decode(line))
      end
      return records
   end

   local function types(records)
      local list = {}
      for i, record in ipairs(records) do
         list[i] = record.event_type or record.type
      end
      return list
   end

   it("shows the newest with --tail, in their order", function()
      local all = types(events())
      assert.same({all[#all - 1], all[#all]}, types(events("--tail", "2")))
      assert.equal("workflow_succeeded", all[#all])
   end)

   it("shows those of a type with --type", function()
      assert.same({"workflow_started"}, types(events("--type", "workflow_started")))
      for _, record in ipairs(events("--type", "log")) do
         assert.equal("cloudify_log", record.type)
      end
   end)

   it("shows those of a node or of an instance with --node", function()
      local of_node = events("--node", "thing")
      assert.is_true(#of_node > 4)
      assert.same(of_node, events("--node", of_node[1].context.node_id))
      assert.same({}, events("--node", "thi"))
   end)

   it("shows those of an operation with --operation, with or without its interface", function()
      local of_start = events("--operation", "start", "--type", "task_succeeded")
      assert.equal(1, #of_start)
      assert.same(of_start, events("--operation", "cloudify.interfaces.lifecycle.start", "--type",
         "task_succeeded"))
   end)

   it("shows those of a time with --from and --to, however exact", function()
      local all = events()
      local first, last = all[1].timestamp, all[#all].timestamp
      assert.same(all, events("--from", first, "--to", last))
      assert.same(all, events("--from", first:sub(1, 10), "--to", last:sub(1, 4)))
      assert.same(events("--from", last), events("--from", (last:gsub("T", " "))))
      assert.same({}, events("--to", "2001"))
      assert.same({}, events("--from", "2999-12-31 23:59"))
   end)

   for _, arguments in ipairs {"--from=yesterday", "--to=27.11.2026", "--tail=0", "--tail=x"} do
      it("refuses " .. arguments, function()
         local result = world:cfy("events", "app", arguments)
         assert.equal(2, result.code)
         assert.truthy(result.err:find("is not what it takes", 1, true), result.err)
      end)
   end
end)
