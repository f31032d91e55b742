--- Small helpers for operations.
local core = require("cloudify.core")

local utils = {}

--- Call `func` like pcall; the function may yield, and the error is always an exception that has
--- its traceback.
function utils.try(func, ...)
   return xpcall(func, core.exception_handler, ...)
end

--- What to put into the `causes` of another exception.
---@return {message: string, type: string, traceback: string}
function utils.exception_to_error_cause(err)
   local exception = core.exception_handler(err)
   return {
      message = exception.message,
      type = exception.type,
      traceback = exception.traceback,
   }
end

return utils
