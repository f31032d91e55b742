---@meta cloudify.utils
--- Small helpers for operations.

---@class cloudify.utils
local utils = {}

--- Call `func` like pcall; the function may yield, and the error is always an exception that has
--- its traceback.
---@param func function
---@param ... any
---@return boolean ok
---@return any ... what the function returned, or the exception
function utils.try(func, ...) end

--- What to put into the `causes` of another exception.
---@param err any exception or any other error value
---@return cloudify.ErrorCause
function utils.exception_to_error_cause(err) end

return utils
