--- Small helpers for operations.
local core = require("cloudify.core")

local utils = {}

--- Call `func` like pcall; the function may yield, and the error is always an exception that has
--- its traceback.
---@return boolean ok
---@return any ... what the function returned, or the exception
function utils.try(func, ...)
   return xpcall(func, core.exception_handler, ...)
end

--- What to put into the `causes` of another exception (runtime.md 3.8). The traceback of an
--- exception that pcall() has caught is that of where it was made.
---@param err any exception or any other error value
---@return {message: string, type: string, traceback: string}
function utils.exception_to_error_cause(err)
   return core.exception_cause(err)
end

return utils
