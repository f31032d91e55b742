--- Deployment modifications: more or fewer instances while a workflow runs (runtime.md 6.11).
local json = require("cloudify").json
local workflow = require("spec.support.workflow")

local BLUEPRINT = [[
node_types:
  Thing:
    derived_from: cloudify.nodes.Root
    interfaces:
      cloudify.interfaces.lifecycle: {create: probe.tasks.create}
      probe: {look: probe.tasks.look}
node_templates:
  host: {type: Thing}
  app:
    type: Thing
    relationships: [{type: cloudify.relationships.contained_in, target: host}]
  client:
    type: Thing
    relationships:
    - {type: cloudify.relationships.connected_to, target: host}
    - {type: cloudify.relationships.connected_to, target: app}
groups: {tier: {members: [host, app]}}
policies: {scaled: {type: cloudify.policies.scaling, targets: [tier]}}
]]

local TASKS = [[
function tasks.create(ctx) ctx.instance.runtime_properties.made = true end
function tasks.look(ctx) tell(#ctx:get_node_instances("client")) end
]]

--- Ways to look at what there is, for the bodies below.
local FLOWS = [[
local function count(iterator)
   local counts = {}
   for instance in iterator do
      counts[instance.node_id] = (counts[instance.node_id] or 0) + 1
   end
   return counts
end
local function parts(view)
   local found = {}
   for instance in view.node_instances do
      local targets = {}
      for relationship in instance.relationships do
         table.insert(targets, relationship.target_node_instance.node_id .. "="
            .. tostring(relationship.target_node_instance.modification))
      end
      local name = instance.node_id .. "=" .. tostring(instance.modification)
      found[name] = table.concat(targets, " ")
   end
   return found
end
]]

describe("a deployment modification (runtime.md 6.11)", function()
   local deployment

   before_each(function()
      deployment = workflow.deployment{blueprint = BLUEPRINT, tasks = TASKS, flows = FLOWS}
   end)
   after_each(function() deployment:remove() end)

   local function counts()
      local found = {}
      for _, instance in ipairs(deployment:instances()) do
         found[instance.node_id] = (found[instance.node_id] or 0) + 1
      end
      return found
   end

   it("adds instances at once, and plans their number", function()
      assert.same({{app = 2, client = 1, host = 2}, 1, 2}, deployment:run([[
         local modification = ctx.deployment:start_modification{tier = {instances = 2}}
         tell(count(ctx.node_instances))
         local tier = ctx.deployment.scaling_groups.tier.properties
         tell(tier.current_instances, tier.planned_instances)
      ]]))
      assert.same({app = 2, client = 1, host = 2}, counts())
   end)

   it("shows what is added with what is related to it, and those relationships alone", function()
      assert.same({{["app=added"] = "host=added", ["host=added"] = "",
                    ["client=nil"] = "host=added app=added"}, {}}, deployment:run([[
         local modification = ctx.deployment:start_modification{tier = {instances = 2}}
         tell(parts(modification.added), cloudify.object(parts(modification.removed)))
      ]]))
   end)

   it("has views with nodes, and finds nodes and instances in them", function()
      assert.same({{"host", "client"}, {"host=added"}, "host", json.null, true, "added", true},
         deployment:run([[
         local modification = ctx.deployment:start_modification{host = {instances = 2}}
         local names, instances = {}, {}
         for node in modification.added.nodes do
            if node.id ~= "app" then table.insert(names, node.id) end
         end
         for instance in modification.added:get_node("host").instances do
            table.insert(instances, instance.node_id .. "=" .. tostring(instance.modification))
         end
         tell(names, instances, modification.added:get_node("host").id)
         tell(modification.removed:get_node("host") or cloudify.null)
         for instance in modification.added:get_node("host").instances do
            local again = modification.added:get_node_instance(instance.id)
            tell(again == instance, again.modification)
            tell(ctx:get_node_instance(instance.id) == instance)
         end
      ]]))
   end)

   it("appends relationships of existing instances, by the order of their node", function()
      assert.same({{"host", "host", "app", "app"}}, deployment:run([[
         ctx.deployment:start_modification{tier = {instances = 2}}
         local targets = {}
         for instance in ctx:get_node("client").instances do
            for relationship in instance.relationships do
               table.insert(targets, relationship.target_node_instance.node_id)
            end
         end
         tell(targets)
      ]]))
   end)

   it("is the only one that is started", function()
      local result = deployment:try([[
         local first = ctx.deployment:start_modification{host = {instances = 2}}
         tell(first.id)
         ctx.deployment:start_modification{host = {instances = 3}}
      ]])
      local id = deployment:told()[1]
      assert.is_truthy(result.err:find("deployment 'app': modification '" .. id
         .. "' is started already; finish it or roll it back before another one", 1, true),
         result.err)
   end)

   it("stays started when its execution ends, and another one finds it", function()
      local id = deployment:run(
         "tell(ctx.deployment:start_modification{host = {instances = 2}}.id)")
      assert.same({1, id[1], {["host=added"] = "", ["app=added"] = "host=added",
                              ["client=nil"] = "host=added app=added"}},
         deployment:run([[
            local started = ctx.deployment:list_started_modifications()
            tell(#started, started[1].id, parts(started[1].added))
            started[1]:finish()
         ]]))
      assert.same({0}, deployment:run("tell(#ctx.deployment:list_started_modifications())"))
   end)

   it("that is finished has the numbers it planned", function()
      assert.same({2, 1, 2, 2}, deployment:run([[
         local modification = ctx.deployment:start_modification{client = {instances = 2}}
         local client = ctx:get_node("client")
         tell(client.planned_number_of_instances, client.number_of_instances)
         modification:finish()
         tell(client.planned_number_of_instances, client.number_of_instances)
      ]]))
      assert.same({2, 2}, deployment:run([[
         local client = ctx:get_node("client")
         tell(client.planned_number_of_instances, client.number_of_instances)
      ]]))
   end)

   it("removes instances, and the relationships to them, when it is finished", function()
      assert.same({{["app=removed"] = "host=removed", ["host=removed"] = "",
                    ["client=nil"] = "host=removed app=removed"},
                   {app = 1, client = 1, host = 1}, {client = 1}, 0}, deployment:run([[
         local modification = ctx.deployment:start_modification{tier = {instances = 0}}
         tell(parts(modification.removed), count(ctx.node_instances))
         modification:finish()
         tell(count(ctx.node_instances))
         for client in ctx:get_node("client").instances do
            local left = 0
            for _ in client.relationships do left = left + 1 end
            tell(left)
         end
      ]]))
      assert.same({client = 1}, counts())
   end)

   it("leaves operations to see no instance that it has removed", function()
      assert.same({2, 1}, deployment:run([[
         for _, count in ipairs{2, 1} do
            ctx.deployment:start_modification{client = {instances = count}}:finish()
            for host in ctx:get_node("host").instances do
               host:execute_operation("probe.look"):get()
            end
         end
      ]]))
   end)

   it("prefers to remove what is hinted at, and to keep what is hinted at", function()
      local told = deployment:run([[
         local modification = ctx.deployment:start_modification{client = {instances = 4}}
         modification:finish()
         local ids = {}
         for client in ctx:get_node("client").instances do
            table.insert(ids, client.id)
         end
         local modification = ctx.deployment:start_modification{client = {instances = 2,
            removed_ids_include_hint = {ids[1]}, removed_ids_exclude_hint = {ids[4]}}}
         modification:finish()
         local left = {}
         for client in ctx:get_node("client").instances do
            table.insert(left, client.id)
         end
         tell(ids, left)
      ]])
      assert.same({told[1][2], told[1][4]}, told[2])
   end)

   it("that is rolled back leaves the instances as they were when it was started", function()
      local before = deployment:instances()
      assert.same({true, 1}, deployment:run([[
         local modification = ctx.deployment:start_modification{tier = {instances = 2}}
         for client in ctx:get_node("client").instances do
            ctx:update_node_instance(client.id,
               {state = "odd", runtime_properties = {made = false}})
         end
         modification:rollback()
         for client in ctx:get_node("client").instances do
            tell(client.runtime_properties.made)
         end
         tell(ctx.deployment.scaling_groups.tier.properties.planned_instances)
      ]]))
      local after = deployment:instances()
      for i, instance in ipairs(after) do
         -- A version never goes back: who based a write on what is undone must not win.
         assert.is_true(instance.version >= before[i].version)
         instance.version, before[i].version = nil, nil
      end
      assert.same(before, after)
   end)

   it("that is rolled back restores what was to be removed, too", function()
      assert.same({{app = 1, client = 1, host = 1}, true}, deployment:run([[
         local modification = ctx.deployment:start_modification{host = {instances = 0}}
         for app in ctx:get_node("app").instances do
            ctx:update_node_instance(app.id, {runtime_properties = {}})
         end
         modification:rollback()
         tell(count(ctx.node_instances))
         for app in ctx:get_node("app").instances do
            tell(app.runtime_properties.made)
         end
      ]]))
   end)

   for _, first in ipairs({"finish", "rollback"}) do
      it("cannot end twice: after " .. first, function()
         local result = deployment:try(([[
            local modification = ctx.deployment:start_modification{host = {instances = 2}}
            modification:%s()
            modification:finish()
         ]]):format(first))
         assert.is_truthy(result.err:find(first == "finish" and "is finished already"
            or "was rolled back already", 1, true), result.err)
      end)
   end

   local refused = {
      {"an unknown name", "{hots = {instances = 2}}",
       "'hots' is neither a node nor a scaling group (did you mean 'host'?)"},
      {"no number", "{host = {}}",
       "modification of 'host': 'instances' must say how many it shall have"},
      {"a negative number", "{host = {instances = -1}}",
       "'host': the number of its instances must be 0 or more, not -1"},
      {"nothing", "{}", "a modification must name a node or a scaling group, and how many "
       .. "instances it shall have"},
      {"hints that are no list", "{host = {instances = 1, removed_ids_include_hint = 'x'}}",
       "modification of 'host': removed_ids_include_hint must be a list of ids"},
   }
   for _, case in ipairs(refused) do
      it("is refused with " .. case[1] .. ", and changes nothing", function()
         local result = deployment:try("ctx.deployment:start_modification" .. case[2])
         assert.is_truthy(result.err:find(case[3], 1, true), result.err)
         assert.same({0}, deployment:run("tell(#ctx.deployment:list_started_modifications())"))
      end)
   end

   it("runs operations of added instances, and none of those that are removed", function()
      assert.same({true, "it is no more"}, deployment:run([[
         local modification = ctx.deployment:start_modification{client = {instances = 2}}
         for client in modification.added:get_node("client").instances do
            client:execute_operation("cloudify.interfaces.lifecycle.create"):get()
            tell(client.runtime_properties.made)
         end
         modification:rollback()
         local removed
         modification = ctx.deployment:start_modification{client = {instances = 0}}
         for client in modification.removed:get_node("client").instances do
            removed = client:execute_operation("cloudify.interfaces.lifecycle.create")
            modification:finish()
         end
         local ok, err = pcall(removed.get, removed)
         tell(tostring(err):match("it is no more"))
      ]]))
   end)

   it("in a dry run is seen by the workflow alone", function()
      assert.same({{app = 2, client = 1, host = 2}, {app = 1, client = 1, host = 1}},
         deployment:run([[
            local modification = ctx.deployment:start_modification{tier = {instances = 2}}
            tell(count(ctx.node_instances))
            modification:rollback()
            tell(count(ctx.node_instances))
            ctx.deployment:start_modification{tier = {instances = 0}}:finish()
         ]], "--dry-run"))
      assert.same({app = 1, client = 1, host = 1}, counts())
   end)

   --- What a workflow begins with that may be resumed.
   local GO_ON = [[
      local modification = ctx.deployment:list_started_modifications()[1]
      tell(modification ~= nil)
      modification = modification or ctx.deployment:start_modification{tier = {instances = 2}}
   ]]
   --- What ends the step: the result of an operation begins another.
   local OPERATION = [[
      for client in ctx:get_node("client").instances do
         client:execute_operation("cloudify.interfaces.lifecycle.create"):get()
      end
   ]]
   local kill = {
      {"before its step is kept, so it has not begun", "os.execute('kill -9 $PPID')", false, 1},
      {"afterwards, and stays started", OPERATION .. "os.execute('kill -9 $PPID')", true, 2},
      {"in the middle of the end, which has not begun then",
       OPERATION .. "modification:finish() os.execute('kill -9 $PPID')", true, 2},
   }
   for _, case in ipairs(kill) do
      it("can be gone on with when its engine is killed " .. case[1], function()
         deployment:try(GO_ON .. case[2])
         assert.same({false}, deployment:told())
         assert.equal(case[4], counts().host)
         local id = deployment.world:cfy("executions", "list", "app", "--json").out
            :match('.*"id":"([^"]+)"')
         deployment:write_flow(GO_ON .. "modification:finish()")
         local resumed = deployment.world:cfy("executions", "resume", id)
         assert.equal(0, resumed.code, resumed.err)
         assert.same({case[3]}, deployment:told())
         assert.same({app = 2, client = 1, host = 2}, counts())
      end)
   end

   it("is over when the deployment is installed anew", function()
      deployment:run("ctx.deployment:start_modification{tier = {instances = 2}}")
      assert.equal(0, deployment.world:cfy("uninstall", "app").code)
      local again = deployment.world:cfy("install", deployment.world:path("app/blueprint.yaml"),
         "-d", "app")
      assert.equal(0, again.code, again.err)
      assert.same({0}, deployment:run("tell(#ctx.deployment:list_started_modifications())"))
      assert.same({app = 1, client = 1, host = 1}, counts())
   end)
end)
