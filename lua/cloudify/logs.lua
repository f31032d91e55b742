--- Records of third-party libraries that log through LuaLogging, or anything with its appenders,
--- on ctx.logger (runtime.md 5.1). LuaLogging itself is not needed here:
---
---     local logger = require("logging").new(require("cloudify.logs").append)
local state = require("cloudify.state")

local logs = {}

--- LuaLogging's level -> the logger's.
local LEVELS = {
   TRACE = "debug", DEBUG = "debug", INFO = "info", WARN = "warning", WARNING = "warning",
   ERROR = "error", FATAL = "critical", CRITICAL = "critical",
}

--- The logger of the operation or workflow that runs; nil: none does.
local function current()
   for _, holder in ipairs {state.current_ctx, state.current_workflow_ctx} do
      local ok, ctx = pcall(holder.get_ctx, holder)
      if ok then
         return ctx.logger
      end
   end
end

local function append(logger, level, message)
   local ours = LEVELS[tostring(level):upper()] or "info"
   if logger then
      logger:log(ours, message)
   else
      io.stderr:write(ours:upper(), ": ", tostring(message), "\n")
   end
   return true
end

--- An appender, for `logging.new(logs.append)`: hands each record on to the logger of the operation
--- or workflow that runs at the time, at the same level; a level that only the library knows counts
--- as info. What is logged while none runs goes to standard error.
---@param _ any the library's logger
---@param level string "DEBUG", "INFO", "WARN", "ERROR", "FATAL"
---@param message any
---@return true
function logs.append(_, level, message)
   return append(current(), level, message)
end

--- An appender that hands records on to this logger, whatever runs.
---@param logger any ctx.logger
---@return fun(self: any, level: string, message: any): true
function logs.appender(logger)
   assert(logger, "appender: a logger is expected, ctx.logger")
   return function(_, level, message)
      return append(logger, level, message)
   end
end

return logs
