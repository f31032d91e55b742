local operations = require("spec.support.operations")

local REFUSED = "Cannot modify runtime properties of relationship node instances"

describe("ctx.instance.relationships", function()
   operations.suite {
      archive = {{"the archive has a path",
         "ctx.instance.runtime_properties.path = '/srv'", nil}},
      vm = {{"the host has an address", "ctx.instance.runtime_properties.ip = '10.0.0.2'", nil}},
      db = {{"the database has users",
         "ctx.instance.runtime_properties.users = {{name = 'root'}, {name = 'me'}}", nil}},
      app = {
         {"runtime.md 1.5: type and type_hierarchy",
            "local r = ctx.instance.relationships[2]; return {r.type, r.type_hierarchy}",
            {"spec.connected", {"cloudify.relationships.depends_on",
               "cloudify.relationships.connected_to", "spec.connected"}}},
         {"runtime.md 1.5: target.node and target.instance",
            "local t = ctx.instance.relationships[2].target\n"
               .. "return {t.node.id, t.instance.node.id, t.instance.id:match('^db_') ~= nil}",
            {"db", "db", true}},
         {"runtime.md 1.5: the target's runtime properties, at every depth",
            "return ctx.instance.relationships[2].target.instance.runtime_properties.users[2].name",
            "me"},
         {"runtime.md 1.5: walks go on over several hops",
            "local db = ctx.instance.relationships[2].target.instance\n"
               .. "local archive = db.relationships[2].target\n"
               .. "return {archive.node.id, archive.instance.runtime_properties.path,\n"
               .. "   #archive.instance.relationships}",
            {"archive", "/srv", 0}},
         {"runtime.md 1.5: host_ip of a neighbour",
            "return ctx.instance.relationships[2].target.instance.host_ip", "10.0.0.2"},
         {"runtime.md 1.5: index and scaling_groups of a neighbour",
            "local db = ctx.instance.relationships[2].target.instance\n"
               .. "for _, name in pairs(db.scaling_groups) do return {db.index, name} end",
            {1, "pair"}},
         {"runtime.md 1.5: the same instance is the same object, whichever way it is reached",
            "local a = ctx.instance.relationships[2].target.instance\n"
               .. "return a == ctx.instance.relationships[2].target.instance", true},
         {"runtime.md 2.1: neighbours are read-only",
            "ctx.instance.relationships[2].target.instance.runtime_properties.x = 1",
            error = REFUSED},
         {"runtime.md 2.1: at every depth",
            "ctx.instance.relationships[2].target.instance.runtime_properties.users[1].name = 'x'",
            error = REFUSED},
         {"runtime.md 2.1: several hops away, too",
            "ctx.instance.relationships[2].target.instance.relationships[1].target.instance\n"
               .. "   .runtime_properties.ip = 'x'", error = REFUSED},
         {"runtime.md 2.1: they cannot be replaced as a whole, either",
            "ctx.instance.relationships[2].target.instance.runtime_properties = {}",
            error = REFUSED},
         {"runtime.md 2.1: nor saved", "ctx.instance.relationships[2].target.instance:update()",
            error = REFUSED},
         {"runtime.md 2.3: but read again",
            "local db = ctx.instance.relationships[2].target.instance\n"
               .. "db:refresh(); return #db.runtime_properties.users", 2},
         {"a misspelt field names the nearest one", "return ctx.instance.relationships[1].targt",
            error = "relationship has no field 'targt' (did you mean 'target'?)"},
         {"a target without a misspelt field", "return ctx.instance.relationships[1].target.nod",
            error = "relationship end has no field 'nod' (did you mean 'node'?)"},
      },
      source = {
         {"runtime.md 1.5: an operation of a relationship walks on from both sides",
            "local archive = ctx.target.instance.relationships[2].target.instance\n"
               .. "return {archive.runtime_properties.path,\n"
               .. "   ctx.source.instance.relationships[1].target.node.id}", {"/srv", "host"}},
         {"runtime.md 2.1: the target, reached over the source's relationship, is its own",
            "local db = ctx.source.instance.relationships[2].target.instance\n"
               .. "db.runtime_properties.via_source = true\n"
               .. "return db == ctx.target.instance", true},
         {"runtime.md 2.1: what is further away is read-only",
            "ctx.target.instance.relationships[2].target.instance.runtime_properties.x = 1",
            error = REFUSED},
      },
   }
end)
