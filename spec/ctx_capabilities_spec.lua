local operations = require("spec.support.operations")

describe("ctx.capabilities", function()
   operations.suite {
      host = {{"the host has a size",
         "local p = ctx.instance.runtime_properties\n"
            .. "p.size, p.shared, p.none = 3, 'x', cloudify.null",
         nil}},
      db = {{"the database has a port",
         "local p = ctx.instance.runtime_properties; p.port, p.shared = 5432, 'y'", nil}},
      app = {
         {"runtime.md 1.8: get_all maps instances to their runtime properties",
            "local found = {}\n"
               .. "for id, properties in pairs(ctx.capabilities:get_all()) do\n"
               .. "   found[id:match('^[^_]*')] = cloudify.totable(properties)\n"
               .. "end\n"
               .. "return found",
            {host = {size = 3, shared = "x", none = require("cloudify").null},
               db = {port = 5432, shared = "y"}}},
         {"runtime.md 1.8: a key is looked for in all of them",
            "return {ctx.capabilities.port, ctx.capabilities['size']}", {5432, 3}},
         {"runtime.md 1.8: one that nobody has", "return ctx.capabilities.colour",
            error = "capability 'colour' not found: no instance that this one is related to has it "
               .. "among its runtime properties"},
         {"runtime.md 1.8: one that two have", "return ctx.capabilities.shared",
            error = "capability 'shared' is ambiguous: the instances 'db_ID', 'host_ID' have it"},
         {"runtime.md 1.8: contains tells, of a null too",
            "local c = ctx.capabilities\n"
               .. "return {c:contains('port'), c:contains('colour'), c:contains('none')}",
            {true, false, true}},
         {"runtime.md 1.8: contains refuses what two have", "ctx.capabilities:contains('shared')",
            error = "capability 'shared' is ambiguous: the instances 'db_ID', 'host_ID' have it"},
         {"runtime.md 1.8: they cannot be changed", "ctx.capabilities.port = 1",
            error = "ctx.capabilities cannot be assigned to"},
      },
      source = {
         {"runtime.md 1.8: in a relationship they are those of the side it runs on",
            "return {ctx.capabilities.port, ctx.capabilities.size}", {5432, 3}},
      },
      target = {
         {"runtime.md 1.8: which here is the target",
            "return {ctx.capabilities:contains('port'), ctx.capabilities:contains('size')}",
            {false, false}},
      },
   }

   it("runtime.md 1.8: each access logs that it is deprecated", function()
      local cfy = require("spec.support.cfy")
      local world = cfy.world()
      finally(function() world:remove() end)
      local result = operations.install(world, {app = {{"", "local _ = ctx.capabilities.get_all, "
         .. "ctx.capabilities.get_all"}}})
      assert.equal(0, result.code, result.err)
      local count = select(2, result.out:gsub("ctx%.capabilities is deprecated: use the "
         .. "relationships of ctx%.instance", ""))
      assert.equal(2, count, result.out)
   end)
end)
