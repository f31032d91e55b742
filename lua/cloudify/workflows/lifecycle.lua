--- Brings node instances up and takes them down: one subgraph each, in the order of relationships.
---
--- INSTALL and UNINSTALL below say what is done, step by step; the rest carries that out.
local handlers = require("cloudify.workflows.handlers")
local sets = require("cloudify.sets")

local lifecycle = {}

local LIFECYCLE = "cloudify.interfaces.lifecycle."
local RELATIONSHIP = "cloudify.interfaces.relationship_lifecycle."
local VALIDATION = "cloudify.interfaces.validation."
local MONITORING = "cloudify.interfaces.monitoring."
local MONITORING_AGENT = "cloudify.interfaces.monitoring_agent."
local GET_STATE = "cloudify.interfaces.host.get_state"

local CREATED = sets.of{"created", "creating", "configuring", "configured", "starting", "started"}
local CREATE_DONE = sets.of{"created", "configuring", "configured", "starting", "started"}
local CONFIGURED = sets.of{"configured", "starting", "started"}
local STARTED = sets.of{"started"}

local NOT_RUNNING = sets.of{"configured", "stopped", "deleting", "deleted", "uninitialized"}
local STOPPED = sets.of{"stopped", "deleting", "deleted"}
local GONE = sets.of{"deleted", "uninitialized"}
local DELETED = sets.of{"deleted"}

--- A step is an operation of the instance, an operation of all its relationships (`related`), a
--- function that adds tasks (`run`), or only an announcement. `doing` and `done` are the messages
--- before and after, with the states `doing_state` and `done_state`. Where there is no such
--- operation nothing is announced, unless `idle` is set. The step is left out when the instance is
--- in one of the states `past`.
local INSTALL, UNINSTALL

local function host_is_started(part)
   if part:has(GET_STATE) then
      local task = part.instance:execute_operation(GET_STATE)
      task.on_success = handlers.by_name("cloudify.workflows.lifecycle.await_host")
      part:add({task})
   end
   part:operate(MONITORING_AGENT .. "install")
   part:operate(MONITORING_AGENT .. "start")
end

local function host_is_stopping(part)
   part:operate(MONITORING_AGENT .. "stop")
   part:operate(MONITORING_AGENT .. "uninstall")
end

INSTALL = {
   {operation = VALIDATION .. "create", past = CREATED, idle = true,
    doing = "Validating node instance before creation",
    done = "Node instance validated before creation"},
   {operation = LIFECYCLE .. "precreate", past = CREATED, idle = true,
    doing = "Precreating node instance", done = "Node instance precreated"},
   {operation = LIFECYCLE .. "create", past = CREATE_DONE, idle = true,
    doing = "Creating node instance", doing_state = "creating",
    done = "Node instance created", done_state = "created"},
   {related = RELATIONSHIP .. "preconfigure", past = CONFIGURED,
    doing = "Preconfiguring relationships", done = "Relationships preconfigured"},
   {operation = LIFECYCLE .. "configure", past = CONFIGURED, idle = true,
    doing = "Configuring node instance", doing_state = "configuring",
    done = "Node instance configured", done_state = "configured"},
   {related = RELATIONSHIP .. "postconfigure", past = STARTED,
    doing = "Postconfiguring relationships", done = "Relationships postconfigured"},
   {operation = LIFECYCLE .. "start", past = STARTED, idle = true,
    doing = "Starting node instance", doing_state = "starting"},
   {run = host_is_started, hosts_only = true, past = STARTED},
   {operation = LIFECYCLE .. "poststart", past = STARTED, idle = true,
    doing = "Running poststart of node instance", done = "Poststart of node instance has run"},
   {operation = MONITORING .. "start", past = STARTED},
   {related = RELATIONSHIP .. "establish", past = STARTED,
    doing = "Establishing relationships", done = "Relationships established"},
}

