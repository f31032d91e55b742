--- What a script makes of its operation: a value, an error, another try (runtime.md 10.2).
local core = require("cloudify.core")
local exceptions = require("cloudify.exceptions")

local results = {}

local ONCE = "ctx may only abort or return once"

---@class script.Results
---@field kind? "returns" | "abort" | "retry" | "raise" | "twice"
---@field value any
---@field message? string
---@field retry_after? number
---@field error? any
local Results = {}
Results.__index = Results

---@return script.Results
function results.new()
   return setmetatable({}, Results)
end

--- The first one counts; with a second one the operation fails for good.
local function claim(self, kind)
   if self.kind then
      self.kind = "twice"
      error(exceptions.RuntimeError(ONCE))
   end
   self.kind = kind
end

--- Give the operation a value.
function Results:returns(value)
   claim(self, "returns")
   self.value = value
end

--- Let the operation fail for good. Returns the message, as what the script is told.
function Results:abort(message)
   claim(self, "abort")
   self.message = message and tostring(message) or "the script has aborted the operation"
   return self.message
end

--- Let the operation be tried again, after `retry_after` seconds. Returns the message.
function Results:retry(message, retry_after)
   if retry_after ~= nil and not tonumber(retry_after) then
      error(exceptions.NonRecoverableError(
         ("retry_after must be a number of seconds, not '%s'"):format(retry_after)))
   end
   claim(self, "retry")
   self.message = message and tostring(message) or "the script asks for a retry"
   self.retry_after = tonumber(retry_after)
   return self.message
end

--- Let the operation fail with an exception that was raised in another language.
---@param description {type: string, message: string, traceback?: string, retry_after?: number}
function Results:raise(description)
   claim(self, "raise")
   local fields = {}
   for name, value in pairs(description) do
      if value ~= core.null then
         fields[name] = value
      end
   end
   local class = exceptions[fields.type] or exceptions.RecoverableError
   fields.type = nil
   self.error = class(fields)
end

--- End the operation: its value, or an error. `failure` is raised unless the script has said
--- what shall become of the operation; `value` counts if it has given none.
function Results:finish(ctx, value, failure)
   if self.kind == "twice" then
      error(exceptions.NonRecoverableError(ONCE))
   elseif self.kind == "abort" then
      error(exceptions.NonRecoverableError(self.message))
   elseif self.kind == "raise" then
      error(self.error)
   elseif self.kind == "retry" then
      ctx.operation:retry(self.message, self.retry_after)
      return nil
   elseif failure then
      error(failure)
   elseif self.kind == "returns" then
      return self.value
   end
   return value
end

--- What scripts find in ctx beside the operation's own members.
function Results:members()
   return {
      returns = function(_, value) self:returns(value) end,
      abort_operation = function(_, message) return self:abort(message) end,
      retry_operation = function(_, message, retry_after)
         return self:retry(message, retry_after)
      end,
   }
end

return results
