---@meta cloudify.workflows
--- What authors of workflows need beside ctx.

---@alias cloudify.workflow.GraphBuilder
---|fun(ctx: cloudify.workflow.Ctx, parameters: any): cloudify.workflow.Graph

---@alias cloudify.workflow.GraphGetter
---|fun(ctx: cloudify.workflow.Ctx, parameters: any, name: {name: string}): cloudify.workflow.Graph

---@class cloudify.workflows
---@field handlers cloudify.workflows.handlers
local workflows = {}

--- One step of a sequence: tasks that run beside each other. None at all is no step.
---@param ... cloudify.workflow.Task
---@return cloudify.workflow.Task[] tasks for sequence:add()
function workflows.forkjoin(...) end

--- Make a function that gives the graph which `build` builds, under a name. The graph is stored:
--- when the execution is resumed, what is left of it is given instead.
---@param build cloudify.workflow.GraphBuilder
---@return cloudify.workflow.GraphGetter
function workflows.make_or_get_graph(build) end

return workflows