UNINSTALL = {
   {doing = "Stopping node instance", doing_state = "stopping", past = NOT_RUNNING},
   {operation = VALIDATION .. "delete", past = NOT_RUNNING, idle = true,
    doing = "Validating node instance before deletion",
    done = "Node instance validated before deletion"},
   {operation = MONITORING .. "stop", past = NOT_RUNNING},
   {operation = LIFECYCLE .. "prestop", past = NOT_RUNNING,
    doing = "Running prestop of node instance", done = "Prestop of node instance has run"},
   {run = host_is_stopping, hosts_only = true, past = NOT_RUNNING},
   {operation = LIFECYCLE .. "stop", past = NOT_RUNNING, idle = "Stopping node instance",
    past_message = "Stopping node instance: it is already %s", done = "Node instance stopped"},
   {doing_state = "stopped", past = STOPPED},
   {related = RELATIONSHIP .. "unlink", past = GONE, backwards = true,
    doing = "Unlinking relationships", done = "Relationships unlinked"},
   {operation = LIFECYCLE .. "delete", past = GONE, idle = true,
    doing = "Deleting node instance", doing_state = "deleting"},
   {operation = LIFECYCLE .. "postdelete", past = GONE,
    doing = "Running postdelete of node instance", done = "Postdelete of node instance has run"},
   {doing = "Node instance deleted", doing_state = "deleted", past = DELETED},
}

