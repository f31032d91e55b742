local operations = require("spec.support.operations")

local READ_ONLY = "Cannot override read only properties"

describe("ctx.node", function()
   operations.suite {
      app = {
         {"runtime.md 1.4: id and name are the node's name", "return {ctx.node.id, ctx.node.name}",
            {"app", "app"}},
         {"runtime.md 1.4: type", "return ctx.node.type", "spec.Node"},
         {"runtime.md 1.4: type_hierarchy, base first", "return ctx.node.type_hierarchy",
            {"cloudify.nodes.Root", "spec.Node"}},
         {"runtime.md 1.4: number_of_instances", "return ctx.node.number_of_instances", 1},
         {"runtime.md 1.4: properties, defaults of the type included",
            "return {ctx.node.properties.port, ctx.node.properties.tree.list[2].deep}",
            {8080, "x"}},
         {"runtime.md 1.4: functions in properties are evaluated",
            "return ctx.node.properties.where", "port5432"},
         {"runtime.md 1.4: a property that is missing is nil", "return ctx.node.properties.absent",
            nil},
         {"runtime.md 1.4: properties refuse assignment", "ctx.node.properties.port = 1",
            error = READ_ONLY},
         {"runtime.md 1.4: and deletion", "ctx.node.properties.port = nil", error = READ_ONLY},
         {"runtime.md 1.4: at every depth", "ctx.node.properties.tree.list[2].deep = 1",
            error = READ_ONLY},
         {"runtime.md 1.4: also through table.insert",
            "table.insert(ctx.node.properties.tree.list, 1)", error = READ_ONLY},
         {"runtime.md 1.4: the properties themselves cannot be replaced",
            "ctx.node.properties = {}", error = "ctx.node.properties cannot be assigned"},
         {"runtime.md 1.4: a misspelt field names the nearest one", "return ctx.node.propertes",
            error = "ctx.node has no field 'propertes' (did you mean 'properties'?)"},
         {"runtime.md 1.4: it is the same at each access",
            "return ctx.node == ctx.node and ctx.node.properties == ctx.node.properties", true},
         {"runtime.md 1.4: a related node has all this, too",
            "local node = ctx.instance.relationships[2].target.node\n"
               .. "return {node.id, node.type, node.type_hierarchy, node.number_of_instances,\n"
               .. "   node.properties.port}",
            {"db", "spec.Node", {"cloudify.nodes.Root", "spec.Node"}, 1, 5432}},
         {"runtime.md 1.4: and refuses changes",
            "ctx.instance.relationships[2].target.node.properties.port = 1", error = READ_ONLY},
      },
      source = {
         {"runtime.md 1.4: in a relationship each side has its node",
            "return {ctx.source.node.id, ctx.target.node.id, ctx.target.node.properties.port}",
            {"app", "db", 5432}},
         {"runtime.md 1.4: which refuses changes", "ctx.source.node.properties.port = 1",
            error = READ_ONLY},
         {"runtime.md 1.4: on both sides", "ctx.target.node.properties.port = 1",
            error = READ_ONLY},
      },
   }
end)
