---@meta cloudify.logs
--- Records of third-party libraries on ctx.logger.

---@alias cloudify.LogAppender fun(self: any, level: string, message: any): true

---@class cloudify.logs
local logs = {}

--- An appender for LuaLogging, `logging.new(logs.append)`: hands each record on to the logger of
--- the operation or workflow that runs at the time; where none runs, to standard error.
---@param logger any the library's logger
---@param level string "DEBUG", "INFO", "WARN", "ERROR", "FATAL"
---@param message any
---@return true
function logs.append(logger, level, message) end

--- An appender that hands records on to this logger, whatever runs.
---@param logger cloudify.Logger
---@return cloudify.LogAppender
function logs.appender(logger) end

return logs
