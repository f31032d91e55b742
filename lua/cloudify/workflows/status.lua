--- The built-in workflow `check_status`: asks every node instance chosen whether it works, and
--- keeps what it says as the system property `status`.
local exceptions = require("cloudify.exceptions")
local handlers = require("cloudify.workflows.handlers")
local instance_graph = require("cloudify.workflows.instance_graph")
local make_or_get_graph = require("cloudify.workflows").make_or_get_graph
local selection = require("cloudify.workflows.selection")
local system_properties = require("cloudify.workflows.system_properties")
local workflow = require("cloudify.decorators").workflow

local status = {}

status.CHECK = "cloudify.interfaces.validation.check_status"
local LISTED = 5 -- how many instances an error names

--- Whether the instance can be asked if it works.
function status.can_tell(instance)
   return instance.node:has_operation(status.CHECK)
end

local function has_own_retries(node)
   return math.type(node.operations[status.CHECK].max_retries) == "integer"
end

local function check(instance)
   local task = instance:execute_operation(status.CHECK)
   task.on_success = handlers.by_name("cloudify.workflows.status.keep_success")
   task.on_failure = handlers.by_name("cloudify.workflows.status.keep_failure")
   if not has_own_retries(instance.node) then
      task.total_retries = 0
   end
   return task
end

local build = make_or_get_graph(function(ctx, parameters)
   return instance_graph.build(ctx, parameters, function(subgraph, instance)
      if status.can_tell(instance) then
         subgraph:add_task(check(instance))
      end
   end)
end)

--- Keep what the check has found; what the one before found becomes `previous_status`.
local function keep(task, ok, result)
   system_properties.update(task.workflow_context, task.node_instance, function(properties)
      properties.previous_status = properties.status
      properties.status = {
         ok = ok,
         timestamp = os.date("!%Y-%m-%dT%H:%M:%SZ"),
         task = task.name,
         result = result,
      }
   end)
end

--- Handler: the instance works.
function status.keep_success(task)
   keep(task, true, task.result)
   return handlers.cont()
end

--- Handler: the instance does not work, or cannot tell; the others are asked all the same.
function status.keep_failure(task)
   if handlers.has_retries(task) and task.error.recoverable then
      return handlers.retry()
   end
   keep(task, false, task.error.message)
   return handlers.ignore()
end

--- Whether the instance works, as far as is known.
---@return boolean? ok nil where it was never asked
function status.of(instance)
   local found = instance.system_properties.status
   return found and found.ok == true
end

--- Ask the instances that `parameters` choose, as check_status does; name the graph `name`.
---@return string[] sick the ids of those that do not work
function status.check(ctx, parameters, name)
   build(ctx, parameters, {name = name}):execute()
   local sick = {}
   if ctx.dry_run then
      return sick
   end
   for _, instance in ipairs((selection.choose(ctx, parameters))) do
      if status.can_tell(instance) and not status.of(instance) then
         table.insert(sick, instance.id)
      end
   end
   return sick
end

--- The ids as words for a message; not all of them where they are many.
function status.list(ids)
   local text = table.concat(ids, ", ", 1, math.min(#ids, LISTED))
   return #ids > LISTED and text .. (" and %d more"):format(#ids - LISTED) or text
end

status.check_status = workflow{resumable = true}(function(ctx, parameters)
   local sick = status.check(ctx, parameters, "check_status")
   if #sick > 0 then
      error(exceptions.NonRecoverableError("check_status: not working: " .. status.list(sick)))
   end
end)

return status
