--- The built-in workflow `heal`: finds out which node instances do not work, runs their operation
--- `heal`, and reinstalls those that have none or that it did not help.
local exceptions = require("cloudify.exceptions")
local handlers = require("cloudify.workflows.handlers")
local install = require("cloudify.workflows.install")
local json = require("cloudify").json
local lifecycle = require("cloudify.workflows.lifecycle")
local make_or_get_graph = require("cloudify.workflows").make_or_get_graph
local sets = require("cloudify.sets")
local status = require("cloudify.workflows.status")
local system_properties = require("cloudify.workflows.system_properties")
local workflow = require("cloudify.decorators").workflow

local heal = {}

local HEAL = "cloudify.interfaces.lifecycle.heal"
local STEPS = {"preheal", "heal", "postheal"}

--- Add an instance, and all that stands in it, to `set`, which is by id. Of what is in the set, all
--- that stands in it is, too.
local function add_with_contents(set, instance)
   if set[instance.id] then
      return
   end
   for _, contained in ipairs(instance:get_contained_subgraph()) do
      set[contained.id] = contained
   end
end

--- Whether no instance is named.
local function concerns_all(parameters)
   local id = parameters.node_instance_id
   return type(id) ~= "string" or id == ""
end

--- The instance that the parameters name, with its machine and all that is on it; else all.
local function choose(ctx, parameters)
   local chosen, id = {}, parameters.node_instance_id
   if concerns_all(parameters) then
      for instance in ctx.node_instances do
         chosen[instance.id] = instance
      end
      return chosen
   end
   local instance = ctx:get_node_instance(id)
   if not instance then
      error(exceptions.NonRecoverableError("heal: there is no node instance '" .. id .. "'"))
   end
   add_with_contents(chosen, instance.host or instance)
   return chosen
end

--- Those of the chosen that do not work: what can be healed, and what must be reinstalled together
--- with all that stands in it. What was never asked works, unless it was chosen by its id.
local function sort_out(chosen, unknown_works)
   local to_heal, to_reinstall = {}, {}
   for id, instance in pairs(chosen) do
      local works = status.of(instance)
      if works == nil then
         works = unknown_works
      end
      if not works and instance.node:has_operation(HEAL) then
         to_heal[id] = instance
      elseif not works then
         add_with_contents(to_reinstall, instance)
      end
   end
   for id in pairs(to_reinstall) do
      to_heal[id] = nil
   end
   return to_heal, to_reinstall
end

local build = make_or_get_graph(function(ctx, to_heal)
   local graph = ctx:graph_mode()
   local parts = {}
   for id, instance in pairs(to_heal) do
      local subgraph = graph:subgraph("heal_" .. id)
      local sequence = subgraph:sequence()
      sequence:add(instance:send_event("Healing node instance"))
      for _, step in ipairs(STEPS) do
         local operation = "cloudify.interfaces.lifecycle." .. step
         if instance.node:has_operation(operation) then
            sequence:add(instance:execute_operation(operation))
         end
      end
      sequence:add(instance:send_event("Node instance healed"))
      local arguments = {node_instance_id = id}
      subgraph.on_success = handlers.by_name("cloudify.workflows.heal.keep_success", arguments)
      subgraph.on_failure = handlers.by_name("cloudify.workflows.heal.keep_failure", arguments)
      parts[id] = {instance = instance, subgraph = subgraph}
   end
   lifecycle.order(graph, parts)
   return graph
end)

--- Handler: the instance works again.
function heal.keep_success(subgraph, arguments)
   local ctx = subgraph.workflow_context
   local instance = ctx:get_node_instance(arguments.node_instance_id)
   system_properties.update(ctx, instance, function(properties)
      properties.status = {ok = true, task = json.null, healed = true}
   end)
   return handlers.cont()
end

--- Handler: it does not; it is reinstalled afterwards.
function heal.keep_failure(subgraph, arguments)
   local ctx = subgraph.workflow_context
   local instance = ctx:get_node_instance(arguments.node_instance_id)
   system_properties.update(ctx, instance, function(properties)
      properties.heal_failed = ctx.execution_id
   end)
   subgraph.graph:add_task(instance:send_event("Healing failed: the node instance is reinstalled"))
   return handlers.ignore()
end

--- Move those that this execution has failed to heal over to what must be reinstalled.
local function add_failed(ctx, chosen, to_reinstall)
   for _, instance in pairs(chosen) do
      if instance.system_properties.heal_failed == ctx.execution_id then
         add_with_contents(to_reinstall, instance)
      end
   end
end

--- Forget what add_failed() looks for: they have been reinstalled.
local function forget_failed(ctx, chosen)
   for _, instance in pairs(chosen) do
      if instance.system_properties.heal_failed then
         system_properties.update(ctx, instance, function(properties)
            properties.heal_failed = nil
         end)
      end
   end
end

local function check_allowed(parameters, to_reinstall)
   if parameters.allow_reinstall == false and next(to_reinstall) then
      error(exceptions.NonRecoverableError("heal: allow_reinstall is false, but these must be "
         .. "reinstalled: " .. status.list(sets.keys(to_reinstall))))
   end
end

--- Say why nothing is healed: there are instances that nobody can ask.
local function tell_why(ctx, chosen)
   for _, instance in pairs(chosen) do
      if status.can_tell(instance) then
         ctx.logger:info("Every node instance that can tell works: there is nothing to heal")
         return
      end
   end
   ctx.logger:warning("No node instance has an operation '%s', so nothing is known to be broken: "
      .. "-p node_instance_id=ID reinstalls one all the same", status.CHECK)
end

--- Execute the graph `name` that an interrupted execution has left, if any.
local function finish(ctx, name)
   local graph = ctx:get_tasks_graph(name)
   if graph then
      graph:execute()
   end
end

local function reinstall(ctx, parameters, instances)
   if not next(instances) then
      finish(ctx, "reinstall-install")
      return
   end
   install.run_reinstall(ctx, {node_instance_ids = sets.keys(instances),
                               ignore_failure = parameters.ignore_failure})
end

heal.heal = workflow{resumable = true}(function(ctx, parameters)
   local chosen = choose(ctx, parameters)
   if parameters.force_reinstall == true then
      reinstall(ctx, parameters, chosen)
      return
   end
   if parameters.check_status ~= false then
      status.check(ctx, {node_instance_ids = sets.keys(chosen)}, "heal-check_status")
   end
   local to_heal, to_reinstall = sort_out(chosen, concerns_all(parameters))
   check_allowed(parameters, to_reinstall)
   if not next(to_heal) and not next(to_reinstall) then
      tell_why(ctx, chosen)
   end
   if next(to_heal) then
      build(ctx, to_heal, {name = "heal"}):execute()
   else
      finish(ctx, "heal")
   end
   add_failed(ctx, chosen, to_reinstall)
   check_allowed(parameters, to_reinstall)
   reinstall(ctx, parameters, to_reinstall)
   forget_failed(ctx, chosen)
end)

return heal
