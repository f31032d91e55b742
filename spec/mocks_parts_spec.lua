--- What mocks are put together from, and how the mock constructors take their arguments
--- (runtime.md 9.2).
local cloudify = require("cloudify")
local mocks = require("cloudify.mocks")
local refusal = require("spec.support.refusal")

local MockCloudifyContext = mocks.MockCloudifyContext
local MockNodeContext = mocks.MockNodeContext
local MockNodeInstanceContext = mocks.MockNodeInstanceContext
local MockRelationshipContext = mocks.MockRelationshipContext
local MockRelationshipSubjectContext = mocks.MockRelationshipSubjectContext

local RELATED_REFUSAL = "Cannot modify runtime properties of relationship node instances"

--- An end of a relationship: a node with an instance.
local function subject(name, properties, runtime_properties, relationships)
   return MockRelationshipSubjectContext(MockNodeContext(name, properties),
      MockNodeInstanceContext(name .. "_1", runtime_properties, relationships))
end

describe("MockCloudifyContext of a relationship", function()
   local ctx

   before_each(function()
      ctx = MockCloudifyContext {
         source = subject("app", {port = 80}, {pid = 1}),
         target = subject("db", {port = 5432}, {pid = 2}),
      }
   end)

   it("runtime.md 9.2: source and target make ctx.source and ctx.target", function()
      assert.equal("relationship-instance", ctx.type)
      assert.same({"app", 80, "app_1", 1}, {ctx.source.node.id, ctx.source.node.properties.port,
         ctx.source.instance.id, ctx.source.instance.runtime_properties.pid})
      assert.same({"db", 5432, "db_1", 2}, {ctx.target.node.id, ctx.target.node.properties.port,
         ctx.target.instance.id, ctx.target.instance.runtime_properties.pid})
   end)

   it("lets both instances be changed and saved", function()
      ctx.source.instance.runtime_properties.peer = "db"
      ctx.target.instance.runtime_properties.peer = "app"
      ctx.source.instance:update()
      ctx.target.instance:update()
      assert.equal("db", mocks.saved(ctx, "app_1").peer)
      assert.equal("app", mocks.saved(ctx, "db_1").peer)
   end)

   it("runs on the source's side unless the operation says otherwise", function()
      assert.equal("source", ctx.operation.relationship)
      ctx = MockCloudifyContext {source = subject("app"), target = subject("db"),
         operation = {relationship = "target"}}
      assert.equal("target", ctx.operation.relationship)
   end)

   it("runtime.md 9.2: an end that is left out is empty", function()
      ctx = MockCloudifyContext {target = subject("db")}
      assert.same({"source", 0}, {ctx.source.node.id, #ctx.source.instance.relationships})
      assert.is_true(cloudify.is_empty(ctx.source.instance.runtime_properties))
   end)

   it("refuses ctx.node and ctx.instance", function()
      local message = "ctx.node/ctx.instance can only be used in a node-instance context but used "
         .. "in a relationship-instance context"
      assert.equal(message, refusal(function() return ctx.node end))
      assert.equal(message, refusal(function() return ctx.instance end))
   end)

   it("takes plain tables for its ends", function()
      ctx = MockCloudifyContext {
         source = {node = {id = "app"}, instance = {id = "app_1"}},
         target = {instance = {id = "db_1", runtime_properties = {port = 1}}},
      }
      assert.same({"app", "app_1", "db_1", 1}, {ctx.source.node.id, ctx.source.instance.id,
         ctx.target.node.id, ctx.target.instance.runtime_properties.port})
   end)
end)

describe("relationships of a mock", function()
   local vm, db, ctx

   before_each(function()
      vm = subject("vm", {ip = "10.0.0.1"})
      db = subject("db", {port = 5432}, {ready = true}, {
         MockRelationshipContext(vm, "cloudify.relationships.contained_in")})
      ctx = MockCloudifyContext {node_id = "app_1", node_name = "app", relationships = {
         MockRelationshipContext {target = db, type = "cloudify.relationships.connected_to"}}}
   end)

   it("runtime.md 9.2: MockRelationshipContext has a target and a type", function()
      local relationship = ctx.instance.relationships[1]
      assert.equal(1, #ctx.instance.relationships)
      assert.same({"cloudify.relationships.connected_to", "db", "db_1"}, {relationship.type,
         relationship.target.node.id, relationship.target.instance.id})
      assert.same({"cloudify.relationships.depends_on", "cloudify.relationships.connected_to"},
         cloudify.totable(relationship.type_hierarchy))
   end)

   it("are walked over several hops", function()
      local hop = ctx.instance.relationships[1].target.instance.relationships[1]
      assert.same({"cloudify.relationships.contained_in", "10.0.0.1"},
         {hop.type, hop.target.node.properties.ip})
   end)

   it("ask the engine for what they lead to", function()
      assert.same({}, mocks.calls(ctx))
      assert.equal(5432, ctx.instance.relationships[1].target.node.properties.port)
      assert.same({{method = "get_node", arguments = {id = "db"}}}, mocks.calls(ctx))
   end)

   it("refuse a change of the instance at their end", function()
      local target = ctx.instance.relationships[1].target.instance
      assert.equal(RELATED_REFUSAL, refusal(function() target.runtime_properties.ready = false end))
      assert.equal(RELATED_REFUSAL, refusal(target.update, target))
   end)

   it("runtime.md 9.2: capabilities are derived from them", function()
      assert.is_true(ctx.capabilities.ready)
      assert.equal("db_1", (next(ctx.capabilities:get_all())))
   end)

   it("runtime.md 9.2: capabilities are more of them", function()
      ctx = MockCloudifyContext {node_id = "a", capabilities = {
         vm_1 = {ip = "10.0.0.1"}, db_1 = {port = 1}}}
      assert.same({"10.0.0.1", 1}, {ctx.capabilities.ip, ctx.capabilities.port})
      assert.equal("db_1", ctx.instance.relationships[1].target.instance.id)
      ctx = MockCloudifyContext {source = {}, target = {}, capabilities = {db_1 = {port = 2}}}
      assert.equal(2, ctx.capabilities.port)
   end)

   it("runtime.md 9.2: capabilities must be a table", function()
      assert.equal("MockCloudifyContext: capabilities must be a table, not 'x'",
         refusal(MockCloudifyContext, {node_id = "a", capabilities = "x"}))
   end)
end)

describe("a part of a mock", function()
   it("runtime.md 9.2: MockNodeInstanceContext stands alone", function()
      local instance = MockNodeInstanceContext("db_1", {port = 1}, {}, 2)
      assert.same({"db_1", 1, 0, 2}, {instance.id, instance.runtime_properties.port,
         #instance.relationships, instance.index})
      instance.runtime_properties.port = 2
      instance:update()
      assert.equal(2, instance.runtime_properties.port)
      instance.runtime_properties = {port = 3}
      assert.equal(3, instance.runtime_properties.port)
   end)

   it("runtime.md 9.2: MockNodeContext stands alone, and its properties cannot be assigned",
      function()
         local node = MockNodeContext("db", {port = 1}, "app.Database")
         assert.same({"db", "db", 1, "app.Database"},
            {node.id, node.name, node.properties.port, node.type})
         assert.equal("Cannot override read only properties",
            refusal(function() node.properties.port = 2 end))
      end)

   it("runtime.md 9.2: MockRelationshipSubjectContext and MockRelationshipContext stand alone",
      function()
         local db = subject("db")
         assert.same({"db", "db_1"}, {db.node.id, db.instance.id})
         local relationship = MockRelationshipContext(subject("vm"), "app.uses")
         assert.same({"app.uses", "vm_1"}, {relationship.type, relationship.target.instance.id})
      end)

   it("MockOperationContext stands alone, and in a mock", function()
      local operation = mocks.MockOperationContext("start", 2, 5)
      assert.same({"start", 2, 5}, {operation.name, operation.retry_number, operation.max_retries})
      assert.equal("start", MockCloudifyContext {operation = operation}.operation.name)
   end)

   it("runtime.md 9.2: MockContext has the keys of a table", function()
      local db = mocks.MockContext {node = MockNodeContext("db"), extra = 1}
      assert.same({"db", 1}, {db.node.id, db.extra})
      db = mocks.MockContext {instance = MockNodeInstanceContext("db_1")}
      assert.equal("db_1", MockRelationshipContext(db).target.instance.id)
   end)

   it("is what it has become in the ctx that it was given to", function()
      local instance = MockNodeInstanceContext("db_1", {port = 1})
      local ctx = MockCloudifyContext {source = {instance = instance}, target = {}}
      ctx.source.instance.runtime_properties.port = 2
      assert.equal(2, instance.runtime_properties.port)
      instance.runtime_properties.port = 3
      assert.equal(3, ctx.source.instance.runtime_properties.port)
   end)

   it("takes its runtime properties along from one ctx to the next", function()
      local instance = MockNodeInstanceContext("db_1", {port = 1})
      instance.runtime_properties.port = 2
      local ctx = MockCloudifyContext {source = {instance = instance}, target = {}}
      assert.equal(2, ctx.source.instance.runtime_properties.port)
   end)

   it("may be in a ctx more than once", function()
      local vm = subject("vm")
      local ctx = MockCloudifyContext {node_id = "a",
         relationships = {MockRelationshipContext(vm), MockRelationshipContext(vm)}}
      assert.equal(ctx.instance.relationships[1].target.instance,
         ctx.instance.relationships[2].target.instance)
   end)
end)

describe("the arguments of mocks", function()
   --- Name, what is called, the refusal.
   local cases = {
      {"a misspelt one", {nodeid = "a"},
         "unknown argument 'nodeid', did you mean 'node_id'?"},
      {"one like no other", {xyzzy = 1}, "unknown argument 'xyzzy'"},
      {"one of the wrong kind", {node_id = 1}, "node_id must be a string, not number"},
      {"an empty id", {node_id = ""}, "node_id must be a string, not ''"},
      {"a list in the place of a table", {node_id = "a", properties = {1}},
         "properties must be a table, not array"},
      {"what needs a node", {properties = {}}, "properties needs a node_id"},
      {"a relationship without a node", {relationships = {}}, "relationships needs a node_id"},
      {"a node and a relationship", {node_id = "a", source = {}},
         "node_id is for the operation of a node, source and target are for that of a "
         .. "relationship: give either"},
      {"what needs a REST service", {rest_token = "x"},
         "no argument 'rest_token': there is no REST service that ctx could talk to"},
      {"two instances with one id", {node_id = "a", relationships = {
         {target = {instance = {id = "b"}}}, {target = {instance = {id = "b"}}}}},
         "two instances have the id 'b'"},
      {"the side of no relationship", {node_id = "a", operation = {relationship = "source"}},
         "operation.relationship is for operations of a relationship"},
   }
   for _, case in ipairs(cases) do
      local name, args, expected = table.unpack(case)
      it("refuse " .. name, function()
         assert.equal("MockCloudifyContext: " .. expected, refusal(MockCloudifyContext, args))
      end)
   end

   it("refuse a misspelt one of a part", function()
      assert.equal("MockNodeContext: unknown argument 'propertys', did you mean 'properties'?",
         refusal(MockNodeContext, {propertys = {}}))
      assert.equal("MockOperationContext: unknown argument 'retries'",
         refusal(MockCloudifyContext, {operation = {retries = 1}}))
      assert.equal("plugin: unknown argument 'nam', did you mean 'name'?",
         refusal(MockCloudifyContext, {plugin = {nam = "x"}}))
   end)

   it("refuse a part in the place of another", function()
      assert.equal("MockRelationshipSubjectContext: a part of this kind is expected, not a "
         .. "MockNodeContext", refusal(MockCloudifyContext, {source = MockNodeContext("a")}))
   end)

   it("refuse more by position than there are", function()
      assert.equal("MockRelationshipSubjectContext: takes 2 arguments by position, got 3",
         refusal(MockRelationshipSubjectContext, MockNodeContext("a"), nil, 1))
   end)

   it("refuse a relationship that leads nowhere", function()
      assert.equal("MockRelationshipContext: target is missing",
         refusal(MockCloudifyContext, {node_id = "a", relationships = {{type = "x"}}}))
   end)
end)
