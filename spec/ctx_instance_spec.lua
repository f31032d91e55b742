local cfy = require("spec.support.cfy")
local operations = require("spec.support.operations")

local READ_ONLY = "Cannot override read only properties"

describe("ctx.instance", function()
   operations.suite {
      vm = {
         {"runtime.md 1.5: host_ip of a host without an address names it",
            "ctx.instance.runtime_properties.ip = ''; return ctx.instance.host_ip",
            error = "could not find ip for host node instance: 'vm_ID'"},
         {"runtime.md 1.5: host_ip of a host is its runtime property, also before it is saved",
            "ctx.instance.runtime_properties.ip = '10.0.0.2'; return ctx.instance.host_ip",
            "10.0.0.2"},
      },
      archive = {
         {"runtime.md 1.5: host_ip of what is in no host", "return ctx.instance.host_ip",
            error = "host_id missing: instance 'archive_ID' is contained in no host"},
      },
      db = {
         {"runtime.md 1.5: host_ip is the runtime property of the host",
            "return ctx.instance.host_ip", "10.0.0.2"},
         {"runtime.md 1.5: scaling_groups, group by group instance",
            "return ctx.instance.scaling_groups", function(value)
               local id, name = next(value)
               assert.truthy(id:match("^pair_%w+$"), id)
               assert.equal("pair", name)
               assert.is_nil(next(value, id))
            end},
         {"runtime.md 1.5: scaling_groups are read-only", "ctx.instance.scaling_groups.x = 'y'",
            error = READ_ONLY},
      },
      app = {
         {"runtime.md 1.5: id", "return ctx.instance.id",
            function(value) assert.truthy(value:match("^app_%w+$"), value) end},
         {"runtime.md 1.5: index begins with 1", "return ctx.instance.index", 1},
         {"runtime.md 1.5: node", "return ctx.instance.node == ctx.node", true},
         {"runtime.md 1.5: host_ip is the property of the host's node where it has no other",
            "return ctx.instance.host_ip", "10.0.0.1"},
         {"runtime.md 1.5: scaling_groups of an instance in none",
            "return cloudify.is_empty(ctx.instance.scaling_groups)", true},
         {"runtime.md 1.5: drift is nil before a check", "return ctx.instance.drift", nil},
         {"runtime.md 2.5: and the changes of both are saved",
            "local db = ctx.instance.relationships[2].target.instance\n"
               .. "return {ctx.instance.runtime_properties.from_source,\n"
               .. "   db.runtime_properties.from_source}",
            {1, 2}},
         {"runtime.md 1.5: runtime_properties", "ctx.instance.runtime_properties.a = {b = {1}}\n"
            .. "return ctx.instance.runtime_properties.a", {b = {1}}},
         {"runtime.md 1.5: runtime_properties can be replaced as a whole",
            "ctx.instance.runtime_properties = {c = 2}; return ctx.instance.runtime_properties",
            {c = 2}},
         {"runtime.md 1.5: by a dict only", "ctx.instance.runtime_properties = {1, 2}",
            error = "runtime_properties must be a dict"},
         {"runtime.md 1.5: what was read before is stale then",
            "local before = ctx.instance.runtime_properties\n"
               .. "ctx.instance.runtime_properties = {}; before.x = 1",
            error = "these runtime properties were replaced: read instance.runtime_properties "
               .. "again"},
         {"runtime.md 1.5: assigning them to themselves changes nothing",
            "local properties = ctx.instance.runtime_properties\n"
               .. "ctx.instance.runtime_properties = properties; properties.d = 3\n"
               .. "return ctx.instance.runtime_properties", {d = 3}},
         {"runtime.md 1.5: relationships, in the order of the blueprint",
            "local found = {}\n"
               .. "for i, r in ipairs(ctx.instance.relationships) do found[i] = r.type end\n"
               .. "return found", {"cloudify.relationships.contained_in", "spec.connected"}},
         {"runtime.md 1.5: relationships stay the same",
            "return ctx.instance.relationships == ctx.instance.relationships", true},
         {"a misspelt field names the nearest one", "return ctx.instance.runtime_propertis",
            error = "ctx.instance has no field 'runtime_propertis' (did you mean "
               .. "'runtime_properties'?)"},
         {"a misspelt method, too", "ctx.instance:updat()",
            error = "ctx.instance has no field 'updat' (did you mean 'update'?)"},
         {"what it says cannot be changed", "ctx.instance.id = 'x'",
            error = "ctx.instance.id cannot be assigned"},
      },
      preconfigure = {
         {"runtime.md 2.1: in a relationship both sides can be changed",
            "ctx.source.instance.runtime_properties.from_source = 1\n"
               .. "ctx.target.instance.runtime_properties.from_source = 2", nil},
      },
      source = {
         {"runtime.md 1.5: both sides of a relationship have all this",
            "return {ctx.source.instance.host_ip, ctx.target.instance.host_ip,\n"
               .. "   ctx.source.instance.index, ctx.source.instance.node == ctx.source.node,\n"
               .. "   ctx.target.instance.node.id, #ctx.target.instance.relationships}",
            {"10.0.0.1", "10.0.0.2", 1, true, "db", 2}},
      },
   }

   it("runtime.md 1.5: index counts the instances of a node", function()
      local world = cfy.world()
      finally(function() world:remove() end)
      world:blueprint({start = "index"}, "    capabilities: {scalable: {properties: "
         .. "{default_instances: 3}}}\n")
      world:write("app/plugins/probe/probe/tasks.lua",
         "return {index = function(ctx)\n"
            .. "   ctx.instance.runtime_properties.n = ctx.instance.index\nend}")
      assert.equal(0, world:cfy("install", world:path("app/blueprint.yaml")).code)
      local numbers = {}
      for _, instance in ipairs(world:instances("app")) do
         table.insert(numbers, instance.runtime_properties.n)
      end
      table.sort(numbers)
      assert.same({1, 2, 3}, numbers)
   end)
end)
