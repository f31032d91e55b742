--- Handlers of tasks: what shall follow when a task has succeeded or failed.
---
---     task.on_failure = handlers.by_name("my_plugin.flows.ignore_missing", {limit = 3})
---
---     function flows.ignore_missing(task, arguments)
---        return task.current_retries < arguments.limit and handlers.retry() or handlers.ignore()
---     end
local core = require("cloudify.core")
local exceptions = require("cloudify.exceptions")

local handlers = {}

---@class cloudify.Handler
---@field name string
---@field arguments table
local Handler = {}
Handler.__index = Handler

local function resolve(name)
   local module, field = name:match("^(.+)%.([^.]+)$")
   if not module then
      error(exceptions.NonRecoverableError("handler '" .. name .. "': must be MODULE.FUNCTION"))
   end
   local functions = require(module)
   local handler = type(functions) == "table" and functions[field]
   if not handler then
      error(exceptions.NonRecoverableError(
         "handler '" .. name .. "': module '" .. module .. "' has no function '" .. field .. "'"))
   end
   return handler
end

function Handler:__call(task)
   return resolve(self.name)(task, self.arguments)
end

--- The handler that is function `name` ("module.function") of the workflow's plugin, called with
--- the task and `arguments`.
---@param name string
---@param arguments? table
---@return cloudify.Handler
function handlers.by_name(name, arguments)
   resolve(name)
   return setmetatable({name = name, arguments = arguments or {}}, Handler)
end

--- A call of a function, for a local task: it is looked up when it runs.
---@class cloudify.LocalCall
---@field name string
---@field kwargs table
local LocalCall = {}
LocalCall.__index = LocalCall

function LocalCall:__call()
   return resolve(self.name)(self.kwargs)
end

--- The call of function `name` ("module.function") with a copy of `kwargs`.
---@param name string
---@param kwargs? table
---@return cloudify.LocalCall
function handlers.call_of(name, kwargs)
   return setmetatable({name = name, kwargs = core.totable(kwargs or {})}, LocalCall)
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

--- Whether the task has retries left.
function handlers.has_retries(task)
   return task.total_retries == -1 or task.current_retries < task.total_retries
end

--- Run the task again, if it has retries left.
---@param options? {ignore_total_retries: boolean?, retry_after: number?, retried_task: any}
function handlers.retry(options)
   options = options or {}
   return {action = "retry", ignore_total_retries = options.ignore_total_retries,
           retry_after = options.retry_after, retried_task = options.retried_task}
end

--- Let the task, and what contains it, fail.
function handlers.fail()
   return {action = "fail"}
end

--- Go on with what waits for the task.
function handlers.cont()
   return {action = "continue"}
end

--- Go on as if the task had not failed.
function handlers.ignore()
   return {action = "ignore"}
end

return handlers
