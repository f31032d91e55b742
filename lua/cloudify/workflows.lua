--- What authors of workflows need beside ctx: named graphs, steps of several tasks, handlers.
local exceptions = require("cloudify.exceptions")

local workflows = {handlers = require("cloudify.workflows.handlers")}

--- One step of a sequence: tasks that run beside each other. None at all is no step.
---@param ... cloudify.workflow.Task
---@return cloudify.workflow.Task[] for sequence:add()
function workflows.forkjoin(...)
   return {...}
end

--- Make a function that gives the graph which `build(ctx, parameters)` builds, under a name. The
--- graph is stored: when the execution is resumed, what is left of it is given instead. What has
--- no effect is left out of it.
---@param build fun(ctx: cloudify.workflow.Ctx, parameters: any): cloudify.workflow.Graph
---@return fun(ctx: cloudify.workflow.Ctx, parameters: any, options: {name: string}):
---   cloudify.workflow.Graph
function workflows.make_or_get_graph(build)
   return function(ctx, parameters, options)
      if type(options) ~= "table" or type(options.name) ~= "string" then
         error(exceptions.NonRecoverableError(
            "make_or_get_graph: the third argument must be a table with the name of the graph"))
      end
      local graph = ctx:get_tasks_graph(options.name)
      if graph then
         return graph
      end
      graph = build(ctx, parameters)
      if not graph then
         error(exceptions.NonRecoverableError(
            "graph '" .. options.name .. "': the function that builds it returned none"))
      end
      graph:optimize()
      graph:store(options.name)
      return graph
   end
end

return workflows
