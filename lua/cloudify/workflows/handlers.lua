--- Handlers of tasks: what shall follow when a task has succeeded or failed.
---
---     task.on_failure = handlers.by_name("my_plugin.flows.ignore_missing", {limit = 3})
---
---     function flows.ignore_missing(task, arguments)
---        return task.current_retries < arguments.limit and handlers.retry() or handlers.ignore()
---     end
local core = require("cloudify.core")
local decorators = require("cloudify.decorators")
local exceptions = require("cloudify.exceptions")
local plugin_loader = require("cloudify.plugin_loader")

local handlers = {}

---@class cloudify.Handler
---@field name string
---@field arguments table
local Handler = {}
Handler.__index = Handler

--- The function called `name`; `what` is what errors call it.
local function resolve(name, what)
   local module, field = name:match("^(.+)%.([^.]+)$")
   if not module then
      error(exceptions.NonRecoverableError(("%s '%s': must be MODULE.FUNCTION"):format(what, name)))
   end
   local functions = require(module)
   if type(functions) ~= "table" then
      error(exceptions.NonRecoverableError(("%s '%s': %s"):format(what, name,
         plugin_loader.no_table(module, functions))))
   end
   local found = functions[field]
   if not found then
      error(exceptions.NonRecoverableError(("%s '%s': module '%s' has no function '%s'"):format(
         what, name, module, field)))
   end
   return found
end

function Handler:__call(task)
   return resolve(self.name, "handler")(task, self.arguments)
end

--- The handler that is function `name` ("module.function") of the workflow's plugin, called with
--- the task and `arguments`.
---@param name string
---@param arguments? table
---@return cloudify.Handler
function handlers.by_name(name, arguments)
   resolve(name, "handler")
   return setmetatable({name = name, arguments = arguments or {}}, Handler)
end

--- A call of a function, for a local task: it is looked up when it runs.
---@class cloudify.LocalCall
---@field name string
---@field kwargs table
local LocalCall = {}
LocalCall.__index = LocalCall

function LocalCall:__call()
   return resolve(self.name, "local task")(self.kwargs)
end

--- The call of function `name` ("module.function") with a copy of `kwargs`.
---@param name string
---@param kwargs? table
---@return cloudify.LocalCall
function handlers.call_of(name, kwargs)
   return setmetatable({name = name, kwargs = core.totable(kwargs or {})}, LocalCall)
end

--- The options of ctx:local_task(func, options), those of the function's task_config among them.
---@param func function|string the function, or its name
function handlers.local_task_options(func, options)
   if type(func) == "string" then
      func = resolve(func, "local task")
   end
   return decorators.local_task_options(func, options)
end

--- The name and arguments of a handler or a call that has a name, to be stored; nil for any other.
function handlers.describe(handler)
   if getmetatable(handler) == Handler then
      return {name = handler.name, arguments = handler.arguments}
   elseif getmetatable(handler) == LocalCall then
      return {name = handler.name, kwargs = handler.kwargs}
   end
end

--- What handlers.describe() has described.
function handlers.from_description(description)
   if description.kwargs then
      return handlers.call_of(description.name, description.kwargs)
   end
   return handlers.by_name(description.name, description.arguments)
end

--- What shall follow: made by retry(), fail(), cont() and ignore().
---@class cloudify.HandlerResult
---@field action "retry"|"fail"|"continue"|"ignore"
---@field ignore_total_retries? boolean
---@field retry_after? number seconds
---@field retried_task? cloudify.workflow.Task

--- Whether the task has retries left.
---@param task cloudify.workflow.Task
---@return boolean
function handlers.has_retries(task)
   return task.total_retries == -1 or task.current_retries < task.total_retries
end

--- Run the task again, if it has retries left; `retried_task` instead, which a subgraph must have.
---@param options? {ignore_total_retries: boolean?, retry_after: number?,
---   retried_task: cloudify.workflow.Task?}
---@return cloudify.HandlerResult
function handlers.retry(options)
   options = options or {}
   return {action = "retry", ignore_total_retries = options.ignore_total_retries,
           retry_after = options.retry_after, retried_task = options.retried_task}
end

--- Let the task, and what contains it, fail.
---@return cloudify.HandlerResult
function handlers.fail()
   return {action = "fail"}
end

--- Go on with what waits for the task.
---@return cloudify.HandlerResult
function handlers.cont()
   return {action = "continue"}
end

--- Go on as if the task had not failed.
---@return cloudify.HandlerResult
function handlers.ignore()
   return {action = "ignore"}
end

return handlers