--- The relationships of an instance as a list: going through the instance's own makes them anew.
local function relationships_of(instance)
   local list = {}
   for relationship in instance.relationships do
      list[#list + 1] = relationship
   end
   return list
end

--- What is done for one node instance.
---@class cloudify.LifecyclePart
---@field instance any
---@field subgraph any
---@field private node any
---@field private relationships any[]
---@field private sequence any
---@field private state string what `past` is compared with
---@field private awaited table<string, boolean> operations that others wait for
---@field private following table<string, table> the step right behind each of those
---@field private latest string? the last of those, until its following step is there
local Part = {}
Part.__index = Part

local function new_part(subgraph, instance, state, awaited)
   return setmetatable({instance = instance, subgraph = subgraph, sequence = subgraph:sequence(),
                        node = instance.node, relationships = relationships_of(instance),
                        state = state or instance.state, awaited = awaited or {},
                        following = {}}, Part)
end

--- What order() needs of it once its tasks are there: little, as there may be very many.
function Part:outcome()
   return {instance = self.instance, subgraph = self.subgraph,
           following = self.following}
end

--- Add a step of tasks that run beside each other.
function Part:add(tasks)
   self.sequence:add(tasks)
   if self.latest then
      self.following[self.latest], self.latest = tasks, nil
   end
end

function Part:has(operation)
   return self.node:has_operation(operation)
end

--- Announce a state and a message, beside each other; either may be nil.
function Part:announce(message, state)
   if state and message then
      self:add({self.instance:set_state(state), self.instance:send_event(message)})
   elseif state then
      self:add({self.instance:set_state(state)})
   elseif message then
      self:add({self.instance:send_event(message)})
   end
end

--- Run an operation of the instance, if it is mapped to anything.
function Part:operate(operation)
   if self:has(operation) then
      self:add({self.instance:execute_operation(operation)})
      self.latest = self.awaited[operation] and operation
   end
end

--- The tasks of `operation` on both sides of one relationship.
local function relationship_tasks(relationship, operation)
   local tasks = {}
   if relationship.relationship:has_source_operation(operation) then
      table.insert(tasks, relationship:execute_source_operation(operation))
   end
   if relationship.relationship:has_target_operation(operation) then
      table.insert(tasks, relationship:execute_target_operation(operation))
   end
   return tasks
end

--- Those tasks for all relationships; neighbours that lead to the same node form one group.
local function relationship_groups(relationships, operation)
   local groups, latest = {}, nil
   for _, relationship in ipairs(relationships) do
      local tasks = relationship_tasks(relationship, operation)
      local target = relationship.relationship.target_id
      if #tasks > 0 and target == latest then
         table.move(tasks, 1, #tasks, #groups[#groups] + 1, groups[#groups])
      elseif #tasks > 0 then
         table.insert(groups, tasks)
      end
      latest = #tasks > 0 and target or latest
   end
   return groups
end

function Part:relate(step)
   local groups = relationship_groups(self.relationships, step.related)
   if #groups == 0 then
      return
   end
   self:announce(step.doing, step.doing_state)
   local subgraph = self.subgraph:subgraph(step.related:match("[^.]+$") .. "_subgraph")
   local sequence = subgraph:sequence()
   for i = 1, #groups do
      sequence:add(groups[step.backwards and #groups + 1 - i or i])
   end
   self:add({subgraph})
   self:announce(step.done, step.done_state)
end

--- Whether the step has anything to do for the instance.
function Part:concerns(step)
   if step.past[self.state] then
      return false
   elseif step.operation then
      return self:has(step.operation)
   elseif step.related then
      for _, relationship in ipairs(self.relationships) do
         local definition = relationship.relationship
         if definition:has_source_operation(step.related)
            or definition:has_target_operation(step.related) then
            return true
         end
      end
      return false
   end
   return not step.hosts_only or self.node:is_derived_from("cloudify.nodes.Compute")
end

function Part:take(step)
   if step.past[self.state] then
      if step.past_message then
         self:announce(step.past_message:format(self.state))
      end
   elseif not self:concerns(step) then
      if step.idle then
         self:announce((step.idle == true and step.doing or step.idle) .. ": nothing to do")
      end
   elseif step.related then
      self:relate(step)
   elseif step.run then
      step.run(self)
   else
      self:announce(step.doing, step.doing_state)
      if step.operation then
         self:operate(step.operation)
      end
      self:announce(step.done, step.done_state)
   end
end

function Part:install()
   local busy = false
   for _, step in ipairs(INSTALL) do
      busy = busy or self:concerns(step)
   end
   if not busy then
      self:announce("Node instance started (nothing to do)", "started")
      return
   end
   self:announce(nil, "initializing")
   for _, step in ipairs(INSTALL) do
      self:take(step)
   end
   self:announce("Node instance started", "started")
end

function Part:uninstall()
   for _, step in ipairs(UNINSTALL) do
      self:take(step)
   end
end

--- The operation of the target that a relationship waits for, where that is not all of it.
local function awaited_operation(relationship)
   local definition = relationship.relationship
   if definition:is_derived_from("cloudify.relationships.depends_on_lifecycle_operation")
      and definition.properties.operation then
      return LIFECYCLE .. definition.properties.operation
   end
end

--- The set of those of all relationships of `instances`, added to `awaited`.
local function awaited_operations(instances, awaited)
   for _, instance in ipairs(instances) do
      for relationship in instance.relationships do
         local operation = awaited_operation(relationship)
         if operation then
            awaited[operation] = true
         end
      end
   end
   return awaited
end

--- The tasks that must end before what waits may start, for one relationship: all of the other
--- part, or only what stands behind one operation.
local function awaited_tasks(relationship, part)
   local operation = part.following and awaited_operation(relationship)
   if operation then
      return part.following[operation] or {}
   end
   return {part.subgraph}
end

--- Let the parts follow each other as the relationships of their instances say.
---@param graph any
---@param parts table<string, {instance: any, subgraph: any}> by the id of the instance
---@param backwards? boolean the target of a relationship waits for its source
function lifecycle.order(graph, parts, backwards)
   for _, part in pairs(parts) do
      for relationship in part.instance.relationships do
         local target = parts[relationship.target_id]
         if target then
            local first, second = target, part
            if backwards then
               first, second = part, target
            end
            for _, task in ipairs(awaited_tasks(relationship, first)) do
               graph:add_dependency(second.subgraph, task)
            end
         end
      end
   end
end

--- Tie instances that stay as they are to those that come or go: a stub with `operation` for each
--- relationship between the two.
local function add_stubs(graph, parts, others, operation, backwards)
   local processed = {}
   for id in pairs(parts) do
      processed[id] = true
   end
   for _, instance in ipairs(others) do
      local subgraph = graph:subgraph("stub_" .. instance.id)
      local sequence = subgraph:sequence()
      for relationship in instance.relationships do
         if processed[relationship.target_id] then
            for _, task in ipairs(relationship_tasks(relationship, operation)) do
               if backwards then
                  task.on_failure = handlers.by_name("cloudify.workflows.lifecycle.ignore_failure")
               end
               sequence:add(task)
            end
         end
      end
      parts[instance.id] = {instance = instance, subgraph = subgraph}
   end
end

--- Add to `graph` what installs `instances`; the `others` stay as they are.
function lifecycle.add_install(graph, instances, others)
   local parts = {}
   local awaited = awaited_operations(others, awaited_operations(instances, {}))
   for _, instance in ipairs(instances) do
      local part = new_part(graph:subgraph("install_" .. instance.id), instance, nil, awaited)
      part:install()
      part.subgraph.on_failure = handlers.by_name("cloudify.workflows.lifecycle.retry_install",
                                                  {node_instance_id = instance.id})
      parts[instance.id] = part:outcome()
   end
   add_stubs(graph, parts, others, RELATIONSHIP .. "establish", false)
   lifecycle.order(graph, parts)
end

--- Add to `graph` what uninstalls `instances`; the `others` stay as they are.
---@param ignore_failure boolean go on when a task fails
function lifecycle.add_uninstall(graph, instances, others, ignore_failure)
   local parts = {}
   local awaited = awaited_operations(others, awaited_operations(instances, {}))
   for _, instance in ipairs(instances) do
      local part = new_part(graph:subgraph(instance.id), instance, nil, awaited)
      part:uninstall()
      if not ignore_failure then
         part.subgraph.on_failure =
            handlers.by_name("cloudify.workflows.lifecycle.retry_uninstall",
                             {node_instance_id = instance.id})
      end
      parts[instance.id] = part:outcome()
   end
   add_stubs(graph, parts, others, RELATIONSHIP .. "unlink", true)
   lifecycle.order(graph, parts, true)
   if ignore_failure then
      for task in graph.tasks do
         if not task.is_subgraph then
            task.on_failure = handlers.by_name("cloudify.workflows.lifecycle.ignore_failure")
         end
      end
   end
end

--- Handler: a failed installation is undone and begun anew.
function lifecycle.retry_install(task, arguments)
   if not handlers.has_retries(task) then
      return handlers.fail()
   end
   local instance = task.workflow_context:get_node_instance(arguments.node_instance_id)
   local again = task.graph:subgraph("reinstall_" .. instance.id)
   again.on_failure = task.on_failure
   local down = new_part(again:subgraph("uninstall_" .. instance.id), instance)
   down:uninstall()
   -- Whatever its state is now, it will have been deleted when this is begun.
   local up = new_part(again:subgraph("install_" .. instance.id), instance, "deleted")
   up:install()
   again:sequence():add(
      instance:send_event("Installation failed: uninstalling the node instance and trying again"),
      down.subgraph, up.subgraph)
   return handlers.retry{retried_task = again}
end

--- Handler: a failed uninstallation is begun anew.
function lifecycle.retry_uninstall(task, arguments)
   if not handlers.has_retries(task) then
      return handlers.fail()
   end
   local instance = task.workflow_context:get_node_instance(arguments.node_instance_id)
   local again = new_part(task.graph:subgraph(instance.id), instance)
   again.subgraph.on_failure = task.on_failure
   again:uninstall()
   return handlers.retry{retried_task = again.subgraph}
end

--- Handler: go on after a failure, and tell so.
function lifecycle.ignore_failure(task)
   local sender = task.node_instance or task.workflow_context
   task.graph:add_task(sender:send_event("Ignoring task " .. task.name .. " failure"))
   return handlers.ignore()
end

--- Handler: ask a host for its state until it says that it is up.
function lifecycle.await_host(task)
   if task.result or task.workflow_context.dry_run then
      return handlers.cont()
   end
   return handlers.retry{ignore_total_retries = true}
end

return lifecycle
